"""An instructor's first hour on an empty portal, in a browser: from the first course to a learner's verdict."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lessons.models import Course
from tests.browsing import wide_light, widens
from tests.labs.git_client import Clone
from tests.servers import ROOT, Stack, wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]

PASSWORD = "a long password of the tests"
LESSON = """\
## A first heading

Some text, and a word on [the next evening](lesson:branches).
"""


@pytest.fixture
def portal(tmp_path, django_db_blocker) -> Iterator[Stack]:
    """An empty portal in which staff need a second factor."""
    stack = Stack(tmp_path / "portal", STAFF_SECOND_FACTOR="1")
    with django_db_blocker.unblock(), stack.orm():
        stack.migrate()
        try:
            stack.start("broker", "web", "worker", "later-worker", "beat")
            yield stack
        finally:
            stack.end()
            connections["default"].close()


MESSAGES = ".messagelist .success, .band.ok"


class Person:
    """Somebody's browser. Every page that they open must respond."""

    def __init__(self, browser: Browser, portal: Stack) -> None:
        self.portal = portal
        address = portal.url
        self.context: BrowserContext = browser.new_context(base_url=address, **wide_light())
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("response", lambda answer: answer.status >= 500 and self.faults.append(answer.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def sign_in(self, email: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign in")).to_have_count(0)

    def sign_up(self, email: str, invitation: str = "") -> None:
        self.page.goto(invitation or "/accounts/signup/")  # a visitor with an invitation is asked to sign up
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Create a password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        mail = re.compile(rf"^To: {email}$.*?^([A-Z0-9-]{{6,9}})$", re.MULTILINE | re.DOTALL)
        found = wait_for(lambda: mail.search(self.portal.log("web")), what="the mail comes")
        if invitation:  # one may read before
            self.page.get_by_role("link", name="Confirm your email").click()
            self.page.get_by_role("link", name="Enter the code").click()
        self.page.get_by_label("Code").fill(found[1])
        self.page.get_by_role("button", name="Continue").click()
        expect(self.page.locator("details.menu .face")).to_be_visible()

    def choose_password(self, address: str) -> None:
        self.page.goto(address)
        self.page.get_by_label("New password", exact=True).fill(PASSWORD)
        self.page.get_by_label("New password again").fill(PASSWORD)
        self.page.get_by_role("button", name="Change password").click()
        expect(self.page.get_by_role("button", name="Change password")).to_have_count(0)

    def set_up_second_factor(self) -> None:
        """Set up the second factor that the staff pages ask for, with the code that an app would show."""
        self.page.goto("/staff/")
        expect(self.page.get_by_role("heading", name="Second factor")).to_be_visible()
        self.page.get_by_role("link", name="Set up an app").click()
        if "reauthenticate" in self.page.url:
            self.page.get_by_label("Password", exact=True).fill(PASSWORD)
            self.page.get_by_role("button", name="Continue").click()
        codes = self.page.get_by_role("heading", name="Recovery codes")
        for _ in range(3):  # a code may expire while it is sent: a person enters the next one
            secret = self.page.locator("main code").inner_text()
            code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
            self.page.get_by_role("textbox", name="Code").fill(code)
            with self.page.expect_navigation():
                self.page.get_by_role("button", name="Set up").click()
            if codes.is_visible():
                break
        expect(codes).to_be_visible()
        self.page.get_by_role("link", name="I’ve saved the codes").click()
        expect(self.page).to_have_url(f"{self.portal.url}/staff/")

    def open(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).first.click()

    def save(self) -> None:
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.locator(MESSAGES).filter(has_text="successfully")).to_be_visible()


def make_instructor(portal: Stack, email: str) -> str:
    """The address that the documented command prints."""
    command = [sys.executable, "manage.py", "make_instructor", email]
    ran = subprocess.run(
        command, cwd=ROOT, env=portal.environment, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return re.search(r"^https?://\S+$", ran.stdout, re.MULTILINE)[0]


def make_course(instructor: Person) -> None:
    """Click what the pages offer, from a course to a session."""
    page = instructor.page
    page.goto("/staff/")
    expect(page.get_by_role("heading", name="Create your first course")).to_be_visible()
    instructor.open("New course")
    page.get_by_label("Title:").press_sequentially("Data Basics")
    expect(page.get_by_label("Slug:")).to_have_value("data-basics")
    instructor.save()
    expect(page.get_by_role("heading", name="Data Basics", exact=True)).to_be_visible()

    page.get_by_label("New session").fill("First evening")
    page.get_by_role("button", name="Add", exact=True).click()
    instructor.open("First evening")
    page.get_by_label("What to prepare:").fill("Install [Git](https://git-scm.com/)\nBring a laptop")
    instructor.save()


def make_lesson_with_quiz_and_lab(instructor: Person) -> None:
    page = instructor.page
    instructor.open("Add a lesson to First evening")
    expect(page.get_by_role("heading", name="Add lesson to Data Basics")).to_be_visible()
    page.get_by_label("Title:").fill("Getting started")
    page.locator("textarea[name=source]").fill(LESSON)
    expect(page.frame_locator("iframe").first.get_by_role("heading", name="A first heading")).to_be_visible()
    instructor.save()
    expect(page.get_by_text("Saved as a draft. Before you publish it, fix Markdown")).to_be_visible()
    expect(page.get_by_role("link", name="1 error")).to_be_visible()

    instructor.open("Add a quiz to Getting started")
    instructor.save()

    instructor.open("Add a lab to First evening")
    instructor.open("A tagged release")
    instructor.open("A first repository")
    page.get_by_label("Status:").select_option(label="Published")
    instructor.save()
    expect(page.get_by_text("because no published lesson names them: a-new-lab.")).to_be_visible()

    instructor.open("Getting started has errors")
    expect(page.get_by_label("A new lab (a-new-lab)")).to_be_checked()
    page.get_by_label("Status:").select_option(label="Published")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist")).to_contain_text("Line 3")
    page.locator("textarea[name=source]").fill(
        LESSON.replace("[the next evening](lesson:branches)", "branches")
    )
    instructor.save()
    expect(page.locator(".lesson .chip")).to_have_text("Published")


def make_cohort(instructor: Person) -> str:
    """The invitation, by its Copy button."""
    page = instructor.page
    instructor.open("Add a cohort")
    page.get_by_label("Title:").fill("Spring")
    assert not widens(page)
    expect(page.locator("[name=meetings-0-session] :checked")).to_have_text("Data Basics: First evening")
    page.locator("[name=meetings-0-starts_at_0]").fill("2031-01-09")
    page.locator("[name=meetings-0-starts_at_1]").fill("20:30")
    instructor.save()
    cohort = page.locator(".cohort")
    expect(cohort).to_contain_text("Thursday 9 January, 20:30 to 23:30 IST")
    invitation = cohort.locator("figure.code code").inner_text()
    cohort.get_by_role("button", name="Copy").click()
    expect(page.locator("#live")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == invitation
    expect(page.get_by_role("link", name="Nobody has joined Spring")).to_be_visible()
    return invitation


def add_assistant(instructor: Person, email: str) -> None:
    instructor.page.goto("/staff/")
    instructor.open("Who teaches")
    instructor.page.get_by_role("link", name="Add course staff").click()
    instructor.page.get_by_label("Email:").fill(email)
    instructor.page.get_by_label("Role:").select_option(label="Assistant")
    instructor.save()


def learn(learner: Person, clone_at) -> None:
    page = learner.page
    page.get_by_role("link", name="Course", exact=True).click()
    expect(page.get_by_role("heading", name="Data Basics", exact=True)).to_be_visible()
    expect(page.get_by_text("Bring a laptop")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Getting started").first.click()
    expect(page.get_by_role("heading", name="A first heading")).to_be_visible()
    page.get_by_role("link", name="Quiz:").click()
    page.get_by_role("button", name="Start").click()
    page.locator(".option", has_text="git add").click()
    page.get_by_role("button", name="Continue").last.click()
    page.locator("[name=answer]").fill("1")
    page.get_by_role("button", name="Continue").last.click()
    page.get_by_role("button", name="Submit answers").click()
    expect(page.get_by_text("2 of 3 points").first).to_be_visible()

    page.get_by_role("link", name="Data Basics").first.click()
    page.get_by_role("main").get_by_role("link", name="A new lab").first.click()
    page.get_by_role("button", name=re.compile("access token")).first.click()
    page.wait_for_function("document.body.innerText.includes('learner:')")
    clone = Clone(clone_at, re.search(r"https?://learner:\S+", page.locator("body").inner_text())[0])
    clone.commit("Start the project", content=b"# Billing\n")
    code, terminal = clone.push()
    assert code == 0 and "at least two commits" in terminal, terminal
    page.goto(re.search(r"http://\S+/submissions/\S+/", terminal)[0])
    expect(page.get_by_role("heading", name="Fix this first")).to_be_visible()
    clone.commit("Describe the project", content=b"# Billing\n\nIt sends invoices.\n")
    code, terminal = clone.push()
    assert code == 0 and "Fix this first" not in terminal, terminal
    page.goto(re.search(r"http://\S+/submissions/\S+/", terminal)[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("100 of 100 points. You passed.")


def look(instructor: Person) -> None:
    page = instructor.page
    page.goto("/staff/lessons/attempt/")
    page.locator("#result_list").get_by_role("link").first.click()
    answers = page.locator(".answers-of")
    expect(answers).to_contain_text("Which command records a change?")
    expect(answers.locator(".option.chosen")).to_contain_text("git add")
    page.get_by_role("link", name="View on site").click()
    expect(page.get_by_text("learner@example.org")).to_be_visible()

    page.goto("/staff/labs/submission/")
    expect(page.locator("#result_list")).to_contain_text("learner@example.org")
    page.locator("#result_list").get_by_role("link").first.click()
    page.get_by_role("link", name="View on site").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("100 of 100 points")


def test_an_instructor_teaches_within_the_first_hour(portal, browser, tmp_path):
    instructor, learner, assistant = (Person(browser, portal) for _ in range(3))
    instructor.choose_password(make_instructor(portal, "instructor@example.org"))
    instructor.sign_in("instructor@example.org")
    instructor.set_up_second_factor()
    make_course(instructor)
    make_lesson_with_quiz_and_lab(instructor)
    invitation = make_cohort(instructor)

    assistant.sign_up("assistant@example.org")
    add_assistant(instructor, "assistant@example.org")

    learner.sign_up("learner@example.org", invitation)
    learn(learner, tmp_path / "work")
    look(instructor)

    assistant.set_up_second_factor()
    expect(assistant.page.get_by_role("link", name="Data Basics", exact=True)).to_be_visible()
    look(assistant)
    assert Course.objects.get().staff.count() == 2
    assert [person.faults for person in (instructor, learner, assistant)] == [[], [], []]
    for person in (instructor, learner, assistant):
        person.context.close()
