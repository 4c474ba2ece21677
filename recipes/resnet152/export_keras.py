"""Exports keras.applications.ResNet152 (v1) from a weights file or a whole saved model.

Run from the repository root:
    python recipes/resnet152/export_keras.py --weights resnet152_weights.h5 --licence MIT \
        --out models --labels models/vision/1/labels.tsv
"""

import time

import keras
import numpy as np
import tf2onnx
from onnx_graph import save_graph
from photographs import calibration_batch, centre_crop, golden_images
from random_weights import RESIDUAL_GAIN, SEED, spread_classifier
from tensorflow_conversion import SIDE, to_onnx
from version_folder import count_classes, new_version, parser, publish

# In the order blue, green, red; subtracted by keras.applications' `caffe` mode.
BGR_MEAN = [103.939, 116.779, 123.68]


def load(weights, classes):
    """ResNet-152 with a softmax at its end: float32 [N, 224, 224, 3] -> probabilities [N, classes]."""
    if weights == "random":
        return random_network(classes)
    if weights.endswith(".keras"):
        return keras.models.load_model(weights, compile=False)
    network = keras.applications.ResNet152(weights=None, classes=classes)
    network.load_weights(weights)
    return network


def random_network(classes):
    """Seeded random weights, calibrated on photographs (see random_weights.py)."""
    keras.utils.set_random_seed(SEED)
    network = keras.applications.ResNet152(weights=None, classes=classes)
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0  # one pass sets the statistics
        if norm.name.endswith("_3_bn"):
            norm.gamma.assign(np.full(norm.gamma.shape, RESIDUAL_GAIN))
    body = keras.Model(network.input, network.get_layer("avg_pool").output)
    features = body(preprocess(calibration_batch(SIDE)), training=True)
    network.get_layer("predictions").set_weights(spread_classifier(features, classes))
    return network


def preprocess(pictures):
    """uint8 RGB [N, 224, 224, 3] -> float32 BGR of the same shape, mean subtracted."""
    return keras.applications.resnet.preprocess_input(pictures.astype(np.float32))


def main():
    options = parser(__doc__.splitlines()[0], "resnet152-keras", "weights (.weights.h5, .h5) or model (.keras)")
    options = options.parse_args()
    with new_version(options) as folder:
        network = load(options.weights, count_classes(options.labels))
        images = golden_images(SIDE)
        tensors = preprocess(np.stack([centre_crop(image, SIDE) for image in images.values()]))
        outputs = np.concatenate([np.asarray(network(tensor[None], training=False)) for tensor in tensors])
        started = time.monotonic()
        save_graph(to_onnx(lambda pixels: network(pixels, training=False)), folder, "images", "probabilities")
        print(f"converted in {time.monotonic() - started:.0f} s")
        publish(folder, options, manifest(), images, tensors, outputs)


def manifest():
    return {
        "framework": f"Keras {keras.__version__}, tf2onnx {tf2onnx.__version__}",
        "input": {"name": "images", "layout": "NHWC", "datatype": "FP32", "channels": "BGR"},
        "output": {"name": "probabilities", "activation": "probabilities"},
        "preprocessing": {
            "resize": {"mode": "shortest-side", "size": SIDE, "filter": "lanczos3"},
            "crop": SIDE,
            "scale": 1,
            "mean": BGR_MEAN,
            "std": [1, 1, 1],
        },
    }


if __name__ == "__main__":
    main()
