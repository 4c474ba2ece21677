"""How far a quantised graph's answers are from those of the graph that it was made from."""

import numpy as np
import onnxruntime
from photographs import comparison_pictures
from pixels import graph_input

CROPS_A_PHOTOGRAPH = 40
DATASET = f"{CROPS_A_PHOTOGRAPH} random cuts of each photograph of test/fixtures/photos, none of them used to calibrate"


def measure(folder, manifest, quantised):
    """Entries for `accuracy` of model.json, against the version's own graph."""
    original = _probabilities(folder / manifest["graphs"][0], manifest)
    other = _probabilities(folder / quantised, manifest)
    same = original.argmax(1) == other.argmax(1)
    sure = original.max(1) >= 0.5
    # Either of two classes that are nearly as probable is an answer as good as the other.
    rows = np.arange(len(original))
    loss = original.max(1) - original[rows, other.argmax(1)]
    differences = np.abs(original - other).max(1)
    figures = {
        "top-1 agreement with fp32": same.mean(),
        "top-1 agreement with fp32 where it gives its class 0.5 or more": same[sure].mean(),
        "fp32 probability lost by choosing the int8 class, mean": loss.mean(),
        "largest probability difference from fp32, median over pictures": np.median(differences),
        "largest probability difference from fp32, 95th percentile": np.quantile(differences, 0.95),
    }
    for metric, value in figures.items():
        print(f"{value:8.4f}  {metric}")
    return [{"metric": metric, "value": round(float(value), 4), "dataset": DATASET} for metric, value in figures.items()]


def _probabilities(graph, manifest):
    """float64 [pictures, classes]"""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    name, output = manifest["input"]["name"], manifest["output"]
    rows = [
        session.run([output["name"]], {name: graph_input(picture, manifest)})[0][0]
        for picture in comparison_pictures(CROPS_A_PHOTOGRAPH)
    ]
    scores = np.stack(rows).astype(np.float64)
    if output["activation"] == "probabilities":
        return scores
    exponentials = np.exp(scores - scores.max(1, keepdims=True))
    return exponentials / exponentials.sum(1, keepdims=True)
