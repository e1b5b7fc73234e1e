"""Staff mark answers: the queue of a course, and one answer at a time."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lessons.marking import CannotMarkError, MarkedMeanwhileError, mark_answer
from lessons.marking_queries import get_answer_to_mark, next_in_queue
from lessons.models import Answer, Course
from lessons.pages import marking as pages
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import AnyView, with_taught_course
from lessons.points import count_points, read_points, show_exactly
from lessons.presence import end_presence, note_presence
from lessons.pseudonyms import name_to_mark
from lessons.quizzes.text import clean_lines
from portal.accounts.http import UserRequest


def of_course(view: AnyView) -> AnyView:
    # For learners, the page does not exist.
    return never_cache(login_required(with_taught_course(view)))


@of_course
@require_safe
def queue(request: UserRequest, course: Course) -> HttpResponse:
    return render(request, "lessons/marking/queue.html", pages.queue_page(course, request.user))


@of_course
@require_safe
def question(request: UserRequest, course: Course, quiz: str, key: str) -> HttpResponse:
    """Open the first answer to a question that waits."""
    found = get_object_or_404(course.quizzes, slug=quiz)
    answer = pages.first_to_mark(course, found.pk, key, request.user)
    if answer is None:
        messages.info(request, "No answer to this question waits for marking.")
        return redirect("marking", course.slug)
    return redirect("mark_answer", course.slug, answer)


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: UserRequest, course: Course, answer: int) -> HttpResponse:
    row = get_answer_to_mark(request.user, course, answer)
    if request.method == "POST":
        return _save(request, course, row)
    return _show(request, course, row)


@of_course
@require_POST
def presence(request: UserRequest, course: Course, answer: int) -> HttpResponse:
    row = get_answer_to_mark(request.user, course, answer)
    words = pages.presence_words(note_presence(user=request.user, row=row))
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


def _show(
    request: UserRequest,
    course: Course,
    answer: Answer,
    *,
    error: str = "",
    meanwhile: str = "",
    status: int = 200,
) -> HttpResponse:
    others = note_presence(user=request.user, row=answer)
    context = pages.mark_page(course, answer, request.user, others)
    latest = context["latest"]
    typed = request.POST if request.method == "POST" else None
    if typed is None:
        points, comment = (show_exactly(latest.points), latest.comment) if latest else ("", "")
    else:
        points, comment = typed.get("points", ""), typed.get("comment", "")
    context |= {"points": points, "comment": comment, "error": error, "meanwhile": meanwhile}
    return render(request, "lessons/marking/answer.html", context, status=status)


def _save(request: UserRequest, course: Course, answer: Answer) -> HttpResponse:
    try:
        marking = mark_answer(
            answer=answer,
            by=request.user,
            points=read_points(request.POST.get("points", "")),
            comment=clean_lines(request.POST.get("comment", "")).strip(),
            seen=read_number(request.POST.get("seen", "")),
        )
    except CannotMarkError as error:
        return _show(request, course, answer, error=str(error), status=422)
    except MarkedMeanwhileError as error:
        by = error.marking.by
        who = by.get_full_name() if by else "A worker"
        meanwhile = (
            f"Not saved: {who} marked this answer in the meantime, with"
            f" {count_points(error.marking.points)}. What you typed is still here."
            " Save again to correct their marking, or go on to the next answer."
        )
        return _show(request, course, answer, meanwhile=meanwhile, status=409)
    end_presence(user=request.user, row=answer)
    messages.success(
        request,
        f"Saved: {count_points(marking.points)} for {name_to_mark(answer.attempt.enrollment)}.",
    )
    following, _ = next_in_queue(answer, request.user)
    if following is None:
        return redirect("marking", course.slug)
    return redirect("mark_answer", course.slug, following)
