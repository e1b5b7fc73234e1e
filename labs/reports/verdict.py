"""Prepare a report for its reader: what to fix first, where it was seen, what changed since the previous one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from labs.grader import fix_text
from labs.grader.report import CheckResult, Evidence, Outcome, Report
from labs.grader.words import count
from labs.queries import Tally
from lessons.models import Course, FormerSlug, Lesson

OUTCOMES = {
    Outcome.PASSED: ("done", "Passed"),
    Outcome.NEEDS_WORK: ("bad", "Needs work"),
    Outcome.NOT_RUN: ("skip", "Not run"),
    Outcome.FAULT: ("skip", "Fault on our side"),
}
MARGIN = 4  # spaces before lines that go into a file
SMALLEST_COHORT = 5  # in a smaller one a number could identify people
# A full stop ends the sentence if a space follows and it is not inside backticks.
FIRST_SENTENCE = re.compile(r"((?:`[^`]*`|[^`.]|\.(?!\s))+\.)\s+(.+)", re.DOTALL)


@dataclass(frozen=True)
class EvidencePlace:
    """The place of a finding, each part as far as known. `lines` are (number, text, True for the line itself).

    The URLs are pages of exactly this commit; empty if there are none.
    """

    file: str
    line: int | None
    commit: str
    on: str
    lines: tuple[tuple[int, str, bool], ...]
    file_address: str = ""
    commit_address: str = ""


@dataclass(frozen=True)
class LessonLink:
    title: str
    address: str


@dataclass(frozen=True)
class FixPart:
    """A piece of a fix: words, or text to type; `title` says where, and is empty for words."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class ShownCheck:
    result: CheckResult
    glyph: str
    word: str
    headline: str
    detail: str
    places: tuple[EvidencePlace, ...]
    fix: tuple[FixPart, ...]
    lesson: LessonLink | None
    hint: tuple[FixPart, ...] = ()
    others: str = ""


@dataclass(frozen=True)
class CheckGroup:
    title: str
    checks: list[ShownCheck]
    is_open: bool = False


def groups(
    report: Report, course: Course, pages: str = "", tallies: Mapping[str, Tally] | None = None
) -> list[CheckGroup]:
    """Return the checks to fix first, other failed ones, passed ones and those not run; without empty groups.

    `pages` is the repository's URL on github.com, for links to commits and files; `tallies` decide, by check ID,
    which hints are due.
    """
    first = report.first_to_fix
    lessons = lesson_links(report, course)
    rest = [result for result in report.results if result is not first]
    parts = {
        "Fix this first": [first] if first else [],
        "Also needs work": [result for result in rest if result.outcome is Outcome.NEEDS_WORK],
        "Passed": [result for result in rest if result.outcome is Outcome.PASSED],
        "Not run": [result for result in rest if result.outcome in (Outcome.NOT_RUN, Outcome.FAULT)],
    }
    return [
        CheckGroup(
            title,
            [show_check(result, lessons, pages, (tallies or {}).get(result.id)) for result in results],
            is_open=results == [first],
        )
        for title, results in parts.items()
        if results
    ]


def show_check(
    result: CheckResult, lessons: dict[str, LessonLink], pages: str = "", tally: Tally | None = None
) -> ShownCheck:
    says = result.why or result.reason or ""
    split = FIRST_SENTENCE.fullmatch(says)
    headline, detail = split.groups() if split else (says, "")
    places = tuple(place(evidence, pages) for evidence in result.evidence)
    glyph, word = OUTCOMES[result.outcome]
    lesson = lessons.get(result.lesson or "")
    fix, hint = fix_parts(result.fix), fix_parts(result.hint) if is_hint_due(tally) else ()
    return ShownCheck(result, glyph, word, headline, detail, places, fix, lesson, hint, met_by_others(tally))


def is_hint_due(tally: Tally | None) -> bool:
    # from the second submission in which the check needs work
    return tally is not None and tally.earlier


def met_by_others(tally: Tally | None) -> str:
    """Return `6 of 24 people in the cohort had this problem.`, or "" if that could identify somebody."""
    if tally is None or tally.cohort < SMALLEST_COHORT or tally.people < 2:
        return ""
    return f"{tally.people} of {tally.cohort} people in the cohort had this problem."


def fix_parts(fix: str) -> tuple[FixPart, ...]:
    parts: list[FixPart] = []
    for piece in fix_text.pieces(fix):
        is_typed = fix_text.is_command(piece)
        title = "Write" if fix_text.is_indented(piece) else "Run in your lab folder" if is_typed else ""
        if title and parts and parts[-1].title == title:
            piece = f"{parts.pop().text}\n\n{piece}"
        parts.append(FixPart(piece, title))
    return tuple(FixPart(_dedent(part.text), part.title) for part in parts)


def _dedent(text: str) -> str:
    # the common margin, up to four spaces, goes; deeper indentation belongs to the text
    lines = text.split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[min(margin, MARGIN) :] for line in lines)


def place(evidence: Evidence, pages: str = "") -> EvidencePlace:
    sort, _, name = (evidence.ref or "").removeprefix("refs/").partition("/")
    lines = tuple((number, text, number == evidence.line) for number, text in evidence.excerpt)
    on = f"{'tag' if sort == 'tags' else 'branch'} `{name}`" if name else ""
    file, commit = evidence.path or "", evidence.commit or ""
    return EvidencePlace(
        file,
        evidence.line,
        commit[:7],
        on,
        lines,
        file_address(pages, commit, file, evidence.line),
        commit_address(pages, commit),
    )


def commit_address(pages: str, commit: str) -> str:
    return f"{pages}/commit/{commit}" if pages and commit else ""


def file_address(pages: str, commit: str, file: str, line: int | None) -> str:
    # the source, not the rendered page: line numbers count there
    is_path = "\\" not in file and "…" not in file  # otherwise it was escaped or truncated
    if not (pages and commit and file and is_path):
        return ""
    return f"{pages}/blob/{commit}/{quote(file)}?plain=1" + (f"#L{line}" if line else "")


def lesson_links(report: Report, course: Course) -> dict[str, LessonLink]:
    """Return links by `slug#heading`, as checks name them; drafts have none."""
    named = {result.lesson for result in report.results if result.lesson}
    slugs = {name.partition("#")[0] for name in named}
    published = Lesson.objects.listed().filter(course=course).only("slug", "title", "course")
    lessons = {lesson.slug: lesson for lesson in published.filter(slug__in=slugs)}
    if missing := slugs - lessons.keys():
        # A check may name a lesson by the slug from before a rename.
        rows = FormerSlug.objects.filter(course=course, kind=FormerSlug.Kind.LESSON, slug__in=missing)
        former = dict(rows.values_list("slug", "target"))
        renamed = published.in_bulk(list(former.values())) if former else {}
        lessons |= {slug: renamed[key] for slug, key in former.items() if key in renamed}
    for lesson in lessons.values():
        lesson.course = course
    return {name: _link(lessons[slug], name) for name in named if (slug := name.partition("#")[0]) in lessons}


def _link(lesson: Lesson, name: str) -> LessonLink:
    heading = name.partition("#")[2]
    return LessonLink(lesson.title, lesson.get_absolute_url() + (f"#{quote(heading)}" if heading else ""))


def difference(report: Report, before: Report, number: int) -> str:
    """Return one sentence on the changes since submission `number`, whose report is `before`."""
    passing, passed = _passed_ids(report), _passed_ids(before)
    ids = {result.id for result in report.results}
    more, fewer = len(passing - passed), len((passed & ids) - passing)
    if not (more or fewer):
        return f"The same checks pass as in submission {number}."
    changes = []
    if more:
        changes.append(f"{count(more, 'check')} now {'passes' if more == 1 else 'pass'}")
    if fewer:
        changes.append(f"{count(fewer, 'check')} no longer {'passes' if fewer == 1 else 'pass'}")
    return f"Since submission {number}: {' and '.join(changes)}."


def _passed_ids(report: Report) -> set[str]:
    return {result.id for result in report.results if result.outcome is Outcome.PASSED}
