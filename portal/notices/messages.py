"""Write an email from its notices, in text and HTML. Every link in it is absolute. No writes here."""

import unicodedata
from collections.abc import Sequence
from email.mime.text import MIMEText
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from portal.notices.kinds import DAILY, KINDS
from portal.notices.models import Mail, Notice
from portal.notices.unsubscribing import unsubscribe_address

MAX_SUBJECT = 100
TEST = "test"


def write_message(mail: Mail, notices: Sequence[Notice]) -> EmailMultiAlternatives:
    """Return the email. The same `mail` always has the same Message-ID."""
    about = {notice.kind for notice in notices} if mail.kind == DAILY else ()
    is_fixed = mail.kind == TEST or (mail.kind in KINDS and not KINDS[mail.kind].is_optional)
    unsubscribe = "" if is_fixed else unsubscribe_address(mail.user, mail.kind, about)
    context = {
        "subject": _subject(mail, notices),
        "notices": [_shown(notice) for notice in notices],
        "site_name": settings.SITE_NAME,
        "home": settings.PUBLIC_URL,
        "why": _why(mail),
        "settings": f"{settings.PUBLIC_URL}{reverse('notices')}#email",
        "unsubscribe": unsubscribe,
    }
    with timezone.override(ZoneInfo(mail.user.time_zone)):
        text = render_to_string("notices/email/message.txt", context)
        html = render_to_string("notices/email/message.html", context)
    subject = one_line(f"[{settings.SITE_NAME}] {context['subject']}")
    message = EmailMultiAlternatives(subject, text, to=[mail.user.email], headers=_headers(mail, unsubscribe))
    message.attach_alternative(html, "text/html")
    if mail.calendar:
        message.attach(_calendar_file(mail.calendar))
    return message


def one_line(text: str) -> str:
    """Return the text without line breaks, control characters and characters that change the direction of others."""
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text).split())


def _subject(mail: Mail, notices: Sequence[Notice]) -> str:
    if not notices:
        return "Test of your email"
    first = Truncator(one_line(notices[0].text)).chars(MAX_SUBJECT)
    if mail.kind == DAILY:
        return f"Your day: {first}" if len(notices) == 1 else f"Your day: {len(notices)} notices"
    return first if len(notices) == 1 else f"{first} (and {len(notices) - 1} more)"


def _shown(notice: Notice) -> dict[str, object]:
    link = f"{settings.PUBLIC_URL}{notice.link}" if notice.link else ""
    return {"text": notice.text, "link": link, "at": notice.created_at, "kind": KINDS[notice.kind].name}


def _why(mail: Mail) -> str:
    if mail.kind == TEST:
        return "You asked for this email."
    if mail.kind == DAILY:
        return "You get this email at most once a day, if there is something new."
    return f"You get emails about: {KINDS[mail.kind].name}."


def _headers(mail: Mail, unsubscribe: str) -> dict[str, str]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{mail.message_id}@{host}>", "Auto-Submitted": "auto-generated"}
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _calendar_file(text: str) -> MIMEText:
    part = MIMEText(text, "calendar", "utf-8")
    part.set_param("method", "PUBLISH")
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part
