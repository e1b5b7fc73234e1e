"""Responses in place of a view: the database or mail server is down, or the front end refused the request body.

A page for browsers, a line for git, JSON for probes. None of them needs the database.
"""

import errno
import logging
import sqlite3
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import get_template

from portal import environ

logger = logging.getLogger(__name__)

RETRY_SECONDS = "10"
# Locked, full, missing or read-only. Other SQLite errors, such as invalid SQL, are bugs.
SQLITE_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}
# PostgreSQL codes that are not OperationalError: undefined table, read-only transaction.
POSTGRES_OUTAGES = {"42P01", "25006"}


class Words(NamedTuple):
    title: str
    read: Sequence[str]
    written: Sequence[str]  # for a submitted form


WORDS = {
    408: Words(
        "The request took too long",
        ["Check your connection, then try again."],
        ["Nothing was saved. Go back in your browser and send the form again. Your text is still there."],
    ),
    413: Words(
        "The request is too large",
        ["A form can be at most 1 MB, an image at most 5 MB."],
        [
            "Nothing was saved. Go back in your browser and send less: at most 1 MB for a form, 5 MB for an image."
        ],
    ),
    503: Words(
        "The portal is unavailable",
        ["What you saved before is safe. Wait a minute, then reload this page."],
        [
            "Nothing was saved this time. Wait a minute, go back in your browser and send the form again. "
            "Your text is still there.",
            "What you saved before is safe.",
        ],
    ),
}

UNFINISHED = Words(
    WORDS[503].title,
    WORDS[503].read,
    [
        "This may or may not have been saved. Wait a minute, check, and send it again if it wasn’t.",
        "What you saved before is safe.",
    ],
)
MAIL = Words(
    "The portal can’t send email right now",
    ["Wait a minute, then reload this page."],
    [
        "Nothing was saved. Check the email address, wait a minute, then go back in your browser and try again."
    ],
)


class MailError(Exception):
    """The mail server did not accept a required email."""


class OutageMiddleware:
    """Answer 503 with Retry-After if the database or the mail server is down.

    If `portal.front` refused the request, answer with its status: 408, 413 or 503.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if status := request.META.get(environ.REFUSAL):
            return answer(request, status, UNFINISHED if environ.UNFINISHED in request.META else None)
        response = self.get_response(request)
        if response.status_code == 500 and getattr(request, "met_outage", False):
            return answer(request, 503)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        # Called for exceptions of views only; `note_outage` gets those of middleware from Django's signal.
        if not (is_outage(exception) or isinstance(exception, MailError)):
            return None
        if hasattr(request, "session"):
            request.session.modified = False  # otherwise it would be saved now
        logger.warning("%s %s was answered with 503: %s", request.method, request.path, exception)
        return answer(request, 503, MAIL if isinstance(exception, MailError) else None)


@receiver(got_request_exception)
def note_outage(sender: object, request: HttpRequest, **kwargs: object) -> None:
    request.met_outage = is_outage(sys.exc_info()[1])  # type: ignore[attr-defined]  # read by the middleware


def is_outage(error: BaseException | None) -> bool:
    """Return True if the disk is full, or the database could not be reached, read or written.

    Invalid SQL and violated constraints are bugs, not outages.
    """
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    cause = getattr(error, "__cause__", None)
    if isinstance(error, DatabaseError) and isinstance(cause, sqlite3.Error):
        is_empty = str(cause).startswith("no such table")  # the file was removed, and SQLite made a new one
        return is_empty or (cause.sqlite_errorcode or 0) & 0xFF in SQLITE_OUTAGES
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and getattr(cause, "sqlstate", None) in POSTGRES_OUTAGES


def answer(request: HttpRequest, status: int, words: Words | None = None) -> HttpResponse:
    words = words or WORDS[status]
    sentences = words.read if request.method in {"GET", "HEAD"} else words.written
    if request.path in {"/healthz", "/readyz"}:
        response: HttpResponse = JsonResponse(
            {"status": "not ready", "reason": words.title},
            status=status,
            content_type="application/json; charset=utf-8",
        )
    elif request.path.startswith("/git/"):
        pushed = "" if words is UNFINISHED else " Nothing was pushed."
        text = f"{words.title}.{pushed} Try again in a minute.\n"
        response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    else:
        context = {"site_name": settings.SITE_NAME, "title": words.title, "sentences": sentences}
        page = get_template("unavailable.html").render(context)
        response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = RETRY_SECONDS
    vars(response)["_has_been_logged"] = True  # logged in one line, above or by the caller that refused
    return response
