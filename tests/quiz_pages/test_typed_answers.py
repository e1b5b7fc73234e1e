"""An unreadable answer is reported at once, costs nothing and stays in its field. A reinterpreted one is explained."""

import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from lessons import actions, attempt_actions
from lessons.models import Answer
from tests.quiz_pages.conftest import Cast, client_of, make_cast
from tests.quiz_pages.examples import quiz_source

BRANCH, HOURS = 5, 6
REFUSED = "Not saved. “15:00” is a time of day. Enter one number, such as 15."


@pytest.fixture
def attempt(cast):
    return cast.start()


def field(page) -> dict[str, str]:
    """Return the attributes of the only text field."""
    (tag,) = re.findall(r'<input type="text"[^>]*>', page.content.decode())
    return dict(re.findall(r'([\w-]+)="([^"]*)"', tag))


def test_text_that_is_not_a_number_is_refused_with_what_to_type_and_stays_in_the_field(client, cast, attempt):
    address = cast.address("question", 1, HOURS)
    answer = client.post(address, {"answer": "15:00", "go": "7"})
    assertContains(answer, REFUSED, status_code=422)
    assert field(answer)["value"] == "15:00"
    assert field(answer)["aria-invalid"] == "true"
    assert field(answer)["aria-describedby"] == "saved"
    assert not Answer.objects.exists()
    attempt.refresh_from_db()
    assert attempt.submitted_at is None
    assertNotContains(client.get(cast.address("attempt_summary", 1)), "15:00")


def test_script_gets_the_same_message(client, cast, attempt):
    answer = client.post(cast.address("question", 1, HOURS), {"answer": "15:00"})
    assert (answer.status_code, answer.content.decode()) == (422, REFUSED)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_earlier_answer_is_kept_and_so_is_the_flag(client, cast, attempt):
    cast.answer(attempt, hours="3")
    address = cast.address("question", 1, HOURS)
    answer = client.post(address, {"answer": "three hours", "flagged": "on"})
    assert answer.status_code == 422
    assert answer.content.decode().endswith(" Your saved answer is still 3.")
    assert (Answer.objects.get().response, Answer.objects.get().flagged) == ("3", True)
    client.post(address, {"answer": "three hours"})
    assert (Answer.objects.get().response, Answer.objects.get().flagged) == ("3", False)
    client.post(address, {"answer": ""})
    assert Answer.objects.get().response is None


def test_submitted_attempt_says_so_even_for_text_that_is_not_a_number(client, cast, passed):
    answer = client.post(cast.address("question", 1, HOURS), {"answer": "two"})
    assertContains(answer, "This answer wasn’t saved.", status_code=409)


def test_interpretation_is_shown_at_once_on_the_next_page_on_return_and_before_submitting(
    client, cast, attempt
):
    said = "We read 2,000 as 2000. For the decimal number, enter 2.000."
    address = cast.address("question", 1, HOURS)
    assert re.fullmatch(
        rf"Saved at \d\d:\d\d\. {said}", client.post(address, {"answer": "2,000"}).content.decode()
    )
    following = client.post(address, {"answer": "2,000", "go": "7"}, follow=True)
    assertContains(following, f"Question {HOURS}: {said}", status_code=200)
    assertContains(client.get(address), f". {said}")
    assertContains(client.get(cast.address("attempt_summary", 1)), f"Answered. {said}")
    attempt_actions.submit_attempt(attempt=attempt)
    assertContains(client.get(cast.address("attempt_review", 1)), f'<p class="quiet">{said}</p>')


def test_substitutions_in_a_command_are_right_and_reported(client, cast, attempt):
    typed = "Git\u00a0branch canary."
    answer = client.post(cast.address("question", 1, BRANCH), {"answer": typed, "go": "6"})
    assertRedirects(answer, cast.address("question", 1, 6), fetch_redirect_response=False)
    page = client.get(cast.address("question", 1, BRANCH))
    assertContains(page, "We read special spaces as plain ones, and ignored the full stop at the end")
    attempt_actions.submit_attempt(attempt=attempt)
    assert Answer.objects.get().credit == 1


def test_answer_that_was_saved_before_the_rule_is_explained_and_marked_as_before(client, cast, attempt):
    cast.answer(attempt, hours="two")
    said = "“two” is a word. Enter the number in digits: 2."
    page = client.get(cast.address("question", 1, HOURS))
    assertContains(page, f'<p class="error" id="saved">{said}</p>')
    assert field(page)["value"] == "two"
    assertContains(client.get(cast.address("attempt_summary", 1)), said)
    assert attempt_actions.submit_attempt(attempt=attempt).score == 0


@pytest.mark.parametrize("place", [BRANCH, HOURS])
def test_fields_ask_the_keyboard_to_change_nothing_and_to_have_a_minus(client, cast, attempt, place):
    found = field(client.get(cast.address("question", 1, place)))
    wanted = {"autocapitalize": "off", "autocorrect": "off", "autocomplete": "off", "spellcheck": "false",
              "inputmode": "text", "type": "text"}  # fmt: skip
    assert {name: found.get(name) for name in wanted} == wanted


OPTIONS = """
## Which one? {#q}
- [x] Run

  ```bash
  git add <x>
    --all
  ```

  twice
- [ ] All of the above {pin}
> So.
"""


@pytest.fixture
def several(db) -> Cast:
    cast = make_cast()
    cast.quiz.source = quiz_source(questions=OPTIONS)
    actions.save_quiz(quiz=cast.quiz)
    return cast


def test_option_with_code_is_shown_in_player_and_review(several):
    client, code = (
        client_of(several.learner.user),
        re.compile(r'Run<code class="lines">(.*?)</code>twice', re.DOTALL),
    )
    attempt = several.start()
    page = client.get(several.address("question", 1, 1)).content.decode()
    shown = re.sub("<[^>]*>", "", code.search(page)[1])
    assert shown == "git add &lt;x&gt;\n  --all"
    assert "<figure" not in page[page.index("<label") :]
    assert page.index("twice") < page.index("All of the above")
    assert "{pin}" not in page
    several.answer(attempt, q=[0])
    assert attempt_actions.submit_attempt(attempt=attempt).score == 100
    assert code.search(client.get(several.address("attempt_review", 1)).content.decode())
