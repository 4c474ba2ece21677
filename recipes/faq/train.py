"""Trains the FAQ model, prints how good it is, and writes models/faq/1.

    python recipes/faq/train.py [--out FOLDER] [--no-baseline]

The figures come from a split (evaluation.py). The model that is written has then learnt from all
duplicates.
"""

import argparse
from pathlib import Path

from embedding import Embedder
from encoder import build_encoder
from evaluation import evaluate, table
from export import export_model
from quantisation import quantise
from questions import read_faq, read_no_match

RECIPE = Path(__file__).resolve().parent


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, default=RECIPE.parents[1] / "models/faq/1")
    options.add_argument("--no-baseline", action="store_true", help="leave the slow baseline out")
    chosen = options.parse_args()

    faq, no_match = read_faq(RECIPE / "data"), read_no_match(RECIPE / "data")
    chosen.out.mkdir(parents=True, exist_ok=True)
    encoder = build_encoder()
    quantise(encoder, chosen.out / "encoder.onnx")
    embedder = Embedder(chosen.out / "encoder.onnx")
    precise = Embedder(encoder.SerializeToString())
    figures = evaluate(faq, no_match, embedder, precise, not chosen.no_baseline)
    print(table(figures))
    export_model(chosen.out, faq, figures, embedder)


if __name__ == "__main__":
    main()
