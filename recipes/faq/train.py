"""Trains the FAQ model, prints how good it is, and writes models/faq/1.

    python recipes/faq/train.py [--data FOLDER] [--out FOLDER] [--no-baseline]

The figures come from a split: of each original's duplicates 30 % are held out, the rest is learnt
from. The model that is written has then learnt from all of them.
"""

import argparse
from pathlib import Path

import numpy as np
from baseline import PairClassifier
from embedding import Embedder
from encoder import build_encoder, quantise
from export import export_model
from head import centroids_of, fit_head, fit_scale
from metrics import best_threshold, calibration_error, ranking_figures, separation
from questions import read_faq, read_no_match
from scipy.special import softmax

RECIPE = Path(__file__).resolve().parent
HELD_OUT_SHARE = 0.3
# The least mean cosine between the vectors of the int8 and of the float32 encoder.
LEAST_AGREEMENT = 0.99
# data/README.md: duplicates from this number on are worded plainly, the ones before obliquely.
FIRST_PLAIN_ID = 30001


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=RECIPE / "data")
    options.add_argument("--out", type=Path, default=RECIPE.parents[1] / "models/faq/1")
    options.add_argument("--no-baseline", action="store_true", help="skip the slow classic baseline")
    chosen = options.parse_args()

    faq, no_match = read_faq(chosen.data), read_no_match(chosen.data)
    chosen.out.mkdir(parents=True, exist_ok=True)
    embedder = _make_encoder(chosen.out / "encoder.onnx", [original.text for original in faq])
    figures = evaluate(faq, no_match, embedder, not chosen.no_baseline)
    export_model(chosen.out, faq, figures, embedder)


def _make_encoder(path, texts):
    """Writes the int8 encoder and checks it against float32 on `texts`."""
    model = build_encoder()
    quantise(model, path)
    embedder = Embedder(path)
    agreement = (embedder.embed(texts) * Embedder(model.SerializeToString()).embed(texts)).sum(axis=1)
    print(f"int8 against float32 encoder: cosine {agreement.mean():.4f} (least {agreement.min():.4f})")
    if agreement.mean() < LEAST_AGREEMENT:
        raise RuntimeError("the int8 encoder strays from the float32 one")
    return embedder


def split(faq):
    """Duplicates to learn from and held out, each a list of lists in the order of `faq`."""
    random = np.random.default_rng(0)
    learnt, held_out = [], []
    for original in faq:
        order = random.permutation(len(original.duplicates))
        count = round(HELD_OUT_SHARE * len(order))
        held_out.append([original.duplicates[i] for i in sorted(order[:count])])
        learnt.append([original.duplicates[i] for i in sorted(order[count:])])
    return learnt, held_out


def labelled(texts_by_original):
    """A list of texts an original, flattened: texts, and int [texts] with the column of each."""
    texts = [text for texts in texts_by_original for text in texts]
    columns = np.repeat(np.arange(len(texts_by_original)), [len(t) for t in texts_by_original])
    return texts, columns


def evaluate(faq, no_match, embedder, with_baseline):
    """Figures of the split as {"rows": ranking by model, "threshold": …, …}; prints them."""
    learnt, held_out = split(faq)
    texts, columns = labelled([o.examples(d) for o, d in zip(faq, learnt)])
    examples = embedder.embed(texts)
    questions, truth = labelled([[duplicate.text for duplicate in d] for d in held_out])
    plain = np.array([duplicate.id >= FIRST_PLAIN_ID for d in held_out for duplicate in d])
    asked = embedder.embed(questions)

    centroids, scale = centroids_of(examples, columns), fit_scale(examples, columns)
    cosines = asked @ centroids.T
    scores = {
        "head (shipped)": fit_head(examples, columns).predict_proba(asked),
        "head with Platt's sigmoid": fit_head(examples, columns, "sigmoid").predict_proba(asked),
        "centroids alone": softmax(cosines * scale, axis=1),
    }
    if with_baseline:
        train, train_truth = labelled([[duplicate.text for duplicate in d] for d in learnt])
        pairs = PairClassifier([original.text for original in faq], train, train_truth)
        scores["TF-IDF + LightGBM on pairs"] = pairs.score(questions)

    rows = {
        name: {
            "all": ranking_figures(score, truth),
            "plain": ranking_figures(score[plain], truth[plain]),
            "oblique": ranking_figures(score[~plain], truth[~plain]),
            # A pair classifier's scores are no distribution over the originals.
            "ECE": None if "pairs" in name else calibration_error(score, truth),
        }
        for name, score in scores.items()
    }
    figures = {
        "rows": rows,
        "originals": len(faq),
        "examples": {"learnt": len(texts), "held_out": len(questions), "plain": int(plain.sum())},
        "scale": scale,
        **_no_match_figures(cosines.max(axis=1), no_match, embedder, centroids),
    }
    print(table(figures))
    return figures


def _no_match_figures(matching, no_match, embedder, centroids):
    """The threshold of the top cosine and what it does.

    Chosen on every other held-out question and no-match text by Youden's J; the shares are
    those of the other halves.
    """
    tops = (embedder.embed([text for text, _ in no_match]) @ centroids.T).max(axis=1)
    far = np.array([distance == "far" for _, distance in no_match])
    threshold = round(best_threshold(matching[::2], tops[::2]), 3)
    reported, reported_far = tops[1::2], far[1::2]
    return {
        "threshold": threshold,
        "AUROC": {
            "all": separation(matching, tops),
            "far": separation(matching, tops[far]),
            "near": separation(matching, tops[~far]),
        },
        "wrongly_unanswered": float((matching[1::2] < threshold).mean()),
        "wrongly_answered": {
            "far": float((reported[reported_far] >= threshold).mean()),
            "near": float((reported[~reported_far] >= threshold).mean()),
        },
    }


def table(figures):
    """The figures as Markdown."""
    counts = figures["examples"]
    lines = [
        f"{counts['held_out']} held-out duplicates ({counts['plain']} worded plainly, the others "
        f"obliquely) of {figures['originals']} originals:",
        "",
        "| Model | Acc@1 | Acc@2 | Acc@3 | MRR | plain: Acc@1 / 3 | oblique: Acc@1 / 3 | ECE |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in figures["rows"].items():
        cells = [f"{row['all'][key]:.3f}" for key in ("Acc@1", "Acc@2", "Acc@3", "MRR")]
        cells += [f"{row[k]['Acc@1']:.3f} / {row[k]['Acc@3']:.3f}" for k in ("plain", "oblique")]
        cells.append("" if row["ECE"] is None else f"{row['ECE']:.3f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    auroc, answered = figures["AUROC"], figures["wrongly_answered"]
    lines += [
        "",
        f"No match, by the top cosine: AUROC {auroc['all']:.3f} (far topics {auroc['far']:.3f}, "
        f"other programming {auroc['near']:.3f}). At the threshold {figures['threshold']} "
        f"{figures['wrongly_unanswered']:.1%} of the held-out duplicates go unanswered, and "
        f"{answered['far']:.1%} of far and {answered['near']:.1%} of near questions without a "
        "match are answered.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
