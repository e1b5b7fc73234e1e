"""Aiken: a question, options as `A.` or `A)`, and `ANSWER: A`."""

import re

from ._shared.format import Format
from ._shared.intake import Intake, Item
from ._shared.lettered import Lettered, add_lettered

# Lines are matched without outer spaces, and with one between words.
OPTION = re.compile(r"([A-Z]) ?[.)] ?(.+)|([a-z]) ?[.)] (.+)")
ANSWER = re.compile(r"(?:ANSWER|ANS|CORRECT|CORRECT ANSWER)S? ?: ?(.*)", re.IGNORECASE)
FEEDBACK = re.compile(r"(?:FEEDBACK|EXPLANATION) ?: ?(.*)", re.IGNORECASE)


def recognises(text: str) -> bool:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return any(ANSWER.fullmatch(line) for line in lines) and any(OPTION.fullmatch(line) for line in lines)


def read(text: str, intake: Intake) -> None:
    reader = _Reader(intake)
    for number, line in enumerate(text.split("\n"), 1):
        reader.read(number, line)
    reader.end()


class _Reader:
    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.asked = Lettered()
        self.answered = False

    def read(self, number: int, line: str) -> None:
        bare = " ".join(line.split())
        answer, option, feedback = ANSWER.fullmatch(bare), _option(bare), FEEDBACK.fullmatch(bare)
        if answer and not self.answered:
            self._take_answer(number, answer[1])
        elif answer:
            self.intake.fail(
                number, "This question has a second ANSWER line. Write one, such as ANSWER: A, C."
            )
        elif feedback and self.answered:
            self.asked.explanation.append(feedback[1])
        elif not line.strip():
            return
        else:
            if self.answered:
                self.end()
            self._take_line(number, line, option)

    def _take_line(self, number: int, line: str, option: tuple[str, str] | None) -> None:
        asked = self.asked
        if option and asked.prompt and option[0] == chr(ord("A") + len(asked.options)):
            asked.options.append((number, option[1]))
        elif asked.options and option:
            wanted = chr(ord("A") + len(asked.options))
            self.intake.fail(number, f"Option {option[0]} follows where {wanted} was expected.")
        elif asked.options and line[:1] in " \t":
            asked.options[-1] = (asked.options[-1][0], f"{asked.options[-1][1]} {line.strip()}")
        elif asked.options:
            self.intake.fail(
                number,
                "This line follows the options of a question without an ANSWER line. Add ANSWER: A above it.",
            )
            self.asked = Lettered(line=number, prompt=[line.strip()])
        else:
            asked.line = asked.line or number
            asked.prompt.append(line.rstrip())

    def _take_answer(self, number: int, text: str) -> None:
        asked = self.asked
        if not asked.options:
            self.intake.fail(number, "This ANSWER line follows no options. Write them as A. and B. above it.")
            self.asked = Lettered()
            return
        asked.answer, asked.answer_line, self.answered = text, number, True

    def end(self) -> None:
        asked, self.asked = self.asked, Lettered()
        if self.answered:
            add_lettered(Item(self.intake, asked.line, " ".join(asked.prompt)), asked)
        elif asked.prompt:
            missing = "an ANSWER line" if asked.options else "options"
            message = f"The question that starts here has no {missing}. Is the file cut off?"
            self.intake.fail(asked.line, message)
        self.answered = False


def _option(bare: str) -> tuple[str, str] | None:
    found = OPTION.fullmatch(bare)
    return ((found[1] or found[3]).upper(), found[2] or found[4]) if found else None


FORMAT = Format("aiken", "Aiken", recognises, read)
