"""Writes a version of kind `tensor` from an ONNX graph and Python's own answers.

Shared by the recipes as model_folder.py is. Needs numpy, onnx and onnxruntime.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from model_folder import write_golden, write_manifest

GOLDEN_ROWS = 4
# By numpy's names; texts are objects.
DATATYPES = {"float32": "FP32", "int64": "INT64", "object": "BYTES"}


def options(description, name):
    """The recipe's command line: `out`, the version's folder, and `parity`, a file or None."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("models") / name / "1")
    parser.add_argument("--parity", type=Path, help="write Python's answers to held-out rows")
    return parser.parse_args()


def name_ends(model, inputs, outputs):
    """Give an exported graph's inputs and outputs the names that callers are to use."""
    graph = model.graph
    names = {end.name: name for end, name in zip(graph.input, inputs, strict=True)}
    names |= {end.name: name for end, name in zip(graph.output, outputs, strict=True)}
    for end in (*graph.input, *graph.output):
        end.name = names[end.name]
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def write_version(chosen, graph, manifest, inputs, outputs, tolerance):
    """Check the graph against Python and write model.onnx, model.json, golden.json, parity file.

    chosen: see `options`. graph: onnx.ModelProto, the first dimension of every end free.
    inputs, outputs: arrays by name: held-out rows and what Python says of them; texts as objects.
    tolerance: what numbers may differ by, times 1 + their size; texts and integers not at all.
    """
    _name_rows(graph)
    onnx.checker.check_model(graph)
    _compare(graph, inputs, outputs, tolerance)
    chosen.out.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, chosen.out / "model.onnx")
    rows = [slice(row, row + 1) for row in range(GOLDEN_ROWS)]
    cases = [{"inputs": _tensors(inputs, row), "outputs": _tensors(outputs, row)} for row in rows]
    write_golden(chosen.out, {"note": "Python's answers.", "tolerance": tolerance, "cases": cases})
    write_manifest(
        chosen.out,
        {
            "kind": "tensor",
            **manifest,
            "files": ["model.onnx"],
            "graphs": ["model.onnx"],
            "limits": {"maxBatchRows": 32},
            "outputs": list(outputs),
        },
    )
    if chosen.parity:
        everything = slice(None)
        parity = {"tolerance": tolerance, "inputs": _tensors(inputs, everything)}
        parity["outputs"] = _tensors(outputs, everything)
        chosen.parity.write_text(json.dumps(parity) + "\n", encoding="utf-8")


def _compare(graph, inputs, outputs, tolerance):
    """One row at a time and all at once, as a server may run them."""
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    count = len(next(iter(inputs.values())))
    for runs in ([slice(None)], [slice(row, row + 1) for row in range(count)]):
        parts = []
        for rows in runs:
            asked = {name: array[rows] for name, array in inputs.items()}
            parts.append(session.run(list(outputs), asked))
        for name, *got in zip(outputs, *parts):
            largest = _difference(name, outputs[name], np.concatenate(got))
            print(f"{name}: {count} rows in {len(runs)} runs, largest |difference| {largest:.1e}")
            if largest > tolerance:
                raise RuntimeError(f"{name} strays from Python")


def _difference(name, expected, got):
    """Relative to 1 + |expected|."""
    if expected.dtype.kind == "f":
        return float((np.abs(got - expected) / (1 + np.abs(expected))).max())
    if not (got == expected).all():
        raise RuntimeError(f"{name} strays from Python in {(got != expected).sum()} rows")
    return 0.0


def _tensors(arrays, rows):
    return {name: _tensor(array[rows]) for name, array in arrays.items()}


def _tensor(array):
    data = array.ravel().tolist()
    if array.dtype == np.float32:
        # The shortest text that is the same number in single precision.
        data = [float(str(value)) for value in array.ravel()]
    return {"datatype": DATATYPES[str(array.dtype)], "shape": list(array.shape), "data": data}


def _name_rows(model):
    """Names the free first dimension, and drops what exporters note of the exporting machine."""
    graph = model.graph
    for end in (*graph.input, *graph.output):
        end.type.tensor_type.shape.dim[0].dim_param = "N"
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
    # Shapes written down for one batch size would draw warnings for another.
    del graph.value_info[:]
