"""The classic stack: Flask behind gunicorn, ResNet-152 in eager PyTorch, one request a worker.

    gunicorn --workers 1 --threads 1 --bind 127.0.0.1:PORT classic:app

POST /score {"input": {"name": "<base64>"}} as the reference service takes it. Weights: random, the
work of a network does not depend on them.
"""

import base64
import io
import os
import time

import torch
from flask import Flask, jsonify, request
from PIL import Image
from torchvision.models import ResNet152_Weights, resnet152

torch.set_num_threads(int(os.environ.get("THREADS", "2")))
TRANSFORM = ResNet152_Weights.IMAGENET1K_V1.transforms()
MODEL = resnet152().eval()

app = Flask(__name__)


@app.get("/")
def healthy():
    return "Healthy"


@app.post("/score")
def score():
    started = time.perf_counter()
    results = [{name: _classify(text)} for name, text in request.get_json()["input"].items()]
    return jsonify({"result": [results, f"Computed in {(time.perf_counter() - started) * 1000:.0f} ms"]})


def _classify(text):
    image = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")
    with torch.inference_mode():
        probabilities = MODEL(TRANSFORM(image).unsqueeze(0)).softmax(1)[0]
    values, classes = probabilities.topk(3)
    return [[str(int(index)), float(value)] for index, value in zip(classes, values, strict=True)]
