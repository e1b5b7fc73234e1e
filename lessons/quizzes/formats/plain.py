"""Plain text: `Q:` with `A)`, `B)` and an answer, or `Q:` and `A:` for typed answers."""

import re

from ._shared.escaping import plain_text
from ._shared.format import Format
from ._shared.intake import Intake, Item
from ._shared.lettered import Lettered, add_lettered
from ._shared.weighing import FULL, Answer, add_true_false, add_typed

# Lines are matched without outer spaces, and with one between words.
ASKS = re.compile(r"(?:Q|Question) ?[0-9]{0,5} ?[.):\-] ?(.*)", re.IGNORECASE)
NUMBERED = re.compile(r"[0-9]{1,5} ?[.)] (.+)")
OPTION = re.compile(r"(\*?) ?(?:[-•] ?)?\(?([A-Za-z])[.)] ?(.*)")
COLON = re.compile(r"()([B-Z]) ?: (.+)")
BULLET = re.compile(r"(?:[-•] ?)?[\[(]([xX ✓]?)[\])] (.+)")
ANSWER = re.compile(r"(?:(?:correct |right )?answers?|ans|a|correct|key) ?[:=] ?(.*)", re.IGNORECASE)
EXPLANATION = re.compile(
    r"(?:explanation|explain|feedback|because|why|reason|rationale|e) ?: ?(.*)", re.IGNORECASE
)
MARK = re.compile(
    r"^\* ?| ?\*$| ?\((?:correct|right|answer|✓|x)\)$| ?[✓✔]$| ?<-{1,5} ?(?:correct|answer)$", re.I
)
TRUE, FALSE = {"true", "t", "yes", "right", "correct"}, {"false", "f", "no", "wrong", "incorrect"}


def recognises(text: str) -> bool:
    lines = [bare for line in text.split("\n") if (bare := _bare(line))]
    if any(map(ASKS.fullmatch, lines)):
        return True
    is_numbered = bool(lines) and NUMBERED.fullmatch(lines[0]) is not None
    return is_numbered and any(map(OPTION.fullmatch, lines)) and any(map(ANSWER.fullmatch, lines))


def read(text: str, intake: Intake) -> None:
    lines = text.split("\n")
    # Where no line starts with Q:, numbers start the questions.
    starts = ASKS if any(ASKS.fullmatch(_bare(line)) for line in lines) else NUMBERED
    reader = _Reader(intake, starts)
    for number, line in enumerate(lines, 1):
        reader.read(number, line)
    reader.end()


class _Reader:
    def __init__(self, intake: Intake, starts: re.Pattern[str]) -> None:
        self.intake, self.starts = intake, starts
        self.asked: Lettered | None = None
        self.typed: list[str] = []
        self.explaining = self.colons = False

    def read(self, number: int, line: str) -> None:
        bare = _bare(line)
        start = self.starts.fullmatch(bare)
        if start and not (self.starts is NUMBERED and self._continues(line)):
            self.end()
            self.asked = Lettered(line=number, prompt=[start[1]] if start[1] else [])
        elif self.asked:
            self._read_on(self.asked, number, line, bare)
        elif line.strip() and not self.intake.title and number < 5:
            self.intake.title = line.strip().strip("#=- ")
        elif line.strip():
            self.intake.fail(number, "This text is not part of a question. Start a question with Q:")

    def _continues(self, line: str) -> bool:
        # A numbered line of the explanation.
        return self.explaining and line[:1] in " \t"

    def _read_on(self, asked: Lettered, number: int, line: str, bare: str) -> None:
        if option := self._option(asked, bare):
            self._take_option(asked, number, option[3], is_right=bool(option[1]))
        elif explanation := EXPLANATION.fullmatch(bare):
            asked.explanation.append(explanation[1])
            self.explaining = True
        elif answer := ANSWER.fullmatch(bare):
            self._take_answer(asked, number, answer[1])
        elif self.explaining:
            asked.explanation.append(line.rstrip())
        elif bullet := BULLET.fullmatch(bare):
            self._take_option(asked, number, bullet[2], is_right=bullet[1] in ("x", "X", "✓"))
        elif bare and asked.answer_line:
            message = (
                "This line follows the answer. Start a question with Q:, or an explanation with Explanation:"
            )
            self.intake.fail(number, message)
        elif bare and asked.options:
            place, text = asked.options[-1]
            asked.options[-1] = (place, f"{text} {bare}")
        else:
            asked.prompt.append(line.rstrip())

    def _option(self, asked: Lettered, bare: str) -> re.Match[str] | None:
        found = COLON.fullmatch(bare)
        if found and found[2] == "B" and len(self.typed) == 1 and not asked.options:
            # A: was the first of the options, not an answer.
            asked.options.append((asked.answer_line, self.typed.pop()))
            asked.answer, asked.answer_line, self.colons = "", 0, True
        found = OPTION.fullmatch(bare) or (found if self.colons else None)
        is_next = found and found[2].upper() == chr(ord("A") + len(asked.options))
        return found if is_next and not (asked.answer_line or self.explaining) else None

    def _take_option(self, asked: Lettered, number: int, text: str, *, is_right: bool) -> None:
        bare = MARK.sub("", text)
        if is_right or bare != text:
            asked.marked.add(len(asked.options))
        asked.options.append((number, bare))

    def _take_answer(self, asked: Lettered, number: int, text: str) -> None:
        if asked.options and asked.answer_line:
            self.intake.fail(number, "This question has a second answer. Write one, such as Answer: A, C")
        elif text:
            asked.answer, asked.answer_line = text, number
            self.typed.append(text)
        else:
            self.intake.fail(number, "This answer is empty.")

    def end(self) -> None:
        asked, typed = self.asked, self.typed
        self.asked, self.typed, self.explaining, self.colons = None, [], False, False
        if asked is None:
            return
        name = " ".join(" ".join(asked.prompt).split())
        if not name:
            self.intake.fail(asked.line, "This question is empty. Write it after Q:")
        elif asked.options and not (asked.answer_line or asked.marked):
            self.intake.fail(asked.line, "This question has no answer. Add a line such as Answer: B")
        elif asked.options:
            add_lettered(Item(self.intake, asked.line, name), asked)
        elif typed:
            self._add_typed(Item(self.intake, asked.line, name), asked, typed)
        else:
            self.intake.fail(asked.line, "The question that starts here has no answer. Is the file cut off?")

    def _add_typed(self, item: Item, asked: Lettered, typed: list[str]) -> None:
        item.prompt = plain_text("\n".join(asked.prompt), wraps=True)
        item.explain(plain_text("\n".join(asked.explanation), wraps=True))
        word = typed[0].casefold().rstrip(".")
        if len(typed) == 1 and word in TRUE | FALSE:
            add_true_false(item, is_true=word in TRUE, if_right="", if_wrong="")
            return
        texts = [part.strip() for text in typed for part in re.split(r" (?:\||OR) ", text)]
        add_typed(item, [Answer(text.replace("*", "\\*"), FULL) for text in texts if text])


def _bare(line: str) -> str:
    return " ".join(line.split())


FORMAT = Format("plain", "Plain text with Q: and A)", recognises, read)
