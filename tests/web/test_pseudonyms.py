"""In a course that is marked under pseudonyms, an assistant reads the names of learners only on a few pages."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction

from labs.models import Receipt, Repository
from lessons.models import Course, ExitTicket, Meeting, MeetingSignal, TicketAnswer
from portal.accounts.models import User
from portal.progress.gradebook.exports import FORMATS
from tests.web.access_table import one_of_each_row
from tests.web.conftest import QUERIES, Answer, answer, passing_world, visitor
from tests.web.routes import Route, routes
from tests.web.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

NAME = re.compile(rb"Zephyrine|zephy-hub|zq@quiet\.example", re.I)
# Whoever runs the class needs the names there: who is in it, and who is present.
RUNS_THE_CLASS = {
    *("cohort_people", "change_learner", "meeting_attendance", "admin:lessons_meeting_delete"),
    *("admin:lessons_enrollment_changelist", "admin:lessons_enrollment_change"),
    *("admin:lessons_enrollment_history", "admin:lessons_enrollment_delete"),
}


def give_a_name(world: World) -> None:
    """Name the learner with words that are nowhere else, and let them say something everywhere."""
    here = world.here
    Course.objects.filter(pk=here.course.pk).update(marks_blindly=True)
    User.objects.filter(pk=here.learner.user.pk).update(
        name="Zephyrine Quill", email="zq@quiet.example", github_name="zephy-hub"
    )
    connected = Repository.objects.filter(enrollment=here.learner, host="github.com")
    connected.update(owner="zephy-hub")
    Receipt.objects.filter(pk=here.submission.receipt_id).update(repository=connected.get())
    meeting = Meeting.objects.get(cohort=here.cohort)
    ticket = ExitTicket.objects.create(
        meeting=meeting, course=here.course, question="Clear?", is_anonymous=False
    )
    TicketAnswer.objects.create(ticket=ticket, enrollment=here.learner, text="Yes.")
    for kind in MeetingSignal.Kind:
        MeetingSignal.objects.create(
            meeting=meeting, course=here.course, enrollment=here.learner, kind=kind, sent_at=meeting.starts_at
        )


def addresses(route: Route, world: World) -> Iterator[str]:
    """Yield the addresses of a page, or of each file that it can give."""
    values = world.values(route)
    forms = FORMATS if route.name == "gradebook_export" else [values["form"]]
    for form in forms:
        yield route.address({**values, "form": form}) + QUERIES.get(route.name, "")


@pytest.fixture(
    params=[one_of_each_row, pytest.param(routes, marks=pytest.mark.heavy)], ids=["one of each row", "all"]
)
def read(request, django_db_blocker, tmp_path_factory) -> list[Answer]:
    """The answers to an assistant."""
    with passing_world(tmp_path_factory, django_db_blocker) as world, transaction.atomic():
        give_a_name(world)
        client = visitor(world.assistant)
        return [
            answer(client, "assistant", route, "GET", address, {})
            for route in request.param()
            for address in addresses(route, world)
        ]


def test_assistant_reads_no_name_where_the_course_is_marked_under_pseudonyms(read):
    named = {each.route.name for each in read if NAME.search(each.content)}
    assert named - RUNS_THE_CLASS == set()
    # so the search above finds names, and pages name their learners in the other way
    assert named >= {"cohort_people", "change_learner"}
    shown = {each.route.name for each in read if each.status == 200 and b"Learner " in each.content}
    assert shown >= {"teach_class", "teach_class_csv", "gradebook", "submission", "help-queue", "questions"}
