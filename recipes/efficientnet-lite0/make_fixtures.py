"""Writes test/fixtures/vision: one photo in every encoding a client may send, broken files, parity.json.

parity.json holds what this pipeline (preprocess.py) answers for every photo and variant.
Run export.py first.
"""

import hashlib
import json
import struct
import zlib
from importlib import metadata
from io import BytesIO

import numpy as np
import onnxruntime
from PIL import Image, ImageCms, ImageDraw, ImageFilter, ImageOps

from export import FOLDER, PHOTOS, ROOT, top
from icc_profile import DISPLAY_P3_PRIMARIES, SRGB_PRIMARIES, display_profile
from preprocess import SRGB, decode, pixels

FIXTURES = ROOT / "test" / "fixtures"
VARIANTS = FIXTURES / "vision"
SIZE = (384, 256)
EXIF_ORIENTATION = 0x0112

AS_IT_IS = "as it is"
TO_SRGB = "embedded ICC profile converted to sRGB"
EXACT, ENLARGED = "enlarged, byte for byte", "enlarged"
CMYK = "CMYK without a profile becomes RGB by any formula"

# What another decoder may differ by; decoders have their own ideas of CMYK.
TOLERANCE = {"probability": 0.05, "meanRgb": 0.5}
CMYK_TOLERANCE = {"probability": 0.1, "meanRgb": 20}


def main():
    VARIANTS.mkdir(parents=True, exist_ok=True)
    decoding = {f"photos/{path.name}": photo_decoding(path) for path in sorted(PHOTOS.glob("*.[jp][pn]g"))}
    for name, (content, behaviour) in variants().items():
        (VARIANTS / name).write_bytes(content)
        decoding[f"vision/{name}"] = behaviour
    refused = {}
    for name, (content, reason) in broken().items():
        (VARIANTS / name).write_bytes(content)
        refused[f"vision/{name}"] = reason
    write_json(VARIANTS / "parity.json", parity(decoding, refused))


def photo_decoding(path):
    with Image.open(path) as image:
        return TO_SRGB if "icc_profile" in image.info else AS_IT_IS


def variants():
    """Name to (file content, what a decoder must do)."""
    coffee, tripod = photo("coffee.jpg"), photo("camera.png")
    grey, see_through = coffee.convert("L"), cut_out(coffee)
    p3 = display_profile("Display P3", DISPLAY_P3_PRIMARIES)
    swapped = display_profile("sRGB, red and blue swapped", SRGB_PRIMARIES[::-1])
    upright, flat = "EXIF orientation applied", "transparency laid over white"
    return {
        "tripod-orientation-3.jpg": (oriented(tripod, 3, Image.Transpose.ROTATE_180), upright),
        "tripod-orientation-6.jpg": (oriented(tripod, 6, Image.Transpose.ROTATE_90), upright),
        "coffee-grey.jpg": (encoded(grey, "JPEG", quality=90), "grey becomes RGB"),
        "coffee-cmyk.jpg": (encoded(coffee.convert("CMYK"), "JPEG", quality=90), CMYK),
        "coffee-display-p3.jpg": (jpeg_in(coffee, p3), TO_SRGB),
        "coffee-swapped-primaries.jpg": (jpeg_in(coffee, swapped), TO_SRGB),
        "coffee-rgba.png": (encoded(see_through, "PNG"), flat),
        "coffee-palette-transparent.png": (palette_png(see_through), flat),
        "coffee-rgb16.png": (png16(np.asarray(coffee)), "the high byte of 16-bit samples"),
        "coffee-grey16.png": (png16(np.asarray(grey)), "the high byte of 16-bit samples"),
        "coffee-animated.gif": (animated_gif(coffee), "the first frame"),
        "coffee.webp": (encoded(coffee, "WEBP", quality=85), AS_IT_IS),
        "coffee.avif": (encoded(coffee, "AVIF", quality=85), AS_IT_IS),
        "coffee.tiff": (encoded(coffee, "TIFF", compression="jpeg", quality=90), AS_IT_IS),
        "coffee-224.png": (encoded(ImageOps.fit(coffee, (224, 224)), "PNG"), EXACT),
        "coffee-150x200.png": (encoded(ImageOps.fit(coffee, (150, 200)), "PNG"), ENLARGED),
    }


def broken():
    """Name to (file content, why it is refused)."""
    return {
        "truncated.jpg": (encoded(photo("coffee.jpg"), "JPEG", quality=80)[:6000], "truncated"),
        "huge-header.png": (
            png(64250, 64250, depth=8, colour=0, rows=zlib.compress(bytes(100_000))),
            "too many pixels by its header",
        ),
        "drawing.svg": (SVG.encode(), "not a photo format"),
        "page.pdf": (pdf(), "not a photo format"),
        "empty.jpg": (b"", "empty"),
        "text.jpg": (b"This is no image.\n", "not an image"),
    }


def photo(name):
    return ImageOps.fit(decode(PHOTOS / name), SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.6))


def encoded(image, file_format, **options):
    content = BytesIO()
    image.save(content, file_format, **options)
    return content.getvalue()


def oriented(image, orientation, transposition):
    """A JPEG stored turned, with the EXIF tag that turns it back."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    return encoded(image.transpose(transposition), "JPEG", quality=90, exif=exif)


def jpeg_in(image, profile):
    """A JPEG with the same colours, written in the colour space of an embedded profile."""
    target = ImageCms.ImageCmsProfile(BytesIO(profile))
    converted = ImageCms.profileToProfile(image, SRGB, target)
    return encoded(converted, "JPEG", quality=90, icc_profile=profile)


def cut_out(image):
    """RGBA: a soft-edged ellipse of the photo; what lies under the transparency is green stripes."""
    width, height = image.size
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).ellipse((70, 10, width - 60, height - 10), fill=255)
    stripes = Image.new("RGB", image.size, "black")
    for x in range(0, width, 16):
        stripes.paste("lime", (x, 0, x + 8, height))
    result = Image.composite(image, stripes, mask)
    result.putalpha(mask.filter(ImageFilter.GaussianBlur(4)))
    return result


def palette_png(image):
    """255 colours and one transparent entry (lime, if the transparency were ignored), from RGBA."""
    indexed = image.convert("RGB").quantize(255)
    colours = indexed.getpalette()[: 255 * 3]
    indexed.putpalette(colours + [0] * (255 * 3 - len(colours)) + [0, 255, 0])
    indexed.paste(255, mask=image.getchannel("A").point(lambda alpha: 255 if alpha < 128 else 0))
    return encoded(indexed, "PNG", transparency=255)


def animated_gif(image):
    plain = Image.new("RGB", image.size, "navy")
    return encoded(image, "GIF", save_all=True, append_images=[plain], duration=200, loop=0)


def png16(samples):
    """16-bit PNG of uint8 [height, width] (grey) or [height, width, 3] (RGB)."""
    height, width = samples.shape[:2]
    wide = (samples.astype(">u2") * 257).astype(">u2").reshape(height, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in wide)
    return png(width, height, depth=16, colour=0 if samples.ndim == 2 else 2, rows=zlib.compress(rows, 9))


def png(width, height, depth, colour, rows):
    """rows: zlib stream of the scan lines, each behind its filter byte."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">
  <circle cx="150" cy="150" r="120" fill="orange"/>
</svg>
"""


def pdf():
    """One A6 page with a line of text."""
    drawing = b"BT /F1 18 Tf 40 360 Td (This is a page, not a photo.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (
        count, table, count
    ) + b"startxref\n%d\n%%%%EOF\n" % len(content)


def parity(decoding, refused):
    session = onnxruntime.InferenceSession(FOLDER / "model.onnx")
    labels = [line.split("\t") for line in (FOLDER / "labels.tsv").read_text().splitlines()]
    return {
        "note": "Answers of recipes/efficientnet-lite0/preprocess.py and models/vision/1: bicubic resize "
        "of the short side to 256, centre crop 224, softmax. meanRgb: of the crop, 0 to 255. "
        "Files are relative to test/fixtures.",
        "versions": {name: metadata.version(name) for name in ("pillow", "numpy", "onnxruntime")},
        "tolerance": TOLERANCE,
        "cases": [
            {
                "file": file,
                "decode": behaviour,
                **({"tolerance": CMYK_TOLERANCE} if behaviour == CMYK else {}),
                **({"sha256": crop_digest(FIXTURES / file)} if behaviour == EXACT else {}),
                "meanRgb": [round(float(mean), 2) for mean in pixels(FIXTURES / file).mean((0, 1))],
                "expect": [
                    {
                        "index": index,
                        "wnid": labels[index][0],
                        "label": labels[index][1],
                        "probability": probability,
                    }
                    for index, probability in top(session, FIXTURES / file, 5)
                ],
            }
            for file, behaviour in decoding.items()
        ],
        "refused": [{"file": file, "reason": reason} for file, reason in refused.items()],
    }


def crop_digest(file):
    """Of the bytes that the model gets."""
    return hashlib.sha256(pixels(file).tobytes()).hexdigest()


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
