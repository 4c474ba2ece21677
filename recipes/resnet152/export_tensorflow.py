"""Exports a TensorFlow SavedModel of ResNet-152 (NHWC, 224 x 224).

Run from the repository root:
    python recipes/resnet152/export_tensorflow.py --weights saved_model_folder --licence Apache-2.0 \
        --out models --labels models/vision/1/labels.tsv
"""

import tempfile
import time

import numpy as np
import tensorflow as tf
import tf2onnx
from onnx_graph import save_graph
from photographs import centre_crop, golden_images
from tensorflow_conversion import SIDE, to_onnx
from tensorflow_resnet import save_random_model
from version_folder import count_classes, new_version, parser, publish

# Of ImageNet, in the order blue, green, red: what Caffe's networks subtract.
BGR_MEAN = [103.939, 116.779, 123.68]


def load(weights, classes, preprocess, signature_name):
    """The function float32 [N, 224, 224, 3] -> [N, classes] of a SavedModel's signature."""
    if weights == "random":
        with tempfile.TemporaryDirectory() as folder:
            save_random_model(folder, classes, preprocess)
            return load(folder, classes, preprocess, signature_name)
    loaded = tf.saved_model.load(weights)
    signature = loaded.signatures[signature_name]
    # Each of the two must be the only one.
    (input_name,) = signature.structured_input_signature[1]
    (output_name,) = signature.structured_outputs

    def function(images):
        # The loaded object owns the variables: it must live as long as the function.
        return loaded.signatures[signature_name](**{input_name: images})[output_name]

    return function


def preprocessing_of(channels, mean):
    """uint8 RGB [N, 224, 224, 3] -> float32 of the same shape."""

    def preprocess(pictures):
        pixels = tf.cast(pictures, tf.float32)
        return (tf.reverse(pixels, axis=[-1]) if channels == "BGR" else pixels) - tf.constant(mean)

    return preprocess


def activation_of(outputs):
    """`probabilities` where every row is one, else `logits`."""
    is_distribution = outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
    return "probabilities" if is_distribution else "logits"


def main():
    options = parser(__doc__.splitlines()[0], "resnet152-tf", "SavedModel folder")
    options.add_argument("--signature", default="serving_default")
    options.add_argument("--channels", choices=["BGR", "RGB"], default="BGR", help="that the model was trained on")
    options.add_argument("--mean", type=float, nargs=3, default=BGR_MEAN,
                         help="subtracted from the pixels (0..255), in the order of --channels")
    options = options.parse_args()
    preprocess = preprocessing_of(options.channels, options.mean)
    with new_version(options) as folder:
        function = load(options.weights, count_classes(options.labels), preprocess, options.signature)
        images = golden_images(SIDE)
        tensors = preprocess(np.stack([centre_crop(image, SIDE) for image in images.values()])).numpy()
        outputs = np.concatenate([function(tf.constant(tensor[None])).numpy() for tensor in tensors])
        activation = activation_of(outputs)
        print(f"the model answers with {activation}")
        started = time.monotonic()
        save_graph(to_onnx(function), folder, "images", activation)
        print(f"converted in {time.monotonic() - started:.0f} s")
        publish(folder, options, manifest_of(options, activation), images, tensors, outputs)


def manifest_of(options, activation):
    return {
        "framework": f"TensorFlow {tf.__version__}, tf2onnx {tf2onnx.__version__}",
        "input": {"name": "images", "layout": "NHWC", "datatype": "FP32", "channels": options.channels},
        "output": {"name": activation, "activation": activation},
        "preprocessing": {
            "resize": {"mode": "shortest-side", "size": SIDE, "filter": "lanczos3"},
            "crop": SIDE,
            "scale": 1,
            "mean": options.mean,
            "std": [1, 1, 1],
        },
    }


if __name__ == "__main__":
    main()
