"""The classic way, for comparison: a LightGBM classifier over TF-IDF features of text pairs.

A pair is (question, original); its features are the TF-IDF vectors of both, words and word pairs.
It learns from every duplicate with its own original and with NEGATIVES random others, and ranks
by scoring a question against every original.
"""

import numpy as np
from clean import clean
from lightgbm import LGBMClassifier
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer

NEGATIVES = 19


class PairClassifier:
    def __init__(self, originals, questions, truth):
        """originals, questions: texts; truth: int [questions], the column of each question."""
        self._vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        self._vectoriser.fit([clean(text) for text in (*originals, *questions)])
        self._originals = self._vectors(originals)
        rows, columns = _pairs(truth, len(originals))
        # Each positive weighs as much as all its negatives.
        weights = np.where(truth[rows] == columns, NEGATIVES, 1)
        self._classifier = LGBMClassifier(
            n_estimators=500, learning_rate=0.1, num_leaves=63, n_jobs=2, random_state=0, verbose=-1
        )
        pairs = hstack([self._vectors(questions)[rows], self._originals[columns]]).tocsr()
        self._classifier.fit(pairs, truth[rows] == columns, sample_weight=weights)

    def score(self, questions):
        """Chance that a pair matches: float [questions, originals]."""
        count = self._originals.shape[0]
        rows = np.repeat(np.arange(len(questions)), count)
        columns = np.tile(np.arange(count), len(questions))
        pairs = hstack([self._vectors(questions)[rows], self._originals[columns]]).tocsr()
        return self._classifier.predict_proba(pairs)[:, 1].reshape(len(questions), count)

    def _vectors(self, texts):
        return self._vectoriser.transform([clean(text) for text in texts])


def _pairs(truth, originals):
    """Question and original of every training pair: two int arrays."""
    random = np.random.default_rng(0)
    others = [
        random.choice(np.delete(np.arange(originals), right), NEGATIVES, replace=False)
        for right in truth
    ]
    columns = np.concatenate([np.r_[right, other] for right, other in zip(truth, others)])
    return np.repeat(np.arange(len(truth)), NEGATIVES + 1), columns
