"""A copy has the content of a course, on its new dates, and nothing of its people."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.grading import proofs
from labs.models import LabDeadline, LabVersion, Submission
from lessons import actions, attempt_actions
from lessons.copying import copy_course
from lessons.course_files.dumping import dump_course
from lessons.file_queries import may_download
from lessons.links import links_within
from lessons.models import (
    Attachment,
    Attempt,
    Cohort,
    Course,
    CourseStaff,
    Enrollment,
    FormerSlug,
    Lesson,
    Meeting,
    Quiz,
    QuizDeadline,
    Snippet,
)
from lessons.queries import open_course
from lessons.term import CannotCopyError, Term
from lessons.texts.due_rules import Rule
from portal.progress.queries import course_outline
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_session,
    make_staff,
    make_user,
)
from tests.search.conftest import find, titles, write_lab, write_lesson, write_quiz
from tests.web.world import make_world

pytestmark = pytest.mark.django_db

TOKEN, NAME = "1" * 32, "data.csv"
SOURCE = f"""\
## Begin {{#begin}}

See [the next](lesson:second#more), [its quiz](quiz:second), [the lab](lab:first) and [an old name](lesson:before).
By address: [next](/courses/old/second/), <a>, [site]({{site}}/courses/old/second/) and `/courses/old/second/`.

[far]: /courses/old/second/

[Data](/media/files/{TOKEN}/{NAME}) and ![Waves](/media/images/{"0" * 32}.png "Waves")
"""


@pytest.fixture
def old(settings) -> Course:
    course = make_course(
        "old", title="MLOps Edu", time_zone="Europe/Berlin", notes_habits={"small_topics": "alone"}
    )
    first = make_session(
        course,
        slug="one",
        title="One",
        prepare=[{"key": "git", "text": "Read [it](lesson:second)"}],
        release="end",
    )
    second = make_session(course, slug="two", title="Two")
    write_lesson("Words of zebras. {#more}", session=second, slug="second", public=True)
    FormerSlug.objects.create(course=course, kind="lesson", slug="before", target=Lesson.objects.get().pk)
    write_lab(course, "first", "Do [it](lesson:second) with giraffes.", title="First lab")
    source = SOURCE.replace("{site}", settings.PUBLIC_URL)
    lesson = write_lesson(
        source, session=first, slug="first", lab_slugs=["first"], status="scheduled",
        publish_at=datetime(2026, 3, 1, 19, 30, tzinfo=UTC),
    )  # fmt: skip
    write_quiz(lesson, "First quiz")
    Attachment.objects.get_or_create(lesson=lesson, token=TOKEN)
    actions.save_session(session=first)
    cohort = make_cohort(course, slug="spring", title="Spring", time_zone="Europe/Berlin")
    for session, day in ((first, 1), (second, 8)):
        starts = datetime(2026, 3, day, 19, 30, tzinfo=UTC)
        Meeting.objects.create(
            cohort=cohort, session=session, starts_at=starts, join_url="https://example.org/x"
        )
    make_enrollment(cohort=cohort)
    return course


def copy(course: Course, **term) -> Course:
    values = {"slug": "new", "title": "MLOps Edu, autumn", **term}
    return copy_course(course=course, term=Term(**values), by=make_user())


def test_every_text_is_copied_and_its_links_lead_into_the_copy(old, settings):
    new = copy(old)
    lesson = new.lessons.get(slug="first")
    page, own = lesson.html, "/courses/new/"
    assert f'href="{own}second/#more"' in page
    assert f'href="{own}quizzes/second/"' not in page  # there is none, as before
    assert f'href="{own}labs/first/"' in page
    assert page.count(f'href="{own}second/"') == 2  # the old name, and the address
    assert "/courses/old/" not in page.replace("<code>/courses/old/second/</code>", "")
    assert (
        f"[next](/courses/new/second/), <a>, [site]({settings.PUBLIC_URL}/courses/new/second/)"
        in lesson.source
    )
    assert "`/courses/old/second/`" in lesson.source
    assert "[far]: /courses/new/second/" in lesson.source
    assert f'href="{own}second/"' in new.sessions.get(slug="one").prepare_html[0]["html"]
    assert f'href="{own}second/"' in new.labs.get().brief_html
    # saving it again gives the same, so nothing of it was made in another way
    assert actions.save_lesson(lesson=lesson, links=links_within(new)).html == page
    assert new.notes_habits == {"small_topics": "alone"}
    assert (new.title, new.time_zone, new.loaded_from) == ("MLOps Edu, autumn", "Europe/Berlin", "")


def test_links_that_only_staff_see_and_those_of_lists_and_snippets_lead_into_the_copy(old):
    link = "[it](/courses/old/second/)"
    lesson = old.lessons.get(slug="second")
    lesson.source = f"Text.\n\n::: staff\n{link}\n:::\n"
    actions.save_lesson(lesson=lesson)
    session = old.sessions.get(slug="one")
    session.prepare = [{"key": "git", "text": link}]
    actions.save_session(session=session)
    Snippet.objects.create(course=old, name="Link", text=link)
    new = copy(old)
    assert 'href="/courses/new/second/"' in new.lessons.get(slug="second").staff_html
    moved = "[it](/courses/new/second/)"
    assert new.sessions.get(slug="one").prepare == [{"key": "git", "text": moved}]
    assert new.snippets.get().text == moved


def test_the_copy_reads_and_exports_like_the_original(old):
    new = copy(old, starts_on=date(2026, 3, 1), like=old.cohorts.get())
    reader = make_user(is_superuser=True)
    outlines = [course_outline(open_course(reader, course)) for course in (old, new)]
    first, second = (
        [(part.session.slug, part.contents, part.points) for part in each.sessions] for each in outlines
    )
    assert first == second
    dumps = [dump_course(course).files for course in (old, new)]
    assert dumps[1].keys() == dumps[0].keys()
    for path in dumps[0].keys() - {"course.yaml"}:
        assert dumps[1][path].replace("/courses/new/", "/courses/old/") == dumps[0][path]


def test_people_and_their_work_stay_where_they_are(old):
    counts = [model.objects.count() for model in (Enrollment, Attempt, Submission, Cohort, Meeting)]
    new = copy(old)
    assert [model.objects.count() for model in (Enrollment, Attempt, Submission, Cohort, Meeting)] == counts
    assert new.staff.count() == 1
    assert not new.enrollments.exists()


@pytest.mark.heavy
def test_nothing_of_the_original_changes():
    world = make_world()
    before = {course.pk: dump_course(course) for course in Course.objects.all()}
    rows = {
        model: list(model.objects.order_by("pk").values()) for model in (Lesson, Quiz, LabVersion, Attempt)
    }
    copy(world.here.course)
    assert {course.pk: dump_course(course) for course in Course.objects.filter(pk__in=before)} == before
    for model, kept in rows.items():
        assert list(model.objects.filter(pk__in=[row["id"] for row in kept]).order_by("pk").values()) == kept


def test_dates_move_with_the_start_and_keep_their_hour_across_the_change_of_clocks(old):
    spring = old.cohorts.get()
    closes_at = datetime(2026, 3, 10, 22, 59, tzinfo=UTC)
    QuizDeadline.objects.create(quiz=old.quizzes.get(), cohort=spring, closes_at=closes_at)
    lab_deadline = LabDeadline(lab=old.labs.first() or make_lab(old), cohort=spring)
    lab_deadline.rule = Rule(1, 6, "23:59")
    lab_deadline.save()
    new = copy(old, starts_on=date(2026, 9, 6), like=spring, cohort_title="Autumn")
    assert new.lessons.get(slug="first").publish_at == datetime(2026, 9, 6, 18, 30, tzinfo=UTC)
    cohort = new.cohorts.get()
    assert (cohort.title, cohort.slug, cohort.time_zone) == ("Autumn", "spring", "Europe/Berlin")
    assert cohort.invite_code != old.cohorts.get().invite_code
    found = [(each.session.slug, each.starts_at, each.join_url) for each in cohort.meetings.all()]
    assert found == [
        ("one", datetime(2026, 9, 6, 18, 30, tzinfo=UTC), ""),
        ("two", datetime(2026, 9, 13, 18, 30, tzinfo=UTC), ""),
    ]
    assert new.sessions.get(slug="one").release == "end"
    deadline = cohort.quiz_deadlines.get()
    assert (deadline.quiz, deadline.closes_at) == (
        new.quizzes.get(),
        datetime(2026, 9, 15, 21, 59, tzinfo=UTC),
    )
    of_lab = cohort.lab_deadlines.get()
    assert (of_lab.lab.course, of_lab.closes_at, of_lab.rule) == (new, None, Rule(1, 6, "23:59"))


@pytest.mark.parametrize(
    ("term", "status", "public"),
    [({}, "draft", "published"), ({"as_drafts": True, "starts_on": date(2026, 9, 6)}, "draft", "draft")],
)
def test_without_a_start_or_as_drafts_nothing_is_scheduled(old, term, status, public):
    new = copy(old, **term)
    assert (new.lessons.get(slug="first").status, new.lessons.get(slug="first").publish_at) == (status, None)
    assert new.lessons.get(slug="second").status == public


def test_a_start_without_a_cohort_moves_from_what_is_scheduled_first(old):
    new = copy(old, starts_on=date(2026, 3, 11))
    assert new.lessons.get(slug="first").publish_at == datetime(2026, 3, 11, 19, 30, tzinfo=UTC)


def test_a_date_beyond_the_calendar_is_refused_and_nothing_is_left(old):
    with pytest.raises(CannotCopyError, match="2200"):
        copy(old, starts_on=date(2199, 12, 30), like=old.cohorts.get(), cohort_title="Late")
    assert Course.objects.get() == old


def test_labs_keep_their_proof_and_one_that_waits_goes_on_waiting(old):
    waiting = make_lab(old, "waits")
    LabVersion.objects.create(
        lab=waiting, digest="f" * 64, source=waiting.source, max_points=100, pass_mark=70, proving_tries=2
    )
    new = copy(old)
    assert new.labs.get(slug="first").is_proved
    assert new.labs.get(slug="waits").is_proved
    [version] = [each for each in proofs.versions_to_prove() if each.lab.course_id == new.pk]
    assert (version.lab.slug, version.digest, version.proving_tries) == ("waits", "f" * 64, 0)


def test_quizzes_have_their_current_version_alone(old):
    quiz = old.quizzes.get()
    quiz.source += "\n## More? {#more}\n= 1\n> One.\n"
    actions.save_quiz(quiz=quiz)
    new = copy(old).quizzes.get()
    assert [version.source for version in new.versions.all()] == [quiz.source]
    assert new.current.quiz_id == new.pk
    enrollment = make_enrollment(cohort=make_cohort(new.course))
    assert attempt_actions.start_attempt(enrollment=enrollment, quiz=new).version == new.current


def test_the_copy_is_found_and_its_files_can_be_downloaded(old):
    new = copy(old)
    staff = make_staff(new)
    results = [each.page for group in find(staff, "zebras").groups for each in group.results]
    assert sorted((page.course, page.title) for page in results) == [
        ("MLOps Edu", "Second"),  # which is public
        ("MLOps Edu, autumn", "Second"),
    ]
    assert titles(find(staff, "giraffes")) == ["First lab"]
    assert may_download(staff, TOKEN)
    assert not may_download(AnonymousUser(), TOKEN)


def test_a_text_of_the_copy_has_a_first_version_in_its_history(old):
    user = make_user()
    new = copy_course(course=old, term=Term("new", "New"), by=user)
    assert [each.history_user for each in new.lessons.get(slug="first").history.all()] == [user]


@pytest.mark.heavy
def test_a_big_course_takes_no_more_statements_per_row(old):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            copy(old, slug=f"copy-{Course.objects.count()}")
        return len(found)

    few = statements()
    session = old.sessions.first()
    for number in range(200):
        write_lesson(f"## Part\n\nText {number}.", session=session, slug=f"lesson-{number}")
    # rows are written some dozens at a time, as many as SQLite takes values in one statement
    assert statements() < few + 60


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(old, client):
    user = make_staff(old, make_user(is_staff=True, is_superuser=True))
    client.force_login(user)
    return client


def test_staff_copy_a_course_on_its_page(old, staff):
    address = reverse("admin:lessons_course_copy", args=[old.pk])
    page = staff.get(address).content.decode()
    assert "2 sessions, 2 lessons, 1 quiz, 1 lab" in page
    assert "The first date is Sunday 1 March 2026" in page
    assert 'value="old-2"' in page
    sent = {"title": "New", "slug": "new", "starts_on": "2026-09-06", "like": old.cohorts.get().pk}
    response = staff.post(address, {**sent, "cohort_title": "Autumn"})
    assert response.headers["Location"] == reverse("teach", args=["new"])
    assert Course.objects.get(slug="new").cohorts.get().meetings.count() == 2


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"slug": "old"}, "The slug old is taken."),
        ({"slug": "a b"}, "Enter a valid"),
        ({"title": ""}, "This field is required."),
        ({"cohort_title": "Autumn"}, "Choose the cohort whose meetings the first cohort gets."),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"starts_on": "9999-01-01"}, "Enter a date from 2000 to 2199."),
        ({"starts_on": "0001-01-01"}, "Enter a date from 2000 to 2199."),
    ],
)
def test_a_copy_that_cannot_be_made_is_refused_with_the_reason(old, staff, sent, message):
    address = reverse("admin:lessons_course_copy", args=[old.pk])
    response = staff.post(address, {"title": "New", "slug": "new", **sent})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert Course.objects.get() == old


@pytest.mark.parametrize(
    ("title", "proposed"), [("MLOps Edu", "MLOps Edu (2)"), ("MLOps Edu (4)", "MLOps Edu (2)")]
)
def test_the_form_proposes_a_title_that_no_course_has(old, staff, title, proposed):
    Course.objects.filter(pk=old.pk).update(title=title)
    page = staff.get(reverse("admin:lessons_course_copy", args=[old.pk])).content.decode()
    assert f'name="title" value="{proposed}"' in page
    Course.objects.filter(pk=make_course().pk).update(title=proposed)
    page = staff.get(reverse("admin:lessons_course_copy", args=[old.pk])).content.decode()
    assert f'name="title" value="{proposed.replace("2", "3")}"' in page


def test_assistants_copy_no_course(old, client):
    assistant = make_instructor(old)
    CourseStaff.objects.filter(user=assistant).update(role=CourseStaff.Role.ASSISTANT)
    client.force_login(assistant)
    address = reverse("admin:lessons_course_copy", args=[old.pk])
    assert address not in client.get(reverse("admin:lessons_course_change", args=[old.pk])).content.decode()
    assert client.post(address, {"title": "New", "slug": "new"}).status_code == 403
    assert Course.objects.get() == old


@pytest.mark.parametrize("many", [0, 20])
def test_the_page_asks_a_fixed_number_of_queries(old, staff, django_assert_max_num_queries, many):
    for number in range(many):
        write_lesson(session=old.sessions.first(), slug=f"more-{number}")
        make_cohort(old)
    with django_assert_max_num_queries(17):
        staff.get(reverse("admin:lessons_course_copy", args=[old.pk]))
