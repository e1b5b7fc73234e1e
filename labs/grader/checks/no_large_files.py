"""`no_large_files: {over: 1 MB}` - no file above a size in any commit of any branch or tag.

A file over 1 MB that was not fetched counts as just that, so that a higher limit may stay undecided. A tag that
stands for a file instead of a commit is not looked into.
"""

from dataclasses import dataclass

from ..blobs import Blob
from ..findings import LookedAt
from ..parameters import Bytes
from ..repository import MOST_FILE_BYTES
from ..words import count, decoded, listed, quoted, size
from .base import Kind, Run, Verdict, needs_work, not_known, passed
from .commits import first_file
from .removal import IN_HISTORY, came_in, tagged_objects, take_out

MOST_SHOWN = 3
ONE_MB = Bytes(MOST_FILE_BYTES)


@dataclass(frozen=True)
class NoLargeFilesCheck(Kind):
    kind = "no_large_files"

    over: Bytes = ONE_MB

    def check(self, run: Run) -> Verdict:
        blobs = run.repository.blobs
        absent = [blob for blob in blobs if blob.size is None]
        large = [blob for blob in blobs if _at_least(blob) > self.over]
        if large:
            return self._large(run, large)
        if absent:
            return not_known(
                f"whether {_name(absent[0])} is over {size(self.over)}, because files over 1 MB are not fetched"
            )
        return passed(
            f"No file over {size(self.over)} in the history of all branches and tags.",
            found=f"{count(len(blobs), 'version')} of files, the largest {size(max(map(_at_least, blobs), default=0))}",
            fix=lambda: first_file(run),
            looked_at=LookedAt(len(blobs), "file", IN_HISTORY, unread=tagged_objects(run.repository)),
        )

    def _large(self, run: Run, large: list[Blob]) -> Verdict:
        largest = sorted(large, key=_at_least, reverse=True)
        more = f" {count(len(largest) - 1, 'more file')} {_is(len(largest) - 1)} too." if largest[1:] else ""
        return needs_work(
            f"{_name(largest[0])} in the history is over {size(self.over)}.{more} Deleting a file in a later "
            "commit does not take it out.",
            expected=f"no file over {size(self.over)} in any commit",
            found=listed([f"{_name(blob)}, {_size(blob)}" for blob in largest], most=MOST_SHOWN),
            fix=take_out(run, large),
            evidence=[came_in(run, blob) for blob in largest[:MOST_SHOWN]],
        )


def _at_least(blob: Blob) -> int:
    return MOST_FILE_BYTES + 1 if blob.size is None else blob.size


def _name(blob: Blob) -> str:
    return quoted(decoded(blob.path))


def _size(blob: Blob) -> str:
    return "over 1 MB" if blob.size is None else size(blob.size)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
