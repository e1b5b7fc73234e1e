"""Delete an account: the person goes, the points of their courses stay under a pseudonym.

Each step can be repeated, so a worker that died is followed by another. The names of the person are read from their
account to the end, so the account itself loses them in the last step, which is one transaction.
"""

import logging
import secrets
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from labs.grading.counting import lock_learner
from labs.models import Connection, Installation, Lab, Repository, Team, TeamMember
from labs.repositories.removing import remove_git_data
from lessons.grade_changes import erase_names
from lessons.joining import end_enrollment
from lessons.models import Enrollment, Message, Quiz, RosterEntry, Thread
from lessons.points import CENT
from lessons.pseudonyms import LETTERS
from portal.accounts.audit import Event, record
from portal.accounts.credentials import end_credentials
from portal.accounts.models import AuditEntry, User
from portal.progress.models import Certificate, DataExport, Leaving, Override, WaitingMark
from portal.progress.own_data.names import Names, erase_from_texts, names_of, replace_names
from portal.progress.own_data.part import Fate
from portal.progress.own_data.parts import PARTS
from portal.progress.own_data.work_parts import LAB_PARTS
from portal.progress.score_queries import read_outcomes

logger = logging.getLogger(__name__)

WHY = "The account was deleted"
DOMAIN = "deleted.invalid"  # no email can be sent there
LEARNER = "enrollment__user"
IDENTITY = ("account.EmailAddress", "account.EmailConfirmation", "socialaccount.SocialAccount")


def erase_account(leaving: Leaving) -> None:
    """Delete an account for good. Raises BusyError, FetchError or OSError if it can't go on; call it again later."""
    user = leaving.user
    end_access(user)
    for enrollment in Enrollment.objects.filter(user=user).select_related("course"):
        keep_points(enrollment)
    remove_files(user)
    remove_rows(user, keeps_certificates=leaving.keeps_certificates)
    become_pseudonym(leaving)
    logger.info("account %s was deleted", user.pk)


@transaction.atomic
def end_access(user: User) -> None:
    """Sign the person out everywhere, and take them out of their courses."""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    end_credentials(user, "the account was deleted")
    for enrollment in Enrollment.objects.active().filter(user=user).select_related("user", "cohort__course"):
        end_enrollment(enrollment=enrollment, reason="the account was deleted", by=user)
    for session in Session.objects.order_by("pk").iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


# --- points ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_points(enrollment: Enrollment) -> None:
    """Store the points of each quiz and lab as scores by hand, because the work behind them is deleted next."""
    lock_learner(enrollment.pk)
    outcomes = read_outcomes(enrollment.course, [enrollment], with_held=True, of_sessions=False)[
        enrollment.pk
    ]
    given = Override.objects.filter(enrollment=enrollment, is_current=True)
    kept = {row.item for row in given if row.points is not None}
    given.filter(points=None).update(is_current=False)
    for key, outcome in outcomes.items():
        worth = _worth_of(key)
        if worth and key not in kept:
            kind, _, pk = key.partition(":")
            points = (outcome.share * worth).quantize(CENT, ROUND_HALF_UP)
            named = {"enrollment": enrollment, "course": enrollment.course, f"{kind}_id": int(pk)}
            Override.objects.filter(enrollment=enrollment, is_public=True, **{kind: int(pk)}).update(
                is_public=False
            )
            Override.objects.create(**named, points=points, out_of=worth, reason=WHY)
    Override.objects.filter(enrollment=enrollment).update(reason=WHY)


def _worth_of(key: str) -> Decimal | None:
    kind, _, pk = key.partition(":")
    if kind == "quiz":
        row: Quiz | Lab | None = Quiz._base_manager.select_related("current").filter(pk=int(pk)).first()
    elif kind == "lab":
        row = Lab._base_manager.select_related("current").filter(pk=int(pk)).first()
    else:
        return None
    return row.current.max_points if row and row.current else None


def _of_team(user: User, prefix: str = "") -> Q:
    # The work of a team is filed under one of its members, and stays as long as there are others.
    others = TeamMember.objects.exclude(enrollment__user=user).values("team")
    found = Q(pk__in=[])
    for enrollment, lab in Team.objects.filter(holder__user=user, pk__in=others).values_list("holder", "lab"):
        found |= Q(**{f"{prefix}enrollment": enrollment, f"{prefix}lab": lab})
    return found


# --- files ----------------------------------------------------------------------------------------------------------


def remove_files(user: User) -> None:
    """Remove everything on disk: Git data of repositories, and exports. Raises BusyError, FetchError, OSError."""
    own = Repository.objects.filter(enrollment__user=user).exclude(_of_team(user))
    for repository in own.select_related("enrollment"):
        remove_git_data(repository)
    for folder in DataExport.objects.filter(user=user).values_list("folder", flat=True):
        shutil.rmtree(Path(settings.EXPORT_ROOT) / folder, ignore_errors=True)
    DataExport.objects.filter(user=user).delete()


# --- rows -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def remove_rows(user: User, *, keeps_certificates: bool) -> None:
    """Remove the rows of a person, except for their points, rows that others rely on, and the account."""
    names = names_of(user)
    _remove_from_lists(user, names)
    _keep_public_threads(user)
    if not keeps_certificates:
        _withdraw_certificates(user)
    for part in PARTS:
        if part.fate is Fate.GO and part.model not in IDENTITY:
            rows = part.rows(user)
            if part in LAB_PARTS and part.owner.endswith(LEARNER):
                rows = rows.exclude(_of_team(user, part.owner.removesuffix(LEARNER)))
            rows.delete()
    others = TeamMember.objects.exclude(enrollment__user=user).values("team")
    Team.objects.filter(holder__user=user).exclude(pk__in=others).delete()


def _remove_from_lists(user: User, names: Names) -> None:
    # Only proved names: lists may be about somebody whose name the person typed.
    listed, marks, accounts = Q(enrollment__user=user), Q(pk__in=[]), Q(pk__in=[])
    for email in names.emails:
        listed |= Q(email__iexact=email)
        marks |= Q(identifier__iexact=email)
    for login in names.logins:
        listed |= Q(github_name__iexact=login)
        marks |= Q(github_name__iexact=login)
        accounts |= Q(account__iexact=login)
    for entry in RosterEntry.objects.filter(enrollment__user=user).exclude(identifier=""):
        marks |= Q(cohort=entry.cohort_id, identifier__iexact=entry.identifier)
    RosterEntry.objects.filter(listed).delete()
    WaitingMark.objects.filter(marks).delete()
    shared = Connection.objects.exclude(repository__enrollment__user=user).values("installation")
    Installation.objects.filter(accounts).exclude(pk__in=shared).delete()


def _keep_public_threads(user: User) -> None:
    # Other learners read public threads, and are offered suggested answers. Copies of answers are in other threads.
    own = Thread.objects.filter(enrollment__user=user)
    suggested = Q(pk__in=Message.objects.filter(is_suggested=True).values("thread"))
    Message.objects.filter(copy_of__thread__in=own).exclude(thread__in=own).update(copy_of=None)
    hidden = own.filter(suggested, is_public=False)
    Message.objects.filter(thread__in=hidden, is_suggested=False).delete()
    hidden.update(title="Request for help", quote="")
    own.exclude(suggested).filter(is_public=False).delete()
    own.update(shows_name=False, evidence="", evidence_url="", waiting_since=None)


def _withdraw_certificates(user: User) -> None:
    # The public page still says that there was a certificate, and that it is not valid.
    for row in Certificate.objects.filter(enrollment__user=user):
        row.content = {**row.content, "work": []}
        row.name, row.wanted_name, row.wanted_because = "Withdrawn", "", ""
        row.withdrawn_at, row.withdrawn_because = row.withdrawn_at or timezone.now(), WHY
        row.shows_name = row.shows_work = False
        row.save()


# --- the account ----------------------------------------------------------------------------------------------------


@transaction.atomic
def become_pseudonym(leaving: Leaving) -> None:
    """Turn the account into a row without a person, take their names out of texts, and end the deletion."""
    user = User.objects.select_for_update().get(pk=leaving.user_id)
    names, pseudonym = names_of(user), _new_pseudonym(user)
    _erase_from_audit(user, names, pseudonym)
    erase_names(user=user, pseudonym=pseudonym, emails=names.emails, names=names.clear)
    own = Message.objects.filter(author=user) | Message.objects.filter(thread__enrollment__user=user)
    replace_names(own, ["text", "html"], names.all, pseudonym)
    replace_names(Thread.objects.filter(enrollment__user=user), ["title", "quote"], names.all, pseudonym)
    erase_from_texts(user, names, pseudonym)
    for model in (EmailAddress, SocialAccount, Authenticator):
        model.objects.filter(user=user).delete()
    _empty_row(user, pseudonym)
    leaving.delete()
    record(Event.OWN_DATA, "account deleted", user=user, who=pseudonym)


def _new_pseudonym(user: User) -> str:
    role = "member of staff" if user.is_staff else "learner"
    return f"Former {role} {''.join(secrets.choice(LETTERS) for _ in range(6))}"


def _erase_from_audit(user: User, names: Names, pseudonym: str) -> None:
    own = Q(user=user)
    for email in names.emails:
        own |= Q(who__iexact=email)
    AuditEntry.objects.filter(own).update(who=pseudonym, address="")


def _empty_row(user: User, pseudonym: str) -> None:
    code = pseudonym.rpartition(" ")[2].lower()
    user.name, user.email, user.github_name = pseudonym, f"former-{code}-{user.pk}@{DOMAIN}", ""
    user.time_zone = User._meta.get_field("time_zone").default
    user.is_staff = user.is_superuser = user.is_active = False
    user.last_login = user.leaves_at = None
    user.erased_at = timezone.now()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
