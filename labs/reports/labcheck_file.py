"""`labcheck.pyz` as the portal serves it: built once per process, always the same bytes."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from labs.grader.distribution import zipapp


@dataclass(frozen=True)
class LabcheckFile:
    """The bytes of the file and their SHA-256 in hexadecimal digits."""

    data: bytes
    digest: str


@cache
def labcheck_file() -> LabcheckFile:
    data = zipapp()
    return LabcheckFile(data, sha256(data).hexdigest())
