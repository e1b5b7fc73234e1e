from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from labs import tokens
from labs.addresses import practice_address
from labs.models import Lab
from labs.release import lab_opening
from lessons.models import Enrollment
from portal.accounts.models import User


class Command(BaseCommand):
    help = "Print a learner's remote URL for a lab, with a new access token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("lab", help="the slug of the lab")
        parser.add_argument(
            "--course", default="", help="the slug of its course, if two courses have a lab with this slug"
        )

    def handle(self, *, email: str, lab: str, course: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"No user has the email {email}.")
        found = _lab_of(user, lab, course)
        self.stdout.write(practice_address(found, tokens.new_token(user=user)))


def _lab_of(user: User, slug: str, course: str) -> Lab:
    # The one open lab with this slug among the courses that the user takes. Raises CommandError.
    learning = Enrollment.objects.active().filter(user=user)
    cohort = Subquery(learning.filter(course=OuterRef("course")).values("cohort")[:1])
    labs = Lab.objects.proved().alias(opens_at=lab_opening(cohort)).filter(opens_at__lte=timezone.now())
    labs = labs.select_related("course").filter(slug=slug, course__in=learning.values("course"))
    found = list(labs.filter(course__slug=course) if course else labs)
    if not found:
        raise CommandError(f"{user.email} is not enrolled in a course with an open lab {slug}.")
    if len(found) > 1:
        raise CommandError(
            f"Choose a course: --course {' or --course '.join(lab.course.slug for lab in found)}."
        )
    return found[0]
