"""From embeddings to probabilities: centroids, and the logistic regression on top of them.

Arrays: `embeddings` float32 [examples, 384] with rows of length 1, `columns` int [examples], the
original that each example belongs to.
"""

import numpy as np
import onnx
from encoder import IR_VERSION, OPSET, WIDTH
from onnx import TensorProto, helper, numpy_helper
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)


def centroids_of(embeddings, columns):
    """The mean of each original's examples, scaled to length 1: float32 [originals, 384]."""
    means = np.stack([embeddings[columns == c].mean(axis=0) for c in range(columns.max() + 1)])
    return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


def fit_scale(embeddings, columns):
    """The scale of softmax(cosine * scale) that suits examples left out of their centroid best."""
    cosines = np.empty((len(columns), columns.max() + 1))
    for fit, left_out in FOLDS.split(embeddings, columns):
        centroids = centroids_of(embeddings[fit], columns[fit])
        cosines[left_out] = embeddings[left_out] @ centroids.T
    rows = np.arange(len(columns))

    def loss(scale):
        return -log_softmax(cosines * scale, axis=1)[rows, columns].mean()

    return float(minimize_scalar(loss, bounds=(1, 100), method="bounded").x)


def fit_head(embeddings, columns, method="temperature"):
    """A calibrated logistic regression over embeddings.

    One temperature for all originals: Platt's sigmoid an original has too few examples to go by
    here (its calibration error is printed by train.py for comparison).
    """
    # With a looser tolerance lbfgs may stop at once, with all weights 0, without a word.
    regression = LogisticRegression(C=5, tol=1e-5, max_iter=1000)
    head = CalibratedClassifierCV(regression, method=method, cv=FOLDS, ensemble=False)
    head.fit(embeddings, columns)
    fitted = head.calibrated_classifiers_[0].estimator
    if not (fitted.n_iter_ > 0).all() or (fitted.n_iter_ >= fitted.max_iter).any():
        raise RuntimeError("the logistic regression did not converge")
    return head


def head_graph(head):
    """The head fitted with method="temperature" as an onnx.ModelProto.

    softmax(embedding · weight + bias), the temperature folded into both:
    embedding float32 [N, 384] -> probability float32 [N, originals].
    Two nodes made here, as converters know neither the temperature nor how to leave the label out.
    """
    fitted = head.calibrated_classifiers_[0]
    sharpness = fitted.calibrators[0].beta_
    weight = (fitted.estimator.coef_ * sharpness).T.astype(np.float32)
    bias = (fitted.estimator.intercept_ * sharpness).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["embedding", "weight", "bias"], ["logit"], name="logit"),
            helper.make_node("Softmax", ["logit"], ["probability"], name="probability", axis=-1),
        ],
        "faq-head",
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["rows", WIDTH])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["rows", len(bias)])],
        [
            numpy_helper.from_array(np.ascontiguousarray(weight), "weight"),
            numpy_helper.from_array(bias, "bias"),
        ],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    return model
