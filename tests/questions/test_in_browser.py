"""Questions, help queue, announcements and exit tickets in Chromium: axe, widths, and a queue that updates itself."""

import os
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from lessons import exit_tickets
from lessons.announcements import announce
from lessons.models import Lesson, Thread
from lessons.threads import actions, helping
from tests.browsing import LOOKS, axe_violations, open_context, wide_light, widens
from tests.factories import make_lab, make_submission
from tests.questions.conftest import HELP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.heavy]
WAIT = 180_000
CODE = (
    "Both:\n\n```\ndocker compose up --force-recreate --remove-orphans web worker beat\n```\n\n- then `push`"
)


@pytest.fixture
def busy(transactional_db, cast):
    """A cast with threads in every state, an announcement and an open ticket."""
    caches["searches"].clear()
    html = '<div class="heading"><h2 id="first-heading">First heading</h2></div><p>Some text of it.</p>'
    Lesson.objects.filter(pk=cast.lesson.pk).update(html=html)
    answered = cast.ask(title="Can a monolith do continuous deployment?", quote="Some text of it.")
    cast.answer(answered, CODE)
    actions.set_public(thread=answered, by=cast.staff, is_public=True)
    cast.ask(title="Why five servers and not two?")
    cast.ask(HELP, cast.peer, title="Port 8000 is taken")
    helping.take(thread=cast.ask(HELP, title="", place=cast.in_class()), by=cast.colleague)
    announce(
        cohort=cast.learner.cohort, by=cast.staff, title="Class moves to **9**", text=CODE, is_pinned=True
    )
    return cast


def pages(cast) -> dict[str, list[str]]:
    course = cast.course.slug
    threads = [each.get_absolute_url() for each in Thread.objects.order_by("pk")]
    at = f"place=lesson&slug={cast.lesson.slug}&part=first-heading"
    notice = cast.learner.cohort.announcements.get().get_absolute_url()
    ticket = f"{cast.meeting.get_absolute_url()}ticket/"
    return {
        "learner": [
            *("/", cast.lesson.get_absolute_url(), f"/questions/{course}/", threads[0], threads[3]),
            *(f"/questions/{course}/ask/?{at}", f"/questions/{course}/ask/?{at}&want=help"),
            *(f"/announcements/{course}/", notice, ticket, cast.meeting.get_absolute_url()),
        ],
        "staff": [
            *(f"/questions/{course}/", f"/questions/{course}/queue/", threads[1], threads[2], threads[3]),
            *(f"/announcements/{course}/", f"/announcements/{course}/new/", f"{notice}edit/", notice, ticket),
        ],
    }


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("who", ["learner", "staff"])
def test_pages_are_accessible_and_fit_the_screen(browser, live_server, busy, look, who):
    user = busy.staff if who == "staff" else busy.learner.user
    wrong = []
    with open_context(browser, live_server, user, **look()) as context:
        page = context.new_page()
        for number, url in enumerate(pages(busy)[who]):
            page.goto(url)
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=f"{folder}/{who}-{look.__name__}-{number}.png", full_page=True)
            found = axe_violations(page)
            wrong += [(url, each) for each in found] + [(url, "widens")] * widens(page)
    assert wrong == []


def test_queue_and_request_update_themselves(browser, live_server, busy):
    thread = Thread.objects.get(title="Port 8000 is taken")
    with (
        open_context(browser, live_server, busy.staff, **wide_light()) as of_staff,
        open_context(browser, live_server, busy.peer.user, **wide_light()) as of_learner,
    ):
        queue, request = of_staff.new_page(), of_learner.new_page()
        queue.goto(f"/questions/{busy.course.slug}/queue/")
        request.goto(thread.get_absolute_url())
        request.fill("#text", "Half a sen")
        queue.click(f"#take-{thread.pk}")
        queue.wait_for_selector("text=You have taken this request.", timeout=WAIT)
        request.wait_for_selector("text=Instructor A is looking at it", timeout=WAIT)
        queue.fill("#text", "Stop the `old` container.")
        queue.click('button[value="answer"]')
        request.wait_for_selector("code:has-text('old')", timeout=WAIT)
        assert request.input_value("#text") == "Half a sen"
        request.click('button[value="reply"]')
        request.wait_for_selector(".say .remark:has-text('Half a sen')", timeout=WAIT)
    assert thread.messages.count() == 3


def test_selected_sentence_goes_into_the_question(browser, live_server, busy):
    with open_context(browser, live_server, busy.learner.user, **wide_light()) as context:
        page = context.new_page()
        page.goto(busy.lesson.get_absolute_url())
        page.evaluate(
            "() => { const range = document.createRange();"
            " range.selectNodeContents(document.querySelector('[data-lesson] p'));"
            " getSelection().removeAllRanges(); getSelection().addRange(range); }"
        )
        page.evaluate("() => document.querySelector('a[data-ask]').click()")
        page.wait_for_selector("#quote", timeout=WAIT)
        assert page.input_value("#quote") == "Some text of it."


def test_request_on_a_check_starts_at_its_submission(browser, live_server, busy):
    lab = make_lab(busy.course)
    submission = make_submission(busy.learner, lab)
    with open_context(browser, live_server, busy.learner.user, **wide_light()) as context:
        page = context.new_page()
        page.goto(submission.get_absolute_url())
        page.click("text=I’m stuck")
        page.wait_for_selector(f"text=commit {submission.head[:7]}", timeout=WAIT)
        assert axe_violations(page) == []


def test_ticket_is_answered_without_a_script(browser, live_server, busy):
    busy.meeting.starts_at = timezone.now() - timedelta(hours=4)
    busy.meeting.save()
    with open_context(browser, live_server, busy.learner.user, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.click(".band a[href$='/ticket/']")
        page.fill("#answer", "Volumes")
        page.click("form.asked button")
        page.wait_for_selector("text=Thank you", timeout=WAIT)
    assert exit_tickets.ticket_of(busy.meeting).answers.get().text == "Volumes"
