"""A whole term on the portal alone: from a roster to two certificates, one learner who leaves, and the next cohort.

Four people in four browsers, three of them in other time zones, push from terminals to the portal that `make run`
starts, with its real worker.
"""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
import term_course
from playwright.sync_api import Browser, Locator, Page, expect
from portal_process import Portal, environment
from test_main_walk import Terminal

from tests.servers import MAX_WAIT_SECONDS, ROOT, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.heavy]

PASSWORD = "a password of the tests"
COURSE = f"/courses/{term_course.SLUG}"
TEACH = f"/teach/{term_course.SLUG}"
BOOK = f"{TEACH}/gradebook/{term_course.COHORT}/"
PEOPLE = f"{COURSE}/people/{term_course.COHORT}/"
CLASS = f"{COURSE}/class/{term_course.COHORT}"
ZONES = {"Kolkata": "Asia/Kolkata", "Angeles": "America/Los_Angeles", "Berlin": "Europe/Berlin"}
OVERRIDE = "Part of it is the work of somebody else."
JOIN_URL = "https://meet.example.org/evening"


class Person:
    """Somebody with a browser, in a time zone."""

    def __init__(self, browser: Browser, portal: Portal, name: str, zone: str) -> None:
        self.city = zone.rpartition("/")[2].replace("_", " ")
        self.name, self.zone, self.portal = f"Learner of {name}", zone, portal
        self.email = f"{name.lower()}@example.org"
        self.context = browser.new_context(base_url=f"http://localhost:{portal.port}", timezone_id=zone)
        self.context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
        # the host of the video call is not on this machine
        self.context.route(f"{JOIN_URL}**", lambda route: route.fulfill(body="The call."))
        self.page = self.context.new_page()

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page

    def press(self, name: str | re.Pattern[str], *, exact: bool = True) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name, exact=exact).first.click()

    def follow(self, name: str | re.Pattern[str], *, exact: bool = False) -> None:
        self.page.get_by_role("main").get_by_role("link", name=name, exact=exact).first.click()

    def fill(self, **fields: str) -> None:
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " ")).first.fill(value)

    def sees(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(words)

    def sign_in(self) -> None:
        self.open("/accounts/login/")
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")
        expect(self.page.get_by_role("link", name="Notifications")).to_be_visible()


def test_a_term_from_the_roster_to_the_certificates_and_the_next_cohort(portal, browser, tmp_path):
    portal.wait_until_ready()
    staff = Person(browser, portal, "instructor", term_course.ZONE)
    learners = [Person(browser, portal, name, zone) for name, zone in ZONES.items()]
    extended, late, leaving = learners
    load_course(portal, tmp_path / "course")
    staff.sign_in()
    import_roster(staff, learners)
    add_join_link(staff)
    for learner in learners:
        join(learner)

    attend(staff, present=[extended, late], absent=leaving)
    for learner in (extended, late):
        read_lessons(learner)
    for learner in learners:
        take_quizzes(learner, well=learner is not leaving)
    ask_question(late)
    answer_question(staff, late)

    give_extension(staff, extended)
    in_time = make_terminal(extended, tmp_path / "extended", "first-push")
    assert not re.search(r"\blate\b", push(in_time))
    assert "100 of 100 points count as 90" in push(make_terminal(late, tmp_path / "late", "first-push"))
    for learner in learners:
        terminal = make_terminal(learner, tmp_path / learner.email, "second-push")
        assert "100 of 100 points" in push(terminal)
    change_score(staff, leaving, "20", OVERRIDE)
    contest(leaving)
    answer_inquiry(staff, leaving)

    offer_certificates(staff)
    for learner, points in ((extended, "100"), (late, "96.5")):
        verify(browser, portal, issue_certificate(learner, points))
    leaving.open(f"{COURSE}/certificate/")
    leaving.sees("Not yet: 1 requirement left")
    download_data(leaving, tmp_path)
    leave(leaving)
    plan_next_cohort(staff)


def manage(portal: Portal, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(portal.var, portal.port), check=True)


def load_course(portal: Portal, folder: Path) -> None:
    term_course.write_course(folder, datetime.now(UTC))
    manage(portal, "load_course", str(folder))
    manage(portal, "make_instructor", "instructor@example.org", "--course", term_course.SLUG)


def import_roster(staff: Person, learners: list[Person]) -> None:
    staff.open(PEOPLE)
    staff.follow("Import a roster")
    rows = "".join(f"{each.email},{each.name},{number}\n" for number, each in enumerate(learners, 1))
    roster = {
        "name": "roster.csv",
        "mimeType": "text/csv",
        "buffer": f"email,name,identifier\n{rows}".encode(),
    }
    staff.page.get_by_label("Roster").set_input_files(roster)
    staff.press("Preview the rows")
    expect(staff.page.get_by_text("Is invited by email.")).to_have_count(len(learners))
    staff.press(f"Import {len(learners)} rows")
    staff.sees("On the roster, not joined yet")


def add_join_link(staff: Person) -> None:
    staff.open(f"{TEACH}/")
    staff.follow("The next meeting of Winter has no link to join")
    staff.page.locator("[name=meetings-0-join_url]").fill(JOIN_URL)
    staff.page.get_by_role("button", name="Save", exact=True).click()
    expect(staff.page.get_by_text("was changed successfully")).to_be_visible()


def find_mail(person: Person, subject: str) -> Locator:
    """Wait in a new tab for the newest email to somebody with these words in its subject."""
    tab = person.context.new_page()
    mails = tab.get_by_role("region").filter(has_text=f"To {person.email}").filter(has_text=subject)

    def has_come() -> bool:
        tab.goto("/dev/mail/")
        return mails.count() > 0

    wait_for(has_come, what=f"an email to {person.email}: {subject}")
    return mails.first


def join(learner: Person) -> None:
    """Join by the invitation of the roster, read at once, and confirm the address afterwards."""
    learner.open(find_mail(learner, "Your invitation").get_by_role("link").first.get_attribute("href"))
    learner.sees("You’re invited to Git in two evenings")
    learner.fill(Email=learner.email, Create_a_password=PASSWORD, Name=learner.name, Time_zone=learner.zone)
    learner.press("Create account and join")
    learner.follow("Continue: About commits")
    learner.sees("Git records commits.")
    learner.open("/")
    learner.follow("Confirm your email")
    learner.follow("Enter the code")
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", find_mail(learner, "confirmation code").inner_text())
    learner.fill(Code=code.group())
    learner.press("Continue")
    expect(learner.page.get_by_label("Code")).to_have_count(0)
    learner.open("/")
    expect(learner.page.get_by_text("Confirm your email")).to_have_count(0)


def attend(staff: Person, present: list[Person], absent: Person) -> None:
    for learner in present:
        learner.open("/")
        learner.sees("Live now")
        learner.sees(f"{learner.city} (you)" if learner.zone != term_course.ZONE else "IST")
        learner.open(f"{CLASS}/commits/")
        with learner.context.expect_page() as opened, learner.page.expect_response("**/joined/"):
            learner.follow("Join the meeting")
        expect(opened.value.get_by_text("The call.")).to_be_visible()
    staff.open(f"{CLASS}/commits/")
    staff.follow("Attendance", exact=True)
    staff.follow("Tick everyone who joined")
    staff.press("Save attendance")
    expect(staff.page.get_by_text("Attendance saved.")).to_be_visible()
    for learner in present:
        learner.open(f"{CLASS}/commits/")
        learner.sees("You’re marked present.")
    absent.open(f"{CLASS}/commits/")
    absent.sees("You’re marked absent.")


def read_lessons(learner: Person) -> None:
    learner.open("/")
    learner.follow("Start reading")
    for slug in term_course.KEYS:
        expect(learner.page.get_by_role("heading", name=f"About {slug}", level=1)).to_be_visible()
        with learner.page.expect_response(f"**/about-{slug}/read/"):
            learner.press("Mark as read", exact=False)
    learner.open(f"{COURSE}/progress/")
    expect(learner.page.get_by_role("row", name="Total")).to_contain_text("2 of 2")


def take_quizzes(learner: Person, *, well: bool) -> None:
    for slug, right in term_course.KEYS.items():
        learner.open(f"{COURSE}/quizzes/about-{slug}/")
        learner.press("Start")
        answer = right if well else "A photograph"
        learner.page.locator(".option", has_text=answer).click()
        learner.press("Continue", exact=False)
        learner.press("Submit answers")
        expect(learner.page.get_by_text("100%" if well else "0%").first).to_be_visible()


def give_extension(staff: Person, learner: Person) -> None:
    staff.open(BOOK)
    staff.follow(learner.name, exact=True)
    staff.page.get_by_label("For", exact=True).select_option(label="L1, First push")
    until = datetime.now(ZoneInfo(term_course.ZONE)) + timedelta(days=2)
    staff.page.locator("[name=until_0]").fill(f"{until:%Y-%m-%d}")
    staff.page.locator("[name=until_1]").fill("23:59")
    staff.page.get_by_label("Reason").fill("You were ill.")
    staff.press("Give the extension")
    staff.sees("You were ill.")
    learner.open(f"{COURSE}/labs/first-push/")
    learner.sees("You were ill.")


def make_terminal(learner: Person, folder: Path, lab: str) -> Terminal:
    """Return a shell in a repository whose remote is that of the learner."""
    learner.open(f"{COURSE}/labs/{lab}/")
    learner.press("Create a remote URL", exact=False)
    first_time = learner.page.get_by_role("figure", name="The first time")
    expect(learner.page.get_by_text("Copy this remote URL now.")).to_be_visible()
    terminal = Terminal(folder)
    terminal.types(
        "git init -q -b main; echo '# Project' > README.md; git add .; git commit -qm 'Describe it'"
    )
    terminal.types("echo One > parts.txt; git add .; git commit -qm 'List the parts'")
    terminal.push = first_time.locator("pre").inner_text()
    return terminal


def ask_question(learner: Person) -> None:
    learner.open(f"{COURSE}/about-commits/")
    learner.follow("Ask a question")
    learner.page.get_by_label("Your question in one line").fill("Does a commit hold the whole project?")
    learner.press("Ask")
    learner.sees("Does a commit hold the whole project?")


def answer_question(staff: Person, learner: Person) -> None:
    staff.open(f"{TEACH}/")
    staff.follow(re.compile(r"^Questions(?! about)"))
    staff.follow("Does a commit hold the whole project?")
    staff.page.get_by_label("Your message").fill("Yes: each commit names a tree with all files.")
    staff.press("Answer")
    staff.sees("answered in")
    learner.open("/notices/")
    learner.sees("Your question was answered")
    learner.press(re.compile("^Open"))
    learner.sees("each commit names a tree with all files")


def change_score(staff: Person, learner: Person, points: str, reason: str) -> None:
    staff.open(BOOK)
    staff.follow(learner.name, exact=True)
    staff.follow("Change the score: Second push")
    staff.fill(Score=points, Reason=reason)
    staff.press("Save", exact=True)
    expect(staff.page.get_by_text("Saved: Second push")).to_be_visible()


def push(terminal: Terminal) -> str:
    return terminal.types(terminal.push)


def contest(learner: Person) -> None:
    learner.open(f"{COURSE}/labs/second-push/")
    learner.sees("Your score is 20 of 100, changed by hand.")
    learner.sees(OVERRIDE)
    learner.page.get_by_text("Ask about these points").first.click()
    learner.page.get_by_label("Why do you ask?").first.fill("I wrote all of it, the history shows it.")
    learner.press("Ask", exact=True)
    learner.sees("Open question about points")


def answer_inquiry(staff: Person, learner: Person) -> None:
    change_score(staff, learner, "60", "The history shows who wrote it; the README is not yours.")
    staff.open(f"{TEACH}/")
    staff.follow("Questions about grades")
    staff.follow("Second push")
    staff.page.get_by_label("Answer").fill("You are right about the commits.")
    staff.press("Answer: I changed the points")
    staff.sees("The points changed")
    learner.open(f"{COURSE}/labs/second-push/")
    learner.sees("Your score is 60 of 100, changed by hand.")
    learner.sees("You are right about the commits.")


def offer_certificates(staff: Person) -> None:
    staff.open(f"{TEACH}/certificates/")
    staff.press("Give certificates")
    expect(staff.page.get_by_text("The course gives no certificates yet.")).to_have_count(0)


def issue_certificate(learner: Person, points: str) -> str:
    """Issue the certificate of a learner, and return the address of its public page."""
    learner.open(f"{COURSE}/certificate/")
    learner.press("Issue", exact=False)
    learner.sees("You passed. Here is your certificate.")
    learner.sees(f"{points} of 100 points")
    return re.search(r"/verify/[\w-]+/", learner.page.content()).group()


def verify(browser: Browser, portal: Portal, address: str) -> None:
    """Open the public page of a certificate as a stranger does."""
    stranger = Person(browser, portal, "stranger", "Asia/Tokyo")
    stranger.open(address)
    stranger.sees("Valid")
    stranger.sees("Git in two evenings")


def download_data(learner: Person, folder: Path) -> None:
    """Ask for a copy of one's own data, wait for the worker, and look into the archive."""
    learner.open("/account/settings/")
    learner.follow("Download your data")
    learner.press("Prepare a copy")
    expect(learner.page.get_by_role("heading", name="Copies")).to_be_visible()
    wait_for(lambda: learner.open("/account/data/").get_by_text("Ready.").count(), what="the copy is ready")
    with learner.page.expect_download() as download:
        learner.follow(re.compile(r"[.]zip$"))
    path = folder / "data.zip"
    download.value.save_as(path)
    with ZipFile(path) as archive:
        data = archive.read("data.json").decode()
        page = archive.read("index.html").decode()
    assert learner.email in data and OVERRIDE in data and "Second push" in data
    assert "Git in two evenings" in page
    assert "angeles@example.org" not in data + page


def leave(learner: Person) -> None:
    learner.open("/account/delete/")
    learner.fill(Password=PASSWORD)  # asked again, although they are signed in
    learner.press("Continue")
    learner.sees("Kept without your name")
    learner.page.get_by_role("checkbox").last.check()
    learner.press("Delete my account")
    learner.sees("Your account will be deleted")
    learner.sees("It will be deleted on")


def plan_next_cohort(staff: Person) -> None:
    """Make the next cohort by one date, a year after the first one."""
    staff.open(f"{TEACH}/next-cohort/")
    first = datetime.now(ZoneInfo(term_course.ZONE)).date() + timedelta(weeks=52)
    staff.page.get_by_label("Title of the new cohort").fill("Next winter")
    staff.page.get_by_label("Date of its first meeting").fill(f"{first:%Y-%m-%d}")
    staff.press("Show the calendar")
    staff.sees("Second push")
    staff.press("Create Next winter")
    expect(staff.page).not_to_have_url(re.compile("next-cohort"))
    staff.open(f"{TEACH}/")
    staff.sees("Next winter")
    staff.sees("0 learners, 2 meetings.")
