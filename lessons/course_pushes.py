"""Read the repositories of a course and of its notes again after a push that a Git host reports.

What the message says is a hint. Only addresses that staff entered are read.
"""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lessons import tasks
from lessons.course_files import fetches
from lessons.models import Course, CourseFetch, CourseHook, CourseRepository, IncomingNotes, Notes
from lessons.models.hook import OVERLAP
from lessons.notes_import import incoming
from lessons.repositories import RepositoryUnavailableError

HEADS = "refs/heads/"
MAX_NOTES = 20  # files of one course, read after one push
MAX_COURSES = 20  # with one repository, for a message of the App


@transaction.atomic
def renew_secret(course: Course) -> CourseHook:
    """Create the webhook of a course, or give it a new secret; the old one is accepted for one more day."""
    hook, is_new = CourseHook.objects.select_for_update().get_or_create(course=course)
    if not is_new:
        hook.secret_number += 1
        hook.previous_until = timezone.now() + OVERLAP
        hook.save(update_fields=["secret_number", "previous_until"])
    return hook


def take_message(hook: CourseHook, *, event: str, full_name: str, ref: str, commit: str = "") -> bool:
    """Note a signed message, and return True if it causes something to be read again."""
    about = {"full_name": full_name, "ref": ref, "commit": commit}
    read = read_again(hook.course, **about) if event == "push" else []
    result = f"{event}: {', '.join(read) or 'nothing to read'}"
    CourseHook.objects.filter(pk=hook.pk).update(last_heard_at=timezone.now(), last_result=result[:300])
    return bool(read)


def note_form(hook: CourseHook) -> None:
    """Record a signed message that was sent as a form, which the portal does not read."""
    result = "a form: set the content type of the webhook to application/json"
    CourseHook.objects.filter(pk=hook.pk).update(last_heard_at=timezone.now(), last_result=result)


def read_everywhere(*, host: str, full_name: str, ref: str, commit: str = "") -> bool:
    """Do the same for every course with this repository on `host`, whose App has signed the message."""
    address = f"https://{host}/{full_name}"
    about = Q(repository__address__iexact=address) | Q(notes__address__iexact=address)
    courses = Course.objects.filter(about).order_by("pk").distinct()[:MAX_COURSES] if full_name else []
    found = {"full_name": full_name, "ref": ref, "commit": commit, "host": host}
    read = [read_again(course, **found) for course in courses]
    return any(read)


def read_again(course: Course, *, full_name: str, ref: str, commit: str, host: str = "") -> list[str]:
    """Ask for the course, and for each file of notes, in the repository and branch that was pushed to.

    Nothing is read for `commit` if the course has it already: the portal has committed it itself.
    """
    if not ref.startswith(HEADS) or course.deletion_id is not None:
        return []
    found = []
    repository = CourseRepository.objects.filter(course=course).first()
    is_new = repository is not None and not (commit and commit == repository.commit)
    if repository and is_new and _is_about(repository, full_name, ref, host):
        _update(repository, timezone.now())
        found.append("the course")
    notes = Notes.objects.filter(course=course).exclude(address="").defer("data")[:MAX_NOTES]
    return found + [row.name for row in notes if _is_about(row, full_name, ref, host) and _fetch(row)]


def _is_about(place: CourseRepository | Notes, full_name: str, ref: str, host: str) -> bool:
    # The webhook of a course may be on any host; the App's is on one.
    parts = urlsplit(place.address)
    is_place = parts.path.strip("/").lower() == full_name.lower() and host in ("", parts.netloc)
    return is_place and place.branch in ("", ref.removeprefix(HEADS))


@transaction.atomic
def _update(repository: CourseRepository, now: datetime) -> None:
    # An update that runs already may have read the state before: `fetches.finish` then asks for another.
    CourseRepository.objects.filter(pk=repository.pk).update(pushed_at=now)
    fetches.ask(repository=repository, kind=CourseFetch.Kind.UPDATE, by=None, wake=tasks.wake_reader)


def _fetch(notes: Notes) -> bool:
    own = IncomingNotes.objects.filter(into=notes, state=IncomingNotes.State.FETCHING)
    if own.filter(leased_until=None).exists():  # one that waits will read the newest state
        return True
    try:
        row = incoming.begin_fetch(
            course=notes.course, address=notes.address, path=notes.path, branch=notes.branch, into=notes
        )
    except RepositoryUnavailableError:  # its host is no longer allowed
        return False
    tasks.wake_notes(row)
    return True
