"""One kind of rows about a person: the columns for an export, and the effect of deleting the account."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from portal.accounts.models import User


class Fate(Enum):
    """The effect of deleting an account on the rows."""

    GO = "deleted"
    STAY = "kept under the pseudonym"
    CHANGE = "changed"  # `erasing` says how


@dataclass(frozen=True)
class Part:
    """The rows of `model` whose lookup `owner` is the person, or that match `whose`.

    `fields` and `omits` are names separated by blanks, and together name every column. Fields may be lookups; the
    rows of a part without fields are not exported, because they say nothing beyond the exported ones. Exports add rows
    whose lookup `also` is the person, such as the work of their team.
    """

    model: str
    owner: str
    title: str = ""
    fields: str = ""
    omits: str = ""
    fate: Fate = Fate.GO
    whose: Callable[[User], Q] | None = None
    also: str = ""

    @property
    def key(self) -> str:
        return self.title.lower().replace(" ", "-")

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    # Any: the model varies
    def rows(self, user: User) -> QuerySet[Any]:
        """Return the rows of a person, also those that pages no longer show."""
        found = self.model_class._base_manager.filter(
            self.whose(user) if self.whose else Q(**{self.owner: user.pk})
        )
        return found.order_by("pk")

    # Any: values of columns
    def values(self, user: User) -> Iterator[dict[str, Any]]:
        """Yield a dictionary for each row, by the names in `fields`."""
        rows = self.rows(user)
        if self.also:
            more = self.model_class._base_manager.filter(**{self.also: user.pk}).values("pk")
            rows = self.model_class._base_manager.filter(
                Q(pk__in=rows.values("pk")) | Q(pk__in=more)
            ).order_by("pk")
        yield from rows.values(*self.fields.split()).iterator(chunk_size=500)
