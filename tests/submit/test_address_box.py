"""Pasting an address: the commit that is shown, or the message if there is none."""

import pytest

from labs.grader.fetching.address import Address, AddressError, read_address
from labs.grader.fetching.bounded_process import FetchLimits
from labs.grader.fetching.refusals import SENTENCES, FetchError, refusal_of
from labs.models import Receipt, Repository, Submission
from tests.submit.conftest import ADDRESS, Page, client_of, text_of

pytestmark = pytest.mark.django_db

WHAT_PEOPLE_PASTE = [
    ADDRESS,
    f"{ADDRESS}.git",
    f"  {ADDRESS}/  ",
    "git@github.com:octocat/billing.git",
    "octocat/billing",
    f"{ADDRESS}/tree/main",
]
NO_ADDRESSES = {
    "blank": " ",
    "long": "https://github.com/" + "a" * 400,
    "control": "octocat/\x07billing",
    "letters": "https://gіthub.com/octocat/billing",
    "blank_inside": "octocat/my billing",
    "option": "--upload-pack=touch/x",
    "query": f"{ADDRESS}?tab=readme",
    "fragment": f"{ADDRESS}#readme",
    "percent": "octocat%2fbilling",
    "dots": "octocat/../billing",
    "backslash": "octocat\\billing",
    "scheme": "ftp://github.com/octocat/billing",
    "userinfo": "https://learner:secret@github.com/octocat/billing",
    "port": "https://github.com:8443/octocat/billing",
    "host": "https://gitlab.com/octocat/billing",
    "no_repository": "https://github.com/octocat",
    "file": f"{ADDRESS}/blob/main/README.md",
    "page": f"{ADDRESS}/pulls",
}


def is_refused(response, sentence: str) -> bool:
    """Return True if the page has the sentence beside the field and in the summary, and an error in its title."""
    text = text_of(response)
    said = sentence.replace("'", "&#x27;")
    return (response.status_code, text.count(said), "<title>Error: " in text) == (422, 2, True)


def as_shown(sentence: str) -> str:
    """Return the text as HTML, with names in backticks as code."""
    parts = sentence.replace("&", "&amp;").split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


@pytest.mark.daily(3)
@pytest.mark.parametrize("pasted", WHAT_PEOPLE_PASTE)
def test_address_as_people_paste_it_shows_the_latest_commit_and_stores_nothing(page, github, pasted):
    response = page.paste(pasted)
    text = text_of(response)
    assert response.status_code == 200
    assert f'<a href="{ADDRESS}">github.com/octocat/billing</a>' in text
    assert "<dt>Branch</dt><dd><code>main</code></dd>" in text
    assert f"<code>{github.commit[:7]}</code> Add &lt;b&gt;a&lt;/b&gt; README" in text
    assert "Grade this commit</button>" in text
    assert not (Repository.objects.exists() or Receipt.objects.exists() or Submission.objects.exists())


def test_branch_of_the_address_is_the_one_that_is_shown(page, github):
    github.refs["refs/heads/feature/tax"] = "7" * 40
    text = text_of(page.paste(f"{ADDRESS}/tree/feature/tax"))
    assert "<code>feature/tax</code>" in text
    assert "<code>7777777</code>" in text


@pytest.mark.daily(3)
@pytest.mark.parametrize("code", NO_ADDRESSES)
def test_text_that_is_not_an_address_gets_its_own_message(page, github, code):
    with pytest.raises(AddressError) as caught:
        read_address(NO_ADDRESSES[code])
    assert caught.value.code == code
    assert is_refused(page.paste(NO_ADDRESSES[code]), as_shown(caught.value.message))
    assert github.asked == []


@pytest.mark.daily(3)
@pytest.mark.parametrize("code", SENTENCES)
def test_repository_that_cannot_be_read_gets_its_own_message(page, github, code):
    github.refusal = refusal_of(
        code, Address("github.com", "octocat", "billing"), FetchLimits(), words="`x`", branch="`main`"
    )
    assert is_refused(page.paste(), as_shown(github.refusal.message))


def test_missing_branch_is_refused_with_the_nearest_name(page, github):
    github.refs["refs/heads/feature"] = "7" * 40
    sentence = "Did you mean <code>feature</code>? Correct the URL or push the branch."
    assert is_refused(page.paste(f"{ADDRESS}/tree/featrue"), sentence)


def test_fault_on_our_side_says_so_and_is_logged(page, github, caplog):
    github.refusal = FetchError("git exited with status 9")
    sentence = "We could not look up the repository because of a fault on our side. Try again later."
    assert is_refused(page.paste(), sentence)
    assert "git exited with status 9" in caplog.text


def test_address_of_a_file_offers_that_of_its_repository_in_one_click(page, github):
    text = text_of(page.paste(NO_ADDRESSES["file"]))
    assert '<button class="btn sm" form="page--use-that">Use that</button>' in text
    assert f'<input type="hidden" name="address" value="{ADDRESS}">' in text
    assert page.paste(ADDRESS).status_code == 200


def test_what_was_pasted_stays_in_the_field_and_is_escaped(page, github):
    text = text_of(page.paste('"><script>x'))
    assert 'value="&quot;&gt;&lt;script&gt;x"' in text
    assert "<script>x" not in text


def test_error_belongs_to_the_field(page, github):
    text = text_of(page.paste("x"))
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_address_helptext id_address_error"' in text
    assert '<a href="#id_address">Enter a repository URL.' in text


def test_other_hosts_are_a_setting(page, github, settings):
    settings.REPOSITORY_HOSTS = ["git.example.org", "github.com"]
    assert "For example https://git.example.org/your-name/your-repository." in page.text()
    assert page.paste("https://git.example.org/octocat/billing").status_code == 200
    assert github.asked == [Address("git.example.org", "octocat", "billing")]


# --- how often ------------------------------------------------------------------------------------------------------


def test_looking_up_too_often_is_refused_for_a_minute_and_for_one_learner(
    page, github, cast, settings, time_machine
):
    settings.LOOKUPS_PER_MINUTE = 2
    time_machine.move_to("2025-11-29T15:00:00Z", tick=False)
    assert [page.paste().status_code for _ in range(3)] == [200, 200, 422]
    sentence = "You can look up at most 2 repositories a minute. Wait a minute."
    assert is_refused(page.paste(), sentence)
    assert Page(cast.other.user, cast.lab).paste().status_code == 200
    time_machine.shift(61)
    assert page.paste().status_code == 200


def test_submitting_counts_as_looking_up(page, github, settings):
    settings.LOOKUPS_PER_MINUTE = 1
    assert page.grade(github.commit).status_code == 302
    assert "You can look up at most 1 repository a minute." in text_of(page.grade(github.commit))


def test_text_that_is_not_an_address_does_not_count_as_a_lookup(page, github, settings):
    settings.LOOKUPS_PER_MINUTE = 1
    assert page.paste("x").status_code == 422
    assert page.paste().status_code == 200


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["repository", "submit", "latest"])
def test_only_learners_of_the_course_submit(cast, github, action):
    address = f"{cast.lab.get_absolute_url()}{action}/"
    fields = {"address": ADDRESS, "branch": "main", "commit": github.commit}
    assert client_of(cast.outsider).post(address, fields).status_code == 404
    assert client_of(cast.instructor).post(address, fields)["Location"] == cast.lab.get_absolute_url()
    forged = client_of(cast.learner.user)
    forged.handler.enforce_csrf_checks = True
    assert forged.post(address, fields).status_code == 403
    assert github.asked == []


@pytest.mark.parametrize("action", ["repository", "submit", "latest"])
def test_visitors_sign_in_first(client, cast, github, action):
    address = f"{cast.lab.get_absolute_url()}{action}/"
    assert client.post(address)["Location"] == f"/accounts/login/?next={address}"
    swapped = client.post(address, headers={"HX-Request": "true"})
    assert (swapped.status_code, swapped["HX-Refresh"]) == (200, "true")


@pytest.mark.parametrize("action", ["repository", "submit", "latest"])
def test_url_of_the_form_opened_by_hand_leads_to_the_lab(learner_client, cast, github, action):
    response = learner_client.get(f"{cast.lab.get_absolute_url()}{action}/")
    assert response["Location"] == cast.lab.get_absolute_url()


def test_staff_see_no_box(cast):
    assert "Repository URL" not in Page(cast.instructor, cast.lab).text()


def test_box_is_replaced_by_the_submission_that_is_being_graded(page, cast):
    submission = cast.submit()
    text = page.text()
    assert f'when <a href="{submission.get_absolute_url()}">submission 1</a> is graded' in text
    assert "Repository URL" not in text


def test_refusal_of_a_host_says_which_hosts_are_allowed(page, github):
    assert is_refused(
        page.paste(NO_ADDRESSES["host"]),
        "Only repositories on github.com are supported. This one is on <code>gitlab.com</code>.",
    )
