import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from lessons.models import Lesson, Reading, Session, Tick
from lessons.models.course import validate_prepare
from portal.accounts.roles import instructors
from tests.factories import make_course, make_lab, make_learner, make_lesson, make_session, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    return make_lesson(contents=[[2, "first-heading", "First heading"], [2, "second", "Second"]])


@pytest.fixture
def learner(lesson, client):
    enrollment = make_learner(lesson.course)
    client.force_login(enrollment.user)
    return enrollment


def url(name: str, lesson: Lesson) -> str:
    return reverse(name, args=[lesson.course.slug, lesson.slug])


def test_a_public_lesson_is_readable_by_anyone_with_few_queries(client, django_assert_num_queries):
    lesson = make_lesson(public=True)
    with django_assert_num_queries(2):
        response = client.get(lesson.get_absolute_url())
    assert response.status_code == 200
    assert b"csrfmiddlewaretoken" not in response.content
    assert not response.cookies


def test_any_other_lesson_asks_an_anonymous_reader_to_sign_in(client, lesson):
    response = client.get(lesson.get_absolute_url())
    assert response.status_code == 302
    assert response.url == f"/accounts/login/?next={lesson.get_absolute_url()}"


def test_a_lesson_of_another_course_and_an_absent_one_are_the_same_404(client, lesson):
    client.force_login(make_learner(make_course()).user)
    assert client.get(lesson.get_absolute_url()).status_code == 404
    assert client.get(lesson.get_absolute_url() + "x/").status_code == 404


def test_staff_who_may_change_a_lesson_get_a_link_to_its_form(client, lesson, learner):
    link = f'<a href="{reverse("admin:lessons_lesson_change", args=[lesson.pk])}">Edit</a>'
    assert link not in client.get(lesson.get_absolute_url()).content.decode()
    instructor = make_staff(lesson.course)
    client.force_login(instructor)
    assert link not in client.get(lesson.get_absolute_url()).content.decode()  # an assistant
    instructor.groups.add(instructors())
    assert link in client.get(lesson.get_absolute_url()).content.decode()


def test_a_draft_is_for_staff_of_the_course(client, lesson, learner):
    Lesson.objects.update(status=Lesson.Status.DRAFT)
    assert client.get(lesson.get_absolute_url()).status_code == 404
    client.force_login(make_staff(lesson.course))
    assert "Draft." in client.get(lesson.get_absolute_url()).content.decode()
    client.force_login(make_staff(make_course()))
    assert client.get(lesson.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("others", [0, 20])
def test_the_number_of_queries_does_not_grow_with_lessons(
    client, lesson, learner, others, django_assert_num_queries
):
    for _ in range(others):
        make_lesson(lesson.session)
    with django_assert_num_queries(4):
        client.get(lesson.get_absolute_url())


def test_previous_and_next_cross_sessions_and_skip_drafts(client, lesson, learner):
    make_lesson(lesson.session, status=Lesson.Status.DRAFT)
    after = make_lesson(make_session(lesson.course), title="Across")
    page = client.get(lesson.get_absolute_url()).content.decode()
    assert f"Mark as read and continue to {after.title}" in page
    assert f"Previous: {lesson.title}" in client.get(after.get_absolute_url()).content.decode()


def test_marking_as_read_leads_on_and_can_be_undone(client, lesson, learner):
    after = make_lesson(lesson.session)
    response = client.post(url("lesson_read", lesson))
    assert response.url == after.get_absolute_url()
    first = Reading.objects.get().read_at
    client.post(url("lesson_read", lesson))
    assert Reading.objects.get().read_at == first
    assert client.post(url("lesson_read", lesson), {"read": "no"}).url == lesson.get_absolute_url()
    assert Reading.objects.get().read_at is None


def test_marking_the_last_lesson_leads_to_the_course(client, lesson, learner):
    assert client.post(url("lesson_read", lesson)).url == lesson.course.get_absolute_url()


def test_the_last_heading_read_is_saved_and_shown(client, lesson, learner):
    assert client.post(url("lesson_place", lesson), {"heading": "second"}).status_code == 204
    client.post(url("lesson_place", lesson), {"heading": "no-such-heading"})
    assert Reading.objects.get().heading == "second"
    page = client.get(lesson.get_absolute_url()).content.decode()
    assert re.search(r'In progress: </span>\s*<a href="#second">', page)
    assert f"{lesson.get_absolute_url()}#second" in client.get("/").content.decode()


def sidebar(client, lesson: Lesson) -> str:
    page = client.get(lesson.get_absolute_url()).content.decode()
    text = re.sub("<[^>]*>", "\n", page.partition('<nav aria-label="Course">')[2].partition("</nav>")[0])
    return " ".join(text.split())


def test_the_sidebar_lists_the_session_with_what_is_read_and_the_other_sessions(client, lesson, learner):
    Session.objects.update(title="Start")
    Lesson.objects.update(title="One")
    read = make_lesson(lesson.session, title="Two")
    make_lesson(lesson.session, title="Three")
    make_lesson(lesson.session, title="Hidden", status=Lesson.Status.DRAFT)
    make_lesson(make_session(lesson.course, title="Later"), title="Elsewhere")
    client.post(url("lesson_read", read))
    make_learner(lesson.course)
    assert sidebar(client, lesson) == "Start In progress: One Read: Two Not started: Three Later"
    assert sidebar(client, read) == "Start Not started: One Read: Two Not started: Three Later"
    page = client.get(read.get_absolute_url()).content.decode()
    assert f'<a href="{read.get_absolute_url()}" aria-current="page">' in page
    assert "Start: lesson 2 of 3" in page
    assert page.count('aria-label="Breadcrumb"') == 1


def test_the_sidebar_links_to_what_its_reader_may_open(client, lesson):
    public = make_lesson(lesson.session, title="Open", public=True)
    draft = make_lesson(lesson.session, title="Draft of it", status=Lesson.Status.DRAFT)
    for user, opens in ((None, [public]), (make_staff(lesson.course), [lesson, public, draft])):
        if user:
            client.force_login(user)
        page = client.get(public.get_absolute_url()).content.decode()
        menu = page.partition('<nav aria-label="Course">')[2].partition("</nav>")[0]
        assert re.findall(r'<a href="([^"#]+)"', menu) == [each.get_absolute_url() for each in opens]
        assert (draft.title in menu) is bool(user)
        assert lesson.title in menu
        assert "Not started" not in menu


@pytest.mark.parametrize("name", ["lesson_read", "lesson_place", "lesson_tick"])
def test_only_learners_of_the_course_record_activity(client, lesson, name):
    address = url(name, lesson)
    assert client.post(address).status_code == 302
    client.force_login(make_learner(make_course()).user)
    assert client.post(address).status_code == 404
    client.force_login(make_staff(lesson.course))
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert not Reading.objects.exists()


def test_a_checklist_item_is_ticked_and_unticked_by_a_form(client, learner, lesson):
    Lesson.objects.update(
        html='<ul class="checklist"><li data-key="git">Install <b>Git</b></li></ul>',
        checklist=[["git", "Install Git"]],
    )
    page = client.get(lesson.get_absolute_url()).content.decode()
    assert 'name="key" value="git"' in page
    assert 'aria-pressed="false"' in page
    client.post(url("lesson_tick", lesson), {"key": "git", "done": "yes"})
    client.post(url("lesson_tick", lesson), {"key": "git", "done": "yes"})
    assert Tick.objects.get().lesson == lesson
    assert 'aria-pressed="true"' in client.get(lesson.get_absolute_url()).content.decode()
    client.post(url("lesson_tick", lesson), {"key": "git", "done": "no"})
    assert not Tick.objects.exists()
    assert client.post(url("lesson_tick", lesson), {"key": "other", "done": "yes"}).status_code == 404


def test_items_to_prepare_for_a_session_can_be_ticked_too(client, learner, lesson):
    session = lesson.session
    session.prepare = [{"key": "git", "text": "Install Git"}]
    session.prepare_html = [{"key": "git", "html": "Install Git"}]
    session.save()
    address = reverse("tick_prepared", args=[lesson.course.slug, session.slug])
    assert f'action="{address}"' in client.get(lesson.course.get_absolute_url()).content.decode()
    assert client.post(address, {"key": "git", "done": "yes"}).url.endswith(f"#prepare-{session.slug}")
    assert Tick.objects.get().session == session
    assert client.post(address, {"key": "x", "done": "yes"}).status_code == 404


def test_a_lesson_leads_to_its_published_labs(client, learner, lesson):
    lab = make_lab(lesson.course, title="First lab")
    make_lab(lesson.course, slug="hidden", status="draft", title="Hidden lab")
    Lesson.objects.update(lab_slugs=[lab.slug, "hidden"])
    page = client.get(lesson.get_absolute_url()).content.decode()
    assert f'href="{lab.get_absolute_url()}"' in page
    assert "Hidden lab" not in page


def test_a_list_to_prepare_has_at_most_50_items():
    items = [{"key": f"k{number}", "text": "Install Git"} for number in range(51)]
    validate_prepare(items[:50])
    with pytest.raises(ValidationError, match=r"51 items\. The limit is 50"):
        validate_prepare(items)
