"""The whole path with real processes: connect, push, be graded, lose a message, be late, get an extension."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import Page, expect

from labs.models import Connection, Lab, LabDeadline, LabExtension, Receipt, State, Submission
from tests.authoring.conftest import make_instructor
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_lab, make_learner
from tests.github.conftest import PERMISSIONS
from tests.labs.conftest import PASSABLE
from tests.plain_git import ENVIRONMENT, git
from tests.servers import Stack, wait_for
from tests.staff.conftest import add_address

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.heavy]
PASSWORD = "correct horse battery"
EVENTS = ("push", "workflow_run", "check_suite", "pull_request", "pull_request_review")
RECOVERED = 180_000  # milliseconds


@pytest.fixture
def stack(github, tmp_path, migrated_sqlite, django_db_blocker):
    """A portal with its own broker, workers and beat, set up for the App of the stand-in."""
    portal = Stack(tmp_path / "portal", GITHUB_LOOK_SECONDS="5", GRADING_REAP_SECONDS="1")
    app = github.create_app(
        hook_url=f"{portal.url}/github/app/",
        secret="secret of the App",
        permissions=PERMISSIONS,
        events=EVENTS,
        callback_urls=(f"{portal.url}/accounts/github/login/callback/",),
        setup_url=f"{portal.url}/github/installed/",
    )
    portal.environment |= {
        "GITHUB_WEB_URL": github.url,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_APP_ID": str(app.id),
        "GITHUB_APP_SLUG": app.slug,
        "GITHUB_APP_PRIVATE_KEY": app.private_key,
        "GITHUB_APP_WEBHOOK_SECRET": app.hook.secret,
        "GITHUB_CLIENT_ID": app.client_id,
        "GITHUB_CLIENT_SECRET": app.client_secret,
        "REPOSITORY_HOSTS": github.host,
        "TEST_GIT_SERVER": f"127.0.0.1,{github.certificate}",
    }
    with django_db_blocker.unblock():
        portal.migrate(migrated_sqlite)
        try:
            portal.start(*portal.services)
            with portal.orm():
                yield portal
        finally:
            portal.end()


@pytest.fixture
def learner(stack):
    lab = make_lab(source=PASSABLE)
    Lab.objects.update(late=Lab.Late.REDUCE, late_percent=10, late_floor=50)
    enrolled = make_learner(lab.course)
    enrolled.user.password = make_password(
        PASSWORD, hasher="pbkdf2_sha256"
    )  # the portal has no hasher of tests
    enrolled.user.save()
    return enrolled


@pytest.fixture
def page(stack, learner, browser):
    context = open_context(browser, stack, learner.user, **small_dark())
    yield context.new_page()
    context.close()


def looks_right(page: Page) -> None:
    assert (axe_violations(page), widens(page)) == ([], False)


def push(clone, text: str, dated: datetime | None = None) -> str:
    dates = {f"GIT_{role}_DATE": dated.isoformat() for role in ("AUTHOR", "COMMITTER")} if dated else {}
    (clone / "README.md").write_text(text)
    git(clone, "add", "README.md")
    git(clone, "commit", "-q", "-m", text, environment={**ENVIRONMENT, **dates})
    again = ("--allow-empty", "-m", f"{text}, again")
    git(clone, "commit", "-q", *again, environment={**ENVIRONMENT, **dates})
    git(clone, "push", "-q", "origin", "main")
    return git(clone, "rev-parse", "HEAD").strip()


def graded(commit: str) -> Submission:
    return wait_for(
        lambda: Submission.objects.filter(head=commit, state=State.GRADED).first(),
        seconds=RECOVERED / 1000,
        what=f"{commit} is graded",
    )


def connect_by_clicking(page: Page, lab: Lab, address: str) -> None:
    page.goto(lab.get_absolute_url())
    page.goto(f"{lab.get_absolute_url()}connection/")
    page.get_by_label("Repository URL").fill(address)
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Prove with GitHub").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue as learner").click()
    expect(page.get_by_text("You linked the GitHub account learner.")).to_be_visible()
    looks_right(page)


def test_connected_repository_is_graded_healed_late_and_extended(
    github, stack, learner, page, browser, tmp_path
):
    lab = Lab.objects.get()
    repository = github.create_repository("learner/billing", private=True)
    clone = tmp_path / "clone"
    git(tmp_path, "init", "-q", "-b", "main", str(clone))
    git(clone, "remote", "add", "origin", github.address(repository, repository.owner.token))

    # connected by clicking, although it is private: signed in, and the App approved once
    connect_by_clicking(page, lab, f"{github.host}/learner/billing")
    page.get_by_role("link", name="Install the App on GitHub").click()
    page.get_by_role("button", name="Install on learner/billing").click()  # and GitHub leads back
    expect(page.locator(".band", has_text="The GitHub App is installed.")).to_be_visible()
    looks_right(page)
    connection = Connection.objects.get()
    assert (connection.owner_proved_by, connection.github_id) == ("sign-in", repository.id)

    # pushed, and graded without a click
    first = graded(push(clone, "First"))
    expect(page.locator(".chip", has_text="Submitted")).to_be_visible()
    expect(page.locator(".band", has_text=f"Push received: {first.head[:7]}.")).to_be_visible()
    expect(page.locator(".steps .g.done")).to_have_count(4)
    assert first.receipt.via == Receipt.Via.WEBHOOK
    (status,) = wait_for(lambda: repository.statuses, what="the commit gets its status")
    assert (status.sha, status.state) == (first.head, "success")
    assert status.target_url == f"{stack.url}{first.get_absolute_url()}"
    page.goto(status.target_url)
    expect(page.get_by_role("heading", name="100 of 100 points.")).to_be_visible()

    # a message is lost, and the push found all the same
    github.drop_deliveries(1)
    lost = graded(push(clone, "Second"))
    assert lost.receipt.via == Receipt.Via.RECOVERED
    page.goto(lost.get_absolute_url())
    expect(page.get_by_text("message about this push did not arrive.")).to_be_visible()
    looks_right(page)

    # late by the time of its receipt, although its commits are dated before the deadline
    due = timezone.now() - timedelta(days=1, hours=2)
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    late = graded(push(clone, "Third", dated=due - timedelta(hours=1)))
    page.goto(late.get_absolute_url())
    expect(page.get_by_role("heading", name="80 of 100 points.")).to_be_visible()
    looks_right(page)

    # an extension: points are computed again, and the reason is shown
    give_extension(browser, stack, learner, lab)
    page.reload()
    expect(page.get_by_role("heading", name="100 of 100 points.")).to_be_visible()
    page.goto(lab.get_absolute_url())
    expect(page.get_by_text("You were ill.").first).to_be_visible()


def give_extension(browser, stack, learner, lab: Lab) -> None:
    context = open_context(browser, stack, make_instructor(lab.course), **wide_light())
    staff = context.new_page()
    staff.goto(add_address("labs_labextension"))
    staff.locator("[name=email]").fill(learner.user.email)
    staff.locator("[name=cohort]").select_option(str(learner.cohort_id))
    staff.locator("[name=lab]").select_option(str(lab.pk))
    until = timezone.localtime(timezone.now() + timedelta(days=3))
    staff.locator("[name=until_0]").fill(f"{until:%Y-%m-%d}")
    staff.locator("[name=until_1]").fill("12:00:00")
    staff.get_by_label("Reason").fill("You were ill.")
    staff.get_by_role("button", name="Save", exact=True).click()
    wait_for(lambda: LabExtension.objects.exists(), what=staff.locator("main").inner_text())
    context.close()
