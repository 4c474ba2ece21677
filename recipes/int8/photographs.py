"""Photographs to calibrate on and others to compare on, from packages: a run needs no network.

None of those for calibration is among those for comparison (test/fixtures/photos), so the figures
of agreement are not flattered.
"""

from pathlib import Path

import matplotlib
import numpy as np
import skimage
from PIL import Image

_SKIMAGE = Path(skimage.__file__).parent / "data"
_MATPLOTLIB = Path(matplotlib.get_data_path()) / "sample_data"
_CALIBRATION = [
    _MATPLOTLIB / "grace_hopper.jpg",
    _SKIMAGE / "brick.png",
    _SKIMAGE / "cell.png",
    _SKIMAGE / "grass.png",
    _SKIMAGE / "gravel.png",
    _SKIMAGE / "hubble_deep_field.jpg",
    _SKIMAGE / "ihc.png",
    _SKIMAGE / "microaneurysms.png",
    _SKIMAGE / "moon.png",
    _SKIMAGE / "motorcycle_left.png",
    _SKIMAGE / "motorcycle_right.png",
]
_COMPARISON = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "photos"


def calibration_pictures(crops):
    """Yields RGB pictures: `crops` random cuts of each photograph, light and dark, mirrored or not."""
    yield from _cuts(_CALIBRATION, crops, seed=0)


def comparison_pictures(crops):
    """Yields RGB pictures: `crops` random cuts of each photograph of test/fixtures/photos."""
    yield from _cuts(sorted(_COMPARISON.glob("*.[jp][pn]g")), crops, seed=1)


def _cuts(files, crops, seed):
    random = np.random.default_rng(seed)
    for file in files:
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        for _ in range(crops):
            yield _cut(picture, random)


def _cut(picture, random):
    width, height = (side * random.uniform(0.4, 1) for side in picture.size)
    left, top = random.uniform(0, picture.width - width), random.uniform(0, picture.height - height)
    cut = picture.crop((round(left), round(top), round(left + width), round(top + height)))
    return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else cut
