"""Rules for every response of the access matrix: headers, types, and what it may show and change."""

import json
import re

import pytest

from tests.pages.test_templates import inline
from tests.web.conftest import Answer
from tests.web.headers import lacking
from tests.web.world import ELSEWHERE

# The requests are all sent in the set-up of the first test, some minutes on a busy machine.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

HERE = ("learner", "peer", "assistant", "neighbour", "instructor")
STAFF = ("visiting", "assistant", "neighbour", "instructor", "administrator")
# They have no part in the learner's cohort, and these words are in texts of its people.
STRANGERS = ("anonymous", "peer", "outsider", "visiting", "neighbour")
OF_THE_COHORT = re.compile(
    rb"\b(Learner|Question|Text|Reason|Reason of|Comment|Report of|Announcement) here\b|learner@here"
)
# Git starts with a GET, which uses the token and creates the repository. allauth saves a new email address.
# A calendar is told how often each deadline moved, so the answer before it is remembered.
GREETINGS = {"practice_refs", "practice_fetch", "practice_push", "lab_report", "calendar_feed"} | {
    f"practice_staff_{name}" for name in ("refs", "fetch")
}
# A mail program turns emails off without signing in. Its token belongs to the learner whose emails they are.
WITH_A_TOKEN = {"unsubscribe"}
# Who has the form of a text open is noted for whoever opens it next.
MAY_BE_NOTED = {"account_emailaddress", "accounts_auditentry", "cache", "lessons_presence"}
TYPES = re.compile(
    r'text/(html|plain|javascript); charset="?utf-8"?'
    r"|application/json(; charset=utf-8)?"
    r"|application/x-git-(upload|receive)-pack-advertisement"
    r"|application/yaml; charset=utf-8"
    r"|image/png"
    r"|text/csv"
    r"|text/calendar; charset=utf-8"
    r"|application/zip"
    r"|application/x-tar"
    r"|application/pdf"
    r"|application/vc\+jwt"
    r"|application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet"
)


def those(answers: list[Answer], *, but: set[str] = frozenset(), **wanted: str) -> list[Answer]:
    return [
        answer
        for answer in answers
        if answer.route.name not in but
        and all(getattr(answer, key) == value for key, value in wanted.items())
    ]


def test_every_response_has_the_security_headers(answers):
    """W6, W8."""
    # the form of one page sends the manifest of the portal's App to GitHub
    setup = [answer for answer in answers if answer.route.name == "github_setup" and answer.status == 200]
    wrong = [(str(answer), lacking(answer.headers)) for answer in answers if answer not in setup]
    wrong += [(str(answer), lacking(answer.headers, "'self' https://github.com")) for answer in setup]
    assert setup and [found for found in wrong if found[1]] == []


def test_every_text_names_its_charset(answers):
    """W43."""
    types = {answer.headers["Content-Type"] for answer in answers}
    assert {kind for kind in types if not TYPES.fullmatch(kind)} == set()


def test_every_json_response_is_json_in_utf_8(answers):
    """W43. JSON has no charset parameter: RFC 8259, section 8.1, allows only UTF-8."""
    typed = [answer for answer in answers if answer.headers["Content-Type"].startswith("application/json")]
    assert {answer.route.name for answer in typed} >= {"admin:autocomplete"}
    assert all(json.loads(answer.content.decode()) for answer in typed)
    braces = [answer for answer in answers if answer.content[:1] in (b"{", b"[")]
    assert [str(answer) for answer in braces if answer not in typed] == []


def test_no_page_has_anything_inline(answers):
    """W7, for the pages of the admin and allauth too."""
    pages = {answer.content for answer in answers if answer.headers["Content-Type"].startswith("text/html")}
    # most tags are the same on every page
    tags = {tag for page in pages for tag in page.split(b"<")}
    assert [tag for tag in tags if inline(f"<{tag.decode()}")] == []


def test_no_page_of_a_course_shows_another_course(answers):
    """W19, W20: not in a list, a filter, a form or a message."""
    mine = [answer for answer in answers if answer.role in HERE]
    assert [str(answer) for answer in mine if ELSEWHERE.encode() in answer.content.lower()] == []


def test_no_page_shows_the_people_of_a_cohort_to_others(answers):
    """W19, W20: not to learners and assistants of another cohort, whatever keys they put into a URL."""
    theirs = [answer for answer in answers if answer.role in STRANGERS and answer.status < 400]
    found = {(str(answer), word[0]) for answer in theirs for word in OF_THE_COHORT.finditer(answer.content)}
    assert sorted(found) == []
    own = [
        answer for answer in answers if answer.role == "assistant" and OF_THE_COHORT.search(answer.content)
    ]
    assert {"GET submission by assistant: 200", "GET gradebook by assistant: 200"} <= set(map(str, own))


def test_no_page_for_learners_reveals_what_is_right(answers):
    """W23: the quiz of this course never shows its answers."""
    theirs = [answer for answer in answers if answer.role not in STAFF]
    assert [str(answer) for answer in theirs if b"canary" in answer.content] == []


def test_pages_for_staff_do_reveal_what_is_right(answers):
    """Otherwise the test above would prove nothing."""
    theirs = [answer for answer in answers if answer.role == "instructor" and b"canary" in answer.content]
    assert "GET attempt_of by instructor: 200" in {str(answer) for answer in theirs}


def test_reading_changes_nothing(answers):
    """W28."""
    # GitHub leads back from the App's page by a link, and a worker then looks at the repository.
    # The notice about a result or a review is read once its reader sees the page.
    noticed = {"submission", "submission_live", "lab_reviews", "lab_review_rounds", "peer_review"}
    read = those(answers, method="GET", but=GREETINGS | {"github_installed"} | noticed)
    assert [(str(answer), answer.wrote) for answer in read if answer.wrote - MAY_BE_NOTED] == []


def test_refusal_changes_nothing(answers):
    refused = [answer for answer in those(answers, but=GREETINGS) if answer.status >= 400]
    assert [(str(answer), answer.wrote) for answer in refused if answer.wrote - MAY_BE_NOTED] == []


def test_visitor_who_is_not_signed_in_changes_nothing(answers):
    posted = those(answers, method="POST", role="anonymous", but=WITH_A_TOKEN)
    assert [(str(answer), answer.wrote) for answer in posted if answer.wrote - MAY_BE_NOTED] == []


def test_learner_of_another_course_changes_only_their_own_account(answers):
    posted = those(answers, method="POST", role="outsider", but=GREETINGS | WITH_A_TOKEN)
    changed = {table for answer in posted for table in answer.wrote} - MAY_BE_NOTED
    own = {
        "accounts_user",
        "notices_notice",
        "notices_mail",
        "labs_accesstoken",
        "labs_cohortsize",
        "lessons_enrollment",
        "progress_dataexport",
        "progress_leaving",
    }
    own |= {
        "lessons_waitingplace",
        "lessons_rosterentry",
    }  # whoever joins no longer waits, and is in the roster
    linked = {
        "socialaccount_socialaccount",
        "socialaccount_socialtoken",
    }  # a cascade; tokens are never stored
    assert changed == own | linked
