"""The editor in use: write, preview, publish; lose nothing; leave by keyboard."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from lessons.models import Lesson
from lessons.quizzes import kinds
from lessons.rendering.blocks import BLOCKS
from tests.authoring.conftest import QUIZ, change_address, make_instructor, picture, save
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_lab, make_learner, make_session, make_submission
from tests.labs.test_proving import NEVER_NEEDS_WORK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]


def cookies_of(live_server, user) -> list[dict]:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]


def source(page):
    return page.locator("textarea[data-kind]").first


def shown(page):
    return page.frame_locator("iframe").first


def kept(page) -> int:
    return page.evaluate("Object.keys(localStorage).length")


def write(page, text: str) -> None:
    """Type a text and wait until it is saved as a draft."""
    source(page).fill(text)
    last = text.strip().splitlines()[-1]
    page.wait_for_function(
        "text => Object.values(localStorage).some(draft => draft.includes(text))", arg=last
    )


def test_an_instructor_writes_previews_and_publishes_a_lesson_with_a_picture_and_a_quiz(
    tab, browser, live_server, course
):
    make_session(course, title="Start")
    tab.goto(reverse("admin:lessons_lesson_add"))
    tab.get_by_label("Course:").select_option("Mine")
    tab.get_by_label("Slug:").fill("pipeline")
    tab.get_by_label("Session:").select_option("Mine: Start")
    tab.get_by_label("Title:").fill("The pipeline")
    source(tab).fill("## Steps\n\n")
    expect(shown(tab).get_by_role("heading", name="Steps")).to_be_visible()
    source(tab).press("ControlOrMeta+End")
    chosen = {"name": "steps.png", "mimeType": "image/png", "buffer": picture()}
    tab.locator("input[type=file]").set_input_files(chosen)
    expect(source(tab)).to_have_value(re.compile(r"!\[\]\(/media/images/\w{32}\.png\)"))
    expect(tab.locator(".problems")).to_contain_text("Line 3")
    tab.keyboard.type("From commit to release")
    expect(shown(tab).get_by_role("img", name="From commit to release")).to_be_visible()
    expect(tab.locator(".problems")).to_have_count(0)
    tab.get_by_label("Status:").select_option("Published")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was added successfully")).to_be_visible()

    tab.goto(reverse("admin:lessons_quiz_add"))
    tab.get_by_label("Course:").select_option("Mine")
    tab.get_by_label("Lesson:").select_option("Mine: The pipeline")
    tab.get_by_label("Slug:").fill("pipeline")
    source(tab).fill(QUIZ)
    expect(shown(tab).get_by_role("radio").first).to_be_disabled()
    expect(shown(tab).get_by_text("The record is the commit.")).to_be_visible()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was added successfully")).to_be_visible()

    context = open_context(browser, live_server, make_learner(course).user)
    page = context.new_page()
    page.goto(Lesson.objects.get().get_absolute_url())
    image = page.get_by_role("img", name="From commit to release")
    expect(image).to_be_visible()
    page.wait_for_function("document.querySelector('.prose img').naturalWidth === 900")
    page.get_by_role("link", name="Quiz: First steps").click()
    expect(page.get_by_role("heading", name="Quiz: First steps")).to_be_visible()
    context.close()


def test_tab_leaves_the_field_both_ways_and_changes_nothing(tab, lesson):
    tab.goto(change_address(lesson))
    source(tab).focus()
    before = source(tab).input_value()
    tab.keyboard.press("Tab")
    expect(source(tab)).not_to_be_focused()
    source(tab).focus()
    tab.keyboard.press("Shift+Tab")
    expect(source(tab)).not_to_be_focused()
    expect(source(tab)).to_have_value(before)


def test_keys_save_and_show_the_page_as_learners_see_it(tab, lesson):
    tab.goto(change_address(lesson))
    source(tab).fill("## One\n\nBy Ctrl and S.\n")
    tab.keyboard.press("Control+s")
    expect(tab.locator(".messagelist .success")).to_be_visible()
    lesson.refresh_from_db()
    assert "By Ctrl and S." in lesson.source
    source(tab).fill("## One\n\nBy Ctrl and Enter.\n")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".prose")).to_contain_text("By Ctrl and Enter.")
    assert "as-learner" in tab.url
    # A text that is refused stays in the form.
    tab.goto(change_address(lesson))
    source(tab).fill("[nothing](lesson:nowhere)\n")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".errorlist").first).to_be_visible()
    expect(source(tab)).to_have_value("[nothing](lesson:nowhere)\n")


def test_the_preview_is_light_dark_and_as_wide_as_a_phone(tab, lesson):
    tab.goto(change_address(lesson))
    expect(shown(tab).get_by_role("heading", name="One")).to_be_visible()
    ground = "getComputedStyle(document.querySelector('iframe').contentDocument.body).backgroundColor"
    assert tab.evaluate(ground) == "rgb(251, 250, 246)"
    tab.locator(".switch").get_by_role("button", name="Dark").click()
    assert tab.evaluate(ground) == "rgb(22, 21, 19)"
    tab.get_by_role("button", name="Phone width").click()
    assert tab.locator("iframe").bounding_box()["width"] == 375


def test_a_line_in_the_notes_is_selected_in_the_text(tab, lesson):
    tab.goto(change_address(lesson))
    source(tab).fill("## A\n\n[b](lesson:nowhere)\n")
    tab.get_by_role("link", name="Line 3").click()
    selected = "(({value, selectionStart, selectionEnd}) => value.slice(selectionStart, selectionEnd))"
    assert source(tab).evaluate(selected) == "[b](lesson:nowhere)"


def test_a_picture_that_is_refused_says_what_to_do(tab, lesson):
    tab.goto(change_address(lesson))
    chosen = {"name": "a.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    tab.locator("input[type=file]").set_input_files(chosen)
    expect(tab.locator(".editor-says")).to_contain_text(
        "This is not an image in a supported format. Export it as PNG, JPEG or WebP."
    )


def test_a_picture_goes_after_an_example_just_inserted_and_not_over_it(tab, lesson):
    tab.goto(change_address(lesson))
    source(tab).fill("One.\n")
    open_help(tab)
    insert(tab, "Definition")
    expect(tab.locator(".editor-says")).to_have_text("Inserted and selected.")
    chosen = {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
    tab.locator("input[type=file]").set_input_files(chosen)
    expect(source(tab)).to_have_value(
        re.compile(r"One\.\n\nCommit\n: A recorded state\.\n\n!\[\]\(/media/images/\w{32}\.png\)\s*")
    )
    tab.keyboard.type("A state")
    expect(source(tab)).to_have_value(re.compile(r"!\[A state\]\("))


@pytest.mark.parametrize(("kind", "limit"), [("image/png", 5), ("text/csv", 20)])
def test_an_upload_that_is_too_large_to_arrive_names_its_limit(tab, lesson, kind, limit):
    tab.goto(change_address(lesson))
    for address in ("upload", "attach"):
        tab.route(f"**/markdownx/{address}/", lambda route: route.fulfill(status=413))
    tab.locator("input[type=file]").set_input_files({"name": "a", "mimeType": kind, "buffer": b"x"})
    expect(tab.locator(".editor-says")).to_have_text(f"The file is too large. The limit is {limit} MB.")


# --- nothing is lost ---


def test_a_draft_survives_a_reload_and_goes_once_it_is_saved(tab, lesson):
    tab.goto(change_address(lesson))
    write(tab, "## One\n\nUnsaved text.")
    tab.reload()
    expect(tab.locator(".differences")).to_contain_text("Unsaved text.")
    expect(source(tab)).to_have_value(lesson.source)
    tab.get_by_role("button", name="Restore the text from").click()
    expect(source(tab)).to_have_value("## One\n\nUnsaved text.")
    expect(shown(tab).get_by_text("Unsaved text.")).to_be_visible()
    tab.get_by_role("button", name="Save and continue editing").click()
    expect(tab.locator(".messagelist")).to_contain_text("was changed successfully")
    assert Lesson.objects.get().source == "## One\n\nUnsaved text."
    save(lesson, "Somebody else's text.")
    tab.reload()
    expect(source(tab)).to_have_value("Somebody else's text.")
    expect(tab.locator("#drafts")).to_be_hidden()
    assert kept(tab) == 0


def test_a_draft_that_is_discarded_is_gone(tab, lesson):
    tab.goto(change_address(lesson))
    write(tab, "Unsaved text.")
    tab.reload()
    tab.get_by_role("button", name="Discard it").click()
    expect(tab.locator("#drafts")).to_be_hidden()
    assert kept(tab) == 0


def test_a_draft_survives_a_session_that_expired_before_saving(tab, live_server, instructor, lesson):
    tab.goto(change_address(lesson))
    source(tab).fill("Unsaved text.")
    tab.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab).to_have_url(re.compile("login"))
    tab.context.add_cookies(cookies_of(live_server, instructor))
    tab.goto(change_address(lesson))
    tab.get_by_role("button", name="Restore the text from").click()
    expect(source(tab)).to_have_value("Unsaved text.")
    assert Lesson.objects.get().source == lesson.source


def test_an_expired_session_is_reported_while_writing_and_writing_continues_after_a_new_sign_in(
    tab, live_server, instructor, lesson
):
    tab.goto(change_address(lesson))
    tab.context.clear_cookies()
    write(tab, "Unsaved text.")
    expect(tab.get_by_role("link", name="Sign in again in a new tab")).to_be_visible()
    tab.context.add_cookies(cookies_of(live_server, instructor))
    with tab.context.expect_page() as other:
        tab.get_by_role("link", name="Sign in again in a new tab").click()
    expect(other.value.locator("textarea[data-kind]").or_(other.value.locator("h1")).first).to_be_visible()
    source(tab).press_sequentially(" More.")
    expect(shown(tab).get_by_text("More.")).to_be_visible()
    assert "Sign in again" not in tab.locator(".editor-says").inner_text()


def test_a_dropped_connection_is_reported_and_the_preview_comes_back_with_it(tab, lesson):
    tab.goto(change_address(lesson))
    expect(shown(tab).get_by_role("heading", name="One")).to_be_visible()
    tab.context.set_offline(True)
    write(tab, "## Two")
    expect(tab.locator(".editor-says")).to_contain_text("No connection. Your text is kept")
    expect(shown(tab).get_by_role("heading", name="One")).to_be_visible()
    tab.context.set_offline(False)
    expect(shown(tab).get_by_role("heading", name="Two")).to_be_visible()


def test_drafts_of_two_tabs_are_both_offered(tab, lesson):
    tab.goto(change_address(lesson))
    other = tab.context.new_page()
    other.goto(change_address(lesson))
    write(tab, "From the first tab.")
    write(other, "From the second tab.")
    other.close()
    tab.reload()
    expect(tab.locator(".differences")).to_contain_text("From the second tab.")
    tab.get_by_role("button", name="Discard it").click()
    expect(tab.locator(".differences")).to_contain_text("From the first tab.")


def test_drafts_are_not_offered_to_another_person(tab, live_server, course, lesson):
    tab.goto(change_address(lesson))
    write(tab, "Unsaved text.")
    tab.context.clear_cookies()
    tab.context.add_cookies(cookies_of(live_server, make_instructor(course)))
    tab.reload()
    expect(source(tab)).to_have_value(lesson.source)
    expect(tab.locator("#drafts")).to_be_hidden()


def test_a_text_that_was_refused_is_kept_too(tab, lesson):
    tab.goto(change_address(lesson))
    write(tab, "[a](lesson:nowhere)")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".errornote")).to_be_visible()
    tab.goto(change_address(lesson))
    expect(tab.locator(".differences")).to_contain_text("[a](lesson:nowhere)")


# --- labs ---


def test_a_lab_that_proves_too_little_is_reported_at_its_line_and_loses_nothing(tab, course):
    lab = make_lab(course)
    text = lab.source + "    # \u2026\n"
    wrong = NEVER_NEEDS_WORK + "# words of mine\n"
    tab.goto(reverse("admin:labs_lab_change", args=[lab.pk]))
    source(tab).fill(wrong)
    tab.get_by_role("button", name="Save", exact=True).click()
    told = tab.locator(".errorlist", has_text="never seen")
    expect(told).to_contain_text("not published: readme was never seen to need work.")
    assert source(tab).input_value() == wrong
    told.get_by_role("link").click()
    line = wrong[: tab.evaluate("document.activeElement.selectionStart")].count("\n")
    assert "id: readme" in wrong.splitlines()[line]
    source(tab).fill(text)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was changed successfully")).to_be_visible()
    lab.refresh_from_db()
    assert (lab.source, lab.current.proved) == (text, True)


def test_lab_yaml_is_checked_during_typing_and_tried_in_a_new_tab(tab, course):
    lab = make_lab(course)
    make_submission(lab=lab)
    tab.goto(reverse("admin:labs_lab_change", args=[lab.pk]))
    expect(shown(tab).get_by_text("README.md exists")).to_be_visible()
    source(tab).fill(lab.source.replace("at_least: 3", "at_least: many"))
    expect(tab.locator(".problems")).to_contain_text("Line 11: commits.at_least")
    with tab.context.expect_page() as tried:
        tab.get_by_role("button", name="Run the checks").click()
    expect(tried.value.get_by_text("Line 11: commits.at_least")).to_be_visible()
    expect(source(tab)).to_have_value(re.compile("at_least: many"))


def open_help(page):
    page.get_by_text("examples to insert").first.press("Enter")


def insert(page, name: str) -> None:
    """Open an entry of the help and insert its example, by keyboard."""
    page.locator(".help-pages summary").filter(has=page.get_by_text(name, exact=True)).first.press("Enter")
    button = page.get_by_role("button", name=f"Insert: {name}", exact=True).first
    button.press("Enter")
    expect(source(page)).to_be_focused()


def test_each_question_of_the_help_is_inserted_by_keyboard(tab, course):
    tab.goto(reverse("admin:lessons_quiz_add"))
    tab.get_by_label("Course:").select_option("Mine")
    open_help(tab)
    for kind in kinds.all_kinds():
        insert(tab, kind.kind.replace("-", " ").capitalize())
    expect(shown(tab).locator("legend")).to_have_count(2 + len(kinds.all_kinds()))
    expect(tab.locator(".editor-notes .problems")).to_have_count(0)
    selected = source(tab).evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert selected == kinds.all_kinds()[-1].example.rstrip()
    assert "{#record-2 points=2}" in source(tab).input_value()


def test_an_example_goes_after_the_paragraph_of_the_cursor_and_undo_takes_it_back(tab, lesson):
    save(lesson, "One,\nstill one.\n\nTwo.\n")
    tab.goto(change_address(lesson))
    source(tab).evaluate("field => field.setSelectionRange(0, 0)")
    open_help(tab)
    insert(tab, "Definition")
    expect(source(tab)).to_have_value("One,\nstill one.\n\nCommit\n: A recorded state.\n\nTwo.\n")
    tab.keyboard.press("ControlOrMeta+z")
    expect(source(tab)).to_have_value("One,\nstill one.\n\nTwo.\n")


def test_checks_and_steps_are_inserted_where_a_lab_has_them(tab, course):
    tab.goto(reverse("admin:labs_lab_add"))
    tab.get_by_label("Course:").select_option("Mine")
    open_help(tab)
    insert(tab, "merged")
    insert(tab, "amend")
    expect(shown(tab).get_by_text("Say here what is true when the check passes")).to_be_visible()
    expect(tab.locator(".editor-notes .problems")).to_have_count(0)
    lines = source(tab).input_value().splitlines()
    assert lines[lines.index("  - id: merged") + 2] == (
        "    merged: {name: feature/login, into: main, by: merge-commit}"
    )
    assert lines[lines.index("      - {amend: New message}") + 1] == "    expect: {others: passed}"


def test_an_example_is_copied_by_keyboard(tab, lesson):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(change_address(lesson))
    open_help(tab)
    entry = tab.locator(".help-pages details").filter(has=tab.get_by_text("::: flow", exact=True))
    entry.locator("summary").press("Enter")
    entry.get_by_role("button", name="Copy: ::: flow").press("Enter")
    expect(tab.locator(".editor-says")).to_have_text("Copied.")
    assert tab.evaluate("navigator.clipboard.readText()") == BLOCKS["flow"].example


def test_without_javascript_the_examples_are_text(browser, live_server, instructor, lesson):
    context = open_context(browser, live_server, instructor, **wide_light(java_script_enabled=False))
    page = context.new_page()
    page.goto(change_address(lesson))
    page.get_by_text("examples to insert").click()
    entry = page.locator(".help-pages details").filter(has=page.get_by_text("::: flow", exact=True))
    entry.locator("summary").click()
    expect(entry.get_by_text("Working tree -> Staging area")).to_be_visible()
    expect(entry.get_by_role("button")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("options", [small_dark(), wide_light()], ids=["320", "1280"])
@pytest.mark.parametrize("kind", ["lessons_lesson", "lessons_quiz", "labs_lab"])
def test_the_open_help_is_accessible_and_as_wide_as_the_page(browser, live_server, instructor, kind, options):
    context = open_context(browser, live_server, instructor, **options)
    page = context.new_page()
    page.goto(reverse(f"admin:{kind}_add"))
    for fold in page.locator(".help-fold, .help-pages section:first-of-type details").all():
        fold.evaluate("fold => { fold.open = true }")
    page.wait_for_load_state("networkidle")
    assert axe_violations(page) == []
    assert page.locator(".help-pages").first.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert not widens(page)
    context.close()


@pytest.mark.parametrize("options", [small_dark(), wide_light()], ids=["320", "1280"])
def test_the_pages_of_authors_are_accessible(browser, live_server, instructor, course, lesson, options):
    lab = make_lab(course)
    make_submission(make_learner(course, email="an.address.that.is.longer.than.a.phone@example.org"), lab)
    save(lesson, "## Other\n")
    save(lesson, "## Another\n")
    context = open_context(browser, live_server, instructor, **options)
    page = context.new_page()
    page.goto(change_address(lesson))
    write(page, "## A\n\n[b](lesson:nowhere)\n")
    for address in (
        change_address(lesson),
        reverse("admin:labs_lab_change", args=[lab.pk]),
        reverse("admin:lessons_lesson_history", args=[lesson.pk]),
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for fold in page.locator(".versions details").all():
            fold.evaluate("fold => { fold.open = true }")
        assert axe_violations(page) == [], address
        assert not widens(page), address
    context.close()
