"""Writes a model version: everything in models/faq/<version>/ but encoder.onnx, which is there."""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import sklearn
from embedding import MAX_TOKENS, write_tokenizer
from encoder import WEIGHTS_SHA256, WIDTH
from head import centroids_of, fit_head, head_graph
from questions import write_originals
from scoring import FaqModel
from splitting import labelled

sys.path.append(str(Path(__file__).resolve().parents[1]))
from model_folder import write_golden, write_manifest

GOLDEN_TOLERANCE = 0.02
GOLDEN_QUESTIONS = [
    "What is the difference between == and === when I compare two values?",
    "<p>My list of numbers is ordered 1, 10, 2 when I call <code>sort()</code>. "
    "How do I get them in the right order?</p>",
    "how can i stop a fetch that takes too long",
    "Loading https://example.com/api fails with a CORS error &amp; no header. "
    "How do I fix it?\n<pre><code>await fetch(url)</code></pre>",
    "<pre><code>const copy = structuredClone(original)</code></pre>",
    "npm: meaning of ^ and ~ in front of a dependency's version",
    "How long does it take to walk from Paris to Rome?",
]
# A golden question nearer to the threshold could be answered on one processor and not on another.
LEAST_DISTANCE_TO_THRESHOLD = 0.03


def export_model(folder, faq, figures, embedder):
    """Learns from everything and writes the folder. figures: see evaluation.evaluate."""
    texts, columns = labelled([original.examples(original.duplicates) for original in faq])
    embeddings = embedder.embed(texts)
    head = fit_head(embeddings, columns)
    onnx.save(head_graph(head), folder / "head.onnx")
    centroids_of(embeddings, columns).astype("<f4").tofile(folder / "centroids.f32")
    write_tokenizer(folder / "tokenizer.json")
    write_originals(folder / "originals.tsv", faq)
    shutil.copyfile(Path(__file__).with_name("encoder-LICENSE"), folder / "LICENSE")

    model = FaqModel(folder, figures["threshold"])
    _check_head(model, head, embeddings[:50])
    write_golden(folder, {"tolerance": GOLDEN_TOLERANCE, "cases": _golden_cases(model)})
    write_manifest(folder, _manifest(len(texts), figures))


def _check_head(model, head, embeddings):
    """The graph must give scikit-learn's probabilities."""
    difference = np.abs(model.probabilities(embeddings) - head.predict_proba(embeddings)).max()
    if difference > 1e-5:
        raise RuntimeError(f"head.onnx strays from scikit-learn by {difference:.1e}")


def _golden_cases(model):
    cases = []
    for question in GOLDEN_QUESTIONS:
        match = model.match(question)
        if abs(match["similarity"] - model.threshold) < LEAST_DISTANCE_TO_THRESHOLD:
            raise RuntimeError(f"too close to the threshold to be a golden case: {question}")
        cases.append(
            {
                "question": question,
                "answered": match["answered"],
                "similarity": match["similarity"],
                "expect": match["top"],
            }
        )
    return cases


def _manifest(examples, figures):
    files = ["encoder.onnx", "head.onnx", "tokenizer.json", "originals.tsv", "centroids.f32"]
    return {
        "kind": "faq",
        "title": f"JavaScript FAQ of {figures['counts']['originals']} questions: all-MiniLM-L6-v2 "
        "embeddings and a calibrated logistic regression",
        "framework": f"scikit-learn {sklearn.__version__}",
        "precision": "int8",
        "licence": {"spdx": "Apache-2.0", "file": "LICENSE"},
        "source": "Encoder: sentence-transformers/all-MiniLM-L6-v2 (model.safetensors, SHA-256 "
        f"{WEIGHTS_SHA256}). Centroids and head: {examples} texts of recipes/faq/data, written for "
        "this project.",
        "accuracy": _accuracy(figures),
        "files": [*files, "LICENSE"],
        "graphs": ["encoder.onnx", "head.onnx"],
        "limits": {"maxBatchRows": 1},
        "tokenizer": "tokenizer.json",
        "maxTokens": MAX_TOKENS,
        "originals": "originals.tsv",
        "centroids": "centroids.f32",
        "dimensions": WIDTH,
        "threshold": figures["threshold"],
        "probability": {"from": "graph", "output": "probability"},
        "embedding": "embedding",
    }


def _accuracy(figures):
    """The figures of the split as the manifest's measurements."""
    row, counts = figures["rows"]["head (shipped)"], figures["counts"]
    sizes = {
        "all": counts["held out"],
        "plain": counts["plain"],
        "oblique": counts["held out"] - counts["plain"],
    }
    refitted = "measured on the split; the shipped centroids and head have learnt from all of it"

    def measured(metric, value, dataset, note=refitted):
        return {"metric": metric, "value": round(value, 4), "dataset": dataset, "note": note}

    names = {
        "all": f"recipes/faq/data, {sizes['all']} held-out duplicates",
        "plain": f"recipes/faq/data, {sizes['plain']} held-out duplicates in plain wording",
        "oblique": f"recipes/faq/data, {sizes['oblique']} held-out duplicates in oblique wording",
    }
    ranking = [
        measured(metric, row[kind][metric], names[kind])
        for kind in ("all", "plain", "oblique")
        for metric in (("Acc@1", "Acc@2", "Acc@3", "MRR") if kind == "all" else ("Acc@1", "Acc@3"))
    ]
    no_match = [
        measured(
            f"AUROC no match ({distance})",
            figures["AUROC"][distance],
            f"held-out duplicates against recipes/faq/data/no_match.tsv ({distance})",
            "top cosine; near: other programming questions, far: other topics",
        )
        for distance in ("all", "far", "near")
    ]
    calibration = measured("expected calibration error", row["ECE"], names["all"])
    return [*ranking, calibration, *no_match]
