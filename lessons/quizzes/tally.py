"""Count the answers of many learners to one question: by option, or by the text that they typed."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .marking import credit
from .question import AnyQuestion, Response

MAX_TYPED = 20  # different texts; the rest are counted together


@dataclass(frozen=True)
class Counted:
    """An option, or a typed text, with how many of each group gave it. `text` is Markdown for an option."""

    text: str
    right: bool
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Tally:
    """`rows` are the options in source order, or typed texts, the most frequent first; `others` are left out."""

    rows: tuple[Counted, ...]
    others: tuple[int, ...]
    are_options: bool = False

    @property
    def has_others(self) -> bool:
        return any(self.others)


def can_tally(question: AnyQuestion) -> bool:
    return bool(question.tallied)


def tally(question: AnyQuestion, *groups: Iterable[Response], limit: int = MAX_TYPED) -> Tally:
    """Count the responses of each group. The question must be one of `can_tally`."""
    given = [list(group) for group in groups]
    if question.tallied == "options":
        return _by_option(question, given)
    return _by_text(question, given, limit)


def _by_option(question: AnyQuestion, groups: list[list[Response]]) -> Tally:
    counters = [Counter(place for response in group for place in set(response)) for group in groups]
    rows = (
        Counted(text, right, tuple(counter[place] for counter in counters))
        for place, (text, right) in enumerate(question.listed_options())
    )
    return Tally(tuple(rows), (0,) * len(groups), are_options=True)


def _by_text(question: AnyQuestion, groups: list[list[Response]], limit: int) -> Tally:
    keyed = [[(question.group_key(response), str(response)) for response in group] for group in groups]
    counters = [Counter(key for key, _ in group) for group in keyed]
    spellings: dict[Hashable, Counter[str]] = {}
    for key, text in (pair for group in keyed for pair in group):
        spellings.setdefault(key, Counter())[text] += 1
    texts = {key: max(sorted(found), key=found.__getitem__) for key, found in spellings.items()}
    order = sorted(texts, key=lambda key: (-sum(counter[key] for counter in counters), texts[key]))
    rows = (
        Counted(texts[key], credit(question, texts[key]) == 1, tuple(counter[key] for counter in counters))
        for key in order[:limit]
    )
    others = tuple(sum(counter[key] for key in order[limit:]) for counter in counters)
    return Tally(tuple(rows), others)
