"""The Python pipeline: TF-IDF and trees on pairs, centroids for whether anything matches."""

import numpy as np
from baseline import PairClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

TREES = 300
TOP = 3


class PairModel:
    """The Python pipeline."""

    def __init__(self, faq, texts, columns):
        """texts: duplicates to learn from; columns: int [texts], the original of each."""
        # The forms that skl2onnx converts exactly: no sublinear_tf, ASCII words, lower case before.
        vectoriser = TfidfVectorizer(
            ngram_range=(1, 2),
            min_df=2,
            token_pattern="[a-z0-9]+",
            lowercase=False,
            dtype=np.float32,
        )
        originals = [original.text for original in faq]
        self.ids = [original.id for original in faq]
        self.classifier = PairClassifier(originals, texts, columns, vectoriser, TREES)
        examples = self.classifier.vectors([*originals, *texts])
        owners = np.r_[np.arange(len(faq)), columns]
        self.centroids = normalize(
            np.stack([np.asarray(examples[owners == c].mean(axis=0))[0] for c in range(len(faq))])
        ).astype(np.float32)

    def probabilities(self, questions):
        return self.classifier.score(questions)

    def cosines(self, questions):
        """float [questions, originals]: TF-IDF with the mean of the original and its duplicates."""
        return self.classifier.vectors(questions) @ self.centroids.T

    def answers(self, questions, threshold):
        """[{"question", "answered", "similarity", "top": [{"id", "probability"}]}]"""
        similarities = self.cosines(questions).max(axis=1)
        answers = []
        for question, row, best in zip(questions, self.probabilities(questions), similarities):
            top = np.argsort(-row, kind="stable")[:TOP]
            answers.append(
                {
                    "question": question,
                    "answered": bool(best >= threshold),
                    "similarity": round(float(best), 6),
                    "top": [
                        {"id": self.ids[i], "probability": round(float(row[i]), 6)} for i in top
                    ],
                }
            )
        return answers
