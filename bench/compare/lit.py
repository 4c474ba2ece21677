"""LitServe with ONNX Runtime and the same graph that Nestor serves (models/vision/1).

    python lit.py PORT MODEL.onnx

POST /predict {"input": {"name": "<base64>"}}. Workers and threads: the arrangement that gave most
here (one worker a processor, one thread each).
"""

import base64
import io
import os
import sys

import litserve as ls
import numpy as np
import onnxruntime
from PIL import Image

SHORT_SIDE, CROP = 256, 224


class Classifier(ls.LitAPI):
    def setup(self, device):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("THREADS", "1"))
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(sys.argv[2], options)

    def decode_request(self, request):
        (text,) = request["input"].values()
        image = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")
        scale = SHORT_SIDE / min(image.size)
        image = image.resize([round(side * scale) for side in image.size], Image.Resampling.BICUBIC)
        left, top = (image.width - CROP) // 2, (image.height - CROP) // 2
        return np.asarray(image.crop((left, top, left + CROP, top + CROP)))[np.newaxis]

    def predict(self, pixels):
        return self.session.run(["logits"], {"image": pixels})[0][0]

    def encode_response(self, logits):
        exponentials = np.exp(logits - logits.max())
        probabilities = exponentials / exponentials.sum()
        best = np.argsort(-probabilities)[:3]
        return {"result": [[int(index), float(probabilities[index])] for index in best]}


if __name__ == "__main__":
    workers = int(os.environ.get("WORKERS", str(os.cpu_count())))
    server = ls.LitServer(Classifier(), accelerator="cpu", workers_per_device=workers)
    server.run(port=int(sys.argv[1]), host="127.0.0.1", log_level="error", generate_client_file=False)
