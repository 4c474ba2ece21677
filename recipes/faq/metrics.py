"""How good a ranking is. `scores` float [questions, originals], `truth` int [questions]."""

import numpy as np
from sklearn.metrics import roc_auc_score

BINS = 10


def ranks(scores, truth):
    """The place of the right original, 0 being the first: int [questions]."""
    right = scores[np.arange(len(truth)), truth]
    return (scores > right[:, None]).sum(axis=1)


def ranking_figures(scores, truth):
    """Acc@1, Acc@2, Acc@3 and mean reciprocal rank, as a dictionary."""
    places = ranks(scores, truth)
    figures = {f"Acc@{k}": float((places < k).mean()) for k in (1, 2, 3)}
    return {**figures, "MRR": float((1 / (places + 1)).mean())}


def calibration_error(probabilities, truth):
    """Expected calibration error of the first place: ten equal bins of its probability."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    present = [bins == b for b in np.unique(bins)]
    return float(sum(abs(confidence[b].mean() - right[b].mean()) * b.mean() for b in present))


def separation(matching, not_matching):
    """AUROC of the top cosine: the chance that a question with a match has the higher one."""
    labels = np.r_[np.ones(len(matching)), np.zeros(len(not_matching))]
    return float(roc_auc_score(labels, np.r_[matching, not_matching]))


def best_threshold(matching, not_matching):
    """The top cosine that maximises Youden's J, the difference of the two shares answered."""
    candidates = np.unique(np.r_[matching, not_matching])
    gain = [(matching >= t).mean() - (not_matching >= t).mean() for t in candidates]
    return float(candidates[int(np.argmax(gain))])
