"""Front matter of a quiz: four required keys, so that no rule of an attempt is implicit, and optional ones."""

import re
from typing import NamedTuple

from lessons.texts.fields import Fields

RELEASES = ("now", "passed", "deadline", "never")
SHOWS = ("all", "answers", "explanations")
SHOW_ANSWERS, SHOW_EXPLANATIONS = ("all", "answers"), ("all", "explanations")
COUNTS = ("best", "last", "first")
LATE = ("refuse", "mark")
MAX_MINUTES = 24 * 60
MAX_DAYS = 365
MAX_DRAWN = 1000
POOL = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Pool(NamedTuple):
    """A group of questions, of which each attempt has `draw`. `line` is that of its front matter."""

    name: str
    draw: int
    line: int


class Settings(NamedTuple):
    """The rules of a quiz. `time_limit` is in minutes, 0 for none; `deadline_days` counts from the meeting."""

    title: str
    pass_mark: int
    attempts: int
    release: str
    shows: str
    counts: str
    time_limit: int
    deadline_days: int | None
    late: str
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
        deadline_days=_read_days(fields),
        late=fields.choice("late", LATE, "refuse"),
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


def _read_days(fields: Fields) -> int | None:
    days = fields.number("deadline_days", -1, limit=MAX_DAYS)
    return None if days < 0 else days


def _read_pools(fields: Fields) -> list[Pool]:
    found = fields.mapping("pools")
    pools = []
    for name in found.values if found else ():
        draw = found.number(name, limit=MAX_DRAWN) if found else 0
        if not POOL.fullmatch(name):
            fields.report("pools", f"“{name[:64]}” is not a name. Use up to 64 characters: a-z, 0-9, - and _")
        pools.append(Pool(name, draw, found.lines[name] if found else 0))
    return pools
