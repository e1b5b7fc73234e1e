"""Find the names of a person in texts that stay, and put a pseudonym in their place."""

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.db.models import Q, QuerySet

from portal.accounts.models import User

MIN_LETTERS = 3
BATCH = 500
# Texts that people write. The name of a person may be an ordinary word, so here only names that cannot be mistaken
# are replaced: addresses, and names of several words.
WRITTEN = {
    "lessons.Message": "text html",
    "lessons.Thread": "title part_title quote",
    "lessons.Announcement": "title text html",
    "lessons.Meeting": "change_reason notes notes_html",
    "lessons.TicketAnswer": "text",
    "lessons.QuestionReport": "text reply",
    "lessons.Marking": "comment",
    "lessons.QuizExtension": "reason",
    "lessons.QuizRegrade": "reason",
    "labs.Comment": "text html",
    "labs.PeerReview": "text html answer answer_html set_aside_reason",
    "labs.ReviewNote": "text html",
    "labs.SavedComment": "text",
    "labs.Choice": "reason",
    "labs.LabExtension": "reason",
    "labs.LabRegrade": "reason",
    "progress.Override": "reason",
    "progress.Inquiry": "reason reason_html answer answer_html",
    "progress.StuckMark": "note",
    "progress.StaffNote": "text",
    "progress.Certificate": "withdrawn_because",
    "progress.Leaving": "reason",
}
# Sentences of the portal, in which a name is always that of a person.
COMPOSED = {
    "notices.Notice": "text",
    "accounts.AuditEntry": "what who",
    "admin.LogEntry": "object_repr change_message",
}
LOGINS = ("login", "email", "name", "preferred_username", "given_name", "family_name")


@dataclass(frozen=True)
class Names:
    """The names of a person: those that cannot be mistaken, and those that may be ordinary words."""

    clear: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.clear, *self.words)


def names_of(user: User) -> Names:
    """Return all names, longest first. Call it while the rows of the account are there."""
    found = {user.email, user.name, user.github_name}
    found.update(EmailAddress.objects.filter(user=user).values_list("email", flat=True))
    for data in SocialAccount.objects.filter(user=user).values_list("extra_data", flat=True):
        found.update(str(value) for name, value in data.items() if name in LOGINS and value)
    names = sorted(
        {name.strip() for name in found if len(name.strip()) >= MIN_LETTERS}, key=len, reverse=True
    )
    clear = tuple(name for name in names if "@" in name or " " in name)
    return Names(clear, tuple(name for name in names if name not in clear))


def erase_from_texts(names: Names, pseudonym: str) -> None:
    """Replace a person's names in all texts that are kept."""
    for columns, which in ((WRITTEN, names.clear), (COMPOSED, names.all)):
        for label, fields in columns.items():
            replace_names(apps.get_model(label)._base_manager.all(), fields.split(), which, pseudonym)
    mentions = tuple(f"@{word}" for word in names.words)
    for label, fields in WRITTEN.items():
        replace_names(apps.get_model(label)._base_manager.all(), fields.split(), mentions, pseudonym)


# Any: the model varies
def replace_names(
    rows: QuerySet[Any], fields: Collection[str], names: Collection[str], pseudonym: str
) -> None:
    """Replace names as whole words, in any case, in these columns. A text that became too long is cut."""
    variants = {form for name in names for form in (name, html.escape(name))}
    if not variants:
        return
    pattern = re.compile(
        "|".join(_whole(name) for name in sorted(variants, key=len, reverse=True)), re.IGNORECASE
    )
    has_name = reduce(or_, (Q(**{f"{field}__icontains": name}) for field in fields for name in variants))
    for row in _changed(rows.filter(has_name).order_by("pk"), fields, pattern, pseudonym):
        row.__class__._base_manager.filter(pk=row.pk).update(
            **{field: getattr(row, field) for field in fields}
        )


def _whole(name: str) -> str:
    return rf"(?<![\w.-]){re.escape(name)}(?!\w)"


# Any: the model varies
def _changed(
    rows: QuerySet[Any], fields: Collection[str], pattern: re.Pattern[str], pseudonym: str
) -> Iterator[Any]:
    for row in list(rows.only("pk", *fields)):
        for field in fields:
            limit = row._meta.get_field(field).max_length
            new = pattern.sub(pseudonym, getattr(row, field) or "")
            setattr(row, field, new[:limit] if limit else new)
        yield row
