"""Find the learners of a cohort who are stuck, each with the rules that fired, in words and with the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.urls import reverse

from labs.models import Lab
from lessons.models import Cohort, Enrollment
from portal.progress.class_page import stuck_facts as facts
from portal.progress.class_page import stuck_rules as rules
from portal.progress.class_page.checks import Texts, texts_of_checks
from portal.progress.models import StuckMark

Rule = StuckMark.Rule
URGENCY = list(Rule)  # the most specific first
AFTER_THE_END = timedelta(days=14)  # after the last meeting, nobody has to be active or come


@dataclass(frozen=True)
class Firing:
    """A rule that fired, with the sentence that says why and the path of the evidence, "" without one.

    `check` is the ID of the check that needs work.
    """

    rule: str
    words: str
    evidence: str = ""
    check: str = ""
    strength: float = 0.0


@dataclass
class StuckRow:
    """A learner who is stuck in a lab, or in the course if `lab` is None. `person` is loaded if it is shown."""

    learner: int
    lab: int | None
    firings: list[Firing] = field(default_factory=list)
    person: Enrollment | None = None
    lab_title: str = ""
    tries: int = 0

    @property
    def order(self) -> tuple[int, float, int]:
        first = min(self.firings, key=lambda each: URGENCY.index(Rule(each.rule)))
        return URGENCY.index(Rule(first.rule)), -first.strength, self.learner

    @property
    def words(self) -> str:
        return ". ".join(each.words for each in self.firings)

    @property
    def evidence(self) -> str:
        return next((each.evidence for each in self.firings if each.evidence), "")

    @property
    def glyph(self) -> str:
        return "bad" if self.tries else "skip"


class Finder:
    """Collect the findings of one cohort. Marks of staff hide those that they have handled or snoozed."""

    def __init__(self, cohort: Cohort, now: datetime) -> None:
        self.cohort, self.now = cohort, now
        self.people = facts.learners(cohort)
        self.marks = facts.marks_of(cohort)
        self.rows: dict[tuple[int, int | None], StuckRow] = {}
        self.silent = 0

    def since(self, learner: int, lab: int | None, rule: str) -> datetime | None:
        return self.marks.handled.get((learner, lab, rule))

    def add(self, learner: int, lab: int | None, firing: Firing, tries: int = 0) -> None:
        until = self.marks.snoozed.get((learner, lab, firing.rule))
        if until is None or until <= self.now:
            row = self.rows.setdefault((learner, lab), StuckRow(learner, lab))
            row.firings.append(firing)
            row.tries = max(row.tries, tries)

    def look_at_labs(self) -> None:
        for (learner, lab), tries in facts.unfinished_tries(self.cohort, self.now).items():
            for firing in self._of_tries(learner, lab, tries):
                self.add(learner, lab, firing, len(tries))

    def _of_tries(self, learner: int, lab: int, tries: list[rules.Try]) -> Iterator[Firing]:
        same = rules.find_same_check(tries, self.since(learner, lab, Rule.SAME_CHECK))
        if same:
            words = f"The same check in {same.count} submissions"
            page = f"{reverse('submission', args=[same.newest.page])}#check-{same.check}"
            yield Firing(Rule.SAME_CHECK, words, page, same.check, same.count)
        no_gain = rules.find_no_gain(tries, self.since(learner, lab, Rule.NO_GAIN))
        if no_gain:
            words = f"No gain in {no_gain.count} submissions, {no_gain.best.share:.0%} of the points"
            page = reverse("submission", args=[no_gain.newest.page])
            yield Firing(Rule.NO_GAIN, words, page, strength=no_gain.count)

    def look_at_deadlines(self) -> None:
        opened = facts.open_labs(self.cohort, self.now)
        for (learner, lab), at in facts.near_deadlines(self.cohort, opened, self.people, self.now).items():
            left = rules.find_deadline_near(at, self.now, self.since(learner, lab, Rule.DEADLINE))
            if left:
                hours = int(left.total_seconds() // 3600)
                words = (
                    f"Nothing submitted, {hours} h left" if hours else "Nothing submitted, under an hour left"
                )
                self.add(learner, lab, Firing(Rule.DEADLINE, words, strength=-hours))

    def look_at_class(self) -> None:
        period = facts.class_period(self.cohort)
        is_over = period is not None and self.now - period[1] > AFTER_THE_END
        self._look_for_silence(period[0] if period else None, is_over=is_over)
        if is_over:
            return
        meetings = facts.held_meetings(self.cohort, self.now)
        for learner, joined_at in self.people.items():
            held = facts.attendance_of(learner, joined_at, meetings)
            missed = rules.find_missed(held, self.since(learner, None, Rule.MISSED))
            if missed:
                titles = " and ".join(each.title for each in reversed(missed[:2]))
                words = f"Missed {titles}" if len(missed) == 2 else f"Missed {len(missed)} meetings in a row"
                self.add(learner, None, Firing(Rule.MISSED, words, strength=len(missed)))

    def _look_for_silence(self, begins_at: datetime | None, *, is_over: bool) -> None:
        silent = facts.silent_since(self.cohort, self.now)
        self.silent = len(silent)
        for learner, last in silent.items() if not is_over else ():
            start = max(filter(None, (last, begins_at, self.people.get(learner))), default=self.now)
            silence = rules.find_silence(start, self.now, self.since(learner, None, Rule.AWAY))
            if silence:
                words = "Nothing opened" if last else "Nothing opened yet"
                firing = Firing(Rule.AWAY, f"{words} for {silence.days} days", strength=silence.days)
                self.add(learner, None, firing)


@dataclass(frozen=True)
class Findings:
    """The rows, the most specific rules first, and how many learners were not active in the last 7 days."""

    rows: list[StuckRow]
    silent: int


def find_stuck(cohort: Cohort, now: datetime) -> Findings:
    """Return a row for each learner and lab that a rule fires for."""
    finder = Finder(cohort, now)
    finder.look_at_labs()
    finder.look_at_deadlines()
    finder.look_at_class()
    return Findings(sorted(finder.rows.values(), key=lambda row: row.order), finder.silent)


def complete_rows(rows: list[StuckRow]) -> list[StuckRow]:
    """Add to the rows that a page shows the names of their learners, labs and checks."""
    people = Enrollment.objects.filter(pk__in={row.learner for row in rows}).select_related("user", "course")
    by_key = {each.pk: each for each in people}
    keys = {row.lab for row in rows if row.lab}
    labs = {lab.pk: lab for lab in Lab.objects.filter(pk__in=keys).only("slug", "title", "course", "current")}
    texts = texts_of_checks(
        labs[row.lab] for row in rows if row.lab in labs and any(e.check for e in row.firings)
    )
    for row in rows:
        row.person = by_key.get(row.learner)
        lab = labs.get(row.lab or 0)
        row.lab_title = lab.title if lab else ""
        row.firings = [_with_words(each, texts, lab) for each in row.firings]
    return rows


def _with_words(firing: Firing, texts: Texts, lab: Lab | None) -> Firing:
    if lab is None:
        return firing
    if not firing.check:
        page = firing.evidence or reverse("lab", args=[lab.course.slug, lab.slug])
        return Firing(firing.rule, firing.words, page, strength=firing.strength)
    says, _ = texts.get(lab.pk, {}).get(firing.check, (firing.check, ()))
    words = f"{firing.words}: {says}"
    return Firing(firing.rule, words, firing.evidence, firing.check, firing.strength)
