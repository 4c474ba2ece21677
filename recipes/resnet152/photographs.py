"""Photographs to calibrate random weights on and to make golden images of.

They come with the scikit-image package, so a run needs no network. The three golden ones are
free of rights (credits in the package's docstrings and in CREDITS).
"""

import numpy as np
from PIL import Image, ImageOps
from skimage import data

CREDITS = {
    "astronaut": "Eileen Collins, NASA Great Images, public domain",
    "coffee": "Coffee cup, Rachel Michetti, CC0-1.0",
    "rocket": "DSCOVR launch, SpaceX, public domain",
}
# Width and height as multiples of the short side: a square, a landscape and a portrait, so that
# a crop that is off in either direction shows.
_GOLDEN_SHAPES = {"astronaut": (1, 1), "coffee": (1.5, 1), "rocket": (1, 1.25)}
_CALIBRATION = ["astronaut", "chelsea", "coffee", "hubble_deep_field", "immunohistochemistry",
                "retina", "rocket", "stereo_motorcycle"]


def golden_images(short_side):
    """RGB photographs whose short side already has the length that preprocessing resizes to.

    Resizing them changes no pixel, so every decoder and resizer sees the same picture.
    Returns {name: PIL image}.
    """
    return {
        name: ImageOps.fit(_photograph(name), (round(short_side * width), round(short_side * height)))
        for name, (width, height) in _GOLDEN_SHAPES.items()
    }


def calibration_batch(side, crops=4, seed=0):
    """Random square crops of eight photographs, resized: uint8 RGB [8 * crops, side, side, 3]."""
    random = np.random.default_rng(seed)
    pictures = [_photograph(name) for name in _CALIBRATION for _ in range(crops)]
    return np.stack([np.asarray(_random_crop(picture, side, random)) for picture in pictures])


def centre_crop(image, side):
    """The central square of a PIL image as uint8 RGB [side, side, 3]."""
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return np.asarray(image.crop((left, top, left + side, top + side)))


def _photograph(name):
    picture = getattr(data, name)()
    return Image.fromarray(picture[0] if isinstance(picture, tuple) else picture)


def _random_crop(image, side, random):
    size = random.uniform(0.5, 1) * min(image.size)
    left, top = random.uniform(0, image.width - size), random.uniform(0, image.height - size)
    box = (left, top, left + size, top + size)
    return image.resize((side, side), Image.Resampling.BILINEAR, box=box)
