"""The addresses that GitHub sends its messages to. Every answer comes within milliseconds: a worker does the rest."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from labs.github import intake, tasks
from labs.github.messages import INSTALLS, Message, MessageError, check_headers, read_message
from labs.github.signatures import BodyTooLargeError, read_signed
from lessons import course_pushes
from lessons.models import CourseHook


class _RefusedError(Exception):
    def __init__(self, status: int, text: str = "") -> None:
        self.answer = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


class _SignedFormError(_RefusedError):
    """The signature is valid, but the webhook sends GitHub's default content type."""


JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@csrf_exempt
@require_POST
@never_cache
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Take a message about one repository, signed with the secret of its connection."""
    connection = intake.find_connection(key)
    try:
        message = _read(request, connection.accepted_secrets() if connection else [])
        if message is None or connection is None:
            intake.note_mismatch(key)
            return HttpResponse(status=403)
        is_work = intake.take(connection, message, wake=tasks.wake)
    except _SignedFormError as refused:
        if connection:
            intake.note_form(connection, **_headers(request))
        return refused.answer
    except _RefusedError as refused:
        return refused.answer
    except intake.OtherRepositoryError:
        return HttpResponse("This address belongs to another repository.", status=403)
    return HttpResponse(status=202 if is_work else 204)


@csrf_exempt
@require_POST
@never_cache
def course(request: HttpRequest, key: str) -> HttpResponse:
    """Take a message about the repository of a course or of its notes."""
    hook = CourseHook.objects.select_related("course").filter(key=key).first()
    try:
        message = _read(request, hook.accepted_secrets() if hook else [])
    except _SignedFormError as refused:
        if hook:
            course_pushes.note_form(hook)
        return refused.answer
    except _RefusedError as refused:
        return refused.answer
    if message is None or hook is None:
        return HttpResponse(status=403)
    is_work = course_pushes.take_message(hook, event=message.event, **_push_of(message))
    return HttpResponse(status=202 if is_work else 204)


@csrf_exempt
@require_POST
@never_cache
def app(request: HttpRequest) -> HttpResponse:
    """Take a message of the GitHub App, about any repository or installation."""
    secret = settings.GITHUB_APP_WEBHOOK_SECRET
    try:
        message = _read(request, [secret.encode()] if secret else [])
    except _RefusedError as refused:
        return refused.answer
    if message is None:
        return HttpResponse(status=403)
    if message.event in INSTALLS:
        return HttpResponse(status=202 if intake.take_installation(message) else 204)
    connections = intake.connections_of_app(message)
    taken = [intake.take(each, message, wake=tasks.wake, by_app=True) for each in connections]
    is_course = course_pushes.read_everywhere(host=settings.GITHUB_HOST, **_push_of(message))
    return HttpResponse(status=202 if any(taken) or is_course else 204)


def _push_of(message: Message) -> dict[str, str]:
    return {"full_name": message.full_name, "ref": message.ref, "commit": message.commit}


def _read(request: HttpRequest, secrets: Sequence[bytes]) -> Message | None:
    # None if the signature is wrong. The body is checked as it arrived, before anything reads it.
    if request.content_type not in (JSON, FORM) or request.headers.get("Content-Encoding"):
        raise _RefusedError(415, intake.SENT_AS_FORM)
    try:
        body, is_signed = read_signed(request, secrets, request.headers.get("X-Hub-Signature-256", ""))
    except BodyTooLargeError:
        raise _RefusedError(413) from None
    with body:
        try:
            if request.content_type == FORM:
                raise _refuse_form(request, is_signed=is_signed)
            return read_message(body, **_headers(request)) if is_signed else None
        except MessageError as error:
            raise _RefusedError(400, str(error)) from error


def _refuse_form(request: HttpRequest, *, is_signed: bool) -> _RefusedError:
    # GitHub's default: its page has to say so, because the learner sees a refusal on GitHub only
    if not is_signed:
        return _RefusedError(415, intake.SENT_AS_FORM)
    check_headers(**_headers(request))
    return _SignedFormError(415, intake.SENT_AS_FORM)


def _headers(request: HttpRequest) -> dict[str, str]:
    return {
        "event": request.headers.get("X-GitHub-Event", ""),
        "guid": request.headers.get("X-GitHub-Delivery", ""),
    }
