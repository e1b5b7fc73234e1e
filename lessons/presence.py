"""Track who has a form open. Nothing has to end a presence: a presence that is not renewed no longer counts."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from lessons.models import Presence
from portal.accounts.models import User

LASTS = timedelta(seconds=60)  # browsers slow down the timers of hidden pages to once a minute at most
KEPT = timedelta(hours=1)


def note_presence(*, user: User, row: Model) -> list[Presence]:
    """Note that `user` has the form of a row open, and return the others who have, the longest first."""
    now = timezone.now()
    Presence.objects.filter(seen_at__lt=now - KEPT).delete()
    form = {"model": row._meta.label_lower, "key": row.pk}
    # Two requests at once, or one that ends it in between, are not an error: nothing is read before it is written.
    Presence.objects.filter(**form, user=user, seen_at__lt=now - LASTS).update(since=now)
    renew_presence(user=user, row=row)
    others = _present(row).filter(key=row.pk).exclude(user=user)
    return list(others.select_related("user").order_by("since", "pk"))


def name_others(others: Iterable[Presence]) -> str:
    """Return “Instructor A, since 21:14; Instructor B, since 21:20”."""
    return "; ".join(
        f"{each.user.get_full_name()}, since {date_format(timezone.localtime(each.since), 'H:i')}"
        for each in others
    )


def renew_presence(*, user: User, row: Model) -> None:
    """Note that `user` has the page of a row open, without reading who else has."""
    now = timezone.now()
    mine = Presence(model=row._meta.label_lower, key=row.pk, user=user, since=now, seen_at=now)
    unique = ["model", "key", "user"]
    Presence.objects.bulk_create(
        [mine], update_conflicts=True, unique_fields=unique, update_fields=["seen_at"]
    )


def count_present(row: Model) -> int:
    return _present(row).filter(key=row.pk).count()


def held_by_others(*, user: User | AnonymousUser, model: type[Model], keys: Iterable[int]) -> set[int]:
    """Return those of the keys whose forms somebody else has open."""
    return set(_present(model).filter(key__in=keys).exclude(user=user.pk).values_list("key", flat=True))


def _present(model: Model | type[Model]) -> QuerySet[Presence]:
    return Presence.objects.filter(model=model._meta.label_lower, seen_at__gte=timezone.now() - LASTS)


def end_presence(*, user: User, row: Model) -> None:
    Presence.objects.filter(user=user, model=row._meta.label_lower, key=row.pk).delete()
