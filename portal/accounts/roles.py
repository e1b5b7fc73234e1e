"""The roles of a portal: learner, instructor, administrator. Each course has its own list of who teaches it."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.validators import validate_email
from django.db import models, transaction
from django.urls import reverse

from portal.accounts.audit import Event, record
from portal.accounts.models import User


class Job(models.TextChoices):
    LEARNER = "learner", "Learner: takes the courses they join"
    INSTRUCTOR = "instructor", "Instructor: creates courses and manages their own"
    ADMINISTRATOR = "administrator", "Administrator: sees everything and assigns roles"


def job_of(user: User) -> Job:
    if user.is_superuser:
        return Job.ADMINISTRATOR
    return Job.INSTRUCTOR if user.is_staff else Job.LEARNER


@transaction.atomic
def give_job(*, user: User, job: Job) -> None:
    """Give `user` a role; the caller has checked permission. Staff addresses count as confirmed without an email."""
    before = job_of(user)
    user.is_superuser = job == Job.ADMINISTRATOR
    user.is_staff = job != Job.LEARNER
    user.save(update_fields=["is_superuser", "is_staff"])
    if job == Job.INSTRUCTOR:
        user.groups.add(instructors())
    else:
        user.groups.remove(instructors())
    if job != Job.LEARNER:
        vouch_for_email(user)
    if job != before:
        record(Event.ROLE, f"{user.email}: {before.value} to {job.value}")


def vouch_for_email(user: User) -> None:
    """Mark the sign-in email of `user` as confirmed, unless it is only reserved."""
    if not user.has_confirmed_email:
        return
    address, _ = EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True}
    )
    address.set_as_primary(conditional=True)


def has_vouched_email(user: User) -> bool:
    # Without an EmailAddress row, the email was set by whoever created the account.
    if not user.has_confirmed_email:
        return False
    return not EmailAddress.objects.filter(user=user, email__iexact=user.email).exists()


def instructors() -> Group:
    """Return the group whose permissions open the admin's course pages."""
    group, _ = Group.objects.get_or_create(name="Instructors")
    group.permissions.set(Permission.objects.filter(content_type__app_label__in=["lessons", "labs"]))
    return group


def password_address(user: User) -> str:
    """Return a secret URL where `user` can set a password, once, within PASSWORD_RESET_TIMEOUT."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return str(settings.PUBLIC_URL) + reverse("account_reset_password_from_key", kwargs=key)


@transaction.atomic
def appoint(*, email: str, job: Job) -> User:
    """Give the person with this email a role, with a new account if needed. Administrators keep theirs.

    Raises ValidationError.
    """
    validate_email(email)
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
    if not user.is_superuser or job == Job.ADMINISTRATOR:
        give_job(user=user, job=job)
    return user


def sign_in_instructions(user: User) -> str:
    if user.has_usable_password():
        return (
            f"{user.email} already has a password. Sign in at {settings.PUBLIC_URL}{reverse('account_login')}"
        )
    return f"Send them this link. It sets a password, works once, and expires in 3 days:\n{password_address(user)}"
