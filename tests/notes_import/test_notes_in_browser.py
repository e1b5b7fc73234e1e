"""From an evening's notes to a published session with a quiz, counted in clicks and keys; and a week later."""

import re

import pytest
from playwright.sync_api import Page, expect

from lessons import actions
from lessons.models import IncomingNotes, Lesson, Quiz, Session
from lessons.notes_import.applying import apply_notes
from lessons.notes_import.reading import read_once
from lessons.notes_import.storing import decide, store_notes
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, wide_light, widens
from tests.factories import make_course
from tests.notes_import.test_notes_import import FIRST_DAY, SEED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]
MAX_ACTIONS = 40


TO_LINE_200 = """() => {
    const line = document.getElementById("L200");
    line.closest("pre").scrollTop = line.offsetTop;
}"""


class Person:
    """A person at the page. Each click and each key counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def click(self, name: str, role: str = "button") -> None:
        self.actions += 1
        self.page.get_by_role(role, name=re.compile(name)).first.click()

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)


@pytest.fixture
def course():
    return make_course(title="MLOps Edu")


@pytest.fixture
def page(browser, live_server, course):
    context = open_context(browser, live_server, make_instructor(course), **wide_light())
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: "Content Security" in said.text and faults.append(said.text))
    yield page
    assert faults == []


def bring(person: Person, data: bytes) -> None:
    person.click("New lesson from notes", "link")
    person.actions += 2  # the file is chosen in the browser's own window
    file = {"name": "mlops-edu.txt", "mimeType": "text/plain", "buffer": data}
    person.page.get_by_label("File", exact=True).set_input_files(file)
    person.click("Find the lessons")
    expect(person.page.locator(".keys")).to_be_visible()  # the script listens


def current(page: Page):
    return page.locator(".row.on b")


def go_to(person: Person, title: str, says: str) -> None:
    """Move down by key to a suggestion."""
    while True:
        person.press("j")
        expect(current(person.page)).to_have_count(1)
        row = person.page.locator(".row.on")
        if title in row.inner_text() and says in row.inner_text():
            return


def test_notes_become_a_published_session_with_a_quiz_in_forty_actions(page, course):
    person = Person(page)
    page.goto("/staff/")
    bring(person, FIRST_DAY)
    expect(page.locator("#review")).to_contain_text("Every word is kept")
    go_to(person, "Ask in the quiz", "Put these in order: SDLC")
    person.press("a")
    expect(page.locator("#review")).to_contain_text("1 of")
    person.click("Continue: place", "link")
    person.click("Create drafts")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lessons from")
    person.click("Publish what is ticked")
    expect(page.locator(".band.ok")).to_contain_text("Published")
    session = Session.objects.get()
    assert {lesson.status for lesson in session.lessons.all()} == {Lesson.Status.PUBLISHED}
    quiz = Quiz.objects.get()
    assert (quiz.is_draft, quiz.current.question_count) == (False, 1)
    assert person.actions <= MAX_ACTIONS

    lesson = session.lessons.first()
    lesson.source = lesson.source.replace("It is Linear in fashion", "It goes in one line, step by step")
    assert "step by step" in lesson.source
    actions.save_lesson(lesson=lesson)
    before = lesson.source
    page.goto("/staff/")
    bring(person, SEED)
    person.click("Continue: place", "link")
    expect(page.get_by_label("Session", exact=True)).to_have_count(1)
    person.click("Create drafts")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lessons from")
    lesson.refresh_from_db()
    assert (lesson.source, lesson.status) == (before, Lesson.Status.PUBLISHED)
    assert [row.title for row in Session.objects.order_by("position")] == ["Session 1", "Session 2"]
    assert Lesson.objects.filter(status=Lesson.Status.DRAFT).count() == 1


@pytest.fixture
def notes(page, course, live_server):
    page.goto(f"/notes/{course.slug}/")
    file = {"name": "mlops-edu.txt", "mimeType": "text/plain", "buffer": SEED}
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Find the lessons").click()
    expect(page.locator(".keys")).to_be_visible()
    return course.notes.get()


def test_keys_move_and_answer_unless_they_are_switched_off(page, notes):
    page.keyboard.press("j")
    first = page.locator(".row.on").get_attribute("data-suggestion")
    lit = page.locator(".rl.on")
    expect(lit.first).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(f"[data-suggestion='{first}']")).to_have_attribute("data-decided", "")
    expect(page.locator(".row.on")).not_to_have_attribute("data-suggestion", first)
    page.keyboard.press("s")
    page.keyboard.press("k")
    expect(page.locator("[data-decided]")).to_have_count(2)
    notes.refresh_from_db()
    assert sorted(notes.decisions.values()) == [False, True]
    page.locator("input[data-shortcuts]").uncheck()
    at = page.locator(".row.on").get_attribute("data-suggestion")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(".row.on")).to_have_attribute("data-suggestion", at)
    expect(page.locator("[data-decided]")).to_have_count(2)


def test_a_habit_shows_in_the_drafts_at_once(page, notes):
    page.locator(".habits summary").click()
    page.locator("#page--habit-colons").select_option("label")
    expect(page.locator("#review")).to_contain_text("Only a preview")
    page.get_by_role("button", name="Keep for this course").click()
    expect(page.locator(".band.ok").first).to_contain_text("Kept for this course")


def test_the_panes_follow_each_other_by_block(page, notes):
    right = page.locator("#page--right")
    line = page.locator("#L200")
    of = line.get_attribute("data-of")
    page.wait_for_function("document.readyState === 'complete'")
    page.evaluate(TO_LINE_200)
    expect(right.locator(f"[data-of='{of}']")).to_be_in_viewport()
    page.locator("#page--split").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#page--split")).to_have_attribute("aria-valuenow", "55")


def draft_by_model(notes) -> None:
    """Answers of a model: questions to decide on and some left out, a failure, and a request that waits."""
    first, second, *_ = [draft.key for draft in read_once(notes).imported.lessons]
    question = "## What is a phase? {#phase}\n- [x] A part of the cycle\n- [ ] A tool\n> As in the notes."
    answers = [None, True, False]
    items = [{"key": f"phase-{at}", "text": question, "answer": answer} for at, answer in enumerate(answers)]
    made = notes.model_drafts.create
    made(key=first, kind="questions", state="done", items=items, dropped=["“What?”: it has a link"])
    made(key=first, kind="summary", state="failed", problem="The model did not answer in time. Try again.")
    made(key=second, kind="questions", state="queued")
    made(key=second, kind="summary", state="done", items=[{"key": "", "text": "The cycle.", "answer": None}])


def put_everything_on_the_pages(notes) -> list[str]:
    """Lessons, a conflict, a quiz, a question that waits, an unclear encoding, fetches, drafts of a model."""
    course = notes.course
    draft_by_model(notes)
    asked = [made for made in read_once(notes).imported.suggestions if made.kind == "question"]
    decide(notes=notes, answers={asked[1].id: True, asked[-1].id: True})
    apply_notes(notes=notes)
    lesson = course.lessons.earliest("pk")
    lesson.source = lesson.source.replace("It is Linear in fashion", "My own words")
    lesson.status = Lesson.Status.PUBLISHED
    actions.save_lesson(lesson=lesson)
    decide(notes=notes, answers={asked[2].id: True})
    changed = SEED.replace(b"It is Linear in fashion", b"It goes on in one line")
    store_notes(course=course, name=notes.name, data=changed)
    text = "Gr\xf6\xdfe :::\n\t- \xdcbung\n".encode("cp1250")
    rows = [
        IncomingNotes.objects.create(course=course, state="unsure", name="a.txt", data=text),
        IncomingNotes.objects.create(
            course=course, state="failed", address="https://github.com/a/b", problem="No file a.txt."
        ),
        IncomingNotes.objects.create(course=course, state="fetching", address="https://github.com/a/b"),
    ]
    start = f"/notes/{course.slug}/"
    of_notes = [f"{start}{notes.pk}/{rest}" for rest in ("", "?page=2", "place/", "lessons/")]
    return ["/notes/", start, *of_notes, *(f"{start}incoming/{row.pk}/" for row in rows)]


@pytest.mark.parametrize("size", LOOKS)
def test_the_pages_are_readable_with_and_without_scripts(browser, live_server, course, notes, size, settings):
    settings.NOTES_MODEL_URL, settings.NOTES_MODEL_NAME = "https://models.example.org/v1", "small"
    person = make_instructor(course)
    addresses = put_everything_on_the_pages(notes)
    for scripts in (True, False):
        context = open_context(browser, live_server, person, **size(java_script_enabled=scripts))
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            if scripts:
                assert axe_violations(page) == [], address
                assert not widens(page), address
        context.close()
