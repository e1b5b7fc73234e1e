"""One learner's page for staff: their points, a timeline, extensions and scores in one place."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from labs.models import LabExtension, Submission
from lessons import staffing
from lessons.admin.releasing import WallTimeField, in_zone
from lessons.models import Attendance, Cohort, Enrollment, Meeting, QuizExtension
from lessons.models.cohort import validate_start
from lessons.models.deadlines import Extension
from lessons.points import show_points
from portal.accounts.http import UserRequest
from portal.progress.class_page.stuck_facts import last_seen
from portal.progress.cohort_access import get_learner, of_cohort
from portal.progress.gradebook.cells import get_item
from portal.progress.gradebook.frame import frame
from portal.progress.gradebook.page import Asked, shown_columns
from portal.progress.gradebook.queries import Column, columns_of, read_marks, read_scores
from portal.progress.gradebook.rights import name_of, sees_names
from portal.progress.gradebook.timeline import KINDS, timeline_of
from portal.progress.models import StaffNote

MAX_ON_PAGE = 50


class ExtensionForm(forms.Form):
    """A later deadline for a quiz or lab, in the zone of the cohort."""

    item = forms.ChoiceField(label="For")
    until = WallTimeField(label="New deadline")
    reason = forms.CharField(max_length=200, help_text="The learner sees it.")

    def __init__(self, cohort: Cohort, items: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.cohort = cohort
        self.fields["item"].choices = items  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["until"].help_text = f"In the time zone of the cohort, {cohort.time_zone}."

    def clean_until(self) -> datetime:
        when: datetime = self.cleaned_data["until"]
        validate_start(when)
        return in_zone(when, self.cohort.time_zone)


@of_cohort
@require_http_methods(["GET", "HEAD", "POST"])
def learner_page(request: UserRequest, cohort: Cohort, learner: int) -> HttpResponse:
    """Show a learner; a POST gives an extension."""
    found = get_learner(cohort, learner)
    if request.method != "POST":
        return show_learner(request, found)
    form = _extension_form(cohort, columns_of(cohort), request.POST)
    if not form.is_valid():
        return show_learner(request, found, form=form, status=422)
    _give_extension(found, form.cleaned_data, request)
    return redirect("gradebook_learner", cohort.course.slug, cohort.slug, found.pk)


# Any: what a form posted
def _extension_form(cohort: Cohort, columns: list[Column], data: Any = None) -> ExtensionForm:
    choices = [(each.key, f"{each.label}, {each.title}") for each in columns if each.kind != "external"]
    return ExtensionForm(cohort, choices, data)


def show_learner(
    request: UserRequest,
    learner: Enrollment,
    *,
    form: ExtensionForm | None = None,
    note: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page, with the errors of a form for an extension or a note."""
    columns = columns_of(learner.cohort)
    form = form or _extension_form(learner.cohort, columns)
    context = {**_context(request, learner, form, columns), "note": note or {}}
    return render(request, "gradebook/learner.html", context, status=status)


def _give_extension(learner: Enrollment, cleaned: dict[str, Any], request: UserRequest) -> None:
    item = get_item(learner.course, cleaned["item"])
    model: Any = LabExtension if item.kind == "lab" else QuizExtension
    named = {"enrollment": learner, f"{item.kind}_id": item.pk}
    extension: Extension = model.objects.filter(**named).first() or model(**named)
    extension.until, extension.reason = cleaned["until"], cleaned["reason"]
    staffing.save_extension(extension=extension, by=request.user)
    messages.success(
        request, f"The deadline of {item.title} is later now for {name_of(request.user, learner)}."
    )


# Any: a context
def _context(
    request: UserRequest, learner: Enrollment, form: ExtensionForm, columns: list[Column]
) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    events = Paginator(timeline_of(learner, kind), MAX_ON_PAGE).get_page(request.GET.get("page"))
    name = name_of(request.user, learner)
    return {
        **frame(learner.cohort, name),
        "learner": learner,
        "name": name,
        "sees_names": sees_names(request.user, learner.cohort),
        "events": events,
        "kinds": KINDS,
        "kind": kind,
        "query": f"kind={kind}&" if kind else "",
        "form": form,
        **_facts(learner),
        "scores": _scores(learner, columns, request.path),
    }


# Any: a context
def _facts(learner: Enrollment) -> dict[str, Any]:
    held = Meeting.objects.planned().filter(cohort=learner.cohort_id, starts_at__lte=timezone.now())
    present = Attendance.objects.filter(enrollment=learner, is_present=True)
    own = Submission.objects.of_learners([learner.pk])
    seen_at = last_seen(learner.pk)
    return {
        "seen_at": seen_at,
        "seen_today": seen_at is not None and timezone.localdate(seen_at) == timezone.localdate(),
        "notes": list(StaffNote.objects.filter(enrollment=learner).select_related("by")),
        "last_submission": own.select_related("lab").order_by("-pk").first(),
        "meetings": held.count(),
        "attended": present.count(),
        "submissions": own.count(),
        "labs_tried": own.order_by().values("lab").distinct().count(),
    }


# Any: a context
def _scores(learner: Enrollment, columns: list[Column], back: str) -> dict[str, Any]:
    scores = read_scores(learner.course, [learner.pk])
    own = scores[learner.pk]
    marks = read_marks([learner.pk])
    rows: list[dict[str, Any]] = []  # Any: texts and flags
    for column in shown_columns(columns, scores, Asked()):
        if column.kind == "external":
            mark = marks.external.get((learner.pk, column.key))
            words = f"{show_points(mark[0])} of {show_points(mark[1])}" if mark else "–"
            rows.append({"title": column.title, "score": words})
            continue
        score, override = own.item(column.key), marks.overrides.get((learner.pk, column.key))
        args = [learner.course.slug, learner.cohort.slug, learner.pk, column.key]
        rows.append(
            {
                "title": column.title,
                "score": f"{show_points(score.points)} of {show_points(score.out_of)}"
                if score.has_result
                else "–",
                "is_changed": override is not None and override.points is not None,
                "url": f"{reverse('gradebook_score', args=args)}?back={back}",
            }
        )
    return {"points": own.points, "rows": rows}
