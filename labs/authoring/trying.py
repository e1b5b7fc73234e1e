"""Try an unsaved lab.yaml on a repository. No result is stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Exists, OuterRef, QuerySet

from labs.grader.fetching.refusals import FetchError, FetchRefusedError
from labs.grader.git.processes import RepositoryError
from labs.grader.report import Report
from labs.grading import apart
from labs.models import Lab, Repository, Submission
from labs.repositories import folders, hosts
from labs.repository_queries import last_seen_in
from lessons.pseudonyms import Names
from lessons.rights import of_own_learners
from portal.accounts.models import User

SECONDS = 120
MAX_CHOICES = 30  # in a longer menu, a learner would be hard to find


class CannotTryError(Exception):
    """The repository could not be graded; the message says why and what to do."""


@dataclass(frozen=True)
class TryChoice:
    """A submission to try a lab on, as it was graded, or a practice repository in its current state."""

    key: str
    words: str
    of: Submission | Repository


def choices(lab: Lab, user: User) -> list[TryChoice]:
    """Return the user's own practice repositories and the latest submission of each learner of the lab."""
    # Looked up by key: with a join, SQLite scans every user's repositories.
    learns_as = list(user.enrollments.values_list("pk", flat=True))
    own = Repository.objects.filter(enrollment__in=learns_as, host=None).select_related("lab")
    found = [TryChoice(f"own-{row.pk}", f"Your own repository: {row.lab}", row) for row in own[:MAX_CHOICES]]
    names = Names(user)
    for row in _latest(lab, user):
        row.enrollment.course = lab.course
        words = f"{names.of(row.enrollment)}, submission {row.number}"
        found.append(TryChoice(f"submission-{row.pk}", words, row))
    return found[:MAX_CHOICES]


def _latest(lab: Lab, user: User) -> QuerySet[Submission]:
    # walks back from the newest and stops when there are enough
    newer = Submission.objects.filter(lab=lab, enrollment=OuterRef("enrollment"), pk__gt=OuterRef("pk"))
    own = of_own_learners(user, "enrollment__cohort")
    rows = Submission.objects.filter(own, ~Exists(newer), lab=lab).order_by("-pk")
    of_learner = [f"enrollment__{name}" for name in ("course", "cohort", "user__email", "user__name")]
    shown = ("number", "lab", *of_learner)
    return rows.select_related("enrollment__user").only(*shown)[:MAX_CHOICES]


def try_on(choice: TryChoice, source: str) -> Report:
    """Return the report of a valid lab.yaml on a repository. Raises CannotTryError."""
    try:
        with _open_state(choice.of) as (path, refs):
            answer = apart.ask({"source": source, "path": str(path), "refs": refs}, SECONDS)
    except apart.ApartError as error:
        raise CannotTryError(str(error)) from error
    except FetchRefusedError as error:
        raise CannotTryError(error.message) from error
    except FetchError as error:
        raise CannotTryError(f"Grading stopped because of a fault on our side: {error}") from error
    if "unreadable" in answer:
        raise CannotTryError(f"Could not read the repository. {answer['unreadable']}")
    return Report.from_json(answer["report"])


@contextmanager
def _open_state(of: Submission | Repository) -> Iterator[tuple[Path, dict[str, str] | None]]:
    # refs are None for the repository's current ones
    place, refs = (of, None) if isinstance(of, Repository) else (last_seen_in(of), of.receipt.refs)
    if place.address:
        with hosts.hold_mirror(place.address, refs or {}) as (path, _):
            yield path, refs
        return
    try:
        path = folders.owned_path(place)
    except RepositoryError:
        message = "This repository is not on this server. Choose a different one."
        raise CannotTryError(message) from None
    yield path, refs
