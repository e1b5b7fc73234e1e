"""The analysis of checks: which stop the most learners, and how they are repaired. Definitions: docs/teaching.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labs.grader.spec import SpecError
from labs.models import Lab, LabVersion
from labs.specs import parse_spec
from lessons.models import Cohort
from lessons.quizzes.analysis import Estimate, wilson
from portal.progress.class_page.check_queries import (
    CheckFigures,
    LeftOut,
    analysed_labs,
    check_figures,
    count_left_out,
    learners_with_results,
)

MIN_LEARNERS = 10  # below this there are only counts

Texts = Mapping[
    int, Mapping[str, tuple[str, tuple[str, ...]]]
]  # by lab and check: its sentence, what it needs


@dataclass(frozen=True)
class CheckRow:
    """A check with its figures; `people` have a result in its lab. `is_current` is False if the lab lost it."""

    lab: Lab
    says: str
    figures: CheckFigures
    people: int
    is_current: bool

    @property
    def stopped(self) -> Estimate | None:
        """The share of learners who are stopped, with its interval; None if there are too few."""
        return wilson(self.figures.stopped, self.people) if self.people >= MIN_LEARNERS else None

    @property
    def repaired(self) -> Estimate | None:
        """The share of occasions that the next submission repaired; None if too few learners or occasions."""
        has_enough = self.people >= MIN_LEARNERS and self.figures.followed >= MIN_LEARNERS
        return wilson(self.figures.repaired, self.figures.followed) if has_enough else None

    @property
    def share(self) -> float:
        return self.figures.stopped / self.people if self.people else 0.0


@dataclass(frozen=True)
class CheckAnalysis:
    """The checks of a lab, or of all labs of a course, those that stop the most learners first."""

    labs: list[Lab]
    rows: list[CheckRow]
    people: Mapping[int, int]
    left_out: LeftOut
    followed: int
    repaired: int

    @property
    def largest(self) -> int:
        """The number of learners of the lab with most of them."""
        return max(self.people.values(), default=0)

    @property
    def all_repaired(self) -> Estimate | None:
        """The share of all occasions that the next submission repaired: the measure of our own feedback."""
        has_enough = self.largest >= MIN_LEARNERS and self.followed >= MIN_LEARNERS
        return wilson(self.repaired, self.followed) if has_enough else None


def analyse_checks(cohort: Cohort, labs: Sequence[Lab] | None = None) -> CheckAnalysis:
    """Return the analysis for a cohort, of these labs or of all of its course. The number of queries is fixed."""
    chosen = analysed_labs(cohort) if labs is None else list(labs)
    keys = [lab.pk for lab in chosen]
    texts = texts_of_checks(chosen)
    found = check_figures(cohort, keys, needs_of(texts))
    people = learners_with_results(cohort, keys)
    by_key = {lab.pk: lab for lab in chosen}
    rows = [_row(by_key[each.lab], each, texts, people.get(each.lab, 0)) for each in found]
    return CheckAnalysis(
        chosen,
        sorted(rows, key=lambda row: (-row.share, -row.figures.stopped, -row.figures.met, row.says)),
        people,
        count_left_out(cohort, keys),
        sum(each.followed for each in found),
        sum(each.repaired for each in found),
    )


def _row(lab: Lab, figures: CheckFigures, texts: Texts, people: int) -> CheckRow:
    known = texts.get(lab.pk, {}).get(figures.name)
    return CheckRow(lab, known[0] if known else figures.name, figures, people, known is not None)


def texts_of_checks(labs: Iterable[Lab]) -> Texts:
    """Return the sentence of each current check, and the checks that it needs. One query."""
    found: dict[int, dict[str, tuple[str, tuple[str, ...]]]] = {}
    versions = LabVersion.objects.filter(pk__in={lab.current_id for lab in labs})
    for lab, source in versions.values_list("lab", "source"):
        try:
            found[lab] = {check.id: (check.says, check.needs) for check in parse_spec(source).checks}
        except SpecError:  # a version from before a rule that refuses it now
            found[lab] = {}
    return found


def needs_of(texts: Texts) -> Iterator[tuple[int, str, str]]:
    """Yield (lab, check, check that it needs), also indirectly."""
    for lab, checks in texts.items():
        direct = {name: needs for name, (_, needs) in checks.items()}
        for name in direct:
            for need in sorted(_all_needs(name, direct)):
                yield lab, name, need


def _all_needs(name: str, direct: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = list(direct[name])
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting.extend(direct.get(need, ()))
    return found
