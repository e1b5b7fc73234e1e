"""The shape of each format, and what writers share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lessons.texts.problem import Problem

from ...question import AnyQuestion
from ...quiz import Quiz
from .html_text import words_of
from .intake import NO_EXPLANATION, Intake

MAX_TITLE = 250
OWN_ADDRESS = re.compile(r"\]\((/[^()\s]*|imported:[^()\s]*)")


@dataclass
class Losses:
    """Losses, collected while a quiz is written in a format.

    `images` has the data of the quiz's images by their address, for formats that carry files.
    """

    images: Mapping[str, bytes] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)

    def add(self, question: AnyQuestion | None, message: str) -> None:
        line, key = (question.line, question.key) if question else (1, "")
        self.found.append(Problem(line, key, message))


@dataclass(frozen=True)
class Format:
    """One format. `title` is what people call it.

    `recognises(text)` is True for a text that is surely of this format; `read(text, intake)` adds what it finds.
    `write(quiz, losses)` returns a file, None for a format that is only read.
    """

    name: str
    title: str
    recognises: Callable[[str], bool]
    read: Callable[[str, Intake], None]
    write: Callable[[Quiz, Losses], bytes] | None = None
    ending: str = "txt"
    carries_images: bool = False


def explanation_of(question: AnyQuestion) -> str:
    """Return the explanation to write, "" for what an import put in its place."""
    return "" if question.explanation == NO_EXPLANATION else question.explanation


def title_of(question: AnyQuestion) -> str:
    """Return the first line of the prompt in words, for systems that give each question a title."""
    words = words_of(re.sub(r"[*`\\]", "", question.heading))
    return words[:MAX_TITLE] or question.key


def report_rules(quiz: Quiz, losses: Losses, *, carried: bool = False) -> None:
    """Report the rules of a quiz that the format cannot hold; `carried` ones are time, order and pools."""
    rules = [
        f"pass mark {quiz.pass_mark}%",
        f"attempts {quiz.attempts or 'without limit'}",
        f"answers shown: {quiz.release}",
    ]
    rules += [f"what is shown: {quiz.shows}"] if quiz.shows != "all" else []
    rules += [f"the {quiz.counts} attempt counts"] if quiz.counts != "best" else []
    if quiz.deadline is not None:
        rules.append(f"deadline {quiz.deadline} after the meeting ({quiz.late} later attempts)")
    if not carried:
        rules += [f"time limit {quiz.time_limit} minutes"] if quiz.time_limit else []
        rules += ["questions in random order"] if quiz.shuffle else []
        rules += [f"{pool.draw} of the pool {pool.name} for each attempt" for pool in quiz.pools]
    losses.add(None, f"The rules stay in the portal: {', '.join(rules)}.")


def report_portal_texts(question: AnyQuestion, texts: str, losses: Losses) -> None:
    if any(f"]({kind}:" in texts for kind in ("lesson", "quiz", "lab")):
        losses.add(
            question, "Links to lessons, quizzes and labs are written as they are. They work only here."
        )
    if any(address not in losses.images for address in OWN_ADDRESS.findall(texts)):
        losses.add(question, "Images and links of this portal are written as addresses, without their files.")
    if "$`" in texts:
        losses.add(question, "Formulas are written as $`x^2`$, which other systems show as it is.")
