"""Images for lessons: decoded, checked and encoded again, so that only image data is stored."""

import secrets
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5_000_000
MAX_PIXELS = 20_000_000
SCALE_DOWN = "The limit is 20 million pixels. Scale it down first."
FOLDER = "images"
# Pillow's format name: extension of the stored file, MIME type, encoder options.
FORMATS = {
    "PNG": ("png", "image/png", {}),
    "JPEG": ("jpg", "image/jpeg", {"quality": 90}),
    "WEBP": ("webp", "image/webp", {"quality": 90}),
}
TYPES = {ending: kind for ending, kind, _ in FORMATS.values()}
MARKS_OF_OTHER_FILES = (b"<!doctype", b"<html", b"<script", b"<?php", b"%pdf-")


class UploadRefusedError(ValueError):
    """The upload cannot be stored; the message says what to do."""


class ImageRefusedError(UploadRefusedError):
    """The upload is not an image that a lesson can show; the message says what to do."""


def store_image(upload: "UploadedFile[bytes]") -> str:
    """Store an image and return its name: 128 random bits and the extension of its format.

    Raises ImageRefusedError as `encode_image` does, and for more than 5 MB.
    """
    size = upload.size or 0
    if size > MAX_BYTES:
        raise ImageRefusedError(
            f"The file is {size / 1e6:.1f} MB. The limit is 5 MB. Save it smaller, or as WebP."
        )
    return store_encoded(*encode_image(upload.read()))


def encode_image(data: bytes) -> tuple[str, bytes]:
    """Return the extension of the format, and the image encoded again.

    The size in pixels is kept; metadata (location, camera, comments) is dropped. Raises ImageRefusedError for
    more than 20 million pixels, for formats other than PNG, JPEG and WebP, and for animations.
    """
    if any(mark in data.lower() for mark in MARKS_OF_OTHER_FILES):
        raise ImageRefusedError(
            "The file contains more than an image. Open it in an image editor and export it as PNG."
        )
    image = _decode(data)
    ending, _, options = FORMATS[image.format or ""]
    return ending, _encode(image, options)


def store_encoded(ending: str, data: bytes) -> str:
    """Store the result of `encode_image`, and return its name."""
    name = f"{secrets.token_hex(16)}.{ending}"
    default_storage.save(f"{FOLDER}/{name}", ContentFile(data))
    return name


def _decode(data: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=list(FORMATS))
        _refuse_excess(image)
        image.load()
    except Image.DecompressionBombError as error:
        raise ImageRefusedError(f"The image is too large. {SCALE_DOWN}") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, ImageRefusedError):
            raise
        raise ImageRefusedError(
            "This is not an image in a supported format. Export it as PNG, JPEG or WebP."
        ) from error
    return image


def _refuse_excess(image: Image.Image) -> None:
    # Reads the header only, before any pixel is decompressed.
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageRefusedError(f"The image is {width:,} × {height:,} pixels. {SCALE_DOWN}")
    if getattr(image, "n_frames", 1) > 1:
        raise ImageRefusedError("This image is animated. Export one frame as PNG.")


def _encode(image: Image.Image, options: dict[str, int]) -> bytes:
    kind = image.format
    upright = ImageOps.exif_transpose(image)  # the orientation is metadata, which is dropped below
    upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
    if kind == "JPEG" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    encoded = BytesIO()
    upright.save(encoded, format=kind, **options)
    return encoded.getvalue()
