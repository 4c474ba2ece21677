"""Scores a written model folder in Python, as the server does it: what the fixtures are made by."""

import csv
import json

import numpy as np
import onnxruntime
from clean import clean
from embedding import Embedder


class FaqModel:
    """A folder with model.json or, while it is being written, the files that model.json names."""

    def __init__(self, folder, threshold=None):
        if threshold is None:
            threshold = json.loads((folder / "model.json").read_text("utf-8"))["threshold"]
        self.threshold = threshold
        self.embedder = Embedder(folder / "encoder.onnx", folder / "tokenizer.json")
        self._head = onnxruntime.InferenceSession(folder / "head.onnx")
        with open(folder / "originals.tsv", encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            self._ids = [row["Id"] for row in rows]
        flat = np.fromfile(folder / "centroids.f32", "<f4")
        self._centroids = flat.reshape(len(self._ids), -1)

    def probabilities(self, embeddings):
        """float32 [N, originals]"""
        return self._head.run(["probability"], {"embedding": embeddings})[0]

    def match(self, question, top=3):
        """{"cleaned", "answered", "similarity", "top": [{"id", "probability"}]}, highest first."""
        embedding = self.embedder.embed([question])
        similarity = float((embedding @ self._centroids.T).max())
        probability = self.probabilities(embedding)[0]
        best = np.argsort(-probability, kind="stable")[:top]
        return {
            "cleaned": clean(question),
            "answered": similarity >= self.threshold,
            "similarity": round(similarity, 4),
            "top": [
                {"id": self._ids[i], "probability": round(float(probability[i]), 4)} for i in best
            ],
        }
