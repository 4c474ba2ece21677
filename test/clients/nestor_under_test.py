"""The running server that test/clients.e2e-spec.ts tells of."""

import os

AUTHORITY = os.environ["NESTOR_AUTHORITY"]
URL = f"https://{AUTHORITY}"
KEY = os.environ["KEY"]
CERTIFICATE = os.environ["SSL_CERT_FILE"]

QUESTION = "how do i get rid of one element of an array"
ESPRESSO = 967


def headers(key: str = KEY) -> dict[str, str]:
    """New ones each time: tritonclient writes into what it is given."""
    return {"X-API-Key": key}


def photo() -> bytes:
    with open("photo.jpg", "rb") as file:
        return file.read()
