"""The web server's front end: a thread gets a request only once its body has arrived, complete and in time.

granian calls it with its RSGI protocol, in one event loop per process. Bodies and long responses are kept in
files (`transfers`), so that a slow client blocks no thread. Threads are divided by purpose: neither pushes
nor slow requests delay pages, and nothing delays `/healthz`.
"""

import asyncio
import contextlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.db import connections
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # imported there without `as`

from labs.practice.request_body import HEADERS_MARK, NO_ROOM_MARK
from portal.bodies import (
    HOOKS,
    SLACK_BYTES,
    answers_large_bodies,
    body_limit,
    has_left,
    needs_asking,
    receive,
)
from portal.environ import REFUSAL, UNFINISHED, Environ, make_environ
from portal.long_files import LONG_BYTES, bytes_left, long_file_of, takes_own_space
from portal.pools import Pool, StillRunningError
from portal.transfers import PIECE, TooSlowError, Transfer, Transfers

DRAIN_TIMES = 10  # read and discard up to this many times the limit, so that the client reads the answer
MAX_QUEUE = 500  # requests waiting for a thread
PAGE_SECONDS = 10
# Requests that contact a repository host, or prove or try a lab.
SLOW = re.compile(
    r"/courses/[^/]+/labs/[^/]+/(repository|submit|latest|connection)/|/staff/labs/lab/(?!preview/)"
)

Headers = list[tuple[str, str]]


@dataclass
class Answer:
    """The application's response. `rest` yields what is not in `body` yet, or `file` has it; then call `close`."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    rest: Iterator[bytes] | None = None
    file: IO[bytes] | None = None
    close: Callable[[], None] = lambda: None

    def start(self, status: str, headers: Headers, exc_info: object = None) -> None:
        self.status, self.headers = int(status[:3]), [(name.lower(), value) for name, value in headers]

    @property
    def is_live(self) -> bool:
        # Sent piece by piece; the header is nginx's convention for that.
        return ("x-accel-buffering", "no") in self.headers


class Front:
    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        # Separate, so that large fetches cannot end pushes.
        self.bodies, self.answers = Transfers(), Transfers()
        self.pages = Pool("pages", 12, seconds=PAGE_SECONDS, patience=PAGE_SECONDS)
        # An author's trial of a lab may take 120 s, git 60 for a push.
        self.slow = Pool("slow", 8, seconds=150, patience=30)
        self.git = Pool("git", 8, seconds=150, patience=70)
        self.hooks = Pool("hooks", 4, seconds=PAGE_SECONDS, patience=PAGE_SECONDS)
        # Mostly waiting, without a database connection.
        self.live = Pool("live", settings.PRACTICE_MAX_WAITERS + 8, seconds=60, patience=60)
        self.health = {"/healthz": Pool("health", 1), "/readyz": Pool("ready", 2)}
        self.refusals = Pool("refusals", 1)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        with contextlib.suppress(ProtocolClosed):
            await self._answer(make_environ(scope), scope.headers, protocol)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        pools = (self.pages, self.slow, self.git, self.hooks, self.live, self.refusals)
        for pool in (*pools, *self.health.values()):
            pool.end()

    def pool_for(self, environ: Environ) -> Pool:
        path = environ["PATH_INFO"]
        if path.startswith("/git/"):
            return self.git
        if path.startswith(HOOKS):
            return self.hooks
        if environ["REQUEST_METHOD"] == "POST" and SLOW.match(path):
            return self.slow
        return self.health.get(path, self.pages)

    async def _answer(self, environ: Environ, headers: Any, protocol: Any) -> None:
        length, limit = int(headers.get("content-length") or 0), body_limit(environ["PATH_INFO"], headers)
        if limit == 0 or not (length or "transfer-encoding" in headers):
            await self._serve(environ, protocol)
        elif length > limit and not answers_large_bodies(environ):
            await self._refuse(environ, protocol, 413)
            await self._drain(protocol, limit)
        elif needs_asking(environ, length) and not await self._would_read(environ, protocol):
            await self._drain(protocol, SLACK_BYTES)
        else:
            body = Transfer(self.bodies)
            try:
                await self._receive(environ, protocol, body, limit, length)
            finally:
                body.close()

    # --- bodies -----------------------------------------------------------------------------------------------------

    async def _receive(
        self, environ: Environ, protocol: Any, body: Transfer, limit: int, length: int
    ) -> None:
        try:
            arrived = await receive(protocol, body, limit, limit * DRAIN_TIMES)
        except TooSlowError:
            await self._refuse(environ, protocol, 408)
            return
        except OSError:  # disk full
            if answers_large_bodies(environ):
                beginning = io.BytesIO(body.beginning)
                environ |= {
                    "wsgi.input": beginning,
                    "CONTENT_LENGTH": str(len(body.beginning)),
                    NO_ROOM_MARK: True,
                }
                await self._serve(environ, protocol)
            else:
                await self._refuse(environ, protocol, 503)
            return
        if arrived > limit and not answers_large_bodies(environ):
            await self._refuse(environ, protocol, 413)
        elif arrived >= min(length, limit * DRAIN_TIMES) and (length or not await has_left(protocol)):
            body.file.seek(0)
            environ |= {"wsgi.input": body.file, "CONTENT_LENGTH": str(body.size)}
            await self._serve(environ, protocol)
        # otherwise the client left midway: discard the partial body, nobody waits for an answer

    async def _would_read(self, environ: Environ, protocol: Any) -> bool:
        # Before the body is received, the view checks the token. If it refuses, that is the response.
        answer = await self._call(environ, protocol, self._run, environ | {HEADERS_MARK: True})
        if answer is None or 200 <= answer.status < 300:
            return answer is not None
        protocol.response_bytes(answer.status, [*answer.headers, ("connection", "close")], answer.body)
        return False

    async def _drain(self, protocol: Any, limit: int) -> None:
        # Many clients read the response only after sending everything, so discard the rest for a while.
        nothing = Transfer(self.bodies)
        try:
            with contextlib.suppress(TooSlowError):
                await receive(protocol, nothing, 0, limit * DRAIN_TIMES)
        finally:
            nothing.close()

    # --- answers ----------------------------------------------------------------------------------------------------

    async def _refuse(self, environ: Environ, protocol: Any, status: int) -> None:
        # `portal.outages` writes the message. A copy, because a view may still be using the original.
        environ = environ | {REFUSAL: status, "CONTENT_LENGTH": "0"}
        environ.pop("HTTP_COOKIE", None)
        answer = await self.refusals.run(self._run, environ)
        protocol.response_bytes(answer.status, [*answer.headers, ("connection", "close")], answer.body)

    async def _serve(self, environ: Environ, protocol: Any) -> None:
        answer = await self._call(environ, protocol, self._run_and_reply, environ, protocol)
        if answer is None or answer.rest is None:
            return
        if answer.is_live:
            await self._stream(protocol, answer)
        else:
            await self._send(environ, protocol, answer)

    async def _call(
        self, environ: Environ, protocol: Any, work: Callable[..., Answer], *arguments: object
    ) -> Answer | None:
        # None if no thread was free; the client has then been answered.
        pool, answer = self.pool_for(environ), None
        try:
            if pool.requests < MAX_QUEUE and not pool.stands_still():
                answer = await pool.run(work, *arguments)
        except StillRunningError:
            environ[UNFINISHED] = True
        except TimeoutError:
            pass
        if answer is None:
            await self._refuse(environ, protocol, 503)
        return answer

    def _run_and_reply(self, environ: Environ, protocol: Any) -> Answer:
        # The thread itself sends a complete response, because the event loop may be late.
        answer = self._run(environ)
        if answer.rest is None:
            if answer.body:
                protocol.response_bytes(answer.status, answer.headers, answer.body)
            else:
                protocol.response_empty(answer.status, answer.headers)
        return answer

    def _run(self, environ: Environ) -> Answer:
        # Takes the whole response, or the beginning of a long one.
        answer = Answer()
        produced = self.application(environ, answer.start)
        answer.close = getattr(produced, "close", answer.close)
        pieces = iter(produced)
        if environ["REQUEST_METHOD"] == "HEAD":
            pieces = iter(())
        elif answer.is_live:
            answer.rest = pieces
            return answer
        elif file := long_file_of(produced):
            answer.rest, answer.file = pieces, file
            return answer
        taken, size = [], 0
        for piece in pieces:
            taken.append(piece)
            size += len(piece)
            if size > LONG_BYTES:
                answer.rest = pieces
                break
        else:
            answer.close()
        answer.body = b"".join(taken)
        return answer

    async def _send(self, environ: Environ, protocol: Any, answer: Answer) -> None:
        # A long response is a file, or a thread writes it to one; the client then reads it at its own pace.
        transfer = Transfer(self.answers)
        try:
            if answer.file is None:
                try:
                    await self.pool_for(environ).run(write, answer, transfer)
                except OSError:  # disk full, or out of time; the view may have saved what was sent
                    await self._refuse(environ | {UNFINISHED: True}, protocol, 503)
                    return
            await self._send_file(protocol, answer, transfer)
        finally:
            transfer.close()
            if answer.file is not None:
                await self.live.run(answer.close)

    async def _send_file(self, protocol: Any, answer: Answer, transfer: Transfer) -> None:
        file = answer.file or transfer.file
        if answer.file is None or takes_own_space(answer.file):
            transfer.occupy(bytes_left(file))
        transport = protocol.response_stream(answer.status, answer.headers)
        with contextlib.suppress(TooSlowError):
            async with transfer.patience():
                while piece := file.read(PIECE):
                    await transport.send_bytes(piece)
                    transfer.progress(len(piece))

    async def _stream(self, protocol: Any, answer: Answer) -> None:
        # A response produced piece by piece. An empty piece lets us check if the client is still connected.
        gone = asyncio.ensure_future(protocol.client_disconnect())
        transport = protocol.response_stream(answer.status, answer.headers)
        transfer = Transfer(self.answers)
        try:
            while not gone.done():
                piece = await self.live.run(next_piece, answer)
                if piece is None:
                    break
                if piece:
                    async with transfer.patience():
                        await transport.send_bytes(piece)
        except (TooSlowError, TimeoutError):
            pass
        finally:
            gone.cancel()
            await self.live.run(answer.close)


def next_piece(answer: Answer) -> bytes | None:
    # So many threads may wait at once that none of them may keep a database connection.
    try:
        return next(answer.rest or iter(()), None)
    finally:
        connections.close_all()


def write(answer: Answer, transfer: Transfer) -> None:
    try:
        transfer.file.write(answer.body)
        for piece in answer.rest or ():
            transfer.file.write(piece)
        transfer.file.seek(0)
    finally:
        answer.close()
