"""One graph of the vectoriser and the trees: a question in, its match with every original out.

    question     STRING [N]             cleaned, in lower case
    probability  FLOAT  [N, originals]  the classifier's chance that the pair means the same
    similarity   FLOAT  [N, originals]  cosine of the question with the original's centroid

The question's TF-IDF is computed once; that of the originals is a constant of the graph.
"""

import lightgbm_graph
import numpy as np
import skl2onnx
from onnx import TensorProto, checker, compose, helper, numpy_helper
from skl2onnx.common.data_types import StringTensorType

IR_VERSION = 9
OPSETS = {"": lightgbm_graph.OPSET, "ai.onnx.ml": 3}


def pairs_graph(classifier, centroids):
    """classifier: a fitted PairClassifier; centroids: float32 [originals, words], length 1."""
    originals = classifier.originals.toarray().astype(np.float32)
    words = skl2onnx.to_onnx(
        classifier.vectoriser,
        initial_types=[("text", StringTensorType([None, 1]))],
        target_opset=OPSETS,
    )
    width = len(classifier.vectoriser.vocabulary_) + originals.shape[1]
    trees = lightgbm_graph.to_onnx(classifier.classifier, "pair", width)
    words, trees = compose.add_prefix(words, "words_"), compose.add_prefix(trees, "trees_")
    vector, chance = words.graph.output[0].name, trees.graph.output[1].name
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["question", "column"], [words.graph.input[0].name]),
            *words.graph.node,
            *_pairs(vector, trees.graph.input[0].name),
            *trees.graph.node,
            helper.make_node("Gather", [chance, "positive"], ["chance"], axis=1),
            helper.make_node("Reshape", ["chance", "by_question"], ["probability"]),
            helper.make_node("MatMul", [vector, "centroids"], ["similarity"]),
        ],
        "pairs",
        [helper.make_tensor_value_info("question", TensorProto.STRING, ["N"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", len(originals)])
            for name in ("probability", "similarity")
        ],
        [*words.graph.initializer, *trees.graph.initializer, *_constants(originals, centroids)],
    )
    # skl2onnx cuts texts into words by an operator of ONNX Runtime's own.
    domains = {**OPSETS, "com.microsoft": 1}
    model = helper.make_model(
        graph,
        producer_name="recipes/faq-pairs",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in domains.items()],
    )
    checker.check_model(model)
    return model


def _pairs(vector, pair):
    """Every question beside every original: [N, words] to [N * originals, pair]."""
    return [
        helper.make_node("Unsqueeze", [vector, "middle"], ["asked"]),
        helper.make_node("Shape", [vector], ["questions"], start=0, end=1),
        helper.make_node("Concat", ["questions", "count_and_one"], ["times"], axis=0),
        helper.make_node("Expand", ["asked", "times"], ["each_asked"]),
        helper.make_node("Concat", ["questions", "one_and_one"], ["times_originals"], axis=0),
        helper.make_node("Expand", ["originals", "times_originals"], ["each_original"]),
        helper.make_node("Concat", ["each_asked", "each_original"], ["beside"], axis=2),
        helper.make_node("Reshape", ["beside", "pair_rows"], [pair]),
    ]


def _constants(originals, centroids):
    count, words = originals.shape
    width = centroids.shape[1] + words
    values = {
        "column": np.array([-1, 1]),
        "middle": np.array([1]),
        "count_and_one": np.array([count, 1]),
        "one_and_one": np.array([1, 1]),
        "pair_rows": np.array([-1, width]),
        "positive": np.array([1]),
        "by_question": np.array([-1, count]),
        "originals": originals[None],
        "centroids": np.ascontiguousarray(centroids.T),
    }
    return [numpy_helper.from_array(value, name) for name, value in values.items()]
