"""Turns an exported graph into a model version: <out>/<name>/<version>/ with all its files."""

import argparse
import hashlib
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from parity import check_graph, check_preprocessing, probabilities
from photographs import CREDITS
from random_weights import SEED

sys.path.append(str(Path(__file__).resolve().parents[1]))
from model_folder import write_golden, write_manifest  # noqa: E402

GOLDEN_TOLERANCE = 0.001
TOP = 5


def parser(description, name, weights):
    """The command line that the three exporters have in common."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--weights", required=True, help=f"{weights}, or `random`")
    options.add_argument("--out", type=Path, required=True, help="the models directory")
    options.add_argument("--labels", type=Path, required=True, help="WordNet id, tab, names; a class a line")
    options.add_argument("--name", default=name, help=f"name of the model ({name})")
    options.add_argument("--version", type=int, default=1)
    options.add_argument("--licence", help="SPDX id of your weights' licence; CC0-1.0 for random ones")
    options.add_argument("--source", help="where the weights come from; default: file name and SHA-256")
    return options


def count_classes(labels):
    return len(labels.read_text(encoding="utf-8").splitlines())


@contextmanager
def new_version(options):
    """A hidden folder to fill, which takes its name only once everything in it has passed."""
    target = options.out / options.name / str(options.version)
    if target.exists():
        raise SystemExit(f"{target} exists: versions are never overwritten, choose --version")
    if options.weights != "random" and options.licence is None:
        raise SystemExit("--licence is needed for weights that are not random")
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=options.out) as staging:
        folder = Path(staging, target.name)
        folder.mkdir()
        yield folder
        target.parent.mkdir(exist_ok=True)
        folder.rename(target)
    print(f"wrote {target}")


def publish(folder, options, model, images, tensors, outputs):
    """Compare with the framework, then write everything but the graph.

    model: manifest members {framework, input, output, preprocessing}.
    images: {name: PIL image}; tensors: float32 [N, …] and outputs: [N, classes], the framework's
    own input and answer for each of them, in the same order.
    """
    manifest = _manifest(options, model)
    activation = model["output"]["activation"]
    if outputs.shape[1] != count_classes(options.labels):
        raise SystemExit(f"the model has {outputs.shape[1]} classes, the labels {count_classes(options.labels)}")
    for image, tensor in zip(images.values(), tensors, strict=True):
        check_preprocessing(manifest, image, tensor[np.newaxis])
    differences = check_graph(folder / "model.onnx", tensors, outputs, activation)
    shutil.copyfile(options.labels, folder / "labels.tsv")
    (folder / "golden").mkdir()
    for name, image in images.items():
        image.save(folder / "golden" / f"{name}.png", optimize=True)
    expected = [_top(row) for row in probabilities(outputs, activation)]
    cases = [{"image": f"golden/{name}.png", "expect": top} for name, top in zip(images, expected, strict=True)]
    write_golden(folder, {"tolerance": GOLDEN_TOLERANCE, "cases": cases})
    _write_readme(folder, manifest, differences, images)
    files = ["model.onnx", "model.data", "labels.tsv", *(case["image"] for case in cases)]
    write_manifest(folder, {**manifest, "files": files})


def _manifest(options, model):
    weights = "random weights" if options.weights == "random" else Path(options.weights).name
    return {
        "kind": "vision",
        "title": f"ResNet-152 v1, {weights}",
        "framework": model["framework"],
        "precision": "fp32",
        "licence": {"spdx": options.licence or "CC0-1.0"},
        "source": options.source or _describe(options.weights),
        "accuracy": [],
        "graphs": ["model.onnx"],
        "limits": {"maxBatchRows": 4},
        "input": model["input"],
        "output": model["output"],
        "preprocessing": model["preprocessing"],
        "labels": "labels.tsv",
    }


def _describe(weights):
    path = Path(weights)
    if weights == "random":
        return f"random weights, seed {SEED}, batch normalisation calibrated on photographs"
    if path.is_dir():
        return path.name
    with path.open("rb") as file:
        return f"{path.name}, SHA-256 {hashlib.file_digest(file, 'sha256').hexdigest()}"


def _top(row):
    """The most probable classes of float [classes], best first."""
    return [{"index": int(i), "probability": float(row[i])} for i in np.argsort(-row)[:TOP]]


def _write_readme(folder, manifest, differences, images):
    lines = [
        f"# {manifest['title']}",
        "",
        f"Weights: {manifest['source']}. Licence: {manifest['licence']['spdx']}. "
        f"Framework: {manifest['framework']}. Exported by recipes/resnet152.",
        "",
        "No accuracy is stated: none was measured on these weights.",
        "",
        f"golden.json holds the framework's answers to three photographs. ONNX Runtime differs from them by at most "
        f"{differences['probability']:.1e} in probability and {differences['logit']:.1e} of the largest logit.",
        "",
        *(f"- golden/{name}.png: {CREDITS[name]}" for name in images),
    ]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
