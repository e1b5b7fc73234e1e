"""Request bodies: limits by path, and how to receive them."""

import asyncio
from typing import Any

from django.conf import settings

from portal.environ import Environ
from portal.transfers import Transfer

# above the image limit, so that the editor can report an image that is too large
UPLOAD_BYTES = 8 * 1024 * 1024
ATTACHMENT_BYTES = 24 * 1024 * 1024  # above the limit of attachments, for the same reason
CLASSROOM_BYTES = 32 * 1024 * 1024  # as all files of an import together, labs/classroom/collecting.py
UPLOADS = {
    "/markdownx/upload/": UPLOAD_BYTES,
    "/staff/lessons/quiz/import/": UPLOAD_BYTES,
    "/markdownx/attach/": ATTACHMENT_BYTES,
    "/classroom-import/": CLASSROOM_BYTES,
}
HOOKS = ("/github/hooks/", "/github/app/")
NOTES_BYTES = 50_000_000  # the largest archive of notes, lessons/notes/sources/archive.py
HOOK_BYTES = 25 * 1024 * 1024  # labs/github/signatures.py
SLACK_BYTES = 64 * 1024  # overhead of multipart or gzip


# Any: granian's headers have no public type
def body_limit(path: str, headers: Any) -> int:
    """Return how many bytes of a body are accepted for this path and these headers."""
    if path.startswith("/git/"):  # without a token the answer is 401, whatever the body
        return settings.PRACTICE_MAX_BYTES * 101 // 100 + SLACK_BYTES if headers.get("authorization") else 0
    if path.startswith(HOOKS):  # without a signature the answer is 403, whatever the body
        return HOOK_BYTES if headers.get("x-hub-signature-256") else SLACK_BYTES
    if settings.SESSION_COOKIE_NAME in (headers.get("cookie") or ""):
        if path in UPLOADS:
            return UPLOADS[path]
        if path.startswith("/notes/"):
            return NOTES_BYTES + SLACK_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + SLACK_BYTES


def answers_large_bodies(environ: Environ) -> bool:
    # git shows only messages in its own protocol, so the view must answer.
    return str(environ["PATH_INFO"]).startswith("/git/")


def needs_asking(environ: Environ, length: int) -> bool:
    # Without a Content-Length, any number of bytes may arrive.
    return answers_large_bodies(environ) and (not length or length > SLACK_BYTES)


async def receive(protocol: Any, body: Transfer, kept: int, limit: int) -> int:
    """Keep the first `kept` bytes and discard the others up to `limit`; return the number received.

    Raises OSError if they cannot be kept, but only after reading on, so that the client reads the answer.
    """
    arrived, failed = 0, None
    async with body.patience():
        async for piece in protocol:
            body.progress(len(piece))
            if arrived < kept and failed is None:
                try:
                    body.write(piece[: kept - arrived])
                except OSError as error:
                    failed = error
            arrived += len(piece)
            if arrived > limit:
                break
    if failed is not None:
        raise failed
    return arrived


async def has_left(protocol: Any) -> bool:
    # Without a Content-Length, granian passes on a truncated body as if it were complete.
    gone = asyncio.ensure_future(protocol.client_disconnect())
    done, _ = await asyncio.wait({gone}, timeout=0.05)
    gone.cancel()
    return bool(done)
