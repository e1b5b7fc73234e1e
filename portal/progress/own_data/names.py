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

from lessons.models import CourseStaff, Enrollment
from portal.accounts.audit import Event
from portal.accounts.github import PROVIDER
from portal.accounts.models import User

MIN_LETTERS = 3
TAG = re.compile(r'(<(?:"[^"]*"|[^">])*>)')
PLAIN_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
# Texts that people write, and the way to their courses. The name of a person may be an ordinary word, and people type
# their names themselves. So only confirmed emails are replaced everywhere, other names only in the courses of the
# person, and only those that cannot be mistaken: addresses, and names of several words.
WRITTEN = {
    "lessons.Message": ("text html", "thread__course"),
    "lessons.Thread": ("title part_title quote", "course"),
    "lessons.Announcement": ("title text html", "course"),
    "lessons.Meeting": ("change_reason notes notes_html", "course"),
    "lessons.TicketAnswer": ("text", "enrollment__course"),
    "lessons.QuestionReport": ("text reply", "enrollment__course"),
    "lessons.Marking": ("comment", "answer__attempt__enrollment__course"),
    "lessons.QuizExtension": ("reason", "course"),
    "lessons.QuizRegrade": ("reason", "course"),
    "labs.Comment": ("text html", "submission__enrollment__course"),
    "labs.PeerReview": ("text html answer answer_html set_aside_reason", "work__enrollment__course"),
    "labs.ReviewNote": ("text html", "review__work__enrollment__course"),
    "labs.SavedComment": ("text", "course"),
    "labs.Choice": ("reason", "enrollment__course"),
    "labs.LabExtension": ("reason", "course"),
    "labs.LabRegrade": ("reason", "course"),
    "progress.Override": ("reason", "course"),
    "progress.Inquiry": ("reason reason_html answer answer_html", "course"),
    "progress.StuckMark": ("note", "course"),
    "progress.StaffNote": ("text", "enrollment__course"),
    "progress.Certificate": ("withdrawn_because", "enrollment__course"),
    "progress.Leaving": ("reason", "user__enrollments__course"),
}
# Sentences of the portal. Those about others name a person only to people of the same courses.
COMPOSED = {
    "notices.Notice": ("text", ~Q(kind="account")),
    "accounts.AuditEntry": ("what who", Q(event=Event.JOINING)),
    "admin.LogEntry": ("object_repr change_message", Q()),
}
LOGINS = ("login", "email", "label", "name", "preferred_username", "given_name", "family_name")


@dataclass(frozen=True)
class Names:
    """The names of a person: `emails` and `logins` were proved, anybody can type the others.

    `clear` are addresses and names of several words, `words` may be ordinary words. Logins are among the words, too.
    """

    emails: tuple[str, ...]
    logins: tuple[str, ...]
    clear: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.emails, *self.clear, *self.words)


def names_of(user: User) -> Names:
    """Return all names, longest first. Call it while the rows of the account are there."""
    addresses = dict(EmailAddress.objects.filter(user=user).values_list("email", "verified"))
    emails = {email for email, is_verified in addresses.items() if is_verified}
    if user.email not in addresses:  # from whoever made the account, or reserved
        emails.add(user.email)
    typed, logins = {user.name, user.github_name, user.email, user.shown_email, *addresses}, set()
    for provider, data in SocialAccount.objects.filter(user=user).values_list("provider", "extra_data"):
        typed.update(str(value) for name, value in data.items() if name in LOGINS and value)
        if provider == PROVIDER and data.get("login"):
            logins.add(str(data["login"]))
    names = _long(typed - emails)
    clear = tuple(name for name in names if "@" in name or " " in name)
    words = tuple(name for name in names if name not in clear)
    return Names(_long(emails), _long(logins), clear, words)


def _long(names: Collection[str]) -> tuple[str, ...]:
    found = {name.strip() for name in names if len(name.strip()) >= MIN_LETTERS}
    return tuple(sorted(found, key=len, reverse=True))


def erase_from_texts(user: User, names: Names, pseudonym: str) -> None:
    """Replace a person's names in all texts that are kept. Call it while the rows of the account are there."""
    courses = [*courses_of(user)]
    typed = (*names.clear, *(f"@{word}" for word in names.words))
    for label, (fields, course) in WRITTEN.items():
        rows = apps.get_model(label)._base_manager.all()
        replace_names(rows, fields.split(), names.emails, pseudonym)
        replace_names(rows.filter(**{f"{course}__in": courses}), fields.split(), typed, pseudonym)
    people = User.objects.filter(
        Q(enrollments__course__in=courses) | Q(teaches__course__in=courses) | Q(is_superuser=True)
    )
    for label, (fields, about) in COMPOSED.items():
        rows = apps.get_model(label)._base_manager.all()
        replace_names(rows, fields.split(), names.emails, pseudonym)
        near = rows.filter(Q(user=user) | (Q(user__in=people.values("pk")) & about))
        replace_names(near, fields.split(), (*names.clear, *names.words), pseudonym, is_exact=True)


def courses_of(user: User) -> set[int]:
    """Return the keys of the courses in which somebody learns or learned, or teaches."""
    learned = Enrollment.objects.filter(user=user).values_list("course", flat=True)
    return {*learned, *CourseStaff.objects.filter(user=user).values_list("course", flat=True)}


# Any: the model varies
def replace_names(
    rows: QuerySet[Any],
    fields: Collection[str],
    names: Collection[str],
    pseudonym: str,
    *,
    is_exact: bool = False,
) -> None:
    """Replace names as whole words in these columns, in any case unless `is_exact`.

    A text that became too long is cut.
    """
    variants = {form for name in names for form in (name, html.escape(name))}
    if not variants:
        return
    pattern = re.compile(
        "|".join(_whole(name) for name in sorted(variants, key=len, reverse=True)),
        0 if is_exact else re.IGNORECASE,
    )
    has_name = reduce(or_, (Q(**{f"{field}__icontains": name}) for field in fields for name in variants))
    for row in _replace_in_rows(rows.filter(has_name).order_by("pk"), fields, pattern, pseudonym):
        row.__class__._base_manager.filter(pk=row.pk).update(
            **{field: getattr(row, field) for field in fields}
        )


def _whole(name: str) -> str:
    # An address may be the beginning or the end of another.
    end = r"(?![\w-]|\.\w)" if "@" in name[1:] else r"(?!\w)"
    return rf"(?<![\w.+-]){re.escape(name)}{end}"


# Any: the model varies
def _replace_in_rows(
    rows: QuerySet[Any], fields: Collection[str], pattern: re.Pattern[str], pseudonym: str
) -> Iterator[Any]:
    for row in list(rows.only("pk", *fields)):
        for field in fields:
            limit = row._meta.get_field(field).max_length
            text = getattr(row, field) or ""
            new = (
                _in_html(text, pattern, pseudonym) if field.endswith("html") else pattern.sub(pseudonym, text)
            )
            setattr(row, field, new[:limit] if limit else new)
        yield row


def _in_html(text: str, pattern: re.Pattern[str], pseudonym: str) -> str:
    # A name with quotes could open a tag or an attribute. In tags only plain addresses are replaced, as in links.
    def replace(found: re.Match[str]) -> str:
        return pseudonym if PLAIN_ADDRESS.fullmatch(found[0]) else found[0]

    pieces = TAG.split(text)  # texts and tags in turn
    return "".join(pattern.sub(replace if n % 2 else pseudonym, piece) for n, piece in enumerate(pieces))
