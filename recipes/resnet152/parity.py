"""Compares the exported graph and the manifest's preprocessing with the framework."""

import numpy as np
import onnxruntime
from photographs import centre_crop

MAX_PIXEL_DIFFERENCE = 1e-4
MAX_PROBABILITY_DIFFERENCE = 1e-4
MAX_LOGIT_DIFFERENCE = 1e-3


def probabilities(outputs, activation):
    """[N, classes] of the graph -> float64 probabilities."""
    outputs = np.asarray(outputs, dtype=np.float64)
    if activation == "probabilities":
        return outputs
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def check_preprocessing(manifest, image, tensor):
    """Refuse a manifest whose preprocessing does not give the framework's tensor [1, …]."""
    ours = _preprocess(manifest, image)
    _refuse_above(MAX_PIXEL_DIFFERENCE, "input", np.abs(ours - np.asarray(tensor)).max())


def check_graph(model_file, tensors, outputs, activation):
    """Run the graph on all tensors as one batch and one by one; compare with the framework.

    tensors: float32 [N, …]; outputs: the framework's [N, classes] for them, computed singly.
    Logits are compared relative to the largest one; of probabilities, their logarithms.
    Returns {"probability": max |Δ|, "logit": max |Δ| / max |logit|}.
    """
    session = onnxruntime.InferenceSession(model_file, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    batched = session.run(None, {name: tensors})[0]
    single = [session.run(None, {name: tensors[i : i + 1]})[0] for i in range(len(tensors))]
    measured = [_differences(each, outputs, activation) for each in (batched, np.concatenate(single))]
    worst = {key: max(each[key] for each in measured) for key in measured[0]}
    _refuse_above(MAX_PROBABILITY_DIFFERENCE, "probability", worst["probability"])
    _refuse_above(MAX_LOGIT_DIFFERENCE, "relative logit", worst["logit"])
    return worst


def _preprocess(manifest, image):
    """What the server does with a picture whose short side needs no resizing: float32 [1, …]."""
    steps = manifest["preprocessing"]
    pixels = centre_crop(image, steps["crop"]).astype(np.float64)
    if manifest["input"]["channels"] == "BGR":
        pixels = pixels[..., ::-1]
    values = (pixels * steps["scale"] - steps["mean"]) / steps["std"]
    if manifest["input"]["layout"] == "NCHW":
        values = values.transpose(2, 0, 1)
    return values[np.newaxis].astype(np.float32)


def _differences(ours, theirs, activation):
    chance = np.abs(probabilities(ours, activation) - probabilities(theirs, activation)).max()
    if activation == "probabilities":
        ours, theirs = np.log(ours), np.log(theirs)
    return {"probability": chance, "logit": np.abs(ours - theirs).max() / np.abs(theirs).max()}


def _refuse_above(limit, what, difference):
    print(f"max |Δ {what}| = {difference:.2g} (limit {limit:g})")
    if not difference <= limit:
        raise SystemExit(f"refused: the {what} differs from the framework's by more than {limit:g}")
