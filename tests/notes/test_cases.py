"""Each case in `cases/`, imported as the command does it, and compared with its expectation."""

import pytest

from lessons.rendering import render

from . import comparing
from .building import build, convert, source_text
from .case_files import NAMES, load
from .importing import import_all, import_file
from .marks import source_words, words
from .unmet import mark_unmet, unmet_checks

LESSONS = ("sessions", "topics", "code", "links", "pictures", "never", "titles")
FIGURES = ("checklists", "flows", "tables")
BY_LINES = ("cuts", "lines", "lost_words", "sizes", "verbatim", "paragraphs")


def parameters(checks, *, by_lines=False):
    names = [name for name in NAMES if load(name).has_lines or not by_lines]
    return [mark_unmet(name, check) for name in names for check in checks]


def faults(name, checks, lessons):
    """Return what each check finds in these lessons of a case, if it finds anything."""
    found = {check: list(getattr(comparing, check)(load(name), lessons)) for check in checks}
    return {check: lines for check, lines in found.items() if lines}


@pytest.mark.parametrize("name", NAMES)
def test_lessons_are_as_expected(name):
    checks = LESSONS + BY_LINES * load(name).has_lines
    found = faults(name, checks, import_all(name).lessons)
    assert found.keys() == unmet_checks(name, checks), found


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_made_or_offered(name):
    found = faults(name, FIGURES, [*import_all(name).lessons, *import_all(name).accepted])
    assert found.keys() == unmet_checks(name, FIGURES), found


@pytest.mark.parametrize(("name", "check"), parameters(["offered"], by_lines=True))
def test_suggestions_are_offered(name, check):
    assert list(comparing.offered(load(name), import_all(name).offers)) == []


@pytest.mark.parametrize(("name", "check"), parameters(["together"], by_lines=True))
def test_lines_of_one_form_are_one_block(name, check):
    assert list(comparing.together(load(name), import_all(name).blocks)) == []


@pytest.mark.parametrize(("name", "check"), parameters(["head"]))
def test_the_head_is_read(name, check):
    assert list(comparing.head(load(name), import_all(name).head)) == []


@pytest.mark.parametrize(("name", "check"), parameters(["html"]))
def test_the_html_is_what_the_portal_renders(name, check):
    for lesson in import_all(name).lessons:
        rendered = render(lesson["markdown"], link=lambda *_: None)

        assert lesson["html"] == rendered.html
        if not load(name).of("pictures"):
            assert rendered.problems == []


@pytest.mark.heavy
@pytest.mark.parametrize(("name", "check"), parameters(["again"]))
def test_a_second_import_gives_the_same(tmp_path, name, check):
    assert import_file(build(load(name), tmp_path)) == import_all(name).lessons


@pytest.mark.parametrize(("name", "check"), parameters(["every word"]))
def test_every_word_is_in_some_lesson_in_order(name, check):
    case = load(name)
    lessons = import_all(name).lessons
    rest = words("\n".join(f"{each['title']}\n{each['markdown']}" for each in lessons))
    outside = set(_head_and_banners(case))
    lost = []
    for line in source_text(case).splitlines():
        ahead = iter(rest)
        if line in outside:
            continue
        if all(word in ahead for word in source_words([line])):
            rest = list(ahead)
        else:
            lost.append(line)

    assert lost == []


def _head_and_banners(case):
    if not case.has_lines:
        title = str(case.expected.get("head", {}).get("title"))
        return [line for line in source_text(case).splitlines() if line.strip() == title or "2026" in line]
    spans = [case.expected.get("head", {}).get("lines", [1, 0])]
    spans += [banner for session in case.expected["sessions"] for banner in session["banner"]]
    return [line for first, last in spans for line in case.lines[first - 1 : last]]


CONVERTED = [
    mark_unmet(name, each["encoding"], each["newline"]) for name in NAMES for each in load(name).of("also_as")
]


@pytest.mark.parametrize(("name", "encoding", "newline"), CONVERTED)
def test_encoding_and_newlines_change_nothing(tmp_path, name, encoding, newline):
    path = convert(load(name), tmp_path, encoding, newline)

    assert import_file(path, encoding=encoding) == import_all(name).lessons
