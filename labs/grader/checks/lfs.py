"""`lfs: {path: model.bin, at: main}` - Git LFS tracks a file: it is a pointer, and has the attribute `filter=lfs`.

`path` may be a pattern such as `*.bin`. The content is never fetched.
"""

import hashlib
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.lfs_pointer import pointed_size
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..words import count, listed, quoted, size
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.contents import Found, files_or_answer
from ._shared.fixes import change
from ._shared.shell import Line, write_lines
from .attributes import NAME, attribute_files, attributes_of

EMPTY_BLOBS = {hash_of(b"blob 0\0").hexdigest() for hash_of in (hashlib.sha1, hashlib.sha256)}


@dataclass(frozen=True)
class LfsCheck(Kind):
    kind = "lfs"
    about = "objects"

    path: FilePath
    at: Revision = MAIN_COMMIT

    def check(self, run: Run) -> Verdict:
        files = files_or_answer(run, self.path, self.at, *self._fill())
        if isinstance(files, Verdict):
            return files
        paths = [file.path for file in files]
        sources = attribute_files(run, run.repository.files(files[0].tip), paths)
        attributes = attributes_of(sources, paths)
        untracked = [file for file in files if attributes[file.path].get("filter") != "lfs"]
        sizes = {file.path: pointed_size(run.repository.content(file.entry.id)) for file in files}
        empty = [file for file in files if file.entry.id in EMPTY_BLOBS]  # stored as they are, by Git LFS too
        whole = [file for file in files if sizes[file.path] is None and file not in empty]
        if whole or untracked:
            return self._needs_work(run, whole, untracked)
        total = sum(filter(None, sizes.values()))
        return passed(
            f"Git LFS stores {count(len(files), 'file')}, {size(total)} in total.",
            files[0].evidence(),
            looked_at=LookedAt(len(files) - len(empty), "file with content", f"in {quoted(self.path)}"),
        )

    def _fill(self) -> list[Line]:
        track: list[Line] = [
            ["git", "lfs", "install"],
            ["git", "lfs", "track", self.path],
            ["git", "add", NAME],
        ]
        return [*track, write_lines(["..."], self.path)]

    def _needs_work(self, run: Run, whole: list[Found], untracked: list[Found]) -> Verdict:
        file = (whole or untracked)[0]
        if whole:
            why = f"{file} is stored in the repository itself, not with Git LFS."
            found = f"the content of {listed(quoted(other.path) for other in whole)}"
        else:
            why = f"{file} is a Git LFS pointer, but `.gitattributes` does not track it with Git LFS."
            found = f"no attribute `filter=lfs` for {listed(quoted(other.path) for other in untracked)}"
        return needs_work(
            why,
            expected="a Git LFS pointer and the attribute `filter=lfs`",
            found=found,
            fix=change(
                run,
                file.tip,
                f"Store {self.path} with Git LFS",
                ["git", "lfs", "install"],
                *([["git", "lfs", "track", self.path]] if untracked else []),
                ["git", "add", NAME],
                ["git", "rm", "--cached", "--", self.path],
                ["git", "add", "--", self.path],
            ),
            evidence=[other.evidence() for other in (whole or untracked)[:3]],
        )
