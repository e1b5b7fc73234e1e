"""Pack files of a repository into the tar that a sandbox unpacks: regular files, and not too many."""

import io
import tarfile
from collections.abc import Iterator, Mapping

from ..git.processes import TooLargeError
from ..git.repository import Repository, Tip
from ..git.trees import Entry

MAX_BYTES = 20 << 20
MAX_DEPTH = 20
MAX_NAME = 255
_SOME_DAY = 1_577_836_800  # 1 January 2020: wheels cannot contain a file from before 1980
_NO_NAME = {b"", b".", b"..", b".git"}


def pack_files(files: Mapping[bytes, bytes], executable: frozenset[bytes] = frozenset()) -> bytes:
    """Return a tar of contents by path, always the same for the same files.

    Raises TooLargeError past 20 MB, ValueError for a path that could leave the folder.
    """
    stream = io.BytesIO()
    with tarfile.open(
        fileobj=stream, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
    ) as archive:
        for path, content in sorted(files.items()):
            if not is_fit(path):
                raise ValueError(f"not a file path: {path!r}")
            archive.addfile(_member(path, content, path in executable), io.BytesIO(content))
            if stream.tell() > MAX_BYTES:
                raise TooLargeError(f"the files exceed the limit of {MAX_BYTES >> 20} MB in total")
    return stream.getvalue()


def _member(path: bytes, content: bytes, executable: bool) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path.decode("utf-8", "surrogateescape"))
    member.size, member.mtime = len(content), _SOME_DAY
    member.mode = 0o755 if executable else 0o644
    return member


def files_at(repository: Repository, tip: Tip) -> tuple[dict[bytes, bytes], frozenset[bytes]]:
    """Return the contents of a commit's regular files by path, and which of them are executable.

    Links, submodules, files over 1 MB and names unsafe for a shell are left out. Raises TooLargeError.
    """
    contents: dict[bytes, bytes] = {}
    executable = set()
    total = 0
    files = list(_regular(repository.files(tip)))
    read = repository.uncounted(entry.id for _, entry in files)
    for (path, entry), content in zip(files, read, strict=True):
        if content is None:
            continue
        total += len(content)
        if total > MAX_BYTES:
            raise TooLargeError(f"the files {tip.where} exceed the limit of {MAX_BYTES >> 20} MB in total")
        contents[path] = content
        if entry.mode == b"100755":
            executable.add(path)
    return contents, frozenset(executable)


def _regular(files: Mapping[bytes, Entry]) -> Iterator[tuple[bytes, Entry]]:
    return ((path, entry) for path, entry in files.items() if entry.is_file and is_fit(path))


def is_fit(path: bytes) -> bool:
    """True if a path stays below its folder and is within the limits of file systems and shells."""
    parts = path.split(b"/")
    if len(parts) > MAX_DEPTH or any(len(part) > MAX_NAME or part.lower() in _NO_NAME for part in parts):
        return False
    return not any(byte < 0x20 or byte == 0x7F for byte in path)


NO_FILES = pack_files({})
