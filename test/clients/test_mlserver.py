"""`mlserver infer`, unchanged, as its users call it."""

import base64
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from nestor_under_test import AUTHORITY, ESPRESSO, KEY, QUESTION, photo

MLSERVER = Path(sys.executable).with_name("mlserver")


def question(text, name="question"):
    return {"inputs": [{"name": name, "shape": [1], "datatype": "BYTES", "data": [text]}]}


def infer(model, requests, *options, key=KEY):
    """Answers in the order of the requests."""
    with tempfile.TemporaryDirectory() as folder:
        given, answered = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        given.write_text("".join(json.dumps(request) + "\n" for request in requests))
        where = ["--url", AUTHORITY, "--use-ssl", "--model-name", model]
        files = ["--input-data-path", given, "--output-data-path", answered]
        headers = ["--request-headers", f"X-API-Key: {key}"]
        command = [MLSERVER, "infer", *where, *files, *headers, "--retries", "1", *options]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        answers = [json.loads(line) for line in answered.read_text().splitlines()]
    return sorted(answers, key=lambda answer: answer["parameters"]["batch_index"])


def outputs(answer):
    return {output["name"]: output["data"] for output in answer["outputs"]}


class MLServerInfer(unittest.TestCase):
    def test_questions_in_batches_as_json_and_as_bytes(self):
        requests = [question(text) for text in (QUESTION, "boil an egg", "what is a closure")]
        for options in ([], ["--binary-data"]):
            answers = infer("faq", requests, "--batch-size", "2", *options)
            answered = [outputs(answer)["answered"][0] for answer in answers]
            self.assertEqual(answered, [True, False, True])
            self.assertEqual([answer["model_name"] for answer in answers], ["faq"] * 3)

    def test_photographs(self):
        [answer] = infer("vision", [question(base64.b64encode(photo()).decode(), "image")])
        logits = outputs(answer)["logits"]
        self.assertEqual(logits.index(max(logits)), ESPRESSO)

    def test_pixels_of_one_version(self):
        data = [127] * (224 * 224 * 3)
        tensor = {"name": "image", "shape": [1, 224, 224, 3], "datatype": "UINT8", "data": data}
        for options in ([], ["--binary-data"]):
            [answer] = infer("vision/versions/1", [{"inputs": [tensor]}], *options)
            self.assertEqual(len(outputs(answer)["logits"]), 1000)

    def test_the_text_of_an_error_arrives(self):
        [answer] = infer("faq", [question(QUESTION, "text")])
        self.assertIn("Expected an input of the model: question", answer["error"]["msg"])
        [answer] = infer("faq", [question(QUESTION)], key="nst_x_y")
        self.assertIn("credential", answer["error"]["msg"])


if __name__ == "__main__":
    unittest.main()
