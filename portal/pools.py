"""Threads for the front end, with less overhead per request than the standard library's pool."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any


class StillRunningError(TimeoutError):
    """The work has started and continues, but nobody waits for its result any more."""


@dataclass
class Job:
    loop: asyncio.AbstractEventLoop
    # Any: each job has its own types
    future: asyncio.Future[Any]
    # Any: each job has its own types
    work: Callable[..., Any]
    # Any: each job has its own types
    arguments: tuple[Any, ...]
    is_begun: bool = False


class Pool:
    """At most `threads` daemon threads, started on demand; called from one event loop.

    The caller stops waiting for a result after `seconds`. The pool is stuck once no thread has been free for
    longer than its `patience`. `requests` counts those running or waiting.
    """

    def __init__(self, name: str, threads: int, seconds: float = 30, patience: float = 10) -> None:
        self.requests = 0
        self._name, self._threads, self._seconds, self._patience = name, threads, seconds, patience
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._made = 0
        self._moved = 0.0  # when a thread was last free

    async def run(self, work: Callable[..., Any], *arguments: object) -> Any:
        """Run `work` in a thread. Raises TimeoutError if none was free, StillRunningError if the work continues."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        if self.requests < self._threads:
            self._moved = time.monotonic()
            if self.requests >= self._made:
                self._made += 1
                threading.Thread(target=self._serve, name=self._name, daemon=True).start()
        self.requests += 1
        job = Job(loop, future, work, arguments)
        self._jobs.put(job)
        try:
            async with asyncio.timeout(self._seconds):
                return await future
        except TimeoutError:
            raise (StillRunningError if job.is_begun else TimeoutError) from None

    def stands_still(self) -> bool:
        """Return True if more requests would only wait, as during a database hang."""
        return self.requests >= self._threads and time.monotonic() - self._moved > self._patience

    def end(self) -> None:
        for _ in range(self._made):
            self._jobs.put(None)

    def _serve(self) -> None:
        while job := self._jobs.get():
            result, error = None, None
            try:
                if not job.future.done():
                    job.is_begun = True
                    result = job.work(*job.arguments)
            except BaseException as raised:
                error = raised
            with contextlib.suppress(RuntimeError):  # the server has ended
                job.loop.call_soon_threadsafe(self._finish, job.future, result, error)
            del job, result, error

    def _finish(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self.requests -= 1
        self._moved = time.monotonic()
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
