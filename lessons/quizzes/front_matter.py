"""Front matter of a quiz: four keys, all required, so that no rule of an attempt is implicit."""

from typing import NamedTuple

from lessons.texts.fields import Fields

RELEASES = ("now", "deadline", "never")


class Settings(NamedTuple):
    title: str
    pass_mark: int
    attempts: int
    release: str


def read_settings(fields: Fields) -> Settings:
    settings = Settings(
        title=" ".join(fields.text("title").split()),
        pass_mark=fields.number("pass_mark", limit=100),
        attempts=fields.number("attempts", limit=100),
        release=fields.choice("release", RELEASES),
    )
    fields.report_unknown()
    return settings
