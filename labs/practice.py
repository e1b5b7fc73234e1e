"""The portal's own Git remote: `git push` is answered with the verdict, in the terminal.

Git's smart protocol over HTTP, gitprotocol-http(5). The work on disk is done by `remote`, packets by `sideband`.
"""

import logging
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import IO

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from labs import actions, body, receipts, remote, sideband
from labs.grader.text import WIDTH
from labs.models import Repository
from labs.queries import get_open_lab
from labs.terminal import told
from labs.token_auth import plain, refused, token_user

logger = logging.getLogger(__name__)

SERVICES = ("receive-pack", "upload-pack")


# --- who and where --------------------------------------------------------------------------------------------------


def of_learner(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Calls `view(request, repository)` with the repository of whoever holds the token, made if need be."""

    @wraps(view)
    def opened(request: HttpRequest, course_slug: str, lab_slug: str) -> HttpResponseBase:
        user = token_user(request)
        if user is None:
            return refused()
        try:
            found = get_open_lab(user, course_slug, lab_slug)
        except Http404:
            found = None
        if found is None or found.enrollment is None:
            known = f"{user.email} is enrolled in no course with an open lab at this address."
            return plain(404, f"{known} The page of a lab shows its address.")
        repository, _ = Repository.objects.get_or_create(
            enrollment=found.enrollment, lab=found.lab, host=None
        )
        remote.ensure(repository.path)
        return view(request, repository)

    return csrf_exempt(never_cache(opened))


# --- views ----------------------------------------------------------------------------------------------------------


@require_GET
def address(request: HttpRequest, course_slug: str, lab_slug: str) -> HttpResponse:
    """The address of a remote, opened in a browser, leads to its lab."""
    return redirect("lab", course_slug, lab_slug)


@of_learner
@require_GET
def advertise(request: HttpRequest, repository: Repository) -> HttpResponse:
    service = request.GET.get("service", "").removeprefix("git-")
    if service not in SERVICES:
        return plain(403, "This remote speaks Git's smart protocol only. Update git to 1.6.6 or later.")
    refs = remote.advertise(repository.path, service, request.headers.get("Git-Protocol", ""))
    head = (
        b""
        if refs.startswith(b"000eversion 2")
        else sideband.packet(b"# service=git-%s\n" % service.encode())
    )
    content = head + sideband.FLUSH + refs if head else refs
    return HttpResponse(content, content_type=f"application/x-git-{service}-advertisement")


@of_learner
@require_POST
def upload_pack(request: HttpRequest, repository: Repository) -> HttpResponseBase:
    """Answers `git fetch` and `git clone`."""
    if request.content_type != "application/x-git-upload-pack-request":
        return plain(415, "This is no request of git.")
    try:
        with body.spooled(request.META, settings.PRACTICE_MAX_BYTES) as asked:
            protocol = request.headers.get("Git-Protocol", "")
            answer = remote.serve(repository.path, "upload-pack", asked, protocol)
    except (body.Broken, body.TooLarge, remote.TookTooLong) as error:
        return plain(400, f"The request could not be answered: {error}.")
    return StreamingHttpResponse(_pieces(answer), content_type="application/x-git-upload-pack-result")


@of_learner
@require_POST
def receive_pack(request: HttpRequest, repository: Repository) -> HttpResponseBase:
    """Answers `git push`: takes the pack, then tells the verdict while the learner waits."""
    if request.content_type != "application/x-git-receive-pack-request":
        return plain(415, "This is no request of git.")
    try:
        answer = _pushed(request, repository)
    except (body.Broken, sideband.Malformed) as error:
        return plain(400, f"The push could not be read: {error}.")
    response = StreamingHttpResponse(answer, content_type="application/x-git-receive-pack-result")
    response["X-Accel-Buffering"] = "no"  # the terminal shows each line when it is known
    return response


# --- a push ---------------------------------------------------------------------------------------------------------


class NotTaken(Exception):  # noqa: N818 - what it says to the learner
    """Nothing of the push was taken: a few words for each ref, and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


def _pushed(request: HttpRequest, repository: Repository) -> Iterable[bytes]:
    try:
        sent = body.spooled(request.META, settings.PRACTICE_MAX_BYTES)
    except body.TooLarge as error:
        with error.beginning as beginning:
            return [_not_taken(sideband.read_push(beginning, remote.MOST_REFS), _too_large())]
    with sent:
        push = sideband.read_push(sent, remote.MOST_REFS)
        if (
            not push.refs
        ):  # git asks with an empty request whether the token is right before it sends a large one
            return []
        try:
            answer, lines = _take(repository, push, sent)
        except NotTaken as error:
            return [_not_taken(push, error)]
    return _answered(answer, push, lines)


def _too_large() -> NotTaken:
    most = f"{settings.PRACTICE_MAX_BYTES / 1_048_576:.3g} MB"
    advice = "Remove large files from the commits, data and models for example, and push again."
    return NotTaken(
        f"larger than {most}", f"The push is larger than {most}, the most that is taken. {advice}"
    )


def _not_taken(push: sideband.PushRequest, error: NotTaken) -> bytes:
    return sideband.refusal(push, error.reason, ["", *textwrap.wrap(error.advice, WIDTH), ""])


def _take(
    repository: Repository, push: sideband.PushRequest, sent: IO[bytes]
) -> tuple[IO[bytes], Iterable[str | None]]:
    """git's answer and what else to tell. The refs, their receipt and the submission are one under the lock."""
    path = repository.path
    try:
        with remote.locked(path) as lock:
            if len(remote.read_refs(path)) + len(push.refs) > remote.MOST_REFS:
                advice = f"The remote keeps at most {remote.MOST_REFS} branches and tags. Delete some of them there."
                raise NotTaken("too many branches and tags", advice)
            remote.begin_push(path)
            answer = remote.serve(path, "receive-pack", sent, lock=lock)
            return answer, _recorded(repository)
    except remote.Busy:
        raise NotTaken(
            "another push goes on", "Another push to this remote goes on. Push again later."
        ) from None
    except remote.TookTooLong:
        advice = (
            f"The push took longer than {remote.GIT_SECONDS} seconds to unpack. Push fewer commits at a time."
        )
        raise NotTaken("took too long to unpack", advice) from None


def _recorded(repository: Repository) -> Iterable[str | None]:
    """Write what arrived, if anything did. Where the database fails, the mark on disk stays and the beat does it."""
    try:
        refs = remote.read_refs(repository.path)
        submission = None
        if not receipts.is_recorded(repository, refs):
            submission = actions.receive(repository=repository, refs=refs)
        remote.end_push(repository.path)
    except DatabaseError:
        logger.exception("a push to %s was not recorded", repository.path)
        return ["", "The push has arrived. Grading starts as soon as it can: nothing to do.", ""]
    return told(submission) if submission else ()


# --- the answer -----------------------------------------------------------------------------------------------------


def _pieces(answer: IO[bytes]) -> Iterator[bytes]:
    with answer:
        while piece := answer.read(1 << 16):
            yield piece


def _answered(answer: IO[bytes], push: sideband.PushRequest, lines: Iterable[str | None]) -> Iterator[bytes]:
    """git's own answer, with `lines` before its end where the client can show them; nothing new is an empty piece."""
    with answer:
        said = answer.read()
    if not said:
        yield sideband.refusal(push, "git could not read the push", [])
    elif not (push.reads_messages and said.endswith(sideband.FLUSH)):
        yield said
    else:
        yield said.removesuffix(sideband.FLUSH)
        for line in lines:
            yield b"" if line is None else sideband.message(line)
        yield sideband.FLUSH
