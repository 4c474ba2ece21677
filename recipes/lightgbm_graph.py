"""LightGBM classifiers as ONNX graphs that decide every row as LightGBM does.

Shared by the recipes as model_folder.py is.
"""

import lightgbm
import numpy as np
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

# The newest that onnxmltools writes.
OPSET = 15


def to_onnx(classifier, name, columns):
    """classifier: a fitted LGBMClassifier that has learnt from float32 rows.

    The graph takes `name`, float32 [N, columns]; its outputs are label and probabilities. Without
    zipmap=False the latter would be a list of dictionaries, which no client can ask for.
    """
    model = convert_lightgbm(
        _in_single_precision(classifier.booster_),
        initial_types=[(name, FloatTensorType([None, columns]))],
        target_opset=OPSET,
        zipmap=False,
    )
    # Not a name at random: the same classifier gives the same bytes.
    model.graph.name = "trees"
    return model


def _in_single_precision(booster):
    """The same decisions for float32 rows, with thresholds that float32 holds exactly.

    The conversion rounds thresholds to the nearest float32. One that lies between two values of the
    data is then often the upper one, and rows that have it go the other way. Rounded down, none do.
    """
    lines = booster.model_to_string().split("\n")
    for at, line in enumerate(lines):
        if line.startswith("threshold="):
            values = line.removeprefix("threshold=").split(" ")
            lines[at] = "threshold=" + " ".join(repr(_floor(float(value))) for value in values)
    # The sizes of the trees in bytes are no longer those of the header; it may lack them.
    kept = [line for line in lines if not line.startswith("tree_sizes=")]
    return lightgbm.Booster(model_str="\n".join(kept))


def _floor(value):
    """The largest float32 that is not above `value`."""
    nearest = np.float32(value)
    # In double precision: numpy compares a float32 with a Python number in single.
    is_above = float(nearest) > value
    return float(np.nextafter(nearest, np.float32(-np.inf)) if is_above else nearest)
