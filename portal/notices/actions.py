"""Write operations of notices: send, mark as read, remove old ones."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from portal.accounts.models import User
from portal.notices.models import Notice

MAX_KEPT = 100  # of one person; the oldest go first
MAX_TEXT, MAX_LINK = 300, 500


def notify(*, user: User, kind: str, text: str, link: str = "") -> Notice:
    """Send a notice to one person. A longer text is cut. Raises ValueError if `link` is no path of the portal."""
    if link and (len(link) > MAX_LINK or not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link[:100]!r} is not a path of the portal")
    text = text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
    notice = Notice.objects.create(user=user, kind=kind, text=text, link=link)
    beyond = Notice.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)[MAX_KEPT:]
    Notice.objects.filter(pk__in=list(beyond)).delete()
    return notice


def mark_read(notice: Notice) -> None:
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=timezone.now())


def mark_all_read(user: User) -> None:
    Notice.objects.unread().filter(user=user).update(read_at=timezone.now())


def remove_old() -> int:
    """Delete the notices that are older than NOTICE_DAYS. Return their number."""
    oldest = timezone.now() - timedelta(days=settings.NOTICE_DAYS)
    count, _ = Notice.objects.filter(created_at__lt=oldest).delete()
    return count
