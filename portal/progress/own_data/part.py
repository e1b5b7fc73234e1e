"""One kind of rows about a person: the columns for an export, and the effect of deleting the account."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Model, Q, QuerySet

from portal.accounts.models import User

ADDRESS = re.compile(r"[^\s,:;()<>\"'“”]+@[^\s,:;()<>\"'“”]+")
OTHER = "(another person)"


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
    whose lookup `also` is the person, such as the work of their team. Addresses of others are not exported from the
    fields in `veils`.
    """

    model: str
    owner: str
    title: str = ""
    fields: str = ""
    omits: str = ""
    fate: Fate = Fate.GO
    whose: Callable[[User], Q] | None = None
    also: str = ""
    veils: str = ""

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
        veil = _veil_for(user) if self.veils else str
        for row in rows.values(*self.fields.split()).iterator(chunk_size=500):
            yield {**row, **{field: veil(row[field]) for field in self.veils.split()}}


def _veil_for(user: User) -> Callable[[str], str]:
    own = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    return lambda text: ADDRESS.sub(lambda found: found[0] if found[0].lower() in own else OTHER, text)
