"""Runs the encoder: texts in, vectors of length 1 out, as the server does it."""

import json

import numpy as np
import onnxruntime
from clean import clean
from encoder import WIDTH, package_folder
from tokenizers import Tokenizer

MAX_TOKENS = 128  # with [CLS] and [SEP]; MiniLM was trained on 128


def read_tokenizer(path):
    """The tokenizer without padding, cutting at MAX_TOKENS."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def write_tokenizer(path):
    """The published tokenizer with neither truncation nor padding: its reader cuts by maxTokens."""
    text = (package_folder() / "tokenizer.json").read_text(encoding="utf-8")
    settings = {**json.loads(text), "truncation": None, "padding": None}
    path.write_text(
        json.dumps(settings, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )


class Embedder:
    """An encoder graph with its tokenizer.

    graph: path of the ONNX file, or its bytes; tokenizer: path of tokenizer.json, by default the
    published one.
    """

    def __init__(self, graph, tokenizer=None):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self._session = onnxruntime.InferenceSession(graph, options, ["CPUExecutionProvider"])
        self._tokenizer = read_tokenizer(tokenizer or package_folder() / "tokenizer.json")

    def token_ids(self, cleaned):
        return self._tokenizer.encode(cleaned).ids

    def embed(self, texts):
        """Cleans and embeds: float32 [texts, 384]. One text a run, see quantisation.py."""
        rows = [self._embed_ids(self.token_ids(clean(text))) for text in texts]
        return np.concatenate(rows) if rows else np.zeros((0, WIDTH), np.float32)

    def _embed_ids(self, ids):
        feeds = {
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, len(ids)), np.int64),
        }
        return self._session.run(["embedding"], feeds)[0]
