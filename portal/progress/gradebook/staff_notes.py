"""Notes of staff about a learner: add one, and remove one's own."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from labs.grading.counting import lock_learner
from lessons.models import Cohort, Enrollment
from lessons.pages.numbers import read_number
from lessons.quizzes.text import clean_lines
from portal.accounts.http import UserRequest
from portal.accounts.models import User
from portal.progress.cohort_access import get_learner, of_cohort
from portal.progress.gradebook.learner import show_learner
from portal.progress.models import StaffNote

MAX_TEXT, MAX_NOTES = 1000, 100


class CannotAddError(Exception):
    """The note was not saved; the message says what to do."""


@transaction.atomic
def add_note(*, enrollment: Enrollment, text: str, by: User) -> StaffNote:
    """Add a note. Raises CannotAddError."""
    lock_learner(enrollment.pk)
    text = text.strip()
    if not text:
        raise CannotAddError("Write the note first.")
    if len(text) > MAX_TEXT:
        raise CannotAddError(f"The note has {len(text):,} characters. The limit is {MAX_TEXT:,}.")
    if StaffNote.objects.filter(enrollment=enrollment).count() >= MAX_NOTES:
        raise CannotAddError(f"A learner has at most {MAX_NOTES} notes. Remove one of yours first.")
    return StaffNote.objects.create(enrollment=enrollment, text=text, by=by)


def remove_note(*, enrollment: Enrollment, key: int, by: User) -> bool:
    """Remove one's own note. Return False if there is none."""
    deleted, _ = StaffNote.objects.filter(enrollment=enrollment, pk=key, by=by).delete()
    return bool(deleted)


@of_cohort
@require_POST
def staff_notes(request: UserRequest, cohort: Cohort, learner: int) -> HttpResponse:
    """Add a note, or remove the one with the key `remove`."""
    found = get_learner(cohort, learner)
    if "remove" in request.POST:
        if remove_note(enrollment=found, key=read_number(request.POST["remove"]), by=request.user):
            messages.success(request, "The note was removed.")
        return redirect("gradebook_learner", cohort.course.slug, cohort.slug, found.pk)
    text = clean_lines(request.POST.get("text", ""))
    try:
        add_note(enrollment=found, text=text, by=request.user)
    except CannotAddError as error:
        return show_learner(request, found, note={"text": text, "error": str(error)}, status=422)
    messages.success(request, "The note was added.")
    return redirect("gradebook_learner", cohort.course.slug, cohort.slug, found.pk)
