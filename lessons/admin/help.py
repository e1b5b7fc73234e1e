"""The help beside the editors of lessons and quizzes, generated from the code that parses them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lessons.quizzes import kinds
from lessons.quizzes.question import AnyQuestion
from lessons.quizzes.reference import FRONT_MATTER, RULES
from lessons.rendering.syntax import Syntax, syntax


@dataclass(frozen=True)
class HelpEntry:
    """One thing to write. `example` is inserted as it is; names between backticks are shown as code elsewhere.

    `details` pairs keys with their meaning.
    """

    name: str
    about: str
    example: str = ""
    more: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class HelpGroup:
    """Entries under a heading, and the place of their examples; see `static/js/insert.js`.

    An example goes before the next line that matches `before`, a JavaScript regular expression, or to the end;
    without `before`, to the top. It stays inside the top-level key `section`, indented like the last line that
    matches `indent_like`. A `tight` one has no blank lines around it.
    """

    title: str
    entries: tuple[HelpEntry, ...]
    about: str = ""
    before: str = ""
    section: str = ""
    indent_like: str = ""
    tight: bool = False


Help = Callable[[], list[HelpGroup]]


def lesson_help() -> list[HelpGroup]:
    return [_syntax("Markdown", syntax())]


def _syntax(title: str, items: Iterable[Syntax]) -> HelpGroup:
    about = "Markdown with tables, as on GitHub. The preview lists problems by line."
    entries = tuple(HelpEntry(item.name, item.about, item.example) for item in items)
    return HelpGroup(title, entries, about, before="^$")


def _name(kind: type[AnyQuestion]) -> str:
    return kind.kind.replace("-", " ").capitalize()


def quiz_help() -> list[HelpGroup]:
    entries = tuple(
        HelpEntry(name, f"Learners see: {kind.hint}", example)
        for kind in kinds.all_kinds()
        for name, example in {_name(kind): kind.example, **kind.more_examples}.items()
    )
    rules = "The title and the rules of the quiz. More rules can be added:"
    start = HelpEntry("First lines", rules, FRONT_MATTER, details=RULES)
    about = (
        "Each question is a heading with a key, such as `{#vcs}`. Keep the key when you change the wording. `points=2`"
        " after the key changes the points from 1 to 2. The format of the answers determines the kind of question."
    )
    return [HelpGroup("The quiz", (start,)), HelpGroup("Questions", entries, about, before="^## ")]
