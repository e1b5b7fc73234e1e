"""Front matter of a quiz: four required keys, so that no rule of an attempt is implicit, and optional ones."""

import re
from typing import NamedTuple

from lessons.texts.due_rules import MAX_DAYS, Rule, parse_rule
from lessons.texts.fields import Fields

RELEASES = ("now", "passed", "deadline", "never")
SHOWS = ("all", "answers", "explanations")
SHOW_ANSWERS, SHOW_EXPLANATIONS = ("all", "answers"), ("all", "explanations")
COUNTS = ("best", "last", "first")
LATE = ("refuse", "mark")
MAX_MINUTES = 24 * 60
MAX_DRAWN = 1000
MAX_BONUS = 100
POOL = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Pool(NamedTuple):
    """A group of questions, of which each attempt has `draw`. `line` is that of its front matter."""

    name: str
    draw: int
    line: int


class Settings(NamedTuple):
    """The rules of a quiz. `time_limit` is in minutes, 0 for none; `deadline` counts from the meeting.

    `bonus` are points on top of the 100 of the course.
    """

    title: str
    pass_mark: int
    attempts: int
    release: str
    shows: str
    counts: str
    time_limit: int
    deadline: Rule | None
    late: str
    bonus: int
    shuffle: bool
    pools: tuple[Pool, ...]


def read_settings(fields: Fields) -> Settings:
    settings = Settings(
        title=" ".join(fields.text("title").split()),
        pass_mark=fields.number("pass_mark", limit=100),
        attempts=fields.number("attempts", limit=100),
        release=fields.choice("release", RELEASES),
        shows=fields.choice("shows", SHOWS, "all"),
        counts=fields.choice("counts", COUNTS, "best"),
        time_limit=fields.number("time_limit", 0, limit=MAX_MINUTES),
        deadline=_read_deadline(fields),
        late=fields.choice("late", LATE, "refuse"),
        bonus=fields.number("bonus", 0, limit=MAX_BONUS),
        shuffle=fields.flag("shuffle", False),
        pools=tuple(_read_pools(fields)),
    )
    if settings.late == "mark" and settings.release == "deadline":
        fields.report(
            "late",
            "must be refuse if release is deadline: a late attempt could be taken with the answers at hand",
        )
    fields.report_unknown()
    return settings


def _read_deadline(fields: Fields) -> Rule | None:
    # `deadline_days: 6` is the older way to write `deadline: 6 days`
    days = fields.number("deadline_days", -1, limit=MAX_DAYS)
    text = fields.text("deadline", "", check=parse_rule)
    if text and days >= 0:
        fields.report("deadline_days", "says the same as deadline. Remove one of them.")
    try:
        return parse_rule(text) if text else Rule(days=days) if days >= 0 else None
    except ValueError:  # reported by `check`
        return None


def _read_pools(fields: Fields) -> list[Pool]:
    found = fields.mapping("pools")
    pools = []
    for name in found.values if found else ():
        draw = found.number(name, limit=MAX_DRAWN) if found else 0
        if not POOL.fullmatch(name):
            fields.report("pools", f"“{name[:64]}” is not a name. Use up to 64 characters: a-z, 0-9, - and _")
        pools.append(Pool(name, draw, found.lines[name] if found else 0))
    return pools
