import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from lessons.models import Attendance, Meeting, Reading, Tick
from lessons.texts.due_rules import Rule
from portal.progress.models import Override
from tests.factories import (
    QUIZ_SOURCE,
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_learner,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
)
from tests.scores.test_score_queries import push, submit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def course():
    return make_course("tiny")


@pytest.fixture
def learner(course, client):
    enrollment = make_learner(course, time_zone="Europe/London")
    client.force_login(enrollment.user)
    return enrollment


def add_item(session, kind: str, **fields):
    if kind == "quiz":
        return make_quiz(lesson=make_lesson(session))
    lab = make_lab(session.course, **fields)
    make_lesson(session, lab_slugs=[lab.slug])
    return lab


def text_of(response) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", response.content.decode())).split()).replace(" .", ".")


def read_page(client, name: str = "progress"):
    response = client.get(reverse(name, args=["tiny"]))
    assert response.status_code == 200
    return response


def test_the_heading_is_the_verdict(client, course, learner):
    session = make_session(course)
    lab, quiz = add_item(session, "lab"), add_item(session, "quiz")
    page = text_of(read_page(client))
    assert "0 of 100 points. You need 70." in page
    assert f"Your first points come from Quiz {quiz.title}. 70 to go, with 100 still open." in page
    push(learner, lab, 50)
    submit(learner, quiz, "1")
    page = text_of(read_page(client))
    assert "65 of 100 points. You need 70." in page
    assert "5 to go, with 35 still open." in page
    assert "Labs 35 of 70" in page
    assert "Quizzes 30 of 30" in page
    push(learner, lab, 100)
    assert "You’ve passed with 100 of 100 points" in text_of(read_page(client))


def test_points_below_the_pass_mark_are_not_rounded_up_to_it(client, course, learner):
    course.lab_weight, course.quiz_weight = 100, 0
    course.save()
    lab = add_item(make_session(course), "lab")
    make_report(make_submission(learner, lab), {}, points=Decimal("69.97"))
    page = text_of(read_page(client))
    assert "69.9 of 100 points. You need 70. 0.1 to go" in page


def test_the_route_names_the_fewest_items_with_running_totals(client, course, learner):
    session = make_session(course)
    labs = [add_item(session, "lab", title=f"Lab {n}.") for n in range(4)]
    quizzes = [add_item(session, "quiz") for _ in range(3)]
    push(learner, labs[0], 100)
    push(learner, labs[1], 40)
    submit(learner, quizzes[0], "1")
    route = read_page(client).context["page"].route
    assert route.reaches
    assert [(step.entry.key, step.gain, step.total) for step in route.steps] == [
        (f"lab:{labs[1].pk}", Decimal("10.5"), Decimal(45)),
        (f"lab:{labs[2].pk}", Decimal("17.5"), Decimal("62.5")),
        (f"lab:{labs[3].pk}", Decimal("17.5"), Decimal(80)),
    ]


def test_closed_and_later_items_are_not_offered(client, course, learner):
    session = make_session(course)
    closed = make_quiz(
        QUIZ_SOURCE.replace("release: now", "release: now\ndeadline: 1 day"), make_lesson(session)
    )
    later = make_lesson(make_session(course, release="start"))
    other = make_quiz(lesson=later)
    ready = add_item(session, "quiz")
    with time_machine.travel(NOW, tick=False):
        client.force_login(learner.user)
        for part, days in ((session, -9), (later.session, 9)):
            starts_at = NOW + timedelta(days=days)
            Meeting.objects.create(cohort=learner.cohort, session=part, starts_at=starts_at)
        response = read_page(client)
        page = response.context["page"]
    assert page.is_out_of_reach
    assert not page.route.reaches
    assert [step.entry.key for step in page.route.steps] == [f"quiz:{ready.pk}", f"quiz:{other.pk}"]
    assert f"quiz:{closed.pk}" not in [step.entry.key for step in page.route.steps]
    assert "you would reach 66.7" in text_of(response)


def test_the_route_offers_what_a_late_push_earns_and_nothing_for_a_score_by_hand(client, course, learner):
    session = make_session(course)
    late = add_item(session, "lab", rule=Rule(1, 1), late="reduce", late_percent=10, late_floor=80)
    by_hand = add_item(session, "lab")
    rest = add_item(session, "lab")
    starts_at = timezone.now() - timedelta(days=30)
    Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=starts_at)
    push(learner, by_hand, 100)
    fields = {"points": Decimal(50), "out_of": Decimal(100), "reason": "Written by somebody else."}
    Override.objects.create(enrollment=learner, lab=by_hand, **fields)
    response = read_page(client)
    page = response.context["page"]
    gains = [(step.entry.key, step.gain) for step in page.route.steps]
    assert gains == [(f"lab:{late.pk}", Decimal("26.66")), (f"lab:{rest.pk}", Decimal("33.34"))]
    assert "A late push earns 80% of its points." in text_of(response)
    assert "53.3 to go, with 60 still open" in text_of(response)


def test_a_dropped_result_is_named_and_the_rules_are_stated(client, course, learner):
    course.dropped_quizzes = 1
    course.save()
    session = make_session(course)
    low, high = add_item(session, "quiz"), add_item(session, "quiz")
    submit(learner, low, "0")
    submit(learner, high, "1")
    page = text_of(read_page(client))
    assert "You’ve passed with 100 of 100 points" in page
    assert "Dropped: does not count" in page
    assert "100 points. The lowest of 2 doesn’t count" in page
    assert "Reading Not counted" in page


def test_the_table_has_facts_of_each_session_and_links_to_their_evidence(client, course, learner):
    session = make_session(course, prepare=[{"key": "git", "text": "Install Git"}], title="Serving")
    lab = add_item(session, "lab")
    lesson = make_lesson(session, checklist=[["done", "Do it"]])
    meeting = Meeting.objects.create(
        cohort=learner.cohort, session=session, starts_at=timezone.now() - timedelta(days=2)
    )
    Attendance.objects.create(meeting=meeting, enrollment=learner, is_present=True)
    Reading.objects.create(enrollment=learner, lesson=lesson, read_at=timezone.now())
    Tick.objects.create(enrollment=learner, session=session, key="git")
    best = make_submission(learner, lab)
    make_report(best, {}, points=Decimal(80), passed=True)
    response = read_page(client)
    row = response.content.decode().partition("Serving</a>")[2].partition("</tr>")[0]
    assert f'href="{meeting.get_absolute_url()}">Attended</a>' in row
    assert ">1 of 2</a>" in row
    assert f'href="{best.get_absolute_url()}">80 of 100</a>' in row
    assert sum(week.days for row in response.context["page"].weeks for week in row) == 1


def test_a_learner_who_is_behind_gets_three_things_to_catch_up_with(client, course, learner):
    sessions = [make_session(course) for _ in range(2)]
    quiz, lab = add_item(sessions[0], "quiz"), add_item(sessions[0], "lab")
    with time_machine.travel(NOW, tick=False):
        client.force_login(learner.user)
        for part, days in zip(sessions, (-9, -2), strict=True):
            starts_at = NOW + timedelta(days=days)
            Meeting.objects.create(cohort=learner.cohort, session=part, starts_at=starts_at)
        response = read_page(client)
    found = [item.key for item in response.context["page"].catch_up]
    assert found[:2] == [f"lab:{lab.pk}", f"quiz:{quiz.pk}"]
    assert len(found) == 3
    assert "Catch up with these 3" in text_of(response)


@pytest.mark.parametrize("size", [1, 6])
def test_the_page_takes_at_most_twelve_queries(client, course, learner, size, django_assert_max_num_queries):
    course.attendance_weight, course.checklist_weight, course.quiz_weight = 10, 10, 10
    course.save()
    for _ in range(size):
        session = make_session(course, prepare=[{"key": "git", "text": "Install Git"}])
        lab, quiz = add_item(session, "lab"), add_item(session, "quiz")
        push(learner, lab, 40)
        submit(learner, quiz, "1")
        Tick.objects.create(enrollment=learner, session=session, key="git")
        Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=timezone.now())
        push(make_enrollment(cohort=make_cohort(course)), lab, 90)
    with django_assert_max_num_queries(12):
        read_page(client)


def test_scores_are_downloaded_safely_and_only_by_their_owner(client, course, learner):
    session = make_session(course, title='=HYPERLINK("https://example.org")')
    quiz = add_item(session, "quiz")
    submit(learner, quiz, "1")
    rows = list(csv.DictReader(io.StringIO(read_page(client, "scores_csv").content.decode("utf-8-sig"))))
    assert [(row["session"][:2], row["points"], row["out_of"]) for row in rows] == [("'=", "100", "100")]
    assert rows[0]["url"].endswith("/1/review/")
    found = read_page(client, "scores_json").json()
    assert (found["points"], found["passed"], found["weights"]["labs"]) == ("100", True, 70)
    client.force_login(make_learner(make_course()).user)
    assert client.get(reverse("scores_json", args=["tiny"])).status_code == 404
