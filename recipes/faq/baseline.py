"""The classic way, for comparison: a LightGBM classifier over TF-IDF features of text pairs.

A pair is (question, original); its features are the TF-IDF vectors of both, words and word pairs.
It learns from every duplicate with its own original and with NEGATIVES random others, and ranks
by scoring a question against every original. recipes/faq-pairs serves it.
"""

import numpy as np
from clean import clean
from lightgbm import LGBMClassifier
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer

NEGATIVES = 19


class PairClassifier:
    def __init__(self, originals, questions, truth, vectoriser=None, trees=500):
        """originals, questions: texts; truth: int [questions], the column of each question.

        vectoriser: what becomes TF-IDF of cleaned texts; unset: the best that was found.
        """
        self.vectoriser = vectoriser or TfidfVectorizer(
            ngram_range=(1, 2), sublinear_tf=True, min_df=2
        )
        self.vectoriser.fit([_words(text) for text in (*originals, *questions)])
        vectors = self.vectors(originals)
        # Words that no original has tell originals apart no better.
        self.originals = vectors[:, np.unique(vectors.nonzero()[1])]
        rows, columns = _pairs(truth, len(originals))
        # Each positive weighs as much as all its negatives.
        weights = np.where(truth[rows] == columns, NEGATIVES, 1)
        self.classifier = LGBMClassifier(
            n_estimators=trees,
            learning_rate=0.1,
            num_leaves=63,
            n_jobs=1,
            random_state=0,
            verbose=-1,
        )
        pairs = hstack([self.vectors(questions)[rows], self.originals[columns]]).tocsr()
        # Integers: the conversion to ONNX takes no booleans for classes.
        matches = (truth[rows] == columns).astype(int)
        self.classifier.fit(pairs, matches, sample_weight=weights)

    def score(self, questions):
        """Chance that a pair matches: float [questions, originals]."""
        count = self.originals.shape[0]
        rows = np.repeat(np.arange(len(questions)), count)
        columns = np.tile(np.arange(count), len(questions))
        pairs = hstack([self.vectors(questions)[rows], self.originals[columns]]).tocsr()
        return self.classifier.predict_proba(pairs)[:, 1].reshape(len(questions), count)

    def vectors(self, texts):
        """TF-IDF, sparse [texts, words]."""
        return self.vectoriser.transform([_words(text) for text in texts])


def _words(text):
    """Lower case here, not in the vectoriser: its graph would need a locale for it."""
    return clean(text).lower()


def _pairs(truth, originals):
    """Question and original of every training pair: two int arrays."""
    random = np.random.default_rng(0)
    others = [
        random.choice(np.delete(np.arange(originals), right), NEGATIVES, replace=False)
        for right in truth
    ]
    columns = np.concatenate([np.r_[right, other] for right, other in zip(truth, others)])
    return np.repeat(np.arange(len(truth)), NEGATIVES + 1), columns
