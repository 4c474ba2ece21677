"""Writes the version: graph, originals, golden answers, manifest."""

import lightgbm
import onnx
import sklearn
from model_folder import write_golden, write_manifest
from questions import write_originals

GOLDEN_CASES = 6
# Above the rounding of other processors, far below what another graph would give.
GOLDEN_TOLERANCE = 1e-3


def export(folder, graph, faq, figures, answers):
    """figures: see train.evaluate. answers: Python's, of PairModel.answers."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, folder / "pairs.onnx")
    write_originals(folder / "originals.tsv", faq)
    # Not so near to the threshold that another processor could answer otherwise.
    clear = [a for a in answers if abs(a["similarity"] - figures["threshold"]) > 0.01]
    cases = [
        {
            "question": answer["question"],
            "answered": answer["answered"],
            "similarity": answer["similarity"],
            "expect": answer["top"],
        }
        for answer in clear[:: len(clear) // GOLDEN_CASES][:GOLDEN_CASES]
    ]
    write_golden(folder, {"tolerance": GOLDEN_TOLERANCE, "cases": cases})
    write_manifest(folder, _manifest(figures))


def _manifest(figures):
    held_out = f"recipes/faq/data, {figures['held out']} held-out duplicates"
    against = "held-out duplicates against recipes/faq/data/no_match.tsv"
    measured = [
        *((metric, held_out) for metric in ("Acc@1", "Acc@2", "Acc@3", "MRR")),
        *((f"AUROC no match ({distance})", against) for distance in ("far", "near")),
    ]
    return {
        "kind": "faq",
        "scorer": "pairs",
        "title": "JavaScript FAQ of 80 questions: LightGBM over the TF-IDF of both texts of a pair",
        "framework": f"scikit-learn {sklearn.__version__}, LightGBM {lightgbm.__version__}",
        "licence": {"spdx": "Apache-2.0"},
        "source": "recipes/faq-pairs on recipes/faq/data, written for this project",
        "accuracy": [
            {"metric": metric, "value": round(figures[metric], 4), "dataset": dataset}
            for metric, dataset in measured
        ],
        "files": ["pairs.onnx", "originals.tsv"],
        "graphs": ["pairs.onnx"],
        # More rows a run take no less time (README).
        "limits": {"maxBatchRows": 1},
        "originals": "originals.tsv",
        "threshold": figures["threshold"],
        "question": "question",
        "probability": "probability",
        "similarity": "similarity",
    }
