import secrets
import zoneinfo
from argparse import ArgumentParser
from datetime import datetime, time, timedelta

import environ
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from lessons.joining import join_cohort
from lessons.meetings import save_meeting
from lessons.models import Cohort, Course, CourseStaff, Meeting
from portal.accounts.models import User
from portal.accounts.roles import instructors

EVENING = time(20, 30)
SATURDAY = 5


class Command(BaseCommand):
    help = "Create the demo accounts and a demo cohort that meets next Saturday. For development only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", default="mlops")

    @transaction.atomic
    def handle(self, *, course: str, **options: object) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo accounts are publicly known, so the demo is created only if DEBUG is on."
            )
        found = Course.objects.filter(slug=course).first()
        if found is None:
            raise CommandError(
                f"There is no course {course}. Load it first: manage.py load_course courses/{course}"
            )
        people = self._accounts()
        cohort, _ = Cohort.objects.get_or_create(
            course=found, slug="demo", defaults={"title": "Demo", "time_zone": found.time_zone}
        )
        roll_forward(cohort)
        join_cohort(user=people["learner"], cohort=cohort)
        CourseStaff.objects.get_or_create(course=found, user=people["instructor"])
        people["instructor"].groups.add(instructors())

    def _accounts(self) -> dict[str, User]:
        chosen = environ.Env().str("DEMO_PASSWORD", default="")
        password = chosen or secrets.token_urlsafe(12)
        people, made = {}, []
        rights = {
            "learner": {},
            "instructor": {"is_staff": True},
            "admin": {"is_staff": True, "is_superuser": True},
        }
        for name, fields in rights.items():
            email = f"{name}@example.org"
            user = User.objects.filter(email=email).first()
            if user is None:
                user = User.objects.create_user(email, password, name=f"Demo {name}", **fields)
                made.append(email)
            elif chosen and not user.check_password(chosen):
                user.set_password(chosen)
                user.save(update_fields=["password"])
            people[name] = user
        if made:
            shown = "the value of DEMO_PASSWORD" if chosen else password
            self.stdout.write(f"Demo accounts: {', '.join(made)}. Password: {shown}")
        return people


def roll_forward(cohort: Cohort) -> None:
    """Date the sessions from the coming Saturday on, two per weekend, if no meeting is planned."""
    now = timezone.now()
    if any(meeting.ends_at > now for meeting in cohort.meetings.all()):
        return
    first = coming_saturday(now.astimezone(zoneinfo.ZoneInfo(cohort.time_zone)))
    for index, session in enumerate(cohort.course.sessions.all()):
        starts_at = first + timedelta(weeks=index // 2, days=index % 2)
        meeting = cohort.meetings.filter(session=session).first() or Meeting(cohort=cohort, session=session)
        meeting.starts_at = starts_at
        save_meeting(meeting=meeting)


def coming_saturday(now: datetime) -> datetime:
    """Return 20:30 on the next Saturday after `now`, in its time zone; today's if it has not started."""
    day = now.date() + timedelta(days=(SATURDAY - now.weekday()) % 7)
    start = datetime.combine(day, EVENING, now.tzinfo)
    return start if start > now else start + timedelta(weeks=1)
