"""The page of one finding: why it fired, what staff did about it, and the forms for it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter

from django import forms
from django.utils import timezone

from labs.models import Lab
from lessons.models import Cohort, Enrollment
from lessons.pages.context import Context
from lessons.pseudonyms import Names
from portal.accounts.models import User
from portal.progress.class_page import stuck_actions as actions
from portal.progress.class_page.page import crumbs
from portal.progress.class_page.stuck import StuckRow, complete_rows, find_stuck
from portal.progress.class_page.stuck_actions import MAX_NOTE, CannotMarkError, Finding
from portal.progress.models import StuckMark

MAX_MARKS = 30  # the newest ones
SNOOZE_DAYS = 3
DONE = {
    "write": "Sent. The learner gets a notice.",
    "snooze": "Snoozed. It is shown again on the day you chose if the rule still fires.",
    "handled": "Marked as handled. It is shown again if something new makes the rule fire.",
}


class MarkForm(forms.Form):
    """One form for the three actions. `action` decides which fields count."""

    action = forms.ChoiceField(choices=[(each, each) for each in DONE])
    rules = forms.CharField(required=False, max_length=200)
    text = forms.CharField(required=False, max_length=2_000, strip=True)
    note = forms.CharField(required=False, max_length=2_000, strip=True)
    until = forms.DateField(required=False, error_messages={"invalid": "Enter a date, such as 2026-12-05."})

    def fired(self) -> set[str]:
        return set(self.cleaned_data["rules"].split(",")) & set(StuckMark.Rule.values)


@dataclass(frozen=True)
class Typed:
    """The fields of a form that was not saved, to show them again."""

    action: str = ""
    text: str = ""
    note: str = ""
    until: str = ""
    error: str = ""


def save_mark(enrollment: Enrollment, lab: Lab | None, form: MarkForm, by: User) -> str:
    """Save the chosen action. Return the message for staff. Raises CannotMarkError."""
    if not form.is_valid():
        raise CannotMarkError(next(iter(form.errors.values()))[0])
    values = form.cleaned_data
    finding = Finding(enrollment, lab, form.fired())
    if values["action"] == "write":
        actions.write_to_learner(finding=finding, text=values["text"], by=by)
    elif not finding.rules:
        raise CannotMarkError("This is no longer in the list, so there is nothing to hide.")
    elif values["action"] == "snooze":
        actions.snooze(finding=finding, until=_morning(values["until"]), note=values["note"], by=by)
    else:
        actions.mark_handled(finding=finding, note=values["note"], by=by)
    return DONE[values["action"]]


def _morning(day: date | None) -> datetime:
    # the start of the day in the zone of the person who snoozes
    if day is None:
        raise CannotMarkError("Choose the day on which to show it again.")
    try:
        return timezone.make_aware(datetime.combine(day, time.min))
    except OverflowError:  # in the first or last hours of the calendar
        raise CannotMarkError("Choose a day within 90 days.") from None


def finding_context(
    cohort: Cohort, enrollment: Enrollment, lab: Lab | None, typed: Typed, reader: User
) -> Context:
    key = (enrollment.pk, lab.pk if lab else None)
    found = [row for row in find_stuck(cohort, timezone.now()).rows if (row.learner, row.lab) == key]
    row = complete_rows(found)[0] if found else StuckRow(*key, person=enrollment)
    marks = StuckMark.objects.filter(enrollment=enrollment, lab=lab).select_related("by")
    name = Names(reader).of(enrollment)
    return {
        "course": cohort.course,
        "cohort": cohort,
        "crumbs": crumbs(cohort, (name, "")),
        "learner": enrollment,
        "name": name,
        "lab": lab,
        "row": row,
        "rules": ",".join(each.rule for each in row.firings),
        "marks": merge_marks(list(marks[:MAX_MARKS])),
        "typed": typed,
        "until": typed.until or f"{timezone.localdate() + timedelta(days=SNOOZE_DAYS):%Y-%m-%d}",
        "max_note": MAX_NOTE,
    }


def merge_marks(marks: list[StuckMark]) -> list[tuple[StuckMark, str]]:
    """Return each action of staff once, with its rules: an action adds a row for each rule."""
    found: list[tuple[StuckMark, list[str]]] = []
    for mark in marks:
        if not (found and _is_one_action(found[-1][0], mark)):
            found.append((mark, []))
        found[-1][1].append(mark.get_rule_display())
    return [(mark, ", ".join(reversed(rules))) for mark, rules in found]


def _is_one_action(one: StuckMark, other: StuckMark) -> bool:
    same = attrgetter("kind", "note", "by_id", "until")
    return same(one) == same(other) and abs(one.created_at - other.created_at) < timedelta(seconds=1)
