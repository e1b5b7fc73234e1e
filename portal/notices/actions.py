"""Write operations of notices: send, mark as read, remove old ones."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from portal.accounts.models import User
from portal.notices.kinds import kind_of
from portal.notices.models import Notice

MAX_KEPT = 100  # of one person; the oldest go first
MAX_TEXT, MAX_LINK = 300, 500
BATCH = 500  # people


def notify(*, user: User, kind: str, text: str, link: str = "") -> Notice:
    """Send a notice to one person. A longer text is cut.

    Raises ValueError if `kind` is not in `kinds`, or `link` is no path of the portal.
    """
    notice = _make_notice(user.pk, kind, text, link)
    notice.save()
    _remove_surplus([user.pk])
    return notice


def notify_all(*, texts: Mapping[int, str], kind: str, link: str = "") -> None:
    """Send a notice to many people, as `notify` does; `texts` maps their keys to what each of them reads."""
    people = list(texts)
    for batch in (people[start : start + BATCH] for start in range(0, len(people), BATCH)):
        Notice.objects.bulk_create(_make_notice(key, kind, texts[key], link) for key in batch)
        _remove_surplus(batch)


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


def remove_old() -> int:
    """Delete the notices that are older than NOTICE_DAYS. Return their number."""
    oldest = timezone.now() - timedelta(days=settings.NOTICE_DAYS)
    count, _ = Notice.objects.filter(created_at__lt=oldest).delete()
    return count
