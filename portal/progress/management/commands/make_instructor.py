from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lessons.models import Course, CourseStaff
from portal.accounts.audit import Event, record
from portal.accounts.roles import Job, appoint, sign_in_instructions


class Command(BaseCommand):
    help = "Make a person an instructor and print how they sign in. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--course", metavar="SLUG", help="the slug of a course they teach; run again to add more"
        )

    @transaction.atomic
    def handle(self, *, email: str, course: str | None, **options: object) -> None:
        taught = find_course(course) if course else None
        try:
            user = appoint(email=email, job=Job.INSTRUCTOR)
        except ValidationError as error:
            raise CommandError(f"{email}: {error.messages[0]}") from error
        self.stdout.write(f"{user.email} is an instructor.")
        if taught:
            _, is_new = CourseStaff.objects.get_or_create(user=user, course=taught)
            if is_new:
                record(Event.ROLE, f"{user.email}: instructor of {taught.slug}")
            self.stdout.write(f"They teach {taught.title}.")
        self.stdout.write(sign_in_instructions(user))


def find_course(slug: str) -> Course:
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        known = ", ".join(Course.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no course {slug}. Courses: {known}.")
    return course
