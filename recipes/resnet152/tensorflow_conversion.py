"""From a TensorFlow function to an ONNX graph."""

import tensorflow as tf
import tf2onnx

OPSET = 18
SIDE = 224


def to_onnx(function):
    """onnx.ModelProto of a function float32 [N, 224, 224, 3] -> [N, classes]."""
    signature = [tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, name="pixels")]
    model, _ = tf2onnx.convert.from_function(tf.function(function), input_signature=signature, opset=OPSET)
    return model
