import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from labs.models import LabVersion
from lessons.models import Attempt, Meeting, Quiz, QuizVersion, Reading
from portal.progress.templatetags.side_branch import side_branch
from tests.factories import (
    make_cohort,
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_report,
    make_session,
    make_submission,
)
from tests.reports import make_engine_report

pytestmark = pytest.mark.django_db


def make_quiz(lesson, points: int = 10) -> Quiz:
    quiz = Quiz.objects.create(
        course=lesson.course, lesson=lesson, slug=lesson.slug, title="Check yourself", source=""
    )
    quiz.current = QuizVersion.objects.create(
        quiz=quiz, digest="x", source="", question_count=5, max_points=points, pass_mark=70, attempts_allowed=3,
        release="now",
    )  # fmt: skip
    quiz.save()
    return quiz


def submit(enrollment, quiz, points: str, number: int = 1, passed: bool = False) -> Attempt:
    return Attempt.objects.create(
        enrollment=enrollment, quiz=quiz, version=quiz.current, number=number, layout={}, passed=passed,
        points=Decimal(points), submitted_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def course():
    return make_course(title="Tiny", pass_mark=70)


@pytest.fixture
def learner(course, client):
    enrollment = make_learner(course, time_zone="Europe/London")
    client.force_login(enrollment.user)
    return enrollment


def test_the_welcome_page_leads_to_public_lessons(client, course):
    make_lesson(make_session(course))
    lesson = make_lesson(make_session(course), public=True)
    page = client.get("/").content.decode()
    assert f'href="{lesson.get_absolute_url()}"' in page
    assert reverse("account_signup") in page


def test_somebody_in_no_course_is_asked_for_the_invite_code(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("new@example.org"))
    assert reverse("join") in client.get("/").content.decode()


def clocks_in(page: str) -> list[tuple[str, str]]:
    return re.findall('<dt>(.*?)</dt><dd class="num">(.*?)</dd>', page)


def test_a_meeting_that_is_on_a_different_day_for_the_class_says_which(client, course, learner):
    learner.user.time_zone = "Australia/Sydney"
    learner.user.save()
    starts_at = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
    Meeting.objects.create(cohort=learner.cohort, session=make_session(course), starts_at=starts_at)
    with time_machine.travel(starts_at - timedelta(hours=5), tick=False):
        page = client.get("/").content.decode()
    assert "Sunday 30 August</h2>" in page
    assert clocks_in(page) == [
        ("Sydney (you)", "01:00 to 04:00"),
        ("IST (class)", "Saturday 29 August, 20:30 to 23:30"),
    ]


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("due", "days", "headline"),
    [
        (0, None, "You’re up to date"),
        (1, None, "One thing left to do"),
        (5, None, "0 of 5 lessons read"),
        (0, 2, "Nothing is due before Saturday"),
        (3, 2, "Three things before Saturday"),
        (3, 9, "Three things before Saturday 29 August"),
        (6, 2, "Five things to do first"),
    ],
)
def test_the_heading_of_home_answers_what_to_do(client, course, learner, due, days, headline):
    session = make_session(course)
    for _ in range(due):
        make_lesson(session)
    starts_at = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
    if days:
        Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=starts_at)
    with time_machine.travel(starts_at - timedelta(days=days or 2), tick=False):
        client.force_login(learner.user)
        page = client.get("/").content.decode()
    assert re.findall("<h1[^>]*>(.*?)</h1>", page) == [headline]


def test_the_card_to_continue_with_shows_how_much_of_the_session_is_read(client, course, learner):
    session = make_session(course, title="Serving")
    lessons = [make_lesson(session) for _ in range(4)]
    Reading.objects.create(enrollment=learner, lesson=lessons[0], read_at=timezone.now())
    page = client.get("/").content.decode()
    card = page.partition("card lead")[2].partition("</section>")[0]
    assert lessons[1].get_absolute_url() in card
    assert "Serving: 1 of 4 lessons read" in card
    assert '<rect width="25%"/>' in card


def test_the_welcome_page_names_the_next_cohort_that_may_be_joined(client, course):
    session = make_session(course)
    starts_at = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)

    def start(title: str, days: int, **fields) -> None:
        cohort = make_cohort(course, title=title, **fields)
        begins = starts_at + timedelta(days=days)
        Meeting.objects.create(cohort=cohort, session=session, starts_at=begins)
        other = make_session(course)
        Meeting.objects.create(cohort=cohort, session=other, starts_at=begins + timedelta(days=7))

    with time_machine.travel(starts_at - timedelta(days=1), tick=False):
        assert "next cohort" not in client.get("/").content.decode()
        start("Begun", -3)
        start("Closed", 0, open=False)
        assert "next cohort" not in client.get("/").content.decode()
        start("Later", 5)
        start("Next", 0)
        page = client.get("/").content.decode()
    assert "The next cohort starts on Saturday 29 August" in page
    assert "Tiny, Next. The first meeting is from 20:30 to 23:30 IST." in page
    assert not any(cohort.invite_code in page for cohort in course.cohorts.all())


def test_the_next_meeting_is_shown_in_both_zones(client, course, learner):
    session = make_session(course, title="Serving")
    starts_at = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
    Meeting.objects.create(
        cohort=learner.cohort, session=session, starts_at=starts_at, join_url="https://example.org/join"
    )
    with time_machine.travel(starts_at - timedelta(days=2), tick=False):
        client.force_login(learner.user)  # the sign-in from days ago has expired
        page = client.get("/").content.decode()
    assert clocks_in(page) == [("London (you)", "16:00 to 19:00"), ("IST (class)", "20:30 to 23:30")]
    assert '<h1 class="answer">Nothing is due before Saturday</h1>' in page
    assert "Saturday 29 August</h2>" in page
    assert "Next meeting. Starts in 2 days" in page
    assert "https://example.org/join" not in page
    with time_machine.travel(starts_at - timedelta(minutes=15), tick=False):
        client.force_login(learner.user)  # the sign-in from days ago has expired
        assert "https://example.org/join" in client.get("/").content.decode()
    with time_machine.travel(starts_at + timedelta(minutes=1), tick=False):
        client.force_login(learner.user)  # the sign-in from days ago has expired
        page = client.get("/").content.decode()
        assert "Live now" in page
        assert '<h1 class="answer">Serving is live now</h1>' in page
        assert re.findall('class="btn main" href="(.*?)"', page) == ["https://example.org/join"]
    with time_machine.travel(starts_at + timedelta(hours=3), tick=False):
        client.force_login(learner.user)  # the sign-in from days ago has expired
        assert "No meetings are planned." in client.get("/").content.decode()


def test_one_zone_is_shown_once(client, course, learner):
    learner.user.time_zone = "Asia/Kolkata"
    learner.user.save()
    starts_at = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
    Meeting.objects.create(cohort=learner.cohort, session=make_session(course), starts_at=starts_at)
    with time_machine.travel(starts_at - timedelta(hours=5), tick=False):
        page = client.get("/").content.decode()
    assert clocks_in(page) == [("IST", "20:30 to 23:30")]
    assert "Saturday 29 August</h2>" in page


def test_work_that_needs_fixing_comes_before_work_that_was_never_started(client, course, learner):
    session = make_session(course)
    lab = make_lab(course, title="Bad lab")
    lesson = make_lesson(session, lab_slugs=[lab.slug])
    make_report(make_submission(learner, lab), {"results": []}, points=Decimal(20))
    page = client.get("/").content.decode()
    due = page.partition("Up next")[2]
    assert due.index("Lab: Bad lab") < due.index(f"Lesson: {lesson.title}")


def test_points_come_from_the_best_attempt_and_the_best_submission(client, course, learner):
    lab = make_lab(course)
    lesson = make_lesson(make_session(course), lab_slugs=[lab.slug])
    quiz = make_quiz(lesson)
    submit(learner, quiz, "8", number=1, passed=True)
    submit(learner, quiz, "3", number=2)
    best = make_submission(learner, lab)
    make_report(best, {"results": []}, points=Decimal(75), passed=True)
    make_report(make_submission(learner, lab), {"results": []}, points=Decimal(40))
    Reading.objects.create(enrollment=learner, lesson=lesson, read_at=timezone.now())
    page = client.get(reverse("progress", args=[course.slug])).content.decode()
    assert "<h1>You’ve passed with 76.5 of 100 points</h1>" in page
    assert "The pass mark is 70." in page
    assert "Quizzes 24 of 30" in page
    assert "Labs 52.5 of 70" in page
    assert f'href="{best.get_absolute_url()}">52.5 of 70</a>' in page
    assert "Quiz: 8 of 10" in page
    assert "Lab: 75 of 100" in page


def test_progress_rounds_missing_points_so_that_they_are_never_zero(client, course, learner):
    quiz = make_quiz(make_lesson(make_session(course)))
    address = reverse("progress", args=[course.slug])
    for number, (points, heading, words) in enumerate(
        (("6", "60 of 100 points", "10 to go,"), ("6.99", "69.9 of 100 points", "0.1 to go,")), 1
    ):
        submit(learner, quiz, points, number=number)
        page = client.get(address).content.decode()
        assert f"<h1>{heading}. You need 70.</h1>" in page
        assert words in page


def test_the_outline_opens_the_session_to_continue_with(client, course, learner):
    sessions = [make_session(course, title=title) for title in ("First", "Second", "Third")]
    lessons = [make_lesson(session, title=f"Of {session.title}") for session in sessions]

    def opened() -> tuple[list[str], list[str]]:
        page = client.get(course.get_absolute_url()).content.decode()
        folds = re.findall(
            r'<details class="fold session"( open)?>.*?<h2[^>]*>Session \d: (\w+)', page, re.DOTALL
        )
        return [title for is_open, title in folds if is_open], re.findall("Continue: ([^<]+)<", page)

    assert opened() == (["First"], ["Of First"])
    Reading.objects.create(enrollment=learner, lesson=lessons[0], read_at=timezone.now())
    assert opened() == (["Second"], ["Of Second"])
    Reading.objects.create(enrollment=learner, lesson=lessons[2], heading="part-2")
    assert opened() == (["Third"], ["Of Third"])
    page = client.get(course.get_absolute_url()).content.decode()
    assert f'href="{lessons[2].get_absolute_url()}#part-2">Continue: Of Third' in page
    Reading.objects.filter(lesson=lessons[2]).update(read_at=timezone.now())
    Reading.objects.create(enrollment=learner, lesson=lessons[1], read_at=timezone.now())
    assert opened() == (["Third"], [])
    client.logout()
    assert opened() == (["First"], [])


def test_a_lab_has_a_branch_with_its_submissions_that_returns_when_it_is_passed():
    assert side_branch(0, "todo") == ""
    needs_work, passed = side_branch(2, "bad"), side_branch(2, "done")
    assert needs_work.count('class="n-todo"') == passed.count('class="n-todo"') == 1
    assert 'class="n-bad"' in needs_work
    assert 'class="n-ok"' in passed
    assert len(re.findall("C", needs_work)) + 1 == len(re.findall("C", passed))
    assert side_branch(9, "bad") == side_branch(5, "bad")


def test_activity_of_one_learner_does_not_count_for_others(client, course, learner):
    lesson = make_lesson(make_session(course))
    submit(make_learner(course), make_quiz(lesson), "10", passed=True)
    assert (
        "Your first points come from Quiz"
        in client.get(reverse("progress", args=[course.slug])).content.decode()
    )


def test_progress_is_for_members_and_is_not_stored_by_browsers(client, course, learner):
    address = reverse("progress", args=[course.slug])
    assert "no-store" in client.get(address)["Cache-Control"]
    client.force_login(make_learner(make_course()).user)
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", ["/", "/courses/tiny/", "/courses/tiny/progress/"])
def test_the_number_of_queries_does_not_grow_with_rows(client, address, django_assert_max_num_queries):
    course = make_course("tiny")
    learner = make_learner(course)
    client.force_login(learner.user)
    counts = []
    for size in (1, 8):
        for _ in range(size):
            lab = make_lab(course)
            session = make_session(course)
            lesson = make_lesson(session, lab_slugs=[lab.slug])
            submit(learner, make_quiz(lesson), "5")
            make_report(make_submission(learner, lab), {"results": []})
            Reading.objects.create(enrollment=learner, lesson=lesson)
            Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=timezone.now())
        with django_assert_max_num_queries(24) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured.captured_queries))
    assert counts[0] == counts[1]


def test_the_syllabus_is_open_to_anyone_without_links_to_closed_lessons(client, course):
    session = make_session(course, title="Evening one")
    closed, public = make_lesson(session), make_lesson(session, public=True)
    page = client.get(course.get_absolute_url()).content.decode()
    assert closed.title in page
    assert closed.get_absolute_url() not in page
    assert public.get_absolute_url() in page


def test_lab_that_waits_for_its_environment_says_so_and_already_counts(client, learner, course):
    """Points must not change during an evening when the lab's proof finishes."""
    make_lesson(make_session(course), lab_slugs=["add"])
    lab = make_lab(course, "add")
    lab.versions.update(proved=False)
    totals, links = [], []
    for proved in (False, True):
        lab.versions.update(proved=proved)
        page = client.get(reverse("course", args=[course.slug])).content.decode()
        assert ("Opens when its environment is ready." in page) is not proved
        links.append(f'href="{lab.get_absolute_url()}"' in page)
        progress = client.get(reverse("progress", args=[course.slug]))
        totals.append(progress.context["record"].kind("labs").out_of)
    assert links == [False, True]
    assert totals[0] == totals[1] == 100


def test_a_lab_that_is_being_proved_counts_already_and_says_when_it_opens(client, course, learner):
    lab, unproved = make_lab(course), make_lab(course, title="Package it")
    LabVersion.objects.filter(lab=unproved).update(proved=False, proof=None)
    make_lesson(make_session(course), lab_slugs=[lab.slug, unproved.slug])
    outline = client.get(course.get_absolute_url()).content.decode()
    assert "100 points. Opens when its environment is ready." in outline
    assert "<b>Package it</b>" in outline
    for address in ("/", f"{course.get_absolute_url()}progress/"):
        page = client.get(address).content.decode()
        assert "of 100" in page
        assert unproved.get_absolute_url() not in page
    LabVersion.objects.filter(lab=unproved).update(proof={"proved": False})  # its proof failed
    assert "Package it" not in client.get(course.get_absolute_url()).content.decode()


def test_a_lab_with_nothing_graded_has_no_best_result(client, course, learner):
    lab = make_lab(course)
    make_lesson(make_session(course), lab_slugs=[lab.slug])
    submission = make_submission(learner, lab)
    chip = r'<span class="chip[^"]*">([^<]*)</span>'
    assert "<small>1 submission, none graded yet</small>" in client.get("/").content.decode()
    outline = client.get(course.get_absolute_url()).content.decode()
    assert "<small>1 submission</small>" in outline
    assert re.findall(chip, outline) == []
    make_report(submission, make_engine_report(readable="needs_work").to_json(), points=Decimal(0))
    assert "<small>1 submission, best 0 of 100 points</small>" in client.get("/").content.decode()
    assert re.findall(chip, client.get(course.get_absolute_url()).content.decode()) == ["0 of 100"]


def test_points_are_written_one_way_on_every_page(client, course, learner):
    lab = make_lab(course)
    lesson = make_lesson(make_session(course), lab_slugs=[lab.slug])
    quiz = make_quiz(lesson)
    submit(learner, quiz, "4.17", passed=False)
    submission = make_submission(learner, lab)
    make_report(submission, make_engine_report(readable="passed").to_json(), points=Decimal("62.50"))
    pages = ["/", course.get_absolute_url(), f"{course.get_absolute_url()}progress/", quiz.get_absolute_url()]
    pages += [lab.get_absolute_url()]
    texts = [client.get(page).content.decode() for page in pages]
    assert '<span class="fig">56.2</span> of 100 points' in texts[0]  # 43.75 of 70 and 12.51 of 30
    assert ">: Check yourself</span> 4.2 of 10</a>" in texts[1]
    assert "62.5 of 100" in texts[1]
    assert "4.2 of 10" in texts[2]
    assert "4.2 of 10 points" in texts[3]
    assert "62.5 of 100 points" in texts[4]
    for page, text in zip(pages, texts, strict=True):
        assert "4.17" not in text, page
        assert "62.50" not in text, page
        assert not re.search(r"\d %", text), page


def test_home_shows_the_sessions_around_the_one_that_is_next(client, course, learner):
    sessions = [make_session(course, title=f"Evening {number}.") for number in range(1, 13)]
    for session in sessions:
        make_lesson(session)
    Meeting.objects.create(
        cohort=learner.cohort, session=sessions[5], starts_at=timezone.now() + timedelta(days=1)
    )
    page = client.get("/").content.decode()
    course_part = page.partition("Your course")[2].partition("Progress")[0]
    assert [f"Evening {number}." in course_part for number in range(1, 13)] == [
        4 <= n <= 8 for n in range(12)
    ]
    assert "All 12 sessions" in page


def test_one_thing_alone_is_not_listed_again_below_its_card(client, course, learner):
    make_lesson(make_session(course), slug="first", title="Only lesson")
    page = client.get("/").content.decode()
    assert "Up next" not in page
    assert page.count("Only lesson</a>") == 1
    make_lesson(course.sessions.get(), slug="second", title="Another lesson")
    page = client.get("/").content.decode()
    assert "Only lesson" in page.partition("Up next")[2]
