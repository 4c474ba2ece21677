"""kserve's InferenceRESTClient, unchanged, as its users call it."""

import ssl
import unittest

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from nestor_under_test import CERTIFICATE, ESPRESSO, QUESTION, URL, headers, photo


def request(model, name, datatype, array, binary, outputs=()):
    given = InferInput(name, list(array.shape), datatype)
    given.set_data_from_numpy(array, binary_data=binary)
    return InferRequest(model, [given], request_id="7", request_outputs=list(outputs))


def question(binary, *texts):
    return request("faq", "question", "BYTES", np.array(texts or [QUESTION], dtype=object), binary)


class KServeClient(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        context = ssl.create_default_context(cafile=CERTIFICATE)
        self.client = InferenceRESTClient(RESTConfig(protocol="v2", verify=context))
        self.addAsyncCleanup(self.client.close)

    def infer(self, data, model):
        return self.client.infer(URL, data, model_name=model, headers=headers())

    async def test_health_is_open_to_anyone(self):
        self.assertTrue(await self.client.is_server_live(URL))
        self.assertTrue(await self.client.is_server_ready(URL))

    async def test_a_model_is_ready_or_not_there(self):
        for model, ready in (("faq", True), ("identity/versions/1", True), ("none", False)):
            found = await self.client.is_model_ready(URL, model, headers=headers())
            self.assertEqual(found, ready, model)

    async def test_questions_as_json_and_as_bytes(self):
        for binary in (False, True):
            answer = await self.infer(question(binary, QUESTION, "boil an egg"), "faq")
            self.assertEqual((answer.model_name, answer.id), ("faq", "7"))
            outputs = {output.name: output.as_numpy() for output in answer.outputs}
            self.assertEqual(outputs["answered"].tolist(), [True, False])
            self.assertEqual(outputs["probability"].shape, (2, 80))
            self.assertEqual(outputs["id"].shape, (2, 80))

    async def test_outputs_as_bytes(self):
        wanted = [RequestedOutput("logits", {"binary_data": True})]
        images = np.array([photo()], dtype=object)
        data = request("vision", "image", "BYTES", images, True, wanted)
        [logits] = (await self.infer(data, "vision")).outputs
        self.assertEqual(int(logits.as_numpy().argmax()), ESPRESSO)

    async def test_pixels_of_one_version(self):
        pixels = np.full((2, 224, 224, 3), 127, np.uint8)
        for binary in (True, False):
            data = request("vision", "image", "UINT8", pixels, binary)
            answer = await self.infer(data, "vision/versions/1")
            self.assertEqual(answer.outputs[0].as_numpy().shape, (2, 1000))

    async def test_a_body_of_ones_own_with_classes(self):
        body = question(False).to_rest()[0]
        body["outputs"] = [{"name": "probability", "parameters": {"classification": 2}}]
        answer = await self.infer(body, "faq")
        best, second = answer.outputs[0].data
        self.assertGreater(float(best.split(":")[0]), float(second.split(":")[0]))

    async def test_the_text_of_an_error_arrives(self):
        wrong = request("vision", "image", "UINT8", np.zeros((1, 3), np.uint8), True)
        with self.assertRaisesRegex(httpx.HTTPStatusError, r"expected UINT8 .*'400 Bad Request'"):
            await self.infer(wrong, "vision")
        with self.assertRaisesRegex(httpx.HTTPStatusError, "No served model.*'404"):
            await self.infer(question(False), "none")
        with self.assertRaisesRegex(httpx.HTTPStatusError, "credential.*'401"):
            await self.client.infer(URL, question(False), model_name="faq")

    async def test_over_http2(self):
        context = ssl.create_default_context(cafile=CERTIFICATE)
        client = InferenceRESTClient(RESTConfig(protocol="v2", http2=True, verify=context))
        answer = await client.infer(URL, question(True), model_name="faq", headers=headers())
        self.assertEqual(len(answer.outputs), 4)
        await client.close()


if __name__ == "__main__":
    unittest.main()
