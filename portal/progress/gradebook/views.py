"""The gradebook of a cohort, and the form that changes one score."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lessons.models import Cohort, Course, Enrollment
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import of_course
from lessons.points import read_points
from lessons.quizzes.text import clean_lines
from lessons.rights import cohorts_taught
from portal.accounts.http import UserRequest, own_path
from portal.progress.cohort_access import get_learner, of_cohort
from portal.progress.gradebook import actions
from portal.progress.gradebook.cells import BookItem, get_item
from portal.progress.gradebook.exports import FORMATS
from portal.progress.gradebook.form import score_form
from portal.progress.gradebook.frame import book_address, frame
from portal.progress.gradebook.page import SHOWN, Asked, build_book
from portal.progress.gradebook.queries import ITEMS
from portal.progress.gradebook.rights import name_of, sees_names


@of_course
@require_safe
def gradebook_of_course(request: UserRequest, course: Course) -> HttpResponse:
    """Lead to the gradebook of the newest cohort."""
    cohort = cohorts_taught(request.user).filter(course=course).order_by("-pk").first()
    if cohort is None:
        messages.info(request, "The gradebook needs a cohort. Add one first.")
        return redirect("teach", course.slug)
    return redirect("gradebook", course.slug, cohort.slug)


@of_cohort
@require_safe
def gradebook(request: UserRequest, cohort: Cohort) -> HttpResponse:
    asked, course = Asked.read(request.GET), cohort.course
    names = sees_names(request.user, cohort)
    book = build_book(cohort, asked, sees_names=names)
    context = {
        "course": course,
        "cohort": cohort,
        "cohorts": cohorts_taught(request.user).filter(course=course).order_by("-pk"),
        "book": book,
        "asked": asked,
        "shown": SHOWN,
        "items": ITEMS,
        "formats": FORMATS,
        "sees_names": names,
        "query": asked.begin_link(page=""),
        "form": _chosen_form(request, cohort, asked),
        "crumbs": staff_crumbs(course, ("Gradebook", "")),
    }
    return render(request, "gradebook/gradebook.html", context)


# Any: a context, None without a chosen cell
def _chosen_form(request: UserRequest, cohort: Cohort, asked: Asked) -> dict[str, Any] | None:
    number, _, key = asked.cell.partition("-")
    try:
        enrollment = get_learner(cohort, read_number(number))
        item = get_item(cohort.course, key)
    except Http404:
        return None
    back = f"{request.path}{asked.link(cell='')}#cell-{asked.cell}"
    return score_form(enrollment, item, name=name_of(request.user, enrollment), back=back)


@of_cohort
@require_http_methods(["GET", "HEAD", "POST"])
def score(request: UserRequest, cohort: Cohort, learner: int, item: str) -> HttpResponse:
    enrollment = get_learner(cohort, learner)
    found = get_item(cohort.course, item)
    if request.method == "POST":
        return _save(request, cohort, enrollment, found)
    return _show(request, cohort, enrollment, found)


def _show(
    request: UserRequest,
    cohort: Cohort,
    enrollment: Enrollment,
    item: BookItem,
    *,
    status: int = 200,
    **errors: str,
) -> HttpResponse:
    name = name_of(request.user, enrollment)
    form = score_form(enrollment, item, name=name, back=_back(request, cohort), typed=request.POST, **errors)
    return render(request, "gradebook/score.html", {**frame(cohort, name), "form": form}, status=status)


def _save(request: UserRequest, cohort: Cohort, enrollment: Enrollment, item: BookItem) -> HttpResponse:
    act = request.POST.get("action", "")
    change: dict[str, Any] = {
        "enrollment": enrollment,
        "item": item,
        "by": request.user,
        "seen": request.POST.get("seen", "")[:100],
    }
    reason = " ".join(clean_lines(request.POST.get("reason", "")).split())
    try:
        if act == "undo":
            actions.undo_change(**change)
        elif act == "graded":
            actions.use_graded_score(**change, reason=reason or "The graded score counts again.")
        else:
            points = read_points(request.POST.get("points", ""))
            actions.change_score(**change, points=points, reason=reason)
    except actions.CannotChangeError as error:
        return _show(request, cohort, enrollment, item, status=422, **{error.field: str(error)})
    except actions.ChangedMeanwhileError as error:
        return _show(request, cohort, enrollment, item, status=409, meanwhile=str(error))
    words = {"undo": "Undone", "graded": "The graded score counts again"}.get(act, "Saved")
    messages.success(request, f"{words}: {item.title}, {name_of(request.user, enrollment)}.")
    return redirect(_back(request, cohort))


def _back(request: UserRequest, cohort: Cohort) -> str:
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    return own_path(request, wanted, book_address(cohort))


@of_cohort
@require_POST
def release(request: UserRequest, cohort: Cohort) -> HttpResponse:
    count = actions.release_scores(cohort=cohort, by=request.user)
    messages.success(
        request, f"Learners can now see {count} score{'' if count == 1 else 's'} that were held back."
    )
    return redirect("gradebook", cohort.course.slug, cohort.slug)
