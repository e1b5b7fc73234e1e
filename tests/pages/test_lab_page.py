import re
from decimal import Decimal

import pytest
from django.urls import reverse

from labs.models import AccessToken, Lab, State
from labs.tokens import use_token
from tests.factories import make_cohort, make_enrollment, make_lab, make_report, make_submission
from tests.pages.conftest import client_of, moments


def page(client, lab: Lab) -> str:
    response = client.get(lab.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


BEST = '<span class="quiet">Best so far</span> <span class="fig">{}</span> of {} points'


@pytest.fixture
def address(cast) -> str:
    return f"{cast.lab.get_absolute_url()}address/"


def test_lab_page_has_the_brief_and_the_checks_before_anything_is_pushed(learner_client, cast):
    text = page(learner_client, cast.lab)
    assert '<div class="prose"><p>Make a repository.</p></div>' in text
    for says, points in [("main has at least three commits of yours", 40), ("README.md exists", 40)]:
        assert f'<div>{says}</div> <span class="num quiet">{points} points</span>' in text
    assert '<p class="under">100 points. You need 70 to pass. Your best submission counts.</p>' in text
    assert 'class="band' not in text
    assert "Nothing graded yet. Your submissions will appear here." in text
    assert "git push origin main" in text


def test_lab_page_shows_the_remote_url_without_a_token_before_one_is_created(learner_client, cast, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    Lab.objects.update(brief_html="<pre><code>git remote add origin ADDRESS</code></pre>")
    text = page(learner_client, cast.lab)
    url = f"https://portal.example.org/git/{cast.lab.course.slug}/{cast.lab.slug}.git"
    assert text.count(f"git remote add origin {url}") == 2  # the first time, and in the brief
    assert f"git remote set-url origin {url}" in text
    assert "Create a remote URL with a new access token</button>" in text


def test_remote_url_with_a_token_is_shown_once_and_works(learner_client, cast, address, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    response = learner_client.post(address)
    text = response.content.decode()
    token = re.search(
        r"git remote add origin https://learner:([\w-]+)@portal\.example\.org/git/\S+\.git", text
    )[1]
    assert use_token(token=token) == cast.learner.user
    assert "Copy this remote URL now. You won’t see it again." in text
    assert f"git remote set-url origin https://learner:{token}@" in text
    assert "no-store" in response["Cache-Control"]
    assert token not in page(learner_client, cast.lab)
    assert AccessToken.objects.get().digest not in text


def test_url_of_the_form_opened_by_hand_leads_to_the_lab(learner_client, cast, address):
    assert learner_client.get(address)["Location"] == cast.lab.get_absolute_url()
    assert not AccessToken.objects.exists()


def test_creating_a_remote_url_needs_a_csrf_token(cast, address):
    client = client_of(cast.learner.user)
    client.handler.enforce_csrf_checks = True
    assert client.post(address).status_code == 403
    assert not AccessToken.objects.exists()


def test_instructor_who_is_not_a_learner_gets_no_remote_url(cast, address):
    client = client_of(cast.instructor)
    assert "To push, join a cohort" in page(client, cast.lab)
    assert client.post(address)["Location"] == cast.lab.get_absolute_url()
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_lab_of_another_course_is_not_found(cast, address, method):
    client = client_of(cast.outsider)
    assert client.get(cast.lab.get_absolute_url()).status_code == 404
    assert getattr(client, method)(address).status_code == 404


def test_lab_asks_visitors_to_sign_in(client, cast):
    response = client.get(cast.lab.get_absolute_url())
    assert response["Location"] == f"/accounts/login/?next={cast.lab.get_absolute_url()}"


def test_draft_is_for_staff(learner_client, cast):
    Lab.objects.update(status=Lab.Status.DRAFT)
    assert learner_client.get(cast.lab.get_absolute_url()).status_code == 404
    assert "Draft: staff only" in page(client_of(cast.instructor), cast.lab)


def test_history_lists_the_newest_first_with_the_best(learner_client, cast):
    cast.grade(a="passed", b="needs_work", c="needs_work")
    best = cast.grade(a="passed", b="passed", c="needs_work")
    cast.grade(a="needs_work", b="needs_work", c="needs_work")
    text = page(learner_client, cast.lab)
    assert BEST.format(40, 60) in text
    assert re.findall(r">(Submission \d)</a>", text) == ["Submission 3", "Submission 2", "Submission 1"]
    assert f'<a href="{best.get_absolute_url()}">Submission 2</a> <small>40 points, commit' in text


def test_history_of_another_learner_is_not_shown(cast):
    cast.grade()
    assert "Nothing graded yet." in page(client_of(cast.other.user), cast.lab)


def test_submission_that_is_graded_is_linked_at_the_top(learner_client, cast):
    submission = cast.submit(state=State.CHECKING)
    text = page(learner_client, cast.lab)
    assert "<strong>Submission 1 is being graded.</strong>" in text
    assert f'<a class="btn main" href="{submission.get_absolute_url()}">See its progress</a>' in text


def test_many_submissions_are_shown_by_tens_and_the_best_of_all_is_named(learner_client, cast):
    make_report(make_submission(cast.learner, cast.lab), {}, points=Decimal(90), passed=True)
    for _ in range(14):
        make_report(make_submission(cast.learner, cast.lab), {}, points=Decimal(10))
    newest, address = page(learner_client, cast.lab), cast.lab.get_absolute_url()
    assert [f"Submission {number}<" in newest for number in (15, 6, 5)] == [True, True, False]
    assert BEST.format(90, 100) in newest
    assert 'href="?before=6">Older submissions' in newest
    older = learner_client.get(f"{address}?before=6").content.decode()
    assert [f"Submission {number}<" in older for number in (6, 5, 1)] == [False, True, True]
    assert BEST.format(90, 100) in older and "Latest submissions" in older
    assert "Older submissions" not in older
    assert learner_client.get(f"{address}?before=nonsense").status_code == 200


# --- how far, above everything else ---------------------------------------------------------------------------------


def band(client, lab: Lab) -> str:
    """Return the classes of the band, its text, and the text and target of its link."""
    found = re.search(
        r'<div class="band (\w+) answer"><p><strong>(.*?)</strong> (.*?)</p> '
        r'<a class="btn main" href="(.*?)">(.*?)</a>',
        page(client, lab),
    )
    return found.groups()


def test_band_says_how_far_the_best_submission_is_from_the_pass_mark(learner_client, cast):
    best = cast.grade(a="passed", b="passed", c="needs_work", d="not_run", e="needs_work")
    cast.grade(a="passed", b="needs_work", c="needs_work", d="not_run", e="needs_work")
    assert band(learner_client, cast.lab) == (
        *("warn", "40 of 100 points, 30 below the pass mark.", ""),
        *(best.get_absolute_url(), "See what to fix"),
    )


def test_checks_show_the_outcomes_of_the_best_submission(learner_client, cast):
    best = cast.grade(readable="passed", three_commits="needs_work", readme="not_run", other="passed")
    text = page(learner_client, cast.lab)
    assert f"Results of submission {best.number}, your best" in text
    rows = re.findall(
        r'<span class="vh">([^<]*): </span> <div>([^<]*)</div> <span class="num quiet">([^<]*)<', text
    )
    assert rows == [
        ("Passed", "the repository can be read", "20 of 20"),
        ("Needs work", "main has at least three commits of yours", "0 of 20"),
        ("Not run", "README.md exists", "0 of 20"),
    ]
    assert band(learner_client, cast.lab)[2] == "1 check to fix."


def test_band_of_a_passed_lab_leads_to_the_next_lab_or_to_the_course(learner_client, cast):
    cast.grade(a="passed")
    answer = ("ok", "20 of 20 points. You passed.", "")
    course = cast.lab.course
    assert band(learner_client, cast.lab) == (*answer, course.get_absolute_url(), "Back to the course")
    after = make_lab(course, title="Branches", position=cast.lab.position + 1)
    assert band(learner_client, cast.lab) == (*answer, after.get_absolute_url(), "Next lab: Branches")


def test_band_of_a_passed_lab_says_what_can_still_be_fixed(learner_client, cast):
    cast.grade(**dict.fromkeys("abcd", "passed"), three_commits="needs_work")
    assert band(learner_client, cast.lab)[:3] == (
        *("ok", "80 of 100 points. You passed."),
        "You can still fix 1 check.",
    )


@pytest.mark.parametrize("state", [State.UNREADABLE, State.FAULT])
def test_band_says_that_the_newest_submission_was_not_graded(learner_client, cast, state):
    cast.grade(a="passed")
    newest = cast.submit(state=state, **moments("ended_at"))
    assert band(learner_client, cast.lab) == (
        *("warn", "Submission 2 was not graded.", f"{state.label}."),
        *(newest.get_absolute_url(), "See what to do"),
    )


# --- three ways to send the work, and the labs beside it ------------------------------------------------------------


def test_way_that_was_used_last_is_open(learner_client, cast, address):
    checked = r'id="page--tab(\d)" checked'
    url = cast.lab.get_absolute_url()
    assert re.findall(checked, page(learner_client, cast.lab)) == ["1"]
    assert re.findall(checked, learner_client.get(f"{url}?by=address").content.decode()) == ["2"]
    refused = learner_client.post(f"{url}repository/", {"address": "x"}).content.decode()
    assert re.findall(checked, refused) == ["2"]
    assert re.findall(checked, learner_client.post(address).content.decode()) == ["1"]


def test_lab_leads_to_the_published_labs_before_and_after_it(cast):
    course = cast.lab.course
    first, second, last = (make_lab(course, f"{name}-lab", title=name) for name in ("One", "Two", "Three"))
    Lab.objects.filter(pk=cast.lab.pk).update(status=Lab.Status.DRAFT)
    client = client_of(cast.learner.user)

    def beside(lab: Lab) -> list[tuple[str, str, str]]:
        text = page(client, lab)
        return re.findall(r'<a(?: class="next")? href="([^"]*)"><small>(.*?)</small> (\w+)</a>', text)

    assert beside(first) == [(second.get_absolute_url(), "Next lab", "Two")]
    assert beside(second) == [
        (first.get_absolute_url(), "Previous lab", "One"),
        (last.get_absolute_url(), "Next lab", "Three"),
    ]
    assert beside(last) == [(second.get_absolute_url(), "Previous lab", "Two")]


def test_links_for_staff_are_there_if_they_take_the_course_too(learner_client, cast):
    cast.instructor.is_staff = True
    cast.instructor.save(update_fields=["is_staff"])
    make_enrollment(cast.instructor, make_cohort(cast.lab.course))
    link = reverse("lab_repositories", args=[cast.lab.course.slug, cast.lab.slug])
    text = page(client_of(cast.instructor), cast.lab)
    assert (link in text, "Nothing graded yet." in text) == (True, True)
    assert link not in page(learner_client, cast.lab)
