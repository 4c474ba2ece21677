"""Reads the three files of an FAQ: originals, their answers, and duplicates of the originals.

Tab-separated UTF-8 with a header line, plain or gzipped (.gz). A field that starts with a double
quote is quoted as in CSV (doubled quotes inside), as pandas writes it.
"""

import csv
import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path

SENTENCE_END = re.compile(r"(?<=[.;?!]) +")


@dataclass(frozen=True)
class Duplicate:
    id: int
    text: str


@dataclass
class Original:
    """One frequently asked question: a column of the classifier."""

    id: str
    answer_id: str
    text: str
    answer: str
    duplicates: list[Duplicate] = field(default_factory=list)

    def examples(self, duplicates):
        """What it is learnt from: its text, `duplicates`, its answer and the answer's sentences."""
        texts = [duplicate.text for duplicate in duplicates]
        return [self.text, *texts, self.answer, *SENTENCE_END.split(self.answer)]


def read_table(path):
    """The rows of a TSV file as dictionaries by column name."""
    opened = gzip.open if Path(path).suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", strict=True))


def read_faq(folder):
    """Every original that has an answer, in file order, each with its duplicates."""
    answers = {row["Id"]: row["Text0"] for row in _rows(folder, "answers")}
    originals = [
        Original(row["Id"], row["AnswerId"], row["Text0"], answers[row["AnswerId"]])
        for row in _rows(folder, "originals")
        if row["AnswerId"] in answers
    ]
    by_answer = {original.answer_id: original for original in originals}
    if len(by_answer) != len(originals):
        raise ValueError("two originals share an AnswerId: duplicates could not be told apart")
    for row in _rows(folder, "duplicates"):
        if row["AnswerId"] in by_answer:
            by_answer[row["AnswerId"]].duplicates.append(
                Duplicate(int(row["Id"]), row["Text0"])
            )
    return originals


def read_no_match(folder):
    """Texts that no original answers: [(text, "far" | "near")], near meaning other programming."""
    return [(row["Text0"], row["Distance"]) for row in _rows(folder, "no_match")]


def write_originals(path, faq):
    """The originals of a model version: one line an original, in the order of the columns.

    No quoting, so no tab or line break.
    """
    rows = [("Id", "AnswerId", "Text0", "Answer")]
    rows += [(o.id, o.answer_id, " ".join(o.text.split()), " ".join(o.answer.split())) for o in faq]
    text = "".join("\t".join(row) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")


def _rows(folder, name):
    plain = Path(folder) / f"{name}.tsv"
    return read_table(plain if plain.exists() else plain.with_name(plain.name + ".gz"))
