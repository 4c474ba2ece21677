"""From a photograph to what the graph takes, as model.json describes it; held to by the server's tests."""

import numpy as np
from PIL import Image

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}


def graph_input(image, manifest):
    """PIL image in mode RGB -> uint8 or float32 [1, side, side, 3] or [1, 3, side, side]."""
    preprocessing = manifest["preprocessing"]
    pixels = _centre_crop(_resize(image, preprocessing["resize"]), preprocessing["crop"])
    if manifest["input"].get("channels", "RGB") == "BGR":
        pixels = pixels[:, :, ::-1]
    if manifest["input"].get("datatype", "FP32") == "FP32":
        mean = np.array(preprocessing.get("mean", [0, 0, 0]), np.float32)
        std = np.array(preprocessing.get("std", [1, 1, 1]), np.float32)
        pixels = (pixels * np.float32(preprocessing.get("scale", 1)) - mean) / std
    if manifest["input"]["layout"] == "NCHW":
        pixels = pixels.transpose(2, 0, 1)
    return np.ascontiguousarray(pixels[np.newaxis])


def _resize(image, resize):
    size = resize["size"]
    if resize["mode"] == "stretch":
        return image.resize((size, size), FILTERS[resize["filter"]])
    scale = size / min(image.size)
    target = tuple(round(side * scale) for side in image.size)
    return image.resize(target, FILTERS[resize["filter"]])


def _centre_crop(image, side):
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return np.asarray(image.crop((left, top, left + side, top + side)))
