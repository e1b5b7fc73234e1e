"""Write operations of notices: send, mark as read, remove old ones."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from celery import current_app
from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from portal.accounts.models import User
from portal.broker import send
from portal.notices.kinds import Kind, kind_of
from portal.notices.messages import TEST
from portal.notices.models import Mail, Notice
from portal.notices.outbox import put_into_mails

MAX_KEPT = 100  # of one person; the oldest go first
MAX_TEXT, MAX_LINK = 300, 500
BATCH = 500  # people
SEND_MAILS = "portal.notices.tasks.send_mails"
WAKE_SECONDS = 60  # a later message wakes the worker as well


@transaction.atomic
def notify(*, user: User, kind: str, text: str, link: str = "", at_once: bool = False) -> Notice:
    """Send a notice to one person, and an email if they want one. A longer text is cut.

    `at_once` ignores the pause of the kind. Raises ValueError if `kind` is not in `kinds`, or `link` is not a path of
    the portal.
    """
    notice = _make_notice(user.pk, kind, text, link)
    _save([notice], kind_of(kind), at_once=at_once)
    return notice


@transaction.atomic
def notify_all(*, texts: Mapping[int, str], kind: str, link: str = "", calendar: str = "") -> None:
    """Send a notice to many people, as `notify` does; `texts` maps their keys to what each of them reads.

    `calendar` is a file in iCalendar format for their emails.
    """
    people = list(texts)
    for batch in (people[start : start + BATCH] for start in range(0, len(people), BATCH)):
        notices = [_make_notice(key, kind, texts[key], link) for key in batch]
        _save(notices, kind_of(kind), calendar=calendar)


def send_test(*, user: User) -> None:
    """Send a person an email that shows how emails look. The caller limits how often."""
    Mail.objects.create(user=user, kind=TEST)
    _wake_worker()


def _save(notices: list[Notice], kind: Kind, *, at_once: bool = False, calendar: str = "") -> None:
    is_due = put_into_mails(notices, kind, at_once=at_once, calendar=calendar)
    Notice.objects.bulk_create(notices)
    _remove_surplus([notice.user_id for notice in notices])
    if is_due:
        _wake_worker()


def _wake_worker() -> None:
    # without a broker, beat does it later
    task = current_app.signature(SEND_MAILS, expires=WAKE_SECONDS)
    transaction.on_commit(partial(send, task), robust=True)


def _make_notice(user: int, kind: str, text: str, link: str) -> Notice:
    if link and (len(link) > MAX_LINK or not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link[:100]!r} is not a path of the portal")
    text = text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
    return Notice(user_id=user, kind=kind_of(kind).id, text=text, link=link)


def _remove_surplus(users: Iterable[int]) -> None:
    place = Window(RowNumber(), partition_by="user", order_by=F("pk").desc())
    beyond = Notice.objects.filter(user__in=users).annotate(place=place).filter(place__gt=MAX_KEPT)
    Notice.objects.filter(pk__in=list(beyond.order_by().values_list("pk", flat=True))).delete()


def mark_read(notice: Notice) -> None:
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=timezone.now())


def mark_all_read(user: User) -> None:
    Notice.objects.unread().filter(user=user).update(read_at=timezone.now())


def mark_seen(user: User, link: str, *, is_new: bool = False) -> None:
    """Mark the notices about a page as read when its reader sees it.

    Costs no query if they had no unread notices at the start of the request, unless the notice may be newer.
    """
    if is_new or getattr(user, "unread_notices", True):
        Notice.objects.unread().filter(user=user, link=link).update(read_at=timezone.now())


def remove_old(oldest: datetime) -> int:
    """Delete notices and ended emails from before `oldest`. Return their number."""
    notices, _ = Notice.objects.filter(created_at__lt=oldest).delete()
    ended = Mail.objects.filter(created_at__lt=oldest).exclude(state=Mail.State.WAITING)
    mails = ended.count()
    ended.delete()
    return notices + mails
