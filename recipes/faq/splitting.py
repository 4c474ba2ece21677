"""What is learnt from and what is held out: 30 % of each original's duplicates."""

import numpy as np

HELD_OUT_SHARE = 0.3


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
