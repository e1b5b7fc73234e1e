"""Read an item of QTI 2.1 or 2.2."""

import re
from collections.abc import Callable
from fractions import Fraction

from ...kinds.cloze import Cloze
from ...kinds.ordering import Ordering
from .._shared.html_text import words_of
from .._shared.intake import Intake, Item
from .._shared.pairing import add_pairs
from .._shared.weighing import FULL, Answer, add_choice, add_free_text, add_numeric, add_typed
from .._shared.xhtml import GAP
from .._shared.xml import Node
from .declarations import TOOL, Declaration, points_of, read_declarations, read_marking
from .interactions import INLINE, headers_of, without_interactions

NOT_HELD = {
    "uploadinteraction": "learners upload a file. Make a lab of it.",
}
# How these systems call what is right in all cases.
EXPLANATIONS = {"explanation", "general", "solution", "always"}
HIDDEN = frozenset(
    {"rubricblock", "feedbackblock", "feedbackinline", "modalfeedback", "stylesheet", "infocontrol"}
)
PAIR = re.compile(r"(\S+)\s+(\S+)")
LIMIT = re.compile(r"words=([0-9]{1,4})")  # as our own files write it


def read_item(root: Node, intake: Intake) -> None:
    _Reader(intake, root).read()


class _Reader:
    def __init__(self, intake: Intake, node: Node) -> None:
        self.node = node
        title = words_of(node.get("title"))
        self.item = Item(intake, node.line, title or node.get("identifier"), node.get("identifier"), title)
        self.body = node.first("itembody") or Node("itembody", {}, node.line)
        self.interactions = [each for each in self.body.walk() if each.tag.endswith("interaction")]
        self.declarations = read_declarations(node)
        self.marking = read_marking(node)
        self.choice_feedback: dict[str, str] = {}

    def read(self) -> None:
        if self.node.all("templatedeclaration"):
            self.item.skip("its text is made of variables.")
            return
        if points := points_of(self.node, self.declarations):
            self.item.set_points(points)
        self._report_rest()
        self._take_feedback()
        kinds = {each.tag for each in self.interactions}
        first = self.interactions[0] if self.interactions else None
        if first is None:
            self.item.skip("it has nothing to answer.")
        elif kinds <= set(INLINE) and len(self.interactions) > 1:
            self._add_cloze()
        elif len(self.interactions) > 1:
            self.item.skip("it asks several things at once. Split it.")
        elif first.tag in READERS:
            READERS[first.tag](self, first, self._declaration(first))
        else:
            name = first.tag.removesuffix("interaction")
            self.item.skip(NOT_HELD.get(first.tag, f"the portal has no question of the kind “{name}”."))

    def _declaration(self, interaction: Node) -> Declaration:
        return self.declarations.get(interaction.get("responseidentifier"), Declaration())

    def _report_rest(self) -> None:
        if not self.marking.is_known:
            self.item.lose("Its own rules of marking were left out. The correct response counts.")
        for node in self.node.find("rubricblock"):
            if "scorer" in node.get("view").split() and self.body.find("extendedtextinteraction"):
                continue
            if text := words_of(node.html()):
                self.item.lose(f"A note for {node.get('view') or 'some'} was left out: {text[:200]}")
        for node in self.node.find("printedvariable", "feedbackblock"):
            self.item.lose(f"<{node.tag}> was left out: {words_of(node.html())[:200]}")

    def _take_feedback(self) -> None:
        choices = {each.get("identifier") for each in self.body.find("simplechoice", "inlinechoice")}
        for node in self.node.all("modalfeedback"):
            name, text = node.get("identifier"), self.item.blocks(node.html())
            if not text:
                continue
            if name in choices:
                self.choice_feedback[name] = text
            elif name.lower() in EXPLANATIONS:
                self.item.explain(text)
            elif re.search(r"incorrect|wrong|fail", name, re.IGNORECASE) or node.get("showhide") == "hide":
                self.item.lose(f"The feedback “{name}” was left out: {words_of(text)[:200]}")
            else:
                self.item.explain(text)
                self.item.lose(f"The feedback “{name}” moved to the explanation.")

    # --- texts ---

    def _prompt(self, interaction: Node) -> str:
        # A platform puts the question into the body, into the prompt, or into both.
        body = self._html(self.body)
        prompt = interaction.first("prompt")
        html = f"{body}<p>{prompt.html()}</p>" if prompt else body
        return self.item.blocks(html)

    def _html(self, node: Node) -> str:
        marked = without_interactions(node)
        return marked.html(HIDDEN)

    def _text(self, node: Node, convert: Callable[[str], str]) -> str:
        return convert(node.html(HIDDEN))

    def _feedback_of(self, choice: Node) -> str:
        texts = []
        for node in choice.find("feedbackinline", "feedbackblock"):
            if node.get("identifier") in (choice.get("identifier"), ""):
                texts.append(self.item.blocks(node.html()))
            else:
                self.item.lose(
                    f"The feedback “{node.get('identifier')}” was left out: {words_of(node.html())[:200]}"
                )
        return "\n\n".join(filter(None, [*texts, self.choice_feedback.get(choice.get("identifier"), "")]))

    # --- kinds ---

    def add_choice(self, interaction: Node, declaration: Declaration) -> None:
        choices = interaction.find("simplechoice")
        single = declaration.cardinality == "single"
        shuffles = interaction.get("shuffle") == "true"
        worth = self._worth(declaration, single=single)
        self.item.prompt = self._prompt(interaction)
        answers = [
            Answer(
                self._text(each, self.item.option),
                worth.get(each.get("identifier"), worth[""]),
                self._feedback_of(each),
                pinned=not shuffles or each.get("fixed") == "true",
            )
            for each in choices
        ]
        add_choice(self.item, answers, single=single)

    def _worth(self, declaration: Declaration, *, single: bool) -> dict[str, Fraction]:
        # Percent by identifier; "" is for all others.
        positive = [value for value in declaration.mapped.values() if value > 0]
        if positive:
            scale = FULL / (max(positive) if single else sum(positive))
            mapped = {name: value * scale for name, value in declaration.mapped.items()}
            return {"": declaration.otherwise * scale, **mapped}
        count = len(declaration.correct)
        if single or count < 2:
            return {"": Fraction(0), **dict.fromkeys(declaration.correct, FULL)}
        if self.marking.is_all_or_nothing:
            self.item.lose(
                "Only all right options together counted. Now each counts, and a wrong one takes it away."
            )
        return {"": -FULL / count, **dict.fromkeys(declaration.correct, FULL / count)}

    def add_ordering(self, interaction: Node, declaration: Declaration) -> None:
        texts = {
            each.get("identifier"): self._text(each, self.item.line_of)
            for each in interaction.find("simplechoice")
        }
        self.item.prompt = self._prompt(interaction)
        if sorted(declaration.correct) != sorted(texts):
            self.item.skip("the right order does not name each item once.")
            return
        if self.marking.is_all_or_nothing:
            self.item.lose("The order was marked as a whole. Now each item in its place counts.")
        self.item.add(Ordering, items=tuple(texts[name] for name in declaration.correct))

    def add_matching(self, interaction: Node, declaration: Declaration) -> None:
        sets = interaction.all("simplematchset")
        if len(sets) != 2:
            self.item.skip("it does not have two columns.")
            return
        left, right = (
            {each.get("identifier"): self._text(each, self.item.line_of) for each in one.nodes}
            for one in sets
        )
        self.item.prompt = self._prompt(interaction)
        named = declaration.correct or [key for key, value in declaration.mapped.items() if value > 0]
        pairs = [(found[1], found[2]) for text in named if (found := PAIR.fullmatch(text))]
        pairs = [(a, b) if a in left else (b, a) for a, b in pairs]
        used = [a for a, _ in pairs]
        if len(set(used)) < len(used) or any(a not in left or b not in right for a, b in pairs):
            self.item.skip("an item of the first column matches several of the second.")
            return
        for name, text in left.items():
            if name not in used:
                self.item.lose(f"“{words_of(text)[:40]}” was left out, because nothing matches it.")
        if self.marking.is_all_or_nothing:
            self.item.lose("Only all pairs together counted. Now each pair counts.")
        if len({value for value in declaration.mapped.values() if value > 0}) > 1:
            self.item.lose("The pairs had different weights. They count equally now.")
        matched = {b for _, b in pairs}
        extra = [("", text) for name, text in right.items() if name not in matched]
        order = list(left)
        pairs.sort(key=lambda pair: order.index(pair[0]))
        texts = [(left[a], right[b]) for a, b in pairs]
        add_pairs(self.item, texts + extra, headers=headers_of(interaction))

    def add_entry(self, interaction: Node, declaration: Declaration) -> None:
        prompt = self._prompt(interaction)
        if self.node.get("toolname") != TOOL:
            # An entry on a line of its own is no blank in a sentence.
            prompt = re.sub(rf"(?m)^[ \t]*{GAP}[ \t]*\n?", "", prompt)
        self.item.prompt = prompt.strip().replace(GAP, "___")
        if declaration.base in ("float", "integer"):
            add_numeric(self.item, self._numbers(declaration))
            return
        answers = self._typed(declaration)
        patterns = [f"/{pattern}/" for pattern in self.marking.patterns]
        add_typed(self.item, answers, case_matters=declaration.case_matters, patterns=patterns)

    def add_essay(self, interaction: Node, declaration: Declaration) -> None:
        self.item.prompt = self._prompt(interaction)
        notes = [
            self.item.blocks(node.html())
            for node in self.node.find("rubricblock")
            if "scorer" in node.get("view").split()
        ]
        own = LIMIT.fullmatch(interaction.get("label"))
        add_free_text(self.item, "\n\n".join(filter(None, notes)), int(own[1]) if own else 0)

    def _numbers(self, declaration: Declaration) -> list[Answer]:
        if self.marking.is_relative:
            self.item.lose("The tolerance was a share of the number. The number itself counts now.")
        ranges = [
            (value or "".join(declaration.correct[:1]), tolerance) for value, tolerance in self.marking.ranges
        ]
        ranges = ranges or [(value, "0") for value in self._right_values(declaration)]
        return [Answer(value, FULL, tolerance=tolerance) for value, tolerance in ranges]

    def _right_values(self, declaration: Declaration) -> list[str]:
        best = max(declaration.mapped.values(), default=Fraction(0))
        if not (declaration.mapped or declaration.correct):
            return list(dict.fromkeys(self.marking.texts))
        mapped = [key for key, value in declaration.mapped.items() if value == best > 0]
        if partly := [key for key, value in declaration.mapped.items() if 0 < value < best]:
            self.item.lose(f"Answers that earned a part are wrong now: {', '.join(partly)[:200]}.")
        return list(dict.fromkeys([*mapped, *([] if mapped else declaration.correct)]))

    def _typed(self, declaration: Declaration) -> list[Answer]:
        return [Answer(text.replace("*", r"\*"), FULL) for text in self._right_values(declaration)]

    def _add_cloze(self) -> None:
        accepted = []
        for interaction in self.interactions:
            declaration = self._declaration(interaction)
            texts = self._right_values(declaration)
            if interaction.tag == "inlinechoiceinteraction":
                known = {
                    each.get("identifier"): words_of(each.html()) for each in interaction.find("inlinechoice")
                }
                texts = [known.get(text, text) for text in texts]
                self.item.lose("Blanks were chosen from lists. They are typed now.")
            if not texts:
                self.item.skip("a blank has no accepted answer.")
                return
            accepted.append(tuple(texts))
        self.item.prompt = self.item.blocks(self._html(self.body)).replace(GAP, "___")
        self.item.add(Cloze, accepted=tuple(accepted))

    def add_inline_choice(self, interaction: Node, declaration: Declaration) -> None:
        self.item.prompt = self._prompt(interaction).replace(GAP, "\\_\\_\\_")
        worth = self._worth(declaration, single=True)
        answers = [
            Answer(
                self._text(each, self.item.option),
                worth.get(each.get("identifier"), worth[""]),
                self._feedback_of(each),
            )
            for each in interaction.find("inlinechoice")
        ]
        add_choice(self.item, answers, single=True)


READERS: dict[str, Callable[[_Reader, Node, Declaration], None]] = {
    "choiceinteraction": _Reader.add_choice,
    "orderinteraction": _Reader.add_ordering,
    "matchinteraction": _Reader.add_matching,
    "textentryinteraction": _Reader.add_entry,
    "inlinechoiceinteraction": _Reader.add_inline_choice,
    "extendedtextinteraction": _Reader.add_essay,
}
