"""Reports from learners on questions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from lessons import quiz_queries
from lessons.analysis_queries import get_report
from lessons.pages.limits import is_over_limit
from lessons.pages.views.staff import staff_only
from lessons.question_reports import MAX_TEXT, CannotReportError, close_report, report_question
from lessons.quiz_text import quiz_of
from portal.accounts.http import UserRequest

MAX_A_MINUTE = 5


@login_required
@require_POST
def report(request: UserRequest, course: str, quiz: str, number: int, key: str) -> HttpResponse:
    attempt = quiz_queries.get_attempt(request.user, course, quiz, number).attempt
    if attempt.submitted_at is None or quiz_of(attempt).find(key) is None:
        raise Http404
    try:
        if is_over_limit(request, "report", MAX_A_MINUTE):
            raise CannotReportError(
                "You sent several reports within a minute. Wait a minute, and send it again."
            )
        report_question(attempt=attempt, key=key, text=request.POST.get("text", ""))
    except CannotReportError as error:
        messages.error(request, f"The report wasn’t sent. {error}{_typed(request, 'text')}")
    else:
        messages.success(request, "Your report was sent. The answer will be here, below the question.")
    return redirect(reverse("attempt_review", args=[course, quiz, number]) + f"#q-{key}")


@staff_only
@require_POST
def close(request: UserRequest, course: str, quiz: str, report: int) -> HttpResponse:
    found = get_report(request.user, course, quiz, report)
    try:
        close_report(report=found, by=request.user, reply=request.POST.get("reply", ""))
    except CannotReportError as error:
        messages.error(request, f"{error}{_typed(request, 'reply')}")
    else:
        messages.success(request, "The report is answered, and the learner has a notice.")
    return redirect(reverse("item_analysis", args=[course, quiz]) + f"#q-{found.key}")


def _typed(request: UserRequest, name: str) -> str:
    # The page is loaded anew, and the text would be lost.
    typed = request.POST.get(name, "").strip()[:MAX_TEXT]
    return f" Your text was: {typed}" if typed else ""
