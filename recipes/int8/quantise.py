"""Adds an int8 variant to a version of kind `vision`: weights and activations in 8 bits.

Run from the repository root:
    python recipes/int8/quantise.py models/vision/1

Post-training static quantisation as pairs of QuantizeLinear and DequantizeLinear (QDQ): unsigned
activations, signed weights with a scale a channel. On x86 processors with VNNI this is the form
that ONNX Runtime runs on its int8 kernels; s8s8 and one scale a tensor gained nothing here.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import onnx
from agreement import measure
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from photographs import calibration_pictures
from pixels import graph_input

sys.path.append(str(Path(__file__).resolve().parents[1]))
from model_folder import write_manifest  # noqa: E402

CROPS_A_PHOTOGRAPH = 8


class Photographs(CalibrationDataReader):
    """Feeds the crops one by one: {input name: [1, …]}."""

    def __init__(self, manifest):
        name = manifest["input"]["name"]
        pictures = calibration_pictures(CROPS_A_PHOTOGRAPH)
        self._inputs = iter([{name: graph_input(picture, manifest)} for picture in pictures])

    def get_next(self):
        return next(self._inputs, None)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path, help="version folder, such as models/vision/1")
    folder = options.parse_args().folder
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    if manifest["kind"] != "vision" or len(manifest["graphs"]) != 1:
        raise SystemExit(f"{folder}: expected kind vision with one graph")
    if any(variant["precision"] == "int8" for variant in manifest.get("variants", [])):
        raise SystemExit(f"{folder} has an int8 variant already")
    quantise(folder / manifest["graphs"][0], folder / "model.int8.onnx", manifest)
    variant = {
        "precision": "int8",
        "graphs": ["model.int8.onnx"],
        "accuracy": measure(folder, manifest, "model.int8.onnx"),
        "tolerance": 0.2,
    }
    files = [file["path"] for file in manifest["files"]] + ["model.int8.onnx"]
    variants = [*manifest.get("variants", []), variant]
    write_manifest(folder, {**manifest, "files": files, "variants": variants})


def quantise(source, target, manifest):
    """ONNX file to ONNX file; the graph's input and output keep their datatypes."""
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch, "prepared.onnx")
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            target,
            Photographs(manifest),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            calibrate_method=CalibrationMethod.MinMax,
        )
    onnx.checker.check_model(str(target), full_check=True)


if __name__ == "__main__":
    main()
