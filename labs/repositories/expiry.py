"""Remove graded states that nobody needs any more, and repack what is left. `graded` stores them."""

import logging
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from labs.grader.fetching.bounded_process import bytes_in
from labs.models import Repository, Submission
from labs.repositories import bare, disk, folders, graded, packing

logger = logging.getLogger(__name__)

MAX_RUN_SECONDS = 120  # in one run; the rest waits for the next
MAX_PACKS = 20  # of one repository
MAX_SHARE = 0.9  # of the limit: above it, states are removed before they are old
MAX_ROWS_AT_ONCE = 500


class Leftover:
    """The states of one repository that neither count nor are the newest, with the time of their receipt."""

    def __init__(self, repository: Repository, received: dict[str, datetime]) -> None:
        self.repository, self.received = repository, received
        self.oldest = min(received.values())


def expire_graded() -> None:
    """Remove states that are superseded and older than GRADED_DAYS, or all superseded ones if there is no room.

    The submission that counts, and the newest one, keep their states.
    """
    root = Path(settings.GRADED_ROOT)
    if not root.is_dir():
        return
    ends, size = time.monotonic() + MAX_RUN_SECONDS, bytes_in(root)
    limit = timezone.now() - timedelta(days=settings.GRADED_DAYS)
    for left in sorted(_find_leftovers(root), key=lambda left: left.oldest):
        is_full = size > MAX_SHARE * settings.GRADED_MAX_BYTES
        old = [digest for digest, at in left.received.items() if is_full or at < limit]
        if old and time.monotonic() < ends:
            size -= drop_states(left.repository, old)
    for path in root.glob("*.git"):
        if time.monotonic() < ends and len(bare.packs(path)) > MAX_PACKS:
            repository = _rows([path.stem]).first()
            size -= drop_states(repository, []) if repository else 0
    disk.keep_graded_bytes(size)


def _find_leftovers(root: Path) -> Iterator[Leftover]:
    names = sorted(path.stem for path in root.glob("*.git"))
    for start in range(0, len(names), MAX_ROWS_AT_ONCE):
        for repository in _rows(names[start : start + MAX_ROWS_AT_ONCE]):
            received = _find_superseded(repository)
            if received:
                yield Leftover(repository, received)


def _rows(names: list[str]) -> QuerySet[Repository]:
    # never of the practice remote, whatever folders there are: nobody else has what was pushed to it
    return Repository.objects.in_folders(names).exclude(host=None)


def _find_superseded(repository: Repository) -> dict[str, datetime]:
    try:
        digests = set(graded.read_states(folders.owned_path(repository)))
    except graded.FAILURES:
        logger.exception("the graded states of repository %s cannot be read", repository.pk)
        return {}
    own = Submission.objects.filter(enrollment=repository.enrollment_id, lab=repository.lab_id)
    newest = own.filter(digest__in=digests).order_by("-number").values_list("digest", flat=True).first()
    counts = Q(is_best=True) | Q(choice__isnull=False) | Q(digest=newest)
    rows = own.filter(digest__in=digests).exclude(counts)
    return dict(rows.values_list("digest", "receipt__received_at"))


def drop_states(repository: Repository, digests: list[str]) -> int:
    """Drop states, pack the others, and return how many bytes that freed; 0 if the repository is in use."""
    try:
        path = folders.owned_path(repository)
        size = bytes_in(path)
        with bare.hold_lock(path, seconds=0) as lock:
            states = graded.read_states(path)
            left = {digest: ids for digest, ids in states.items() if digest not in digests}
            if not left:
                shutil.rmtree(path)
                return size
            graded.write_states(path, left)
            tips = {each for ids in left.values() for each in ids}
            packing.repack_objects(path, sorted(tips), lock, may_lack=True)
        return size - bytes_in(path)
    except bare.BusyError:
        return 0
    except graded.FAILURES:
        logger.exception("graded states of repository %s cannot be dropped", repository.pk)
        return 0
