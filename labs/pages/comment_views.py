"""Comments on submissions: staff write, edit and delete drafts, both sides reply; the comment bank of a course."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from labs import feedback_actions as actions
from labs.feedback_actions import CannotSaveError, ChangedMeanwhileError, Line
from labs.feedback_queries import get_comment, saved_comments
from labs.models import Comment
from labs.pages.files import find_line, line_address
from labs.pages.marking_views import get_taught_submission
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.numbers import read_number
from lessons.queries import get_taught_course_by_slug
from lessons.quizzes.text import clean_lines
from portal.accounts.http import UserRequest


def _text(request: UserRequest) -> str:
    """Return the posted text below the saved one that was chosen."""
    parts = (clean_lines(request.POST.get(name, "")).strip() for name in ("saved", "text"))
    return "\n\n".join(filter(None, parts))


def _mark_address(public_id: str) -> str:
    return reverse("submission_mark", args=[public_id])


@login_required
@require_POST
def submission_comment(request: UserRequest, public_id: str) -> HttpResponse:
    """Add a draft of a comment: on the submission, or on the line of a file that is in its commit."""
    submission = get_taught_submission(request.user, public_id)
    path, number = request.POST.get("path", ""), read_number(request.POST.get("line", ""))
    line = find_line(submission, path, number) if path else Line()
    back = line_address(submission, path, number) if path else f"{_mark_address(public_id)}#comments"
    text = _text(request)
    try:
        if line is None:
            raise CannotSaveError(f"This file has no line {number}. Type the number of one of its lines.")
        kept = request.POST.get("keep") == "on"
        actions.add_comment(submission=submission, by=request.user, text=text, line=line, is_kept=kept)
    except CannotSaveError as error:
        return _refuse(request, str(error), text, request.path, path, number)
    messages.success(request, "Comment saved as a draft. The learner sees it once you release it.")
    return redirect(back)


def _refuse(
    request: UserRequest, error: str, text: str, action: str, path: str = "", number: int = 0
) -> HttpResponse:
    # the text that could not be saved stays in a form
    page = {"error": error, "text": text, "action": action, "path": path, "line": number or ""}
    return render(request, "labs/marking/comment.html", page, status=422)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_edit(request: UserRequest, comment: int) -> HttpResponse:
    """Change one's own comment, with both texts if another tab changed it in between."""
    found = get_comment(request.user, comment)
    if found.by_id != request.user.pk:
        return redirect(comment_address(found))
    page = {"comment": found, "text": found.text, "action": request.path, "seen": found.version}
    if request.method != "POST":
        return render(request, "labs/marking/comment.html", page)
    text, seen = _text(request), read_number(request.POST.get("seen", ""))
    try:
        actions.edit_comment(comment=found, by=request.user, text=text, seen=seen)
    except CannotSaveError as error:
        return render(
            request, "labs/marking/comment.html", {**page, "text": text, "error": str(error)}, status=422
        )
    except ChangedMeanwhileError as error:
        page |= {"text": text, "theirs": error.theirs, "seen": error.theirs.version}
        return render(request, "labs/marking/comment.html", page, status=409)
    return redirect(comment_address(found))


@login_required
@require_POST
def comment_delete(request: UserRequest, comment: int) -> HttpResponse:
    found = get_comment(request.user, comment)
    submission = get_taught_submission(request.user, found.submission.public_id)
    if actions.delete_draft(comment=found, by=request.user):
        messages.success(request, "Draft deleted.")
    else:
        messages.error(request, "The learner has seen this comment, so it stays. Edit it instead.")
    return redirect(f"{_mark_address(submission.public_id)}#comments")


@login_required
@require_POST
def comment_reply(request: UserRequest, comment: int) -> HttpResponse:
    found = get_comment(request.user, comment)
    text = clean_lines(request.POST.get("text", "")).strip()
    try:
        answer = actions.reply(comment=found, by=request.user, text=text)
    except CannotSaveError as error:
        return _refuse(request, str(error), text, request.path)
    return redirect(comment_address(answer))


def comment_address(comment: Comment) -> str:
    return f"{comment.submission.get_absolute_url()}#comment-{comment.pk}"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: UserRequest, course: str) -> HttpResponse:
    """Show the comment bank of a course; a POST adds a text to it or removes one."""
    found = get_taught_course_by_slug(request.user, course)
    page = {"course": found, "crumbs": staff_crumbs(found, ("Saved comments", ""))}
    status = 200
    if request.method == "POST":
        text = clean_lines(request.POST.get("text", "")).strip()
        try:
            if "remove" in request.POST:
                actions.remove_saved(course=found, key=read_number(request.POST["remove"]))
            else:
                actions.save_for_reuse(course=found, text=text, by=request.user)
            return redirect("saved_comments", found.slug)
        except CannotSaveError as error:
            page, status = {**page, "error": str(error), "text": text}, 422
    return render(request, "labs/marking/saved.html", {**page, "saved": saved_comments(found)}, status=status)
