"""From an image file to the pixels that the model takes: the reference that the server is held to.

Decoding: first frame, EXIF orientation applied, an embedded ICC profile converted to sRGB,
transparency laid over white, grey and CMYK turned into RGB.
Scaling: bicubic (a = -0.5), short side to 256, centred square of 224. This is the evaluation
preprocessing of EfficientNet-Lite0.
"""

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, ImageOps

SHORT_SIDE = 256
CROP = 224

SRGB = ImageCms.createProfile("sRGB")


def pixels(file):
    """uint8 [224, 224, 3], RGB, of an image file (path or binary stream)."""
    return centre_crop(decode(file))


def decode(file):
    """The image as it should look on a screen: mode RGB, upright, sRGB."""
    with Image.open(file) as opened:
        opened.load()
        profile = opened.info.get("icc_profile")
        upright = ImageOps.exif_transpose(opened)
    if profile:
        upright = _to_srgb(upright, profile)
    return _to_rgb(upright)


def centre_crop(image):
    """uint8 [224, 224, 3] of a PIL image in mode RGB."""
    width, height = image.size
    scale = SHORT_SIDE / min(width, height)
    size = (round(width * scale), round(height * scale))
    resized = image.resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - CROP) // 2, (size[1] - CROP) // 2
    return np.asarray(resized.crop((left, top, left + CROP, top + CROP)))


def _to_srgb(image, profile):
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    return ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")


def _to_rgb(image):
    if image.mode == "I;16":
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")
