import pytest

from labs.grader.report import Evidence
from labs.reports.verdict import FixPart, difference, fix_parts, groups, place, show_check
from tests.factories import make_course, make_lesson, make_session
from tests.reports import make_engine_report, make_result


def titles(report, course) -> dict[str, list[str]]:
    return {group.title: [check.result.id for check in group.checks] for group in groups(report, course)}


@pytest.mark.django_db
def test_groups_lead_with_the_first_that_needs_work():
    report = make_engine_report(a="passed", b="needs_work", c="needs_work", d="not_run", e="passed")
    assert titles(report, make_course()) == {
        "Fix this first": ["b"],
        "Also needs work": ["c"],
        "Passed": ["a", "e"],
        "Not run": ["d"],
    }


@pytest.mark.django_db
def test_groups_without_checks_are_left_out():
    assert titles(make_engine_report(a="passed"), make_course()) == {"Passed": ["a"]}


@pytest.mark.django_db
def test_only_the_first_to_fix_is_open():
    report = make_engine_report(a="needs_work", b="needs_work")
    assert [group.is_open for group in groups(report, make_course())] == [True, False]


@pytest.mark.django_db
def test_lesson_of_a_check_is_linked_at_its_heading():
    session = make_session()
    lesson = make_lesson(session, slug="git-basics", title="Git basics")
    check = groups(make_engine_report(a="needs_work"), session.course)[0].checks[0]
    assert check.lesson.title == "Git basics"
    assert check.lesson.address == f"{lesson.get_absolute_url()}#committing"


@pytest.mark.django_db
def test_lesson_that_is_a_draft_is_not_linked():
    session = make_session()
    make_lesson(session, slug="git-basics", status="draft")
    assert groups(make_engine_report(a="needs_work"), session.course)[0].checks[0].lesson is None


@pytest.mark.parametrize(
    ("why", "headline", "detail"),
    [
        ("It is missing. One was found.", "It is missing.", "One was found."),
        ("`a. b` is missing. Look.", "`a. b` is missing.", "Look."),
        ("v1.0 is missing", "v1.0 is missing", ""),
        ("Only one sentence.", "Only one sentence.", ""),
    ],
)
def test_first_sentence_is_the_heading(why, headline, detail):
    check = show_check(make_result("a", "needs_work", why=why), {})
    assert (check.headline, check.detail) == (headline, detail)


def test_check_that_was_not_run_says_its_reason():
    check = show_check(make_result("a", "not_run", reason="Not run, because of `b`."), {})
    assert (check.word, check.headline) == ("Not run", "Not run, because of `b`.")


def test_place_names_branch_commit_and_line():
    found = place(Evidence("refs/heads/feature/x", "9f3c2e1" * 5, "a.txt", 2, ((1, "one"), (2, "two"))))
    assert (found.on, found.commit, found.file, found.line) == ("branch `feature/x`", "9f3c2e1", "a.txt", 2)
    assert found.lines == ((1, "one", False), (2, "two", True))


def test_place_names_a_tag():
    assert place(Evidence(ref="refs/tags/v1.0.0")).on == "tag `v1.0.0`"


def test_place_without_anything_is_empty():
    found = place(Evidence())
    assert (found.on, found.commit, found.file, found.lines) == ("", "", "", ())


def test_difference_counts_both_ways():
    before = make_engine_report(a="passed", b="needs_work", c="needs_work")
    now = make_engine_report(a="needs_work", b="passed", c="passed")
    assert difference(now, before, 2) == "Since submission 2: 2 checks now pass and 1 check no longer passes."


def test_a_difference_counts_checks_that_changed():
    before, now = make_engine_report(a="needs_work"), make_engine_report(a="passed")
    assert difference(now, before, 1) == "Since submission 1: 1 check now passes."


def test_difference_leaves_out_a_check_that_the_lab_lost():
    before, now = make_engine_report(a="passed", gone="passed"), make_engine_report(a="passed", b="passed")
    assert difference(now, before, 1) == "Since submission 1: 1 check now passes."


def test_difference_is_empty_if_nothing_changed():
    report = make_engine_report(a="passed", b="not_run")
    assert difference(report, report, 4) == "The same checks pass as in submission 4."


def test_a_fix_is_split_into_words_and_commands_to_type():
    commands = "git add README.md\ngit commit -m 'Add'\n\ngit push"
    fix = f"Begin README.md with a title:\n\n  # Billing\n\nThen:\n\n{commands}\n"
    assert fix_parts(fix) == (
        FixPart("Begin README.md with a title:"),
        FixPart("# Billing", "Write"),
        FixPart("Then:"),
        FixPart(commands, "Run in your lab folder"),
    )


def test_no_fix_has_no_parts():
    assert fix_parts("") == ()


def test_commands_below_a_comment_are_commands():
    fix = "# ci.yml, line 1: add a step\ngit add ci.yml"
    assert fix_parts(fix) == (FixPart(fix, "Run in your lab folder"),)
    assert fix_parts("# 1 is the line")[0].title == ""
