"""Writes test/fixtures/photos from the photographs that scikit-image and scikit-learn ship.

Authors and licences: test/fixtures/photos/README.md.
"""

import shutil
from pathlib import Path

import skimage
import sklearn.datasets
from PIL import Image

from preprocess import decode

PHOTOS = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "photos"
SCIKIT_IMAGE = Path(skimage.__file__).parent / "data"
SCIKIT_LEARN = Path(sklearn.datasets.__file__).parent / "images"

UNCHANGED = [
    SCIKIT_IMAGE / "camera.png",
    SCIKIT_IMAGE / "chelsea.png",
    SCIKIT_IMAGE / "clock_motion.png",
    SCIKIT_IMAGE / "coins.png",
    SCIKIT_IMAGE / "rocket.jpg",
    SCIKIT_LEARN / "china.jpg",
    SCIKIT_LEARN / "flower.jpg",
]
AS_JPEG = [
    SCIKIT_IMAGE / "astronaut.png",
    SCIKIT_IMAGE / "coffee.png",
    SCIKIT_IMAGE / "retina.jpg",
]
QUALITY = 90
LONG_SIDE = 1024


def main():
    PHOTOS.mkdir(parents=True, exist_ok=True)
    for photo in UNCHANGED:
        shutil.copyfile(photo, PHOTOS / photo.name)
    for photo in AS_JPEG:
        image = decode(photo)
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        image.save(PHOTOS / f"{photo.stem}.jpg", quality=QUALITY)


if __name__ == "__main__":
    main()
