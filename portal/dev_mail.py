"""Email of a portal under development: printed, kept in a folder of `VAR`, and read in the browser."""

import email
import email.policy
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MAX_KEPT = 100
MAX_SHOWN = 20_000  # characters of one email
BACKEND = "portal.dev_mail.Backend"


class Backend(EmailBackend):
    """Print each email as Django's backend does, and keep the newest in files, because workers send email, too."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for number, message in enumerate(email_messages):
            (folder / f"{time.time_ns():020}-{number}.eml").write_bytes(message.message().as_bytes())
        for old in _files()[MAX_KEPT:]:
            old.unlink(missing_ok=True)
        return super().send_messages(email_messages) or 0


def _folder() -> Path:
    return Path(settings.VAR) / "mail"


def _files() -> list[Path]:
    return sorted(_folder().glob("*.eml"), reverse=True)


def has_inbox() -> bool:
    """Return True for a portal under development that sends no email."""
    return settings.DEBUG and settings.EMAIL_BACKEND == BACKEND


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the newest emails. Raises Http404 unless this is a portal under development that sends none."""
    if not has_inbox():
        raise Http404
    return render(request, "dev_mail.html", {"mails": [_read(path) for path in _files()[:MAX_KEPT]]})


def _read(path: Path) -> dict[str, str]:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return {
        "subject": str(mail["Subject"]),
        "to": str(mail["To"]),
        "date": str(mail["Date"]),
        "text": text[:MAX_SHOWN],
    }
