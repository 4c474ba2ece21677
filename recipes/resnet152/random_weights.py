"""What random weights need to behave like trained ones, for all three frameworks.

Besides these, an exporter sets every batch-norm statistic to that of photographs: without it
the activations of 152 layers grow until the logits overflow.
"""

import numpy as np

SEED = 152

# The scale that the last batch normalisation of a residual branch starts from. At the usual 1
# a fresh network amplifies rounding so much that two correct runtimes differ by 1e-4 in
# probability; at 0.2 by 2e-6 (measured, float32 against float64).
RESIDUAL_GAIN = 0.2

_LOGIT_SPREAD = 3.0


def spread_classifier(features, classes):
    """A last layer whose logits over these features have mean 0 and a deviation of 3.

    A fresh one gives every class nearly the same probability (0.001), and golden answers would
    hold whatever the pixels are. With this one a wrong channel order, crop or mean changes the
    answers by far more than their tolerance.

    features: float [pictures, dimensions], what the network gives to its last layer.
    Returns (kernel [dimensions, classes], bias [classes]), float32.
    """
    features = np.asarray(features, dtype=np.float64)
    kernel = np.random.default_rng(SEED).normal(size=(features.shape[1], classes))
    centre = features.mean(axis=0)
    kernel *= _LOGIT_SPREAD / ((features - centre) @ kernel).std()
    return kernel.astype(np.float32), (-centre @ kernel).astype(np.float32)
