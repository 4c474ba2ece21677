"""tritonclient over HTTP, unchanged, as its users call it."""

import asyncio
import ssl
import unittest

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from nestor_under_test import AUTHORITY, CERTIFICATE, ESPRESSO, QUESTION, headers, photo
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

TLS = {"ssl": True, "ssl_options": {"ca_certs": CERTIFICATE}}

# Elements at the edges of what each datatype holds.
EDGES = {
    "BOOL": np.array([True, False]),
    "UINT8": np.array([0, 255], np.uint8),
    "UINT16": np.array([0, 65_535], np.uint16),
    "UINT32": np.array([0, 2**32 - 1], np.uint32),
    "UINT64": np.array([2**53 + 1, 2**64 - 1], np.uint64),
    "INT8": np.array([-128, 127], np.int8),
    "INT16": np.array([-32_768, 32_767], np.int16),
    "INT32": np.array([-(2**31), 2**31 - 1], np.int32),
    "INT64": np.array([-(2**63), 2**53 + 1], np.int64),
    "FP16": np.array([65_504, 2**-24], np.float16),
    "FP32": np.array([3.4028234663852886e38, 0.1], np.float32),
    "FP64": np.array([1.7976931348623157e308, 0.1], np.float64),
    "BYTES": np.array(["", "naïve 日本語 😀"], dtype=object),
}


def tensor(name, array, binary=True):
    given = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def questions(*texts, binary=True):
    return [tensor("question", np.array(texts, dtype=object), binary)]


def edges(binary):
    return [tensor(f"in_{name}", array.reshape(2, 1), binary) for name, array in EDGES.items()]


class TritonClient(unittest.TestCase):
    def setUp(self):
        self.client = triton.InferenceServerClient(AUTHORITY, **TLS)
        self.addCleanup(self.client.close)

    def refusal(self, *arguments, **options):
        with self.assertRaises(InferenceServerException) as caught:
            self.client.infer(*arguments, **options)
        return caught.exception.status(), caught.exception.message()

    def test_health_is_open_to_anyone(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())

    def test_a_model_is_ready_with_and_without_a_version(self):
        self.assertTrue(self.client.is_model_ready("identity", headers=headers()))
        self.assertTrue(self.client.is_model_ready("identity", "1", headers=headers()))
        self.assertFalse(self.client.is_model_ready("identity", "3", headers=headers()))

    def test_metadata_configuration_and_statistics(self):
        server = self.client.get_server_metadata(headers=headers())
        self.assertEqual(server["name"], "nestor")
        model = self.client.get_model_metadata("identity", "1", headers=headers())
        self.assertEqual(sorted(model["versions"]), ["1", "2"])
        self.assertEqual(len(model["inputs"]), len(EDGES))
        config = self.client.get_model_config("faq", headers=headers())
        self.assertEqual(config["max_batch_size"], 64)
        for name, count in (("faq", 1), ("identity", 2), ("", 4)):
            counted = self.client.get_inference_statistics(name, headers=headers())
            self.assertEqual(len(counted["model_stats"]), count)

    def test_every_datatype_comes_back_as_bytes_and_as_json_from_each_version(self):
        for binary in (True, False):
            for version in ("", "1", "2"):
                wanted = [triton.InferRequestedOutput(f"out_{name}", binary) for name in EDGES]
                answer = self.client.infer(
                    "identity", edges(binary), version, wanted, headers=headers()
                )
                self.assertEqual(answer.get_response()["model_version"], version or "2")
                for name, array in EDGES.items():
                    got = answer.as_numpy(f"out_{name}").reshape(-1)
                    if name == "BYTES":
                        got = [text.decode() if binary else text for text in got]
                    self.assertEqual(list(got), list(array), (name, binary))

    def test_questions_with_the_outputs_the_order_and_the_id_that_are_asked_for(self):
        for binary in (True, False):
            wanted = [triton.InferRequestedOutput(name, binary) for name in ("answered", "id")]
            answer = self.client.infer(
                "faq",
                questions(QUESTION, "boil an egg", binary=binary),
                outputs=wanted,
                request_id="question 7",
                headers=headers(),
            )
            response = answer.get_response()
            self.assertEqual(response["id"], "question 7")
            self.assertEqual([one["name"] for one in response["outputs"]], ["answered", "id"])
            self.assertEqual(answer.as_numpy("answered").tolist(), [True, False])
            self.assertEqual(answer.as_numpy("id").shape, (2, 80))

    def test_all_outputs_where_none_is_named(self):
        answer = self.client.infer("faq", questions(QUESTION), headers=headers())
        best = answer.as_numpy("probability")[0, 0]
        self.assertEqual(best.dtype, np.float32)
        self.assertGreater(best, 0.5)
        self.assertEqual(answer.as_numpy("similarity").shape, (1,))

    def test_photographs_and_their_classes(self):
        wanted = [triton.InferRequestedOutput("logits", class_count=3)]
        images = tensor("image", np.array([photo(), photo()], dtype=object))
        answer = self.client.infer("vision", [images], outputs=wanted, headers=headers())
        classes = answer.as_numpy("logits")
        self.assertEqual(classes.shape, (2, 3))
        self.assertEqual(classes[1, 0].decode().split(":")[1:], [str(ESPRESSO), "espresso"])

    def test_pixels(self):
        pixels = np.full((2, 224, 224, 3), 127, np.uint8)
        answer = self.client.infer("vision", [tensor("image", pixels)], headers=headers())
        logits = answer.as_numpy("logits")
        self.assertEqual((logits.shape, logits.dtype), ((2, 1000), np.float32))
        np.testing.assert_allclose(logits[0], logits[1], atol=1e-4)

    def test_compressed_in_both_directions(self):
        for algorithm in ("gzip", "deflate"):
            answer = self.client.infer(
                "faq",
                questions(QUESTION),
                headers=headers(),
                request_compression_algorithm=algorithm,
                response_compression_algorithm=algorithm,
            )
            self.assertTrue(answer.as_numpy("answered")[0])

    def test_the_text_of_an_error_arrives(self):
        status, text = self.refusal("vision", questions(QUESTION), headers=headers())
        self.assertEqual(status, "400")
        self.assertIn("image", text)
        wrong = [tensor("image", np.zeros((1, 3), np.uint8))]
        _, text = self.refusal("vision", wrong, headers=headers())
        self.assertIn("'image' is UINT8 [1, 3], expected UINT8 [-1, 224, 224, 3]", text)
        status, text = self.refusal("none", questions(QUESTION), headers=headers())
        self.assertEqual(status, "404")
        self.assertIn("No served model", text)
        status, text = self.refusal("faq", questions(QUESTION), "9", headers=headers())
        self.assertEqual(status, "404")
        status, text = self.refusal("faq", questions(QUESTION))
        self.assertEqual(status, "401")
        self.assertIn("credential", text)
        with self.assertRaisesRegex(InferenceServerException, "No route"):
            self.client.get_trace_settings(headers=headers())

    def test_deadline_priority_and_parameters_of_ones_own(self):
        options = {"headers": headers(), "priority": 1, "parameters": {"trace": "x"}}
        self.client.infer("faq", questions(QUESTION), timeout=9_000_000, **options)
        status, text = self.refusal("faq", questions(QUESTION), timeout=1, headers=headers())
        self.assertEqual(status, "504")
        self.assertIn("deadline", text)

    def test_several_at_once(self):
        client = triton.InferenceServerClient(AUTHORITY, concurrency=4, **TLS)
        asked = [
            client.async_infer("faq", questions(QUESTION), headers=headers()) for _ in range(8)
        ]
        ids = {bytes(one.get_result().as_numpy("id")[0, 0]) for one in asked}
        self.assertEqual(len(ids), 1)
        client.close()

    def test_the_asynchronous_client(self):
        async def ask():
            context = ssl.create_default_context(cafile=CERTIFICATE)
            connected = triton_aio.InferenceServerClient(AUTHORITY, ssl=True, ssl_context=context)
            async with connected as client:
                answer = await client.infer("faq", questions(QUESTION), headers=headers())
                return answer.as_numpy("answered")[0]

        self.assertTrue(asyncio.run(ask()))

    def test_the_repository(self):
        index = self.client.get_model_repository_index(headers=headers())
        states = {(one["name"], one["version"]): one["state"] for one in index}
        self.assertEqual(states["identity", "2"], "READY")
        self.client.unload_model("identity", headers=headers())
        self.assertFalse(self.client.is_model_ready("identity", headers=headers()))
        self.client.load_model("identity", headers=headers())
        self.assertTrue(self.client.is_model_ready("identity", headers=headers()))
        with self.assertRaisesRegex(InferenceServerException, "overridden"):
            self.client.load_model("identity", config="{}", headers=headers())


if __name__ == "__main__":
    unittest.main()
