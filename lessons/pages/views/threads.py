"""Ask questions, and read and answer them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons.models import Enrollment, Thread
from lessons.pages import threads as pages
from lessons.pages.limits import is_over_limit, refuse_for_a_minute, refuse_poll
from lessons.pages.numbers import read_number
from lessons.queries import get_member_course
from lessons.threads import actions, helping
from lessons.threads.places import Place, find_place
from lessons.threads.queries import OpenThread, get_own_message, get_thread, threads_for_staff
from lessons.threads.queue import get_thread_cursor
from lessons.threads.texts import CannotWriteError, as_html, read_text
from portal.accounts.http import UserRequest

MAX_POSTS, MAX_POLLS = 20, 60  # a minute, for one person
FIELDS = ("title", "text", "quote")


@never_cache
@login_required
@require_safe
def questions(request: UserRequest, course: str) -> HttpResponse:
    reader = get_member_course(request.user, course)
    context = pages.list_page(reader, request.user, request.GET.get("show", ""), request.GET.get("page", "1"))
    return render(request, "lessons/threads/questions.html", context)


# --- asking -----------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: UserRequest, course: str) -> HttpResponse:
    """Show suggestions, and ask about the place in the address."""
    reader = get_member_course(request.user, course)
    if reader.enrollment is None:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    names = ("place", "slug", "part", "at")
    kind, slug, part, at = (given.get(name, "")[:200] for name in names)
    place = find_place(request.user, course, kind, slug, part, at)
    typed: dict[str, object] = {name: given.get(name, "") for name in FIELDS}
    typed |= {"is_help": given.get("want") == "help", "slug": slug, "at": at}
    typed["shows_name"] = "shows_name" in given
    error, preview = "", SafeString("")
    if request.method == "POST":
        if is_over_limit(request, "ask", MAX_POSTS):
            return refuse_for_a_minute(request)
        try:
            if "preview" not in request.POST:
                return _ask(request, reader.enrollment, place)
            preview = _preview(request)
        except CannotWriteError as problem:
            error = str(problem)
    context = pages.ask_page(reader.course, reader.enrollment, place, error=error, preview=preview, **typed)
    return render(request, "lessons/threads/ask.html", context, status=422 if error else 200)


def _ask(request: UserRequest, enrollment: Enrollment, place: Place) -> HttpResponse:
    posted = request.POST
    kind = Thread.Kind.HELP if posted.get("want") == "help" else Thread.Kind.QUESTION
    thread = actions.ask(
        enrollment=enrollment,
        place=place,
        kind=kind,
        shows_name="shows_name" in posted,
        **{name: posted.get(name, "") for name in FIELDS},
    )
    words = "You’re in the queue." if thread.is_help else "Sent to your instructors."
    messages.success(request, f"{words} The answer will appear here, and you’ll get a notice.")
    return redirect(thread)


def _preview(request: HttpRequest) -> SafeString:
    html = as_html(read_text(request.POST.get("text", "")))
    return mark_safe(html)  # noqa: S308 - sanitised by lessons.rendering


# --- a thread ---------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: UserRequest, course: str, thread: int) -> HttpResponse:
    found = get_thread(request.user, course, thread)
    if request.method != "POST":
        return render(request, "lessons/threads/thread.html", pages.thread_page(found, request.user))
    if is_over_limit(request, "thread", MAX_POSTS):
        return refuse_for_a_minute(request)
    action = request.POST.get("action", "")
    if action == "preview":
        return _show(request, found)
    try:
        _act(request, found, action)
    except CannotWriteError as problem:
        return _show(request, get_thread(request.user, course, thread), str(problem))
    return redirect(found.thread)


def _show(request: UserRequest, found: OpenThread, error: str = "") -> HttpResponse:
    # with the text that was typed, which is not lost
    typed: dict[str, object] = {"typed": request.POST.get("text", ""), "error": error}
    if not error:
        try:
            typed["preview"] = _preview(request)
        except CannotWriteError as problem:
            typed["error"] = error = str(problem)
    context = pages.thread_page(found, request.user, **typed)
    return render(request, "lessons/threads/thread.html", context, status=422 if error else 200)


def _act(request: UserRequest, found: OpenThread, action: str) -> None:
    if action in ("reply", "answer", "ask-back") and found.may_write:
        _reply(request, found, action)
    elif found.is_asker:
        _act_as_asker(request, found.thread, action)
    elif found.is_staff:
        _act_as_staff(request, found.thread, action)
    else:
        raise Http404


def _reply(request: UserRequest, found: OpenThread, action: str) -> None:
    message = actions.reply(
        thread=found.thread,
        author=request.user,
        is_staff=found.is_staff,
        text=request.POST.get("text", ""),
        newest=read_number(request.POST.get("newest", "")),
        answers=action == "answer",
        is_suggested="is_suggested" in request.POST,
    )
    if found.is_staff and message.answers and "publish" in request.POST:
        actions.set_public(thread=found.thread, by=request.user, is_public=True)


def _act_as_asker(request: UserRequest, thread: Thread, action: str) -> None:
    if action == "edit":
        shows_name = "shows_name" in request.POST
        title = request.POST.get("title", "")
        actions.edit_question(thread=thread, by=request.user, title=title, shows_name=shows_name)
    elif action == "withdraw":
        actions.withdraw_thread(thread=thread, by=request.user)
    elif action == "close" and thread.is_help:
        helping.close(thread=thread)
    else:
        raise Http404


def _act_as_staff(request: UserRequest, thread: Thread, action: str) -> None:
    if action in ("public", "private"):
        actions.set_public(thread=thread, by=request.user, is_public=action == "public")
    elif action == "take":
        helping.take(thread=thread, by=request.user)
    elif action == "release":
        helping.release(thread=thread, by=request.user)
    elif action == "close" and thread.is_help:
        helping.close(thread=thread)
    elif action == "duplicate" and thread.is_help:
        key = read_number(request.POST.get("of", ""))
        of = threads_for_staff(request.user, thread.course).filter(kind=Thread.Kind.HELP, pk=key).first()
        if of is None:
            raise CannotWriteError("Choose the request that this one duplicates.")
        helping.mark_duplicate(thread=thread, of=of)
    else:
        raise Http404


@never_cache
@require_safe
def poll(request: UserRequest, course: str, thread: int) -> HttpResponse:
    """Return the part of the page that changes if it differs from `v`, or 204."""
    if refusal := refuse_poll(request, "thread-poll", MAX_POLLS):
        return refusal
    if get_thread_cursor(request.user, course, thread) == request.GET.get("v", ""):
        return HttpResponse(status=204)
    found = get_thread(request.user, course, thread)
    context = pages.thread_page(found, request.user, swapped=True)
    return render(request, "lessons/threads/_thread_changed.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: UserRequest, course: str, thread: int, message: int) -> HttpResponse:
    """Change or withdraw one's own message."""
    found = get_thread(request.user, course, thread)
    row = get_own_message(found, request.user, message)
    text, error, status = row.text, "", 200
    if request.method == "POST":
        if is_over_limit(request, "thread", MAX_POSTS):
            return refuse_for_a_minute(request)
        try:
            if "withdraw" in request.POST:
                actions.withdraw_message(message=row, by=request.user)
            else:
                actions.edit_message(message=row, by=request.user, text=request.POST.get("text", ""))
            return redirect(found.thread)
        except CannotWriteError as problem:
            text, error, status = request.POST.get("text", ""), str(problem), 422
    context = {
        "course": found.reader.course,
        "thread": found.thread,
        "message": row,
        "text": text,
        "error": error,
    }
    return render(request, "lessons/threads/message.html", context, status=status)
