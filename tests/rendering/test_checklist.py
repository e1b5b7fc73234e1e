import pytest

from lessons.rendering import render_for_staff, render_fragment, with_ticks
from lessons.texts.problem import Problem

SOURCE = """::: checklist
- [ ] Install **Git** {#install-git}

- [ ] Read [this](lesson:git) {#read}
:::
"""


def test_checklist_is_a_list_of_keyed_items(page):
    assert page(SOURCE).html == (
        '<ul class="checklist" data-checklist="">\n<li data-key="install-git">Install <strong>Git</strong></li>'
        '<li data-key="read">Read <a href="/courses/mlops/git/">this</a></li></ul>\n'
    )


def test_checklists_give_key_and_plain_text_of_each_item(page):
    assert page(SOURCE).checklists == [("install-git", "Install Git"), ("read", "Read this")]


def test_a_piece_of_a_lesson_has_its_checklist_and_an_explanation_has_none():
    source = "::: checklist\n- [ ] Install Git {#install-git}\n:::\n"
    assert '<li data-key="install-git">Install Git</li>' in render_for_staff(source, link=lambda *_: None)
    assert "::: checklist" in render_fragment(source, link=lambda *_: None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- [ ] b", "This item has no key. Add one at the end, such as {#install-git}"),
        ("- [ ] b {#}", "This item has no key. Add one at the end, such as {#install-git}"),
        ("- [ ] b {#a}", "The key “a” is used twice on this page. Give each item its own."),
        ("- [ ] b {#B}", "The key “B” must have at most 50 characters, all of them a to z, 0 to 9 or -."),
        ("- b {#b}", "Each checklist item is one line: - [ ] Text {#key}"),
        ("b", "Each checklist item is one line: - [ ] Text {#key}"),
    ],
)
def test_item_without_a_valid_key_is_a_plain_item_and_a_problem(page, line, message):
    rendered = page(f"::: checklist\n- [ ] a {{#a}}\n{line}\n:::")
    assert rendered.problems == [Problem(3, "", message)]
    assert rendered.html.count("<li") == 2
    assert rendered.checklists == [("a", "a")]


def test_key_is_unique_over_all_checklists_of_a_page(page):
    block = "::: checklist\n- [ ] a {#a}\n:::\n"
    assert [problem.line for problem in page(f"{block}\n{block}").problems] == [6]


def test_each_keyed_item_is_replaced_by_its_form(page):
    html = with_ticks(page(SOURCE).html, {"read"}, lambda key, text, done: f"({key} {text} {done})")
    assert '<li data-key="install-git">(install-git Install <strong>Git</strong> False)</li>' in html
    assert '(read Read <a href="/courses/mlops/git/">this</a> True)</li>' in html


def test_nothing_that_an_author_writes_looks_like_a_keyed_item(page):
    forged = '<li data-key="x">a</li> `<li data-key="x">a</li>` [a](lesson:git \'<li data-key="x">a</li>\')'
    html = page(f"{forged}\n\n- {forged}\n\n```\n{forged}\n```").html
    assert with_ticks(html, set(), lambda key, text, done: "FORGED") == html
