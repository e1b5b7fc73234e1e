"""Build the page and the CSV files of an item analysis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.core.cache import caches
from django.db.models import Count, Max, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from lessons.analysis_queries import MAX_SITTINGS, CountedVersion, counted_versions, reports_on, sittings
from lessons.models import Attempt, Marking, QuestionReport, Quiz
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from lessons.pages.csv_file import Cell
from lessons.quiz_regrades import attempts_to_regrade
from lessons.quiz_text import inline, option, parse_stored, plain
from lessons.quizzes.analysis import MIN_SITTINGS, Estimate, ItemAnalysis, QuizAnalysis, analyse
from lessons.quizzes.editing import may_accept
from lessons.quizzes.question import AnyQuestion
from lessons.quizzes.tally import Counted
from portal.accounts.models import User

ALL = "all"
MAX_TEXT = 120  # characters of a typed answer in a chart
KEPT = 3600  # seconds; a new attempt or mark is a new key
HEADS = (
    "number", "key", "question", "kind", "points", "asked", "answered", "right", "share right", "share right low",
    "share right high", "mean credit", "discrimination", "discrimination low", "discrimination high",
    "median seconds", "timed", "flags",
)  # fmt: skip
ANSWER_HEADS = ("number", "key", "question", "answer", "correct", "upper half", "lower half", "both")


@dataclass(frozen=True)
class AnswerBar:
    html: str
    right: bool
    halves: tuple[int, int]
    of: int

    @property
    def upper(self) -> int:
        return self.halves[0]

    @property
    def lower(self) -> int:
        return self.halves[1]

    @property
    def both(self) -> int:
        return sum(self.halves)


@dataclass
class AnalysedQuestion:
    """One question on the page; each figure is text, "" if it is not known."""

    place: int
    title: str
    edit_url: str
    item: ItemAnalysis
    bars: list[AnswerBar]
    others: AnswerBar | None
    reports: list[QuestionReport] = field(default_factory=list)
    # What staff may do with the current version: options to accept, by position, or True if a typed text.
    may_edit: bool = False
    options: list[tuple[int, str]] = field(default_factory=list)
    takes_text: bool = False

    @property
    def open_reports(self) -> int:
        return sum(report.closed_at is None for report in self.reports)

    @property
    def right(self) -> str:
        return f"{self.item.facility.value:.0%}" if self.item.facility else ""

    @property
    def right_range(self) -> str:
        return _shares(self.item.facility)

    @property
    def mean(self) -> str:
        # Said only where there is partial credit.
        mean, share = self.item.mean, self.item.facility
        return "" if mean is None or share is None or abs(mean - share.value) < 0.005 else f"{mean:.0%}"

    @property
    def discrimination(self) -> str:
        return signed(self.item.discrimination.value) if self.item.discrimination else ""

    @property
    def discrimination_range(self) -> str:
        found = self.item.discrimination
        return f"{signed(found.low)} to {signed(found.high)}" if found else ""

    @property
    def time(self) -> str:
        return duration(self.item.seconds) if self.item.seconds is not None else ""


@dataclass(frozen=True)
class Chosen:
    """The versions that the reader chose: one, or all for the questions that did not change."""

    value: str
    versions: list[CountedVersion]

    @property
    def source(self) -> str:
        return self.versions[0].version.source


def analysis_page(quiz: Quiz, wanted: str, user: User) -> Context:
    known = counted_versions(quiz)
    chosen = choose(quiz, known, wanted)
    found = analysis_of(quiz, chosen)
    questions = parse_stored(chosen.source).questions
    reports = reports_on(quiz, user)
    is_current = chosen.value == str(quiz.current_id)
    rows = [_row(quiz, place, each, item) for place, each, item in _numbered(questions, found)]
    for row, question in zip(rows, questions, strict=True):
        row.reports = reports.pop(question.key, [])
        if is_current:
            _add_edits(row, question, quiz.course.slug)
    return {
        **staff_quiz_context(quiz, "Item analysis"),
        "found": found,
        "items": rows,
        "other_reports": [report for each in reports.values() for report in each],
        "open_reports": sum(row.open_reports for row in rows),
        "to_regrade": attempts_to_regrade(quiz, quiz.current).order_by().count(),
        "flagged": sum(bool(item.flags) for item in found.items),
        "choices": list(_choices(quiz, known)),
        "chosen": chosen.value,
        "min": MIN_SITTINGS,
        "max": MAX_SITTINGS,
    }


def _add_edits(row: AnalysedQuestion, question: AnyQuestion, course: str) -> None:
    row.may_edit = True
    if not may_accept(question):
        return
    options = enumerate(question.listed_options())
    row.options = [(place, plain(text, course)) for place, (text, right) in options if not right]
    row.takes_text = question.tallied == "typed"


def staff_quiz_context(quiz: Quiz, *last: str) -> Context:
    """Return what all staff pages of a quiz show: its course, and the way to this page."""
    crumbs = staff_crumbs(quiz.course, (f"Quiz: {quiz.title}", quiz.get_absolute_url()))
    crumbs += [(step, "") for step in last]
    return {"course": quiz.course, "quiz": quiz, "crumbs": crumbs}


def choose(quiz: Quiz, known: list[CountedVersion], wanted: str) -> Chosen:
    """Return the wanted versions; anything unknown gives the current one, or the newest that was taken."""
    current = [each for each in known if each.version.pk == quiz.current_id]
    if wanted == ALL and len(known) > 1:
        return Chosen(ALL, _with_source(current + [each for each in known if each not in current]))
    by_key = {str(each.version.pk): each for each in known}
    taken = [each for each in [*current, *known] if each.count]
    found = by_key.get(wanted) or (taken or known)[0]
    return Chosen(str(found.version.pk), _with_source([found]))


def _with_source(versions: list[CountedVersion]) -> list[CountedVersion]:
    # The sources were left out of the list; one query reads those that are needed.
    keys = [each.version.pk for each in versions]
    sources = dict(type(versions[0].version).objects.filter(pk__in=keys).values_list("pk", "source"))
    for each in versions:
        each.version.source = sources[each.version.pk]
    return versions


def analysis_of(quiz: Quiz, chosen: Chosen) -> QuizAnalysis:
    """Return the analysis, kept until an attempt or a mark changes it."""
    versions = [each.version for each in chosen.versions]
    submitted = Attempt.objects.submitted().filter(quiz=quiz)
    newest = Marking.objects.filter(answer__attempt__quiz=quiz).order_by("-pk").values("pk")[:1]
    regraded = quiz.regrades.order_by("-changed_at").values("changed_at")[:1]
    state = submitted.aggregate(
        *(Count("pk"), Max("pk"), Max("submitted_at")),
        newest_marking=Max(Subquery(newest)),
        regraded=Max(Subquery(regraded)),
    )
    key = f"analysis:{[version.pk for version in versions]}:{list(state.values())}".replace(" ", "")
    found: QuizAnalysis | None = caches["pages"].get(key)
    if found is None:
        questions = parse_stored(chosen.source).questions
        found = analyse(questions, sittings(quiz, versions, questions))
        caches["pages"].set(key, found, timeout=KEPT)
    return found


def question_rows(quiz: Quiz, wanted: str) -> Iterator[Sequence[Cell]]:
    """Yield the rows below HEADS."""
    chosen = choose(quiz, counted_versions(quiz), wanted)
    found = analysis_of(quiz, chosen)
    for place, question, item in _numbered(parse_stored(chosen.source).questions, found):
        yield (
            *(place, item.key, _words(question, quiz), question.kind, float(question.points)),
            *(item.asked, item.answered, item.right),
            *_cells(item.facility),
            _rounded(item.mean),
            *_cells(item.discrimination),
            *(_rounded(item.seconds), item.timed, " ".join(item.flags)),
        )


def answer_rows(quiz: Quiz, wanted: str) -> Iterator[Sequence[Cell]]:
    """Yield the rows below ANSWER_HEADS."""
    chosen = choose(quiz, counted_versions(quiz), wanted)
    found = analysis_of(quiz, chosen)
    for place, question, item in _numbered(parse_stored(chosen.source).questions, found):
        head = (place, item.key, _words(question, quiz))
        for row in item.tally.rows if item.tally else ():
            text = plain(row.text, quiz.course.slug) if item.tally and item.tally.are_options else row.text
            yield (*head, text, "yes" if row.right else "no", *row.counts, sum(row.counts))
        if item.tally and item.tally.has_others:
            yield (*head, "(other answers)", "no", *item.tally.others, sum(item.tally.others))


def _choices(quiz: Quiz, known: list[CountedVersion]) -> Iterator[tuple[str, str]]:
    for each in known:
        saved = date_format(localtime(each.version.created_at), "j F Y, H:i")
        now = ", the current version" if each.version.pk == quiz.current_id else ""
        yield str(each.version.pk), f"{saved}{now} ({each.count})"
    if len(known) > 1:
        yield ALL, f"All versions, unchanged questions together ({sum(each.count for each in known)})"


def _numbered(
    questions: Sequence[AnyQuestion], found: QuizAnalysis
) -> Iterator[tuple[int, AnyQuestion, ItemAnalysis]]:
    for place, (question, item) in enumerate(zip(questions, found.items, strict=True), 1):
        yield place, question, item


def _row(quiz: Quiz, place: int, question: AnyQuestion, item: ItemAnalysis) -> AnalysedQuestion:
    course, counts = quiz.course.slug, item.tally

    def bar(row: Counted) -> AnswerBar:
        text = option(row.text, course) if counts and counts.are_options else cut(row.text)
        return AnswerBar(text, row.right, (row.counts[0], row.counts[1]), item.asked)

    edit = reverse("admin:lessons_quiz_change", args=[quiz.pk])
    return AnalysedQuestion(
        place=place,
        title=inline(question.heading, course),
        edit_url=f"{edit}#source-{question.line}",
        item=item,
        bars=[bar(row) for row in counts.rows] if counts else [],
        others=AnswerBar("Other answers", False, (counts.others[0], counts.others[1]), item.asked)
        if counts and counts.has_others
        else None,
    )


def _words(question: AnyQuestion, quiz: Quiz) -> str:
    return plain(question.heading, quiz.course.slug)


def _shares(found: Estimate | None) -> str:
    return f"{found.low:.0%} to {found.high:.0%}" if found else ""


def _cells(found: Estimate | None) -> tuple[Cell, Cell, Cell]:
    return (_rounded(found.value), _rounded(found.low), _rounded(found.high)) if found else (None, None, None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def signed(value: float) -> str:
    """Return “0.20” or “−0.22”, with a minus sign."""
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and float(text) else text


def cut(text: str) -> str:
    """Return a typed answer, shortened to what a chart can show."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def duration(seconds: float) -> str:
    """Return “45 s” or “2 min 5 s”."""
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
