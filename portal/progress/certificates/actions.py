"""Write operations on certificates. Each is one transaction."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lessons.clones import clone
from lessons.copying import Copy
from lessons.models import Course, Enrollment
from lessons.queries import OpenCourse
from portal.accounts.models import User
from portal.notices.actions import notify
from portal.progress.certificates.queries import Standing, collect_content
from portal.progress.models import Certificate, CertificateRule
from portal.progress.models.certificate import MAX_NAME

JOINERS = {
    "\N{ZERO WIDTH JOINER}",
    "\N{ZERO WIDTH NON-JOINER}",
}  # parts of names in Indic scripts and in Persian


class NotEarnedError(Exception):
    """The certificate is not earned, or not valid any more. The message says why."""


def clean_name(text: str) -> str:
    """Return a name as it is printed. Raises ValidationError with what to change."""
    name = unicodedata.normalize("NFC", re.sub(r"\s+", " ", text).strip())
    if not name or len(name) > MAX_NAME:
        raise ValidationError(f"Enter the name for your certificate, with at most {MAX_NAME} characters.")
    wrong = [letter for letter in name if not letter.isprintable() and letter not in JOINERS]
    if wrong:
        raise ValidationError(f"Remove the invisible character U+{ord(wrong[0]):04X} from the name.")
    if not any(unicodedata.category(letter).startswith("L") for letter in name):
        raise ValidationError("Enter a name that has letters.")
    return name


@transaction.atomic
def issue(*, reader: OpenCourse, standing: Standing, name: str) -> Certificate:
    """Issue the certificate of a learner; its name is fixed from now on. Raises NotEarnedError."""
    enrollment = reader.enrollment
    if enrollment is None or standing.missing:
        raise NotEarnedError("Not every requirement for the certificate is met yet.")
    # A withdrawn certificate is not replaced by its owner: staff make it valid again.
    if had := Certificate.objects.filter(enrollment=enrollment, replaced_by=None).first():
        return had
    content = collect_content(reader, enrollment, standing)
    try:
        with transaction.atomic():
            return Certificate.objects.create(enrollment=enrollment, name=name, content=content)
    except IntegrityError:  # sent twice at the same moment
        return Certificate.objects.valid().get(enrollment=enrollment)


def show(*, certificate: Certificate, name: bool, work: bool) -> None:
    """Choose what the public page shows."""
    certificate.shows_name, certificate.shows_work = name, work
    certificate.save(update_fields=["shows_name", "shows_work"])


@transaction.atomic
def ask_for_correction(*, certificate: Certificate, name: str, because: str) -> None:
    """Ask staff to correct the name. A second request replaces the first. Raises NotEarnedError."""
    locked = _lock_valid(certificate)
    locked.wanted_name, locked.wanted_because = name, because
    locked.save(update_fields=["wanted_name", "wanted_because"])


@transaction.atomic
def correct(*, certificate: Certificate) -> Certificate:
    """Replace a certificate by one with the name that its owner asked for. Raises NotEarnedError."""
    old = _lock_valid(certificate)
    if not old.wanted_name:
        raise NotEarnedError("Nobody is asking for a correction of this certificate now.")
    # Only one may be valid, so the old one ends first.
    Certificate.objects.filter(pk=old.pk).update(withdrawn_at=timezone.now())
    new = Certificate.objects.create(
        enrollment=old.enrollment,
        name=old.wanted_name,
        content=old.content,
        shows_name=old.shows_name,
        shows_work=old.shows_work,
    )
    Certificate.objects.filter(pk=old.pk).update(withdrawn_at=None, replaced_by=new, wanted_name="")
    _notify(old.enrollment, "Your name was corrected. The new certificate has a new number and address.")
    return new


@transaction.atomic
def refuse_correction(*, certificate: Certificate, because: str) -> None:
    locked = _lock_valid(certificate)
    locked.wanted_name = locked.wanted_because = ""
    locked.save(update_fields=["wanted_name", "wanted_because"])
    _notify(locked.enrollment, f"The name on your certificate stays as it is: {because}")


@transaction.atomic
def withdraw(*, certificate: Certificate, by: User, because: str) -> None:
    """Withdraw a certificate; its public page says so, and its owner reads why. Raises NotEarnedError."""
    locked = _lock_valid(certificate)
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_because = timezone.now(), by, because
    locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    _notify(locked.enrollment, f"Your certificate was withdrawn: {because}")


@transaction.atomic
def reinstate(*, certificate: Certificate) -> None:
    """Make a withdrawn certificate valid again. Raises NotEarnedError if its owner has another by now."""
    try:
        with transaction.atomic():
            Certificate.objects.filter(pk=certificate.pk, replaced_by=None).update(
                withdrawn_at=None, withdrawn_by=None, withdrawn_because=""
            )
    except IntegrityError:
        raise NotEarnedError("This learner has another valid certificate.") from None
    _notify(certificate.enrollment, "Your certificate is valid again.")


def _lock_valid(certificate: Certificate) -> Certificate:
    found = Certificate.objects.select_for_update(of=("self",)).valid().filter(pk=certificate.pk).first()
    if found is None:
        raise NotEarnedError("This certificate is no longer valid. Reload the page.")
    return found


def _notify(enrollment: Enrollment, text: str) -> None:
    link = reverse("certificate", args=[enrollment.course.slug])
    notify(user=enrollment.user, kind="grade", text=text, link=link)


def save_rule(*, rule: CertificateRule) -> None:
    rule.save()


def remove_rule(*, course: Course) -> None:
    """Let learners get no new certificates; those that were issued stay valid."""
    CertificateRule.objects.filter(course=course).delete()


def copy_rule(copy: Copy) -> None:
    """Copy the certificate rule of a course."""
    for rule in CertificateRule.objects.filter(course=copy.old):
        clone(rule, course_id=copy.new.pk).save()
