"""Makes the encoder a quarter as large and twice as fast: products in bytes."""

import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.quant_utils import add_pre_process_metadata


def quantise(model, path):
    """Write the int8 form of `model` (about 23 MB): the weights of MatMul and Gather as bytes.

    Weights of a product have a scale a column and seven bits: with eight, processors without VNNI
    saturate and give other answers than those that were measured. Activations are quantised while
    it runs, over all rows of a run together, so score one row a run.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "encoder.onnx"
        # Says that nothing is left to optimise beforehand, or a warning would ask for it.
        add_pre_process_metadata(model)
        onnx.save(model, source)
        quantize_dynamic(
            source,
            path,
            op_types_to_quantize=["MatMul", "Gather"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )
