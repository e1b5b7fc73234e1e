"""The portal's own Git remote, which answers `git push` with the verdict, in the terminal.

Git's smart protocol over HTTP, gitprotocol-http(5). `bare` does the work on disk, `packets` the packets.
"""

import io
import logging
import os
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime
from itertools import chain
from typing import IO

from django.conf import settings
from django.db import DatabaseError
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from labs import actions
from labs.grader.report_text import WIDTH
from labs.grading import receipts
from labs.models import Repository
from labs.practice import advertising, packets, push_limits, request_body
from labs.practice.access import with_learner_repository, with_repository_of_learner_taught
from labs.practice.push_limits import PushRefusedError
from labs.practice.reply import push_reply_lines, uncounted_lines
from labs.practice.token_auth import plain
from labs.practice.turns import NoTurnError, hold_turn
from labs.repositories import bare, ref_files, starters
from portal.accounts.models import User

logger = logging.getLogger(__name__)

SERVICES = ("receive-pack", "upload-pack")
MAX_COMMAND_BYTES = 8 << 20  # of a push that is refused before it is read
MAX_PACKS = 50  # with more, a history walk is several times slower


# --- views ----------------------------------------------------------------------------------------------------------


@require_GET
def address(request: HttpRequest, course_slug: str, lab_slug: str) -> HttpResponse:
    # a browser that opens the remote URL is sent to the lab
    return redirect("lab", course_slug, lab_slug)


@with_learner_repository
@require_GET
def advertise(request: HttpRequest, repository: Repository) -> HttpResponse:
    service = request.GET.get("service", "").removeprefix("git-")
    if service not in SERVICES:
        return plain(
            403, "This remote supports only Git's smart HTTP protocol. Update Git to 1.6.6 or later."
        )
    if service == "receive-pack":
        _remember_unrecorded(repository)
        refs = advertising.offer_sha_256(advertising.advertise_for_push(repository.path))
        return _advertisement(service, refs)
    starters.provide(repository)
    return _advertise_fetch(request, repository)


@with_repository_of_learner_taught
@require_GET
def staff_advertise(request: HttpRequest, repository: Repository) -> HttpResponse:
    if request.GET.get("service") != "git-upload-pack":
        return plain(403, "You can clone and fetch the repositories of learners, but not push to them.")
    return _advertise_fetch(request, repository)


def _advertise_fetch(request: HttpRequest, repository: Repository) -> HttpResponse:
    with hold_turn(repository, "fetch"):
        refs = bare.advertise(repository.path, "upload-pack", request.headers.get("Git-Protocol", ""))
    return _advertisement("upload-pack", refs)


def _advertisement(service: str, refs: bytes) -> HttpResponse:
    head = (
        b"" if refs.startswith(b"000eversion 2") else packets.packet(b"# service=git-%s\n" % service.encode())
    )
    content = head + packets.FLUSH + refs if head else refs
    return HttpResponse(content, content_type=f"application/x-git-{service}-advertisement")


def _remember_unrecorded(repository: Repository) -> None:
    # After a restore, git says "Everything up-to-date" about commits that we never graded: the scheduled repair
    # records them.
    path = repository.path
    recorded = receipts.is_recorded(repository, ref_files.read_refs(path))
    if not recorded and not bare.is_pushing(path):
        with suppress(OSError):
            bare.begin_push(path)


@with_learner_repository
@require_POST
def upload_pack(request: HttpRequest, repository: Repository) -> HttpResponseBase:
    """Answer `git fetch` and `git clone`."""
    return _answer_fetch(request, repository)


@with_repository_of_learner_taught
@require_POST
def staff_upload_pack(request: HttpRequest, repository: Repository) -> HttpResponseBase:
    return _answer_fetch(request, repository)


def _answer_fetch(request: HttpRequest, repository: Repository) -> HttpResponseBase:
    if request.content_type != "application/x-git-upload-pack-request":
        return plain(415, "Not a Git request.")
    protocol = request.headers.get("Git-Protocol", "")
    try:
        with (
            hold_turn(repository, "fetch"),
            request_body.spool_body(request.META, settings.PRACTICE_MAX_BYTES) as asked,
        ):
            answer = bare.upload_pack(repository.path, asked, protocol)
    except NoTurnError as error:  # in git's protocol: git does not show the text of an HTTP error here
        answer = io.BytesIO(packets.error(str(error)))
    except request_body.NoRoomError:
        return plain(503, push_limits.DISK_FULL)
    except request_body.TooLargeError:
        return plain(413, "The request is too large.")
    except request_body.BrokenBodyError as error:
        return plain(400, f"The request could not be answered: {error}.")
    return FileResponse(answer, content_type="application/x-git-upload-pack-result")


@with_learner_repository
@require_POST
def receive_pack(request: HttpRequest, repository: Repository) -> HttpResponseBase:
    """Answer `git push`: take the pack, then show the verdict while the learner waits."""
    if request.content_type != "application/x-git-receive-pack-request":
        return plain(415, "Not a Git request.")
    try:
        answer = _answer_push(request, repository)
    except (request_body.BrokenBodyError, packets.MalformedError) as error:
        return plain(400, f"The push could not be read: {error}.")
    response = StreamingHttpResponse(answer, content_type="application/x-git-receive-pack-result")
    response["X-Accel-Buffering"] = "no"  # the terminal shows each line when it is known
    return response


# --- a push ---------------------------------------------------------------------------------------------------------


def _answer_push(request: HttpRequest, repository: Repository) -> Iterable[bytes]:
    with ExitStack() as held:
        sent, refusal = _read_push(request, repository, held)
        with sent:
            arrived_at = timezone.now()  # before it waits for the lock, and for Git
            push = packets.read_push(sent, is_whole=refusal is None)
            if not push.commands:
                # git checks the token with an empty request before it sends a large one
                return []
            if refusal is None:
                try:
                    answer, lines = _accept_push(repository, push, sent, arrived_at, request.token_user)  # type: ignore[attr-defined]  # set by `access`
                except PushRefusedError as error:
                    refusal = error
        if refusal:
            return [packets.refusal(push, refusal.reason, refusal.lines)]
    return _insert_lines(answer, push, lines)


def _read_push(
    request: HttpRequest, repository: Repository, held: ExitStack
) -> tuple[IO[bytes], PushRefusedError | None]:
    # the push, or its beginning and why it is refused: git needs the reason for each ref
    limit, refusal = settings.PRACTICE_MAX_BYTES, None
    try:
        held.enter_context(hold_turn(repository, "push"))
        push_limits.check_cohort(repository)
        push_limits.check_team(repository)
        push_limits.check_rate(repository)
    except NoTurnError:
        refusal, limit = push_limits.busy(), min(limit, MAX_COMMAND_BYTES)
    except PushRefusedError as error:
        refusal, limit = error, min(limit, MAX_COMMAND_BYTES)
    try:
        return request_body.spool_body(request.META, limit), refusal
    except request_body.TooLargeError as error:
        return error.beginning, refusal or push_limits.too_large()
    except request_body.NoRoomError as error:
        return error.beginning, refusal or push_limits.disk_full()


def _accept_push(
    repository: Repository, push: packets.PushRequest, sent: IO[bytes], arrived_at: datetime, by: User
) -> tuple[IO[bytes], Iterable[str | None]]:
    # Git's answer and further lines. Refs, receipt and submission are written under one lock.
    path, size = repository.path, os.fstat(sent.fileno()).st_size
    push_limits.check_format(repository, push)
    try:
        with bare.hold_lock(path) as lock:
            if bare.is_pushing(path):
                # Once the refs have moved, the content of the previous push can no longer be determined.
                receipts.record_interrupted(repository, path)
            push_limits.check_update_ref(path, push)
            push_limits.check_refs(list(ref_files.read_refs(path)), push)
            if push.brings_objects:
                push_limits.check_room(path, size)
            about_names = push_limits.lines_about_names(ref_files.read_ids(path), push)
            bare.begin_push(path)
            answer = bare.receive_pack(path, sent, lock)
            lines = _record_push(repository, arrived_at, by)
            if packets.says(answer, b"shallow update not allowed"):
                about_names = [*push_limits.shallow().lines, *about_names]
            lines = chain(about_names, lines)  # these wait for the verdict
            if not packets.is_unpacked(answer) and push_limits.is_disk_short(size):
                lines = ["", *textwrap.wrap(push_limits.DISK_FULL, WIDTH), ""]
            if len(bare.packs(path)) > MAX_PACKS or len(push.commands) > MAX_PACKS:
                bare.ask_for_repack(path)
            return answer, lines
    except bare.BusyError:
        raise push_limits.busy() from None
    except bare.TookTooLongError:
        raise push_limits.took_too_long(bare.GIT_SECONDS) from None
    except OSError as error:
        if error.errno not in request_body.NO_ROOM:
            raise
        raise push_limits.disk_full() from error


def _record_push(repository: Repository, arrived_at: datetime, by: User) -> Iterable[str | None]:
    # If the database fails, the mark on disk stays and the scheduled repair records the push.
    try:
        refs = ref_files.read_refs(repository.path)
        before, is_new = receipts.newest_refs(repository), not receipts.is_recorded(repository, refs)
        submission = (
            actions.receive(repository=repository, refs=refs, received_at=arrived_at, by=by)
            if is_new
            else None
        )
        starters.note_merge(repository, refs)
        bare.end_push(repository.path)
    except DatabaseError:
        logger.exception("a push to %s was not recorded", repository.path)
        return ["", "Push received. Grading starts as soon as possible. You don’t have to do anything.", ""]
    if submission:
        return push_reply_lines(submission, before)
    return uncounted_lines(repository, refs, before) if is_new else ()


# --- the answer -----------------------------------------------------------------------------------------------------


def _insert_lines(
    answer: IO[bytes], push: packets.PushRequest, lines: Iterable[str | None]
) -> Iterator[bytes]:
    # yield git's own answer, with `lines` before its end if the client can show them; b"" means nothing new yet
    with answer:
        said = answer.read()
    if not said:
        yield packets.refusal(push, "git could not read the push", [])
    elif not (push.reads_messages and said.endswith(packets.FLUSH)):
        yield said
    else:
        yield said.removesuffix(packets.FLUSH)
        for line in lines:
            yield b"" if line is None else packets.message(line)
        yield packets.FLUSH
