"""Writes test/fixtures/faq: what the server's cleaner, tokenizer and scorer must give.

    python recipes/faq/fixtures.py

cleaning.json [{"text", "cleaned"}], tokens.json [{"text", "ids"}] and parity.json
[{"question", "cleaned", "answered", "similarity", "top": [{"id", "probability"}]}], from the
model in models/faq/1. All characters but ASCII are escaped, so that each one can be seen.
"""

import json
from pathlib import Path

from clean import clean
from fixture_texts import CLEANING, QUESTIONS, token_texts
from questions import read_faq, read_no_match
from scoring import FaqModel

RECIPE = Path(__file__).resolve().parent
ROOT = RECIPE.parents[1]


def main():
    folder = ROOT / "test/fixtures/faq"
    folder.mkdir(parents=True, exist_ok=True)
    model = FaqModel(ROOT / "models/faq/1")
    faq, no_match = read_faq(RECIPE / "data"), read_no_match(RECIPE / "data")
    _write(folder / "cleaning.json", [{"text": text, "cleaned": clean(text)} for text in CLEANING])
    # The tokenizer sees cleaned text only; most of these would come through cleaning unchanged.
    texts = [*token_texts(), *(clean(d.text) for o in faq[::2] for d in o.duplicates[13:15])]
    _write(
        folder / "tokens.json",
        [{"text": text, "ids": model.embedder.token_ids(text)} for text in texts],
    )
    asked = [*QUESTIONS, *(text for text, _ in no_match[::13])]
    _write(
        folder / "parity.json",
        [{"question": question, **model.match(question)} for question in asked],
    )


def _write(path, entries):
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{path.name}: {len(entries)}")


if __name__ == "__main__":
    main()
