"""Trains TF-IDF + LightGBM on pairs, prints how good it is, and writes a model version.

    python recipes/faq-pairs/train.py [--out FOLDER] [--parity FILE]

The model that is written has learnt from the duplicates that are not held out, so that the figures
are its own and the held-out questions of --parity are new to it.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

RECIPES = Path(__file__).resolve().parents[1]
sys.path += [str(RECIPES), str(RECIPES / "faq")]

from clean import clean  # noqa: E402
from fixture_texts import CLEANING, QUESTIONS  # noqa: E402
from graph import pairs_graph  # noqa: E402
from metrics import best_threshold, ranking_figures, separation  # noqa: E402
from pair_model import PairModel  # noqa: E402
from questions import read_faq, read_no_match  # noqa: E402
from splitting import labelled, split  # noqa: E402
from version import export  # noqa: E402

TOLERANCE = 1e-5


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, default=RECIPES.parent / "models/faq-pairs/1")
    options.add_argument("--parity", type=Path, help="write Python's answers to held-out questions")
    chosen = options.parse_args()

    faq = read_faq(RECIPES / "faq/data")
    learnt, held_out = split(faq)
    texts, columns = labelled([[duplicate.text for duplicate in d] for d in learnt])
    questions, truth = labelled([[duplicate.text for duplicate in d] for d in held_out])
    model = PairModel(faq, texts, columns)
    graph = pairs_graph(model.classifier, model.centroids)
    figures = evaluate(model, questions, truth)
    odd = [text for text in (*CLEANING, *QUESTIONS) if clean(text)]
    report_parity(model, graph, [*questions, *odd])

    answers = model.answers(questions, figures["threshold"])
    export(chosen.out, graph, faq, figures, answers)
    if chosen.parity:
        entries = [{**answer, "expected": faq[t].id} for answer, t in zip(answers, truth)]
        entries += model.answers(odd, figures["threshold"])
        lines = ",\n".join(json.dumps(entry) for entry in entries)
        chosen.parity.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def evaluate(model, questions, truth):
    """Ranking of held-out questions, and how well the top cosine tells those without a match."""
    no_match = read_no_match(RECIPES / "faq/data")
    far = np.array([distance == "far" for _, distance in no_match])
    others = [text for text, _ in no_match]
    tops = model.cosines(others).max(axis=1)
    matching = model.cosines(questions).max(axis=1)
    probabilities = model.probabilities(questions)
    by_probability = separation(probabilities.max(axis=1), model.probabilities(others).max(axis=1))
    # As recipes/faq does: chosen on one half, reported on the other.
    threshold = round(best_threshold(matching[::2], tops[::2]), 3)
    figures = {
        "held out": len(truth),
        "threshold": threshold,
        **ranking_figures(probabilities, truth),
        "AUROC no match (far)": separation(matching, tops[far]),
        "AUROC no match (near)": separation(matching, tops[~far]),
        "AUROC by probability": by_probability,
        "unanswered": float((matching[1::2] < threshold).mean()),
        "far answered": float((tops[1::2][far[1::2]] >= threshold).mean()),
        "near answered": float((tops[1::2][~far[1::2]] >= threshold).mean()),
    }
    for name, value in figures.items():
        print(f"{name:22} {value:.4g}")
    return figures


def report_parity(model, graph, questions):
    """The graph must give Python's numbers for every pair, whether questions come alone or not."""
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    asked = np.array([clean(question).lower() for question in questions], dtype=object)
    expected = model.probabilities(questions), model.cosines(questions)
    for size in (1, 32):
        runs = [
            session.run(["probability", "similarity"], {"question": asked[at : at + size]})
            for at in range(0, len(asked), size)
        ]
        for name, want, *got in zip(("probability", "similarity"), expected, *runs):
            difference = np.abs(np.concatenate(got) - want)
            print(
                f"{name}, {size} questions a run: {difference.size} pairs, "
                f"largest |difference| {difference.max():.1e}"
            )
            if difference.max() > TOLERANCE:
                raise RuntimeError(f"{(difference > TOLERANCE).sum()} pairs stray from Python")


if __name__ == "__main__":
    main()
