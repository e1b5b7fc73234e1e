"""Threads for the front, with less between a request and its thread than the standard library's pool has."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

Job = tuple[asyncio.AbstractEventLoop, asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]


class Pool:
    """At most `threads` daemon threads, made when they are needed; called from one event loop.

    `requests` have one of them, or wait for one.
    """

    def __init__(self, name: str, threads: int) -> None:
        self.requests = 0
        self._name, self._missing = name, threads
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._made = 0

    async def run(self, work: Callable[..., Any], *arguments: object) -> Any:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        if self.requests >= self._made and self._missing:
            self._missing -= 1
            self._made += 1
            threading.Thread(target=self._serve, name=self._name, daemon=True).start()
        self.requests += 1
        self._jobs.put((loop, future, work, arguments))
        try:
            return await future
        finally:
            self.requests -= 1

    def end(self) -> None:
        for _ in range(self._made):
            self._jobs.put(None)

    def _serve(self) -> None:
        while job := self._jobs.get():
            loop, future, work, arguments = job
            try:
                result = work(*arguments)
            except BaseException as error:
                loop.call_soon_threadsafe(_fail, future, error)
            else:
                loop.call_soon_threadsafe(_finish, future, result)
            del job, future, work, arguments


def _finish(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
