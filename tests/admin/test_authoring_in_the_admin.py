import pytest
from django.contrib.admin import site
from django.urls import reverse
from django.utils import timezone

from labs.models import Lab, State, Submission
from lessons.models import Lesson, Meeting, Quiz
from portal.accounts.roles import instructors
from tests.factories import (
    make_cohort,
    make_course,
    make_lab,
    make_lesson,
    make_report,
    make_session,
    make_staff,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db

QUIZ = "---\ntitle: T\npass_mark: 70\nattempts: 3\nrelease: now\n---\n\n## One? {#one}\n- [x] a\n- [ ] b\n> Because.\n"


@pytest.fixture
def instructor(client):
    user = make_staff(make_course("mine"), make_user(is_staff=True))
    user.groups.add(instructors())
    client.force_login(user)
    return user


@pytest.fixture
def course(instructor):
    return instructor.teaches.get().course


def change(client, item, **fields):
    address = reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])
    return client.post(address, fields)


def lesson_fields(lesson, **fields):
    return {
        "session": lesson.session_id, "position": 1, "title": lesson.title, "summary": "", "status": "published",
        "source": lesson.source, **fields,
    }  # fmt: skip


@pytest.mark.daily(9)
@pytest.mark.parametrize(
    "model", [m for m in site._registry if m._meta.app_label in ("lessons", "labs", "accounts")]
)
def test_every_model_has_a_list_with_search_and_filters(admin_client, model):
    options = site._registry[model]
    assert options.search_fields
    assert options.list_filter
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert admin_client.get(address, {"q": "x"}).status_code == 200


def test_every_model_of_the_portal_is_in_the_admin():
    from django.apps import apps

    ours = {
        model
        for label in ("accounts", "lessons", "labs")
        for model in apps.get_app_config(label).get_models()
        if not hasattr(model, "instance_type")  # the history of a row is shown beside it
        # tallies of failed checks and times, old URLs, search, loaded, unused and starter files;
        # the others have pages of their own, messages of Git hosts and results for GitHub on that of the queue
        and model._meta.model_name
        not in (
            "metcheck",
            "mettally",
            "cohortsize",
            "recount",
            "formerslug",
            "loadedfile",
            "presence",
            "attendance",
            "meetingsignal",
            "marking",
            "unusedfile",
            "starterfiles",
            "labtimes",
            "coursehook",
            "coursecommit",
            "delivery",
            "commitstatus",
        )
        and model.__module__.rpartition(".")[2]
        not in (
            *("search", "notes", "notes_drafts", "attachment", "repository", "live", "deletion", "regrade"),
            *("announcement", "exit_ticket", "thread", "feedback", "likeness", "joining", "grade_change"),
            *("team", "review"),
        )
    }
    assert ours <= set(site._registry)


def test_a_lesson_saved_in_the_admin_is_rendered(client, instructor, course):
    lesson = make_lesson(make_session(course))
    assert change(client, lesson, **lesson_fields(lesson, source="## New\r\n\r\nText.")).status_code == 302
    lesson.refresh_from_db()
    assert 'id="new"' in lesson.html
    assert lesson.source == "## New\n\nText."


def test_a_fault_in_a_lesson_is_shown_at_its_line_and_nothing_is_lost(client, instructor, course):
    lesson = make_lesson(make_session(course))
    response = change(client, lesson, **lesson_fields(lesson, source="## A\n\n[b](lesson:nowhere)\n"))
    page = response.content.decode()
    assert 'data-line="3">Line 3</a>' in page
    assert "[b](lesson:nowhere)" in page
    assert Lesson.objects.get(pk=lesson.pk).source == lesson.source


def test_a_fault_in_a_quiz_is_shown_at_its_line(client, instructor, course):
    lesson = make_lesson(make_session(course))
    quiz = Quiz.objects.create(course=course, lesson=lesson, slug=lesson.slug, source=QUIZ)
    response = change(client, quiz, source=QUIZ.replace("[x]", "[ ]"))
    assert 'class="at-line"' in response.content.decode()
    assert change(client, quiz, source=QUIZ.replace("title: T", "title: New")).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.title, quiz.versions.count()) == ("New", 1)


def test_a_fault_in_lab_yaml_is_shown_at_its_line(client, instructor, course):
    lab = make_lab(course)
    fields = {"status": "published", "position": 1, "brief": "Text", "source": lab.source}
    bad = lab.source.replace("commits: {", "comits: {")
    page = change(client, lab, **{**fields, "source": bad}).content.decode()
    assert 'class="at-line"' in page
    assert (
        change(
            client, lab, **{**fields, "source": lab.source.replace("at_least: 3", "at_least: 4")}
        ).status_code
        == 302
    )
    assert lab.versions.count() == 2
    assert Lab.objects.get().current.source.count("at_least: 4") == 1


def test_an_instructor_sees_the_rows_of_their_own_courses_only(client, instructor, course):
    """W20, for all lists in tests/web."""
    mine, other = make_lab(course), make_lab(make_course())
    page = client.get(reverse("admin:labs_lab_changelist")).content.decode()
    assert f"/labs/lab/{mine.pk}/" in page
    assert f"/labs/lab/{other.pk}/" not in page
    assert client.get(reverse("admin:labs_lab_change", args=[other.pk])).status_code == 302
    assert client.get(reverse("admin:labs_accesstoken_changelist")).status_code == 403
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 403


def test_staff_grade_again_from_the_list_of_submissions(client, instructor, course):
    submission = make_submission(lab=make_lab(course))
    make_report(submission, {"results": [{"outcome": "passed", "says": "it can be read", "why": ""}]})
    address = reverse("admin:labs_submission_changelist")
    again = {"action": "grade_again", "_selected_action": [submission.pk]}
    client.post(address, again)
    assert Submission.objects.get().state == State.QUEUED
    said = [str(message) for message in client.post(address, again, follow=True).context["messages"]]
    assert said[-1] == "1 submission skipped: already queued or running."
    report = reverse("admin:labs_report_change", args=[submission.reports.get().pk])
    assert "it can be read" in client.get(report).content.decode()
    assert (
        report in client.get(reverse("admin:labs_submission_change", args=[submission.pk])).content.decode()
    )


def test_the_admin_is_closed_to_learners(client):
    """W18."""
    client.force_login(make_user())
    assert client.get(reverse("admin:index")).status_code == 302


def test_what_to_prepare_is_one_item_a_line(client, instructor, course):
    session = make_session(course)
    lines = "Install [Git](https://git-scm.com/) {#git}\r\n\r\nSign up\r\nSign up\r\n"
    assert change(client, session, title="T", summary="", prepare=lines).status_code == 302
    session.refresh_from_db()
    items = [
        {"key": "git", "text": "Install [Git](https://git-scm.com/)"},
        {"key": "sign-up", "text": "Sign up"},
        {"key": "sign-up-2", "text": "Sign up"},
    ]
    assert session.prepare == items
    address = reverse("admin:lessons_session_change", args=[session.pk])
    assert (
        "Install [Git](https://git-scm.com/) {#git}\nSign up {#sign-up}"
        in client.get(address).content.decode()
    )


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        ("Install Git {#g i t}", "Line 1: Enter a valid"),
        ("a {#git}\nb {#git}", "Line 2: The key git is used twice"),
        ("{#git}", "Line 1: Each item must have a"),
        ("[" * 40_000, "more than 1,000 characters"),
        ("Install Git\nInstall \0", "Line 2: Null characters are not allowed"),
    ],
)
def test_what_to_prepare_is_checked_before_it_is_saved(client, instructor, course, prepare, expected):
    session = make_session(course)
    response = change(client, session, title="T", summary="", prepare=prepare)
    assert response.status_code == 200
    assert expected in response.content.decode()
    session.refresh_from_db()
    assert session.prepare == []


def test_url_of_a_meeting_without_a_scheme_gets_https(client, instructor, course):
    meeting = Meeting.objects.create(
        cohort=make_cohort(course), session=make_session(course), starts_at=timezone.now()
    )
    fields = {
        "starts_at_0": "2026-11-28",
        "starts_at_1": "20:30",
        "minutes": 180,
        "join_url": "meet.example.org/a",
        "reason": "Another day.",
    }
    change(client, meeting, cohort=meeting.cohort_id, session=meeting.session_id, **fields)
    meeting.refresh_from_db()
    assert meeting.join_url == "https://meet.example.org/a"
