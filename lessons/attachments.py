"""Files to download from lessons: bounded, stored as they are, and never shown by the portal itself."""

import re
import secrets
import unicodedata
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from lessons.images import UploadRefusedError

MAX_BYTES = 20_000_000
MAX_NAME = 80
FOLDER = "files"
ADDRESS = re.compile(r"/media/files/([0-9a-f]{32})/([A-Za-z0-9][A-Za-z0-9._-]{0,99})")
USED = re.compile(r"/media/(?:files|images)/([0-9a-f]{32})[/.]")
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
# Extension: MIME type, and the first bytes of such a file if they are always the same.
TYPES: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "zip": ("application/zip", ZIP),
    "gz": ("application/gzip", GZIP),
    "tgz": ("application/gzip", GZIP),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", ZIP),
    "odp": ("application/vnd.oasis.opendocument.presentation", ZIP),
    "parquet": ("application/vnd.apache.parquet", b"PAR1"),
    "ipynb": ("application/x-ipynb+json", b""),
    "json": ("application/json", b""),
    "jsonl": ("application/jsonl", b""),
    "csv": ("text/csv", b""),
    "tsv": ("text/tab-separated-values", b""),
    **dict.fromkeys(
        ("txt", "md", "log", "py", "sh", "sql", "r", "yaml", "yml", "toml", "ini", "cfg", "dockerfile", "tf"),
        ("text/plain", b""),
    ),
}
ACCEPTED = "PDF, CSV, JSON, ipynb, Office, Parquet or plain text"


def store_attachment(upload: "UploadedFile[bytes]") -> tuple[str, str]:
    """Store a file and return the two parts of its address: 128 random bits, and its own name in ASCII.

    Raises UploadRefusedError for more than 20 MB, no content, or a type that is not in TYPES.
    """
    name = safe_name(upload.name or "")
    size = upload.size or 0
    if size > MAX_BYTES:
        raise UploadRefusedError(
            f"The file is {size / 1e6:.1f} MB. The limit is 20 MB. Put it elsewhere, and link to it."
        )
    if not size:
        raise UploadRefusedError("The file is empty. Choose another one.")
    ending = ending_of(name)
    if ending not in TYPES:
        raise UploadRefusedError(
            f"Files of this type are not accepted. Put the file in a ZIP file, or use {ACCEPTED}."
        )
    start = TYPES[ending][1]
    if start and upload.read(len(start)) != start:
        raise UploadRefusedError(
            f"The name ends in .{ending}, but the content is of a different type. Export it again."
        )
    upload.seek(0)
    token = secrets.token_hex(16)
    default_storage.save(f"{FOLDER}/{token}/{name}", upload)
    return token, name


def safe_name(name: str) -> str:
    """Return an ASCII name without spaces that starts with a letter or digit, and keeps its extension."""
    path = PurePosixPath(name.replace("\\", "/"))
    ascii_name = unicodedata.normalize("NFKD", path.name).encode("ascii", "ignore").decode()
    stem, dot, ending = re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_name).rpartition(".")
    if not dot:
        return ending.strip("._-")[:MAX_NAME] or "file"
    return f"{stem.strip('._-')[:MAX_NAME] or 'file'}.{ending[:10].lower()}"


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower()


def tokens_in(text: str) -> set[str]:
    """Return the tokens of the files and images whose addresses are in a text."""
    return set(USED.findall(text))


def is_stored(address: str) -> bool:
    found = ADDRESS.fullmatch(address)
    return bool(found and default_storage.exists(f"{FOLDER}/{found[1]}/{found[2]}"))
