"""ICC profiles for the fixtures: RGB display profiles of three primaries and sRGB's tone curve.

Layout: ICC.1:2010 (profile version 4), sections 7 and 10.
"""

import struct

# XYZ of the red, green and blue primaries, adapted to D50 (Bradford).
SRGB_PRIMARIES = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.71410),
)
DISPLAY_P3_PRIMARIES = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)

D50 = (0.96420, 1.0, 0.82491)
# g, a, b, c, d of IEC 61966-2-1: y = (a x + b)^g from x = d on, y = c x below.
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def display_profile(name, primaries):
    """The bytes of a profile whose device red, green and blue are the given XYZ triples."""
    tags = {b"desc": _text(name), b"cprt": _text("CC0"), b"wtpt": _xyz(D50)}
    for channel, primary in zip((b"r", b"g", b"b"), primaries):
        tags[channel + b"XYZ"] = _xyz(primary)
        tags[channel + b"TRC"] = _curve(SRGB_CURVE)

    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for signature, content in tags.items():
        table += struct.pack(">4sII", signature, offset + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    return _header(offset + len(data)) + table + data


def _header(size):
    version, date = 0x04200000, (2020, 1, 1, 0, 0, 0)
    start = struct.pack(">I4xI4s4s4s6H4s", size, version, b"mntr", b"RGB ", b"XYZ ", *date, b"acsp")
    return (start.ljust(68, b"\0") + _fixed(D50)).ljust(128, b"\0")


def _fixed(numbers):
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def _xyz(triple):
    return b"XYZ " + bytes(4) + _fixed(triple)


def _curve(parameters):
    return b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(parameters)


def _text(text):
    encoded = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded
