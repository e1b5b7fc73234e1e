"""The staff page of a course's repository, and the private preview of a state of it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from lessons import tasks
from lessons.course_files import updating
from lessons.models import Course, CourseFetch, CourseRepository, Lesson
from tests.authoring.conftest import make_instructor
from tests.courses.conftest import LESSON
from tests.factories import make_course, make_learner

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, instructor, monkeypatch):
    monkeypatch.setattr(tasks, "wake_reader", lambda: None)
    client.force_login(instructor)
    return client


def address(course: Course) -> str:
    return reverse("admin:lessons_course_repository", args=[course.pk])


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def press(staff, course, do: str, **fields):
    return staff.post(address(course), {"do": do, **fields}, follow=True)


def test_a_course_is_bound_updated_and_unbound_by_clicks(staff, author, course):
    assert "Bind the repository" in staff.get(address(course)).content.decode()
    where = {"address": author.address.page + "/tree/main", "branch": "", "folder": "/courses/tiny/"}
    assert "The course is bound to" in text_of(press(staff, course, "bind", **where))
    bound = CourseRepository.objects.get()
    assert (bound.address, bound.branch, bound.folder) == (author.address.page, "main", "courses/tiny")
    assert "An update is running." in text_of(press(staff, course, "update"))
    assert not Lesson.objects.exists()  # no request waits for the host
    tasks.read_repositories()
    page = text_of(staff.get(address(course)))
    assert "Course loaded: 5 created, 1 updated." in page and author.head()[:7] in page
    assert "no longer loaded from" in text_of(press(staff, course, "unbind"))
    assert Lesson.objects.count() == 1 and not CourseFetch.objects.exists()


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("address", "file:///etc", "Enter a repository URL."),
        ("address", "ext::sh -c id", "Enter a repository URL."),
        ("address", "https://user:secret@github.com/a/b", "Enter a repository URL."),
        ("branch", "--upload-pack=x", "This is not a valid branch name."),
        ("branch", "a..b", "This is not a valid branch name."),
        ("folder", "../other", "Enter a path such as courses/mlops"),
        ("folder", "./.github//workflows", "GitHub runs workflows from .github"),
        ("folder", "/.GitHub/", "GitHub runs workflows from .github"),
    ],
)
def test_what_is_no_repository_branch_or_folder_is_refused_at_its_field(
    staff, author, course, field, value, message
):
    where = {"address": author.address.page, "branch": "", "folder": "", field: value}
    response = press(staff, course, "bind", **where)
    assert response.status_code == 422 and message in text_of(response)
    assert not CourseRepository.objects.exists()


def test_problems_are_on_the_page_with_file_and_line_and_the_course_stays(staff, author, course, run):
    run()
    author.publish(**{"one/01-start.md": LESSON.replace("lesson:start#begin", "lesson:gone")})
    run()
    page = text_of(staff.get(address(course)))
    assert "The course has 1 problem. Nothing was loaded." in page
    assert "one/01-start.md:10 lesson:gone leads nowhere: there is no such lesson" in page


def test_conflicts_lead_to_the_page_where_they_are_edited(staff, author, course, run):
    run()
    Lesson.objects.update(title="Ours")
    author.publish(**{"one/01-start.md": LESSON.replace("title: Start", "title: Theirs")})
    run()
    page = staff.get(address(course)).content.decode()
    edit = reverse("admin:lessons_lesson_change", args=[Lesson.objects.get().pk])
    assert f'<a href="{edit}">one/01-start.md</a>' in page and "Conflicts" in page
    assert Lesson.objects.get().title == "Ours"


def test_removed_files_are_settled_by_a_button(staff, author, course, run):
    run()
    author.git("rm", "-q", "courses/tiny/one/01-start.quiz.md")
    author.publish("Remove the quiz")
    run()
    assert "quiz start" in text_of(staff.get(address(course)))
    press(staff, course, "update", removed="draft")
    assert updating.run_next()
    assert Lesson.objects.get().quiz.current is None


def test_a_preview_shows_outline_lesson_quiz_and_lab_of_another_branch(staff, author, course, run):
    run()
    author.branch("next")
    changed = LESSON.replace("title: Start", "title: New start").replace("## Begin", "## Begin\n\nBrand new.")
    author.publish("Try", **{"one/01-start.md": changed})
    press(staff, course, "preview", revision="next")
    tasks.read_repositories()
    page = staff.get(address(course)).content.decode()
    outline = staff.get(re.search(r'href="([^"]*/repository/\d+/)"', page)[1])
    assert "Preview of next at commit" in text_of(outline) and "New start" in text_of(outline)
    links = re.findall(r'href="([^"]*/repository/\d+/\w+/[^"]+/)"', outline.content.decode())
    lesson, quiz, lab = (staff.get(link) for link in links)
    assert "Brand new." in text_of(lesson)
    # links inside lead on within the preview
    assert (
        f'href="{links[0]}#begin"' in lesson.content.decode()
        and f'href="{links[2]}"' in lesson.content.decode()
    )
    assert (
        "Which one?" in text_of(quiz)
        and "Push a commit." in text_of(lab)
        and "says: the repository" in text_of(lab)
    )
    assert "New start" not in Lesson.objects.get().title
    assert "New start" not in text_of(staff.get(course.get_absolute_url()))


def test_a_preview_that_cannot_be_loaded_says_why(staff, author, course, run):
    author.publish(
        **{"one/01-start.md": LESSON.replace("lesson:start#begin", "lesson:gone"), "course.yaml": "title: ["}
    )
    run("preview")
    page = text_of(staff.get(address(course)))
    assert "course.yaml:1 cannot be read as YAML" in page
    fetch = CourseFetch.objects.get()
    assert staff.get(reverse("admin:lessons_course_previewed", args=[course.pk, fetch.pk])).status_code == 404


def test_a_preview_of_another_course_or_page_is_not_found(staff, author, course, run):
    fetch = run("preview")
    pages = [
        ("admin:lessons_course_previewed", [make_course().pk, fetch.pk]),
        ("admin:lessons_course_previewed", [course.pk, fetch.pk + 1]),
        ("admin:lessons_course_previewed_page", [course.pk, fetch.pk, "lesson", "gone"]),
        ("admin:lessons_course_previewed_page", [course.pk, fetch.pk, "cohort", "spring"]),
    ]
    assert [staff.get(reverse(name, args=values)).status_code for name, values in pages] == [404] * 4
    assert (
        run().pk
        and staff.get(reverse("admin:lessons_course_previewed", args=[course.pk, fetch.pk])).status_code
        == 200
    )


def test_only_staff_of_the_course_reach_its_repository(client, author, course, repository, run):
    fetch = run("preview")
    pages = [
        address(course),
        reverse("admin:lessons_course_previewed", args=[course.pk, fetch.pk]),
        reverse("admin:lessons_course_previewed_page", args=[course.pk, fetch.pk, "lesson", "start"]),
    ]
    for user, status in [
        (None, 302),
        (make_learner(course).user, 302),
        (make_instructor(make_course()), 404),
    ]:
        client.logout()
        if user:
            client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [status] * 3
        assert client.post(address(course), {"do": "unbind"}).status_code == status
    assert CourseRepository.objects.exists()


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_takes_as_many_queries_for_many_fetches_as_for_one(
    staff, course, repository, instructor, count, django_assert_num_queries
):
    for number in range(count):
        CourseFetch.objects.create(
            repository=repository, kind="update" if number % 2 else "preview", state="done", asked_by=instructor,
            ended_at=timezone.now(), outcome={"message": "x"},
        )  # fmt: skip
    staff.get(address(course))
    with django_assert_num_queries(11):
        staff.get(address(course))


def test_a_preview_takes_few_queries(staff, course, run, django_assert_num_queries):
    page = reverse("admin:lessons_course_previewed", args=[course.pk, run("preview").pk])
    staff.get(page)
    with django_assert_num_queries(7):
        staff.get(page)
