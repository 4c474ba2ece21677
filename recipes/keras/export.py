"""A small Keras network: three sorts of wine by their analysis, as scikit-learn ships it.

    python recipes/keras/export.py [--out FOLDER] [--parity FILE]
"""

import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import onnx
import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tensor_version import name_ends, options, write_version  # noqa: E402

SEED = 0
OPSET = 18


def trained(rows, truth):
    """float32 [N, 13] -> probabilities [N, 3]. Scaling is part of it: callers send raw figures."""
    keras.utils.set_random_seed(SEED)
    # Not Normalization: its figures would become inputs of the graph that nobody can fill.
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    scaling = keras.layers.Rescaling(1 / deviation, -mean / deviation)
    network = keras.Sequential(
        [
            keras.Input((rows.shape[1],)),
            scaling,
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    network.fit(rows, truth, epochs=60, batch_size=16, verbose=0)
    return network


def main():
    chosen = options(__doc__, "wine")
    rows, truth = load_wine(return_X_y=True)
    rows = rows.astype(np.float32)
    learnt, held_out, learnt_truth, held_out_truth = train_test_split(
        rows, truth, test_size=0.3, random_state=SEED, stratify=truth
    )
    network = trained(learnt, learnt_truth)
    probabilities = np.asarray(network(held_out, training=False))
    accuracy = (probabilities.argmax(axis=1) == held_out_truth).mean()
    print(f"accuracy {accuracy:.3f} of {len(held_out)} held-out rows")

    with tempfile.TemporaryDirectory() as folder:
        network.export(f"{folder}/model.onnx", format="onnx", opset_version=OPSET, verbose=False)
        graph = onnx.load(f"{folder}/model.onnx")
    name_ends(graph, inputs=["analysis"], outputs=["probabilities"])
    manifest = {
        "title": "Three sorts of wine: a network of two layers on 13 figures of the analysis",
        "framework": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
        "licence": {"spdx": "CC-BY-4.0"},
        "source": "recipes/keras on the wine recognition data (UCI), as scikit-learn ships it",
        "accuracy": [
            {
                "metric": "accuracy",
                "value": round(float(accuracy), 4),
                "dataset": f"sklearn.datasets.load_wine, {len(held_out)} held-out rows",
            }
        ],
    }
    inputs, outputs = {"analysis": held_out}, {"probabilities": probabilities}
    write_version(chosen, graph, manifest, inputs, outputs, tolerance=1e-5)


if __name__ == "__main__":
    main()
