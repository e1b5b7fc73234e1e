"""Lessons, quizzes and labs as items of a list, each with the result of a learner. No queries here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from lessons.points import count_points, show_points

MAX_DUE = 5
MAX_LEFT = 3  # things to prepare that are named
URGENCY = {"bad": 0, "run": 1, "part": 2, "todo": 3, "wait": 4}
MINUTES_OF_A_LAB, MINUTES_OF_A_FIX = 45, 20
NOTHING = Decimal(0)


@dataclass(slots=True)
class Result:
    """The result of a learner's tries at a quiz or lab.

    `points` are those of the best try, out of `out_of` in its own version. `evidence` is the URL of its page.
    `waiting` are points of that try that are not known yet, because staff or a worker mark them later.
    """

    points: Decimal | None = None
    out_of: Decimal = NOTHING
    passed: bool = False
    tries: int = 0
    under_way: bool = False
    evidence: str = ""
    waiting: Decimal = NOTHING

    def scale_to(self, max_points: Decimal) -> Decimal:
        # The best try's share, applied to the points of the current version.
        return self._scale(self.points, max_points)

    def scale_waiting_to(self, max_points: Decimal) -> Decimal:
        return self._scale(self.waiting, max_points)

    def _scale(self, points: Decimal | None, max_points: Decimal) -> Decimal:
        if not points or not self.out_of:
            return NOTHING
        return (points * max_points / self.out_of).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def state(self, under_way: str) -> str:
        if self.passed:
            return "done"
        if self.under_way:
            return under_way
        if self.waiting:
            return "wait"
        return "todo" if self.points is None else "bad"


@dataclass(slots=True)
class Item:
    """A lesson, quiz or lab in a list. `evidence` is the URL that shows where its points come from.

    One that `opens_later` has no link; `opens_at` is None while the time is unknown.
    """

    kind: str
    title: str
    url: str
    state: str = "todo"
    note: str = ""
    points: Decimal = NOTHING
    max_points: Decimal = NOTHING
    evidence: str = ""
    is_ready: bool = True
    tries: int = 0
    has_result: bool = False
    opens_later: bool = False
    opens_at: datetime | None = None
    waiting: Decimal = NOTHING
    due: str = ""
    key: str = ""
    bonus: int = 0
    minutes: int = 0  # about how long it takes, 0 if it is not known

    @property
    def glyph(self) -> str:
        return "later" if self.opens_later else self.state

    @property
    def is_due(self) -> bool:
        return self.state not in ("done", "wait") and self.is_ready and not self.opens_later

    @property
    def score(self) -> str:
        return f"{show_points(self.points)} of {show_points(self.max_points)}"

    @property
    def brief(self) -> str:
        """The result in a chip; "" before the first one."""
        if self.state == "part":
            return "in progress"
        if self.waiting:
            return f"{show_points(self.points)} so far, {show_points(self.waiting)} waiting for marking"
        return self.score if self.has_result else ""


def lesson_item(title: str, url: str, minutes: int, *, begun: bool, read: bool) -> Item:
    state = "done" if read else "part" if begun else "todo"
    return Item("Lesson", title, url, state, f"About {minutes} {plural('minute', minutes)}", minutes=minutes)


def checklist_item(title: str, url: str, done: int, left: Sequence[str]) -> Item:
    """Return the list to prepare for a session; `left` has the things that are not ticked."""
    whole = done + len(left)
    named = "; ".join(words.rstrip(".") for words in left[:MAX_LEFT])
    named += "; and more" if len(left) > MAX_LEFT else ""
    state = "done" if not left else "part" if done else "todo"
    note = f"{done} of {whole} done" + (f". Still to do: {named}" if left else "")
    return Item("Checklist", f"Prepare for {title}", url, state, note)


def quiz_item(title: str, url: str, questions: int, max_points: Decimal, counts: str, result: Result) -> Item:
    points, state = result.scale_to(max_points), result.state("part")
    item = Item("Quiz", title, url, state, "", points, max_points, result.evidence or url)
    item.has_result, item.waiting = result.points is not None, result.scale_waiting_to(max_points)
    item.note = f"{questions} {plural('question', questions)}, {count_points(max_points)}"
    if item.has_result:
        item.note = f"{counts.capitalize()} {item.score} points"
    if item.waiting:
        item.note += f" so far, {show_points(item.waiting)} waiting for marking"
    return item


def lab_item(title: str, url: str, max_points: Decimal, result: Result, *, is_ready: bool) -> Item:
    points, state = result.scale_to(max_points), result.state("run")
    item = Item("Lab", title, url, state, "", points, max_points, result.evidence or url, is_ready)
    item.tries, item.has_result = result.tries, result.points is not None
    item.minutes = MINUTES_OF_A_FIX if item.has_result else MINUTES_OF_A_LAB
    item.waiting = result.scale_waiting_to(max_points)
    if state == "wait" and result.points is not None and result.out_of - result.points > result.waiting:
        item.state = "bad"  # checks need work, whatever staff will give
    item.note = count_points(max_points)
    if result.tries:
        best = f"best {item.score} points" if item.has_result else "none graded yet"
        if item.waiting:
            best += f" so far, {show_points(item.waiting)} waiting for marking"
        item.note = f"{result.tries} {plural('submission', result.tries)}, {best}"
    elif not is_ready:
        item.note += ". Opens when its environment is ready."
    return item


def minutes_of_quiz(questions: int, limit: int) -> int:
    """A minute for each question and two to begin, or the time limit if that is shorter."""
    minutes = questions + 2
    return min(minutes, limit) if limit else minutes


def show_minutes(minutes: int) -> str:
    """Return “45 min” or “2 h 15 min”."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]))


def share_done(items: Sequence[Item], noun: str, done: str) -> str:
    """Return “2 of 3 labs passed”; "" if there are none."""
    if not items:
        return ""
    states = [item.state for item in items]
    return count_done(states.count("done"), len(items), noun, done)


def count_done(number: int, whole: int, noun: str, done: str) -> str:
    return f"{number:,} of {whole:,} {plural(noun, whole)} {done}"


def plural(noun: str, number: int) -> str:
    if number == 1:
        return noun
    return "quizzes" if noun == "quiz" else f"{noun}s"


def most_urgent(items: Iterable[tuple[int, Item]]) -> list[Item]:
    # Failed labs and quizzes first, then those in progress; ties go to the earlier session.
    kinds = ("Lesson", "Quiz", "Lab", "Checklist")
    ordered = sorted(items, key=lambda each: (URGENCY[each[1].state], each[0], kinds.index(each[1].kind)))
    return [item for _, item in ordered[:MAX_DUE]]
