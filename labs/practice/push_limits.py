"""Limits of a push: pushes per hour, refs, disk space. `turns` limits how many run at once."""

import os
import shlex
import shutil
import textwrap
from collections.abc import Iterable, Sized
from datetime import timedelta
from math import ceil
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from labs.addresses import practice_address
from labs.grader.fetching.bounded_process import bytes_in
from labs.grader.report_text import WIDTH
from labs.grader.words import count, visible
from labs.models import Receipt, Repository
from labs.practice.packets import PushRequest
from labs.practice.turns import in_progress
from labs.repositories import bare, disk, ref_files
from labs.team_queries import too_small_words

MAX_REFS = 1_000
HOUR = timedelta(hours=1)
LARGE_FILES = "Usually, data, a model or a virtual environment was committed."
REMOVE_THEM = "Remove it from your commits, add it to .gitignore, and push again."


class PushRefusedError(Exception):
    """The push was refused. `reason` is shown for each ref, `advice` says what to do, with any `commands`."""

    def __init__(self, reason: str, advice: str, *commands: str) -> None:
        super().__init__(reason)
        self.reason, self.advice, self.commands = reason, advice, commands

    @property
    def lines(self) -> list[str]:
        # commands are not wrapped, so that they can be copied
        shown = ["", *(f"    {command}" for command in self.commands)] if self.commands else []
        return ["", *textwrap.wrap(self.advice, WIDTH), *shown, ""]


def megabytes(size: int) -> str:
    return f"{size / 1_048_576:.3g} MB"


# --- before the push is read ----------------------------------------------------------------------------------------


def busy() -> PushRefusedError:
    return PushRefusedError("another push is in progress", in_progress("push"))


def check_cohort(repository: Repository) -> None:
    cohort = repository.enrollment.cohort
    if cohort.is_over:
        advice = "You can still clone this repository. To continue with the course, ask its staff."
        raise PushRefusedError(f"{cohort.title} is over", advice)


def check_team(repository: Repository) -> None:
    if words := too_small_words(repository.enrollment, repository.lab):
        raise PushRefusedError("the team is not complete", words)


def check_rate(repository: Repository) -> None:
    # counted per learner, across all labs
    limit = settings.PUSHES_PER_HOUR
    now = timezone.now()
    recent = Receipt.objects.filter(
        repository__enrollment=repository.enrollment_id, via=Receipt.Via.PUSH, received_at__gt=now - HOUR
    )
    oldest = recent.order_by("-pk").values_list("received_at", flat=True)[limit - 1 : limit].first()
    if oldest:
        minutes = max(ceil((oldest + HOUR - now).total_seconds() / 60), 1)
        wait = f"{minutes} minutes" if minutes > 1 else "a minute"
        raise PushRefusedError(
            "too many pushes in an hour",
            f"You pushed {limit} times in an hour, which is the limit. Your commits are safe on your computer. "
            f"Push again in {wait}.",
        )


# --- before git applies it ------------------------------------------------------------------------------------------


def _count(refs: Sized) -> str:
    return count(len(refs), "branch or tag", "branches and tags")


def check_refs(names: list[str], push: PushRequest) -> None:
    after = push.apply_to(map(os.fsencode, names))
    if len(push.commands) > MAX_REFS or len(after) > max(MAX_REFS, len(names)):
        raise PushRefusedError(
            "too many branches and tags",
            f"This push has {_count(push.commands)}, and the repository on the portal has {_count(names)}. "
            f"The limit is {MAX_REFS:,}. Push only the branches that the lab asks for, by name: "
            "git push origin main. To delete a remote branch: git push origin --delete NAME.",
        )


def check_update_ref(path: Path, push: PushRequest) -> None:
    ref = ref_files.read_update_ref(path)
    if not ref or os.fsencode(ref) not in push.refs:
        return
    branch = ref.removeprefix("refs/heads/")
    raise PushRefusedError(
        f"{branch} is the course's branch",
        f"The branch {branch} has the changes to the starter of this lab, and only the portal writes to it. Merge it "
        "into your own branch, and push that one. If you made commits on it, move them to your own branch first:",
        f"git switch -c my-{branch}",
        f"git push -u origin my-{branch}",
    )


def lines_about_names(names: Iterable[bytes], push: PushRequest) -> list[str]:
    """Return what to do about a branch or tag that Git cannot store beside another, [] if all names fit.

    `names` are the refs before the push.
    """
    after = {os.fsdecode(ref) for ref in push.apply_to(names)}
    pushed = {os.fsdecode(ref) for ref in push.refs}
    pairs = ((ref, above) for ref in sorted(after) for above in _names_above(ref) if above in after)
    for ref, above in pairs:
        if ref in pushed:
            return _rename(ref, above).lines
        if above in pushed:
            return _rename(above, ref).lines
    return []


def _names_above(ref: str) -> list[str]:
    # of refs/heads/a/b/c: refs/heads/a and refs/heads/a/b
    parts = ref.split("/")
    return ["/".join(parts[:end]) for end in range(3, len(parts))]


def _rename(ref: str, other: str) -> PushRefusedError:
    (kind, name), (_, beside) = _split_ref(ref), _split_ref(other)
    new = f"my-{name.replace('/', '-')}"
    source, target = (name, new) if kind == "branch" else (ref, f"refs/tags/{new}")
    return PushRefusedError(
        "the names exclude each other",
        f"Git cannot store the {kind} {name} beside {beside}: one would be a file and the other a folder. Push yours "
        "under another name:",
        f"git push origin {shlex.quote(f'{source}:{target}')}",
    )


def _split_ref(ref: str) -> tuple[str, str]:
    _, folder, name = ref.split("/", 2)
    return ("branch" if folder == "heads" else "tag"), visible(name)


def check_format(repository: Repository, push: PushRequest) -> None:
    # nothing here can be compared with SHA-256 object IDs
    if "object-format=sha256" not in push.capabilities:
        return
    refs = [ref.removeprefix(b"refs/heads/") for ref in push.refs]
    branch = shlex.quote(refs[0].decode("utf-8", "replace"))
    raise PushRefusedError(
        "SHA-256 object IDs",
        "Your repository uses SHA-256 object IDs. This remote, like GitHub, accepts only SHA-1. Copy your commits into "
        "a new repository next to yours and continue there:",
        "git init -q --object-format=sha1 ../with-sha1",
        "git fast-export --all | git -C ../with-sha1 fast-import --quiet",
        f"git -C ../with-sha1 checkout -q -f {branch}",
        f"git -C ../with-sha1 remote add origin {practice_address(repository.lab)}",
        f"git -C ../with-sha1 push -u origin {branch}",
    )


def shallow() -> PushRefusedError:
    return PushRefusedError(
        "shallow update not allowed",
        "Your clone is shallow: the beginning of its history is missing, so it cannot be stored or graded. "
        "Fetch the rest from the remote that you cloned (usually origin), then push again:",
        "git fetch --unshallow origin",
    )


def check_room(path: Path, size: int) -> None:
    """Refuse a push whose `size` exceeds the quota of the repository, or for which the disk lacks room."""
    quota, used = settings.PRACTICE_QUOTA_BYTES, bytes_in(path)
    if used + size > quota:
        if len(bare.packs(path)) > 1:  # objects that no receipt names may go
            bare.ask_for_repack(path)
        raise PushRefusedError(
            "no room left in this repository",
            f"Your repository for this lab uses {megabytes(used)} of {megabytes(quota)}, and this push adds "
            f"{megabytes(size)}. Everything you submitted is kept, so deleting branches frees no space. {LARGE_FILES} "
            f"{REMOVE_THEM} If a small push does not fit either, ask your instructor for more space.",
        )
    if is_disk_short(size) or disk.practice_bytes() > settings.PRACTICE_ROOT_MAX_BYTES:
        raise disk_full()


def is_disk_short(size: int) -> bool:
    # git briefly needs twice the space
    free = shutil.disk_usage(settings.PRACTICE_ROOT).free
    return bool(free < 2 * size + settings.DISK_RESERVE_BYTES)


def too_large() -> PushRefusedError:
    limit = megabytes(settings.PRACTICE_MAX_BYTES)
    return PushRefusedError(
        f"larger than {limit}",
        f"The push exceeds the limit of {limit} for one push. {LARGE_FILES} {REMOVE_THEM}",
    )


def took_too_long(seconds: float) -> PushRefusedError:
    return PushRefusedError(
        "took too long to unpack",
        f"The push took longer than {seconds:g} seconds to unpack. Push fewer commits at a time.",
    )


DISK_FULL = (
    "The portal has no disk space left. That is our fault, and staff can see it. Nothing was pushed. "
    "Your commits are safe on your computer. Push again later."
)


def disk_full() -> PushRefusedError:
    return PushRefusedError("no disk space left on the portal", DISK_FULL)
