"""`no_large_files: {over: 1 MB}` - no file over this size in any commit of any branch or tag.

Commits of the lab's starter do not count. With `at`, such as `at: main`, only the files at that commit count, all of
them. The size of files over 1 MB that were not fetched is unknown, so with a higher limit the check may not be run. A
tag that points to a file instead of a commit is not read.
"""

from dataclasses import dataclass

from ..findings import LookedAt
from ..git.blobs import Blob
from ..git.repository import MAX_FILE_BYTES
from ..parameters import Bytes, Revision
from ..words import count, decoded, listed, quoted, size
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, not_known, passed, where
from ._shared.fixes import change
from ._shared.named_refs import commit_or_answer
from ._shared.removal import IN_HISTORY, find_origin, literal, remove_from_history, tagged_objects
from .commits import first_file

MAX_SHOWN = 3
ONE_MB = Bytes(MAX_FILE_BYTES)


@dataclass(frozen=True)
class NoLargeFilesCheck(Kind):
    kind = "no_large_files"
    about = "files"

    over: Bytes = ONE_MB
    at: Revision | None = None

    def check(self, run: Run) -> Verdict:
        return self._anywhere(run) if self.at is None else self._at_commit(run, self.at)

    def _at_commit(self, run: Run, at: Revision) -> Verdict:
        tip = commit_or_answer(run, at)
        if isinstance(tip, Verdict):
            return tip
        files = {path: entry for path, entry in run.repository.files(tip).items() if entry.is_file}
        sizes = run.repository.sizes(entry.id for entry in files.values())
        blobs = [
            Blob(entry.id, path, tip.commit.id, sizes[entry.id]) for path, entry in sorted(files.items())
        ]
        place = where(tip)
        large = sorted((blob for blob in blobs if _at_least(blob) > self.over), key=_at_least, reverse=True)
        absent = next((blob for blob in blobs if blob.size is None), None)
        if absent and not large:
            return not_known(
                f"whether {_name(absent)} is over {size(self.over)}, because files over 1 MB are not fetched"
            )
        if not large:
            return passed(
                f"No file {place} is over {size(self.over)}.",
                at_tip(tip),
                looked_at=LookedAt(len(blobs), "file", place),
            )
        paths = [decoded(blob.path) for blob in large]
        more = f" So {_is(len(large) - 1)} {count(len(large) - 1, 'more file')}." if large[1:] else ""
        untrack = ["git", "rm", "--cached", "--quiet", "--", *map(literal, paths)]
        return needs_work(
            f"{_name(large[0])} {place} is over {size(self.over)}.{more}",
            expected=f"no file over {size(self.over)} {place}",
            found=listed([f"{_name(blob)}, {_size(blob)}" for blob in large], limit=MAX_SHOWN),
            fix=change(run, tip, f"Stop tracking {paths[0]}", untrack),
            evidence=[at_tip(tip, blob.path) for blob in large[:MAX_SHOWN]],
        )

    def _anywhere(self, run: Run) -> Verdict:
        blobs = run.own_blobs
        absent = [blob for blob in blobs if blob.size is None]
        large = [blob for blob in blobs if _at_least(blob) > self.over]
        if large:
            return self._large(run, large)
        if absent:
            return not_known(
                f"whether {_name(absent[0])} is over {size(self.over)}, because files over 1 MB are not fetched"
            )
        return passed(
            f"No file in the history of any branch or tag is over {size(self.over)}.",
            found=f"{count(len(blobs), 'file version')}, the largest {size(max(map(_at_least, blobs), default=0))}",
            fix=lambda: first_file(run),
            looked_at=LookedAt(len(blobs), "file", IN_HISTORY, unread=tagged_objects(run.repository)),
        )

    def _large(self, run: Run, large: list[Blob]) -> Verdict:
        largest = sorted(large, key=_at_least, reverse=True)
        more = f" So {_is(len(largest) - 1)} {count(len(largest) - 1, 'more file')}." if largest[1:] else ""
        return needs_work(
            f"{_name(largest[0])} in the history is over {size(self.over)}.{more} Deleting a file in a later "
            "commit does not remove it from earlier ones.",
            expected=f"no file over {size(self.over)} in any commit",
            found=listed([f"{_name(blob)}, {_size(blob)}" for blob in largest], limit=MAX_SHOWN),
            fix=remove_from_history(run, large),
            evidence=[find_origin(run, blob) for blob in largest[:MAX_SHOWN]],
        )


def _at_least(blob: Blob) -> int:
    return MAX_FILE_BYTES + 1 if blob.size is None else blob.size


def _name(blob: Blob) -> str:
    return quoted(decoded(blob.path))


def _size(blob: Blob) -> str:
    return "over 1 MB" if blob.size is None else size(blob.size)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
