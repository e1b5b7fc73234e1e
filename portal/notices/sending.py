"""Send the emails that are due. A worker does it, so that no page waits for a mail server.

An email is sent at least once. If a worker dies after the mail server took an email and before that is stored, it is
sent again with the same Message-ID. To store it first would lose the email if the worker died in between.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any
from zoneinfo import ZoneInfo

from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from portal.notices import outbox
from portal.notices.choices import QUIET, times_of
from portal.notices.kinds import DAILY, KINDS
from portal.notices.messages import TEST, write_message
from portal.notices.models import Mail, Notice
from portal.notices.outbox import Claim
from portal.notices.times import quiet_end

logger = logging.getLogger(__name__)

SECONDS_IN_ALL = 60  # of one run
FIRST_WAIT, MAX_WAIT = timedelta(seconds=30), timedelta(hours=1)
MAX_AGE = timedelta(days=4)  # older news is in the portal only
MAX_FAULTS = 5
REFUSED = 500  # below, the mail server asks to try again later

State = Mail.State


class ServerDownError(Exception):
    """The mail server takes no email now, so the others need not be tried."""


def send_due() -> bool:
    """Send what is due, with one connection. Return True if more could be sent at once."""
    deadline = time.monotonic() + SECONDS_IN_ALL
    try:
        with _server() as server:
            while time.monotonic() < deadline:
                claim = outbox.claim()
                if claim is None:
                    return False
                _send_or_wait(server, claim)
    except ServerDownError:
        return False
    return outbox.due().exists()


@contextmanager
def _server() -> Iterator[Any]:  # Any: the backend of EMAIL_URL
    server = get_connection()
    try:
        yield server
    finally:
        try:
            server.close()
        except (OSError, SMTPException):
            logger.info("the connection to the mail server was closed by it")


def _send_or_wait(server: Any, claim: Claim) -> None:
    mail = Mail.objects.select_related("user").get(pk=claim.pk)
    try:
        if message := _message_for_now(mail, claim):
            _hand_over(server, message)
            if outbox.end(claim, State.SENT):
                logger.info("email %s was sent", mail)
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        _fail_or_retry(mail, claim, error, is_over=min(codes) >= REFUSED)
    except SMTPDataError as error:
        _fail_or_retry(mail, claim, error, is_over=error.smtp_code >= REFUSED)
    except OSError as error:  # SMTPException is one
        _fail_or_retry(mail, claim, error, is_over=False)
        raise ServerDownError from error
    except Exception as error:  # a fault of ours with one email must not keep the others waiting
        logger.exception("email %s could not be written", mail)
        _fail_or_retry(mail, claim, error, is_over=claim.tries >= MAX_FAULTS)


def _hand_over(server: Any, message: EmailMultiAlternatives) -> None:
    server.open()
    server.send_messages([message])


def _message_for_now(mail: Mail, claim: Claim) -> EmailMultiAlternatives | None:
    # None if the email is not needed any more, or waits for the end of quiet hours
    notices = [] if mail.kind == TEST else _notices(mail)
    if not mail.user.is_active:
        outbox.end(claim, State.DROPPED, "The account is closed.")
    elif timezone.now() - mail.created_at > MAX_AGE:
        outbox.end(claim, State.FAILED, mail.reason or "It was tried for too long.")
    elif not notices and mail.kind != TEST:
        outbox.end(claim, State.DROPPED, "Its notices were read, removed or turned off.")
    elif until := _quiet_until(mail):
        outbox.put_back(claim, until, QUIET, counts=False)
    else:
        return write_message(mail, notices)
    return None


def _notices(mail: Mail) -> list[Notice]:
    notices = mail.notices.order_by("pk")
    waits = mail.kind == DAILY or KINDS[mail.kind].pause
    return list(notices.unread() if waits else notices)


def _quiet_until(mail: Mail) -> datetime | None:
    if mail.kind == TEST:
        return None
    times = times_of(mail.user)
    return quiet_end(timezone.now(), times.quiet_from, times.quiet_until, ZoneInfo(mail.user.time_zone))


def _fail_or_retry(mail: Mail, claim: Claim, error: Exception, *, is_over: bool) -> None:
    # An error of a mail server may name the address of its reader, so the log has only its kind.
    name = type(error).__name__
    if is_over:
        logger.warning("email %s was not sent after %d tries: %s", mail, claim.tries, name)
        outbox.end(claim, State.FAILED, name)
        return
    wait = min(FIRST_WAIT * (1 << min(claim.tries - 1, 10)), MAX_WAIT)
    logger.warning("email %s waits for %s: %s", mail, wait, name)
    outbox.put_back(claim, timezone.now() + wait, name)
