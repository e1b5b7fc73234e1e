"""The pages of questions and of the help queue."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lessons.models import MeetingSignal, Thread
from lessons.threads import actions, helping
from tests.questions.conftest import HELP


def ask_url(cast) -> str:
    return f"/questions/{cast.course.slug}/ask/"


def count_queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_learner_asks_about_a_heading_and_reads_the_answer(cast):
    client = cast.client(cast.learner)
    at = {"place": "lesson", "slug": cast.lesson.slug, "part": "first-heading"}
    page = client.get(ask_url(cast), at).content.decode()
    assert '<option value="first-heading" selected>' in page
    posted = {**at, "title": "Why two?", "text": "<script>", "quote": "Some text."}
    preview = client.post(ask_url(cast), {**posted, "text": "a **b**", "preview": ""}).content.decode()
    assert ("<strong>b</strong>" in preview, Thread.objects.count()) == (True, 0)
    refused = client.post(ask_url(cast), {**posted, "title": ""})
    assert refused.status_code == 422
    assert "&lt;script&gt;" in refused.content.decode()
    response = client.post(ask_url(cast), posted)
    thread = Thread.objects.get()
    assert response.headers["Location"] == thread.get_absolute_url()
    cast.answer(thread)
    shown = client.get(thread.get_absolute_url()).content.decode()
    assert "Instructor A" in shown
    assert "<code>load</code>" in shown
    assert "Some text." in shown


def test_staff_answer_on_the_page_and_see_the_name(cast):
    thread = cast.ask(shows_name=False)
    client, url = cast.client(cast.staff), thread.get_absolute_url()
    assert "Learner A" in client.get(url).content.decode()
    newest = thread.messages.get().pk
    form = {"action": "answer", "text": "Both.", "newest": newest, "publish": "on"}
    assert client.post(url, form).status_code == 302
    again = client.post(url, {**form, "text": "Mine"})
    assert again.status_code == 302  # one's own earlier message is no surprise
    thread.refresh_from_db()
    assert (thread.is_public, thread.messages.count()) == (True, 3)
    other = cast.client(cast.colleague).post(url, {**form, "text": "Unsent words"})
    assert other.status_code == 422
    assert "Unsent words" in other.content.decode()
    page = cast.client(cast.peer).get(url).content.decode()
    assert "Learner A" not in page
    assert 'name="text"' not in page


@pytest.mark.parametrize("action", ["public", "take", "close", "duplicate", "release", "private"])
def test_learner_may_not_act_as_staff(cast, action):
    thread = cast.ask()
    assert cast.client(cast.learner).post(thread.get_absolute_url(), {"action": action}).status_code == 404


def test_queue_page_has_requests_and_signals_and_times(cast):
    thread = cast.ask(HELP, title="Port is taken")
    cast.ask(HELP, cast.peer, place=cast.in_class(), title="")
    MeetingSignal.objects.all().delete()
    MeetingSignal.objects.create(meeting=cast.meeting, enrollment=cast.peer, kind="stuck")
    client, url = cast.client(cast.staff), f"/questions/{cast.course.slug}/queue/"
    page = client.get(url).content.decode()
    assert "2 wait for help" in page
    assert "Stuck in class, no details given" not in page
    MeetingSignal.objects.create(meeting=cast.meeting, enrollment=cast.learner, kind="stuck")
    assert "Stuck in class, no details given" in client.get(url).content.decode()
    client.post(url, {"signal": MeetingSignal.objects.latest("pk").pk})
    assert MeetingSignal.objects.get().enrollment == cast.peer
    client.post(thread.get_absolute_url(), {"action": "take"})
    assert "You have taken:" in client.get(url).content.decode()
    other = client.get(f"{url}?cohort={cast.elsewhere.cohort.slug}").content.decode()
    assert "Nobody waits for help" in other


def test_polls_answer_204_until_something_changes(cast):
    thread = cast.ask(HELP)
    client, url = cast.client(cast.staff), f"/questions/{cast.course.slug}/queue/poll/"
    first = client.get(url)
    cursor = first.content.decode().partition("poll/?v=")[2].partition('"')[0]
    assert client.get(f"{url}?v={cursor}").status_code == 204
    helping.take(thread=thread, by=cast.colleague)
    assert "Instructor B" in client.get(f"{url}?v={cursor}").content.decode()
    own, poll = cast.client(cast.learner), f"{thread.get_absolute_url()}poll/"
    cursor = own.get(poll).content.decode().partition("poll/?v=")[2].partition('"')[0]
    assert own.get(f"{poll}?v={cursor}").status_code == 204
    cast.answer(thread, by=cast.colleague)
    assert "<code>load</code>" in own.get(f"{poll}?v={cursor}").content.decode()


def test_message_is_changed_and_withdrawn_on_its_page(cast):
    thread = cast.ask()
    answer = cast.answer(thread)
    client, url = cast.client(cast.staff), f"{thread.get_absolute_url()}messages/{answer.pk}/"
    assert "Because of `load`." in client.get(url).content.decode()
    client.post(url, {"text": "Better."})
    client.post(url, {"withdraw": ""})
    answer.refresh_from_db()
    assert (answer.text, answer.withdrawn_at is not None) == ("", True)
    assert client.get(url).status_code == 404


def test_lists_need_the_same_queries_for_many_rows(cast):
    urls = {
        cast.client(cast.staff): f"/questions/{cast.course.slug}/?show=all",
        cast.client(cast.learner): f"/questions/{cast.course.slug}/",
    }
    queue = f"/questions/{cast.course.slug}/queue/"
    thread = cast.ask(HELP)
    staff = cast.client(cast.staff)
    before = [count_queries(client, url) for client, url in [*urls.items(), (staff, queue)]]
    page = count_queries(staff, thread.get_absolute_url())
    for number in range(8):
        cast.ask(title=f"Question {number}")
        cast.ask(HELP, title=f"Help {number}", place=cast.place(part="")) if not number else None
        cast.answer(thread, f"Answer {number}")
        actions.reply(
            thread=thread,
            author=cast.learner.user,
            is_staff=False,
            text="And?",
            newest=thread.messages.latest("pk").pk,
        )
    after = [count_queries(client, url) for client, url in [*urls.items(), (staff, queue)]]
    assert (after, count_queries(staff, thread.get_absolute_url())) == (before, page)
