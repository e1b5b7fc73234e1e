"""Authorise Git on the practice remote: learners use their own repositories, staff read those of their courses."""

import logging
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from labs import tokens
from labs.deletable import deleted_lab_words
from labs.grader.git.processes import RepositoryError
from labs.models import Repository
from labs.practice import push_limits, request_body
from labs.practice.token_auth import plain, refuse_token, token_user
from labs.practice.turns import NoTurnError
from labs.queries import get_open_lab
from labs.repositories import bare, folders
from labs.repository_queries import repository_of_draft
from labs.staff_queries import get_repository_taught
from lessons.release import NotOpenYetError
from lessons.templatetags.times import not_open_words
from portal.accounts.models import User

logger = logging.getLogger(__name__)

DAMAGED = (
    "Your repository on the portal is damaged. That is our fault. Your commits are safe on your computer. "
    "Tell your instructor."
)
TOOK_TOO_LONG = "The portal took too long to send your repository. That is our fault. Try again in a minute."
NOTHING_HERE = "There is no such repository, or nothing was pushed to it. Copy the command from the lab page."

View = Callable[..., HttpResponseBase]


def with_learner_repository(view: View) -> View:
    """Call `view(request, repository)` with the repository of the token's owner, created if needed."""
    return _with_repository(view, _own_repository)


def with_repository_of_learner_taught(view: View) -> View:
    """Call `view(request, repository)` with a practice repository of a course that the token's owner teaches."""
    return _with_repository(view, _repository_taught)


def _with_repository(view: View, find: Callable[..., Repository | HttpResponse]) -> View:
    @wraps(view)
    def call(request: HttpRequest, **names: str) -> HttpResponseBase:
        try:
            user = token_user(request)
        except tokens.TokenRefusedError as error:
            return refuse_token(error)
        if request_body.HEADERS_MARK in request.META:
            return HttpResponse(status=204)
        request.token_user = user  # type: ignore[attr-defined]  # who pushes: a team has several
        found = find(user, **names)
        return found if isinstance(found, HttpResponse) else _answer(view, request, found)

    return csrf_exempt(never_cache(call))


def _own_repository(user: User, course_slug: str, lab_slug: str) -> Repository | HttpResponse:
    try:
        found = get_open_lab(user, course_slug, lab_slug)
    except NotOpenYetError as error:
        return plain(403, not_open_words(error))
    except Http404:
        found = None
    if found is None and (deleted := deleted_lab_words(course_slug, lab_slug, user)):
        return plain(410, deleted)
    if found is None and (kept := repository_of_draft(user, course_slug, lab_slug)):
        return kept
    if found is None or found.enrollment is None:
        if found and found.learner:
            return plain(403, "This lab is done in teams. Join a team on the page of the lab first.")
        known = f"{user.email} has no open lab with this remote URL."
        return plain(404, f"{known} Copy the URL from the lab page.")
    repository, _ = Repository.objects.get_or_create(enrollment=found.enrollment, lab=found.lab, host=None)
    repository.lab = found.lab  # with its version
    return repository


def _repository_taught(user: User, course_slug: str, lab_slug: str, folder: str) -> Repository | HttpResponse:
    try:
        repository = get_repository_taught(user, course_slug, lab_slug, folder)
        folders.owned_path(repository)
    except (Http404, RepositoryError):
        return plain(404, NOTHING_HERE)
    return repository


def _answer(view: View, request: HttpRequest, repository: Repository) -> HttpResponseBase:
    try:
        folders.ensure(repository)
        return view(request, repository)
    except NoTurnError as error:
        return plain(503, str(error))
    except bare.BusyError:
        return plain(503, push_limits.busy().advice)
    except bare.TookTooLongError:
        logger.exception("git took too long in repository %s", repository.pk)
        return plain(503, TOOK_TOO_LONG)
    except RepositoryError:
        logger.exception("repository %s cannot be read", repository.pk)
        return plain(500, DAMAGED)
    except OSError as error:
        if error.errno not in request_body.NO_ROOM:
            raise
        logger.error("no room for repository %s: %s", repository.pk, error)
        return plain(503, push_limits.DISK_FULL)
