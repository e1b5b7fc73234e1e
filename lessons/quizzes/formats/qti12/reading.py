"""Read QTI 1.2: the form of the responses decides what a question is, and the vendor's name for it where it has one."""

from collections.abc import Sequence
from fractions import Fraction

from ...kinds.ordering import Ordering
from .._shared.html_text import words_of
from .._shared.intake import Intake, Item
from .._shared.weighing import FULL, Answer, add_choice, add_free_text, add_numeric, add_true_false, add_typed
from .._shared.xml import Node, read_xml
from .blanks import add_blanks
from .conditions import Condition, numeric_answers, read_conditions, weights
from .matching import add_matches
from .material import RESPONSES, labels_of, own_html
from .names import ANSWERS, CORRECT, ESSAYS, GENERAL, INCORRECT, KINDS, NOT_HELD, POINTS
from .rules import read_pools, read_rule


def read(text: str, intake: Intake) -> None:
    root = read_xml(text, intake.path)
    pools = read_pools(root, intake)
    for node in root.walk():
        intake.pool = pools.get(id(node), "")
        read_rule(node, intake)
        if node.tag in ("assessment", "objectbank") and not intake.title:
            intake.title = words_of(node.get("title"))
        elif node.tag in ("sourcebank_ref", "itemref", "sectionref"):
            name = node.text.strip() or node.get("linkrefid")
            intake.lose(node.line, "", f"Questions of the bank “{name[:80]}” are not in this file.")
        elif node.tag == "item":
            _Reader(intake, node).read()


class _Reader:
    def __init__(self, intake: Intake, node: Node) -> None:
        self.node = node
        self.facts = _facts(node)
        self.kind = next((self.facts[name].lower() for name in KINDS if self.facts.get(name)), "")
        ident = node.get("ident") or self.facts.get("bbmd_asi_object_id", "")
        title = words_of(node.get("title"))
        self.presentation = node.first("presentation") or Node("presentation", {}, node.line)
        self.responses = self.presentation.find(*RESPONSES)
        html = own_html(self.presentation, ANSWERS)
        # Canvas calls every question “Question”.
        name = title if title.lower() not in ("", "question") else words_of(html)
        self.item = Item(intake, node.line, name, ident, title)
        self.html = html
        self.conditions = read_conditions(node)
        self.scoring = [one for one in self.conditions if one.score]
        self.shown: set[str] = set()
        self.feedback = {each.get("ident"): own_html(each) for each in node.all("itemfeedback")}

    def read(self) -> None:
        if why := NOT_HELD.get(self.kind):
            self.item.skip(why)
            return
        points = next(
            (self.facts[name] for name in POINTS if self.facts.get(name) not in (None, "", "-1")), ""
        )
        if points:
            self.item.set_points(points)
        if not self._is_cloze():
            self.item.prompt = self.item.blocks(self.html)
        self._take_feedback()
        self._add()
        for name, html in self.feedback.items():
            if name not in self.shown and (text := words_of(html)):
                self.item.lose(f"The feedback “{name}” was left out: {text[:200]}")

    def _take_feedback(self) -> None:
        item = self.item
        for name, html in self.feedback.items():
            text = item.blocks(html)
            if not text:
                continue
            bare = name.lower()
            if bare in GENERAL or bare.startswith("solution"):
                item.explain(text)
            elif bare in CORRECT:
                item.explain(text)
                item.lose("The feedback for a correct answer moved to the explanation.")
            else:
                continue
            self.shown.add(name)
        for tag in ("hint", "rubric", "objectives"):
            for node in self.node.find(tag):
                item.lose(f"The {tag} was left out: {words_of(own_html(node))[:200]}")
        for node in self.node.find("solution"):
            item.explain(item.blocks(own_html(node)))

    def _feedback_for(self, value: str) -> str:
        names = [
            name for one in self.conditions if [v for _, v in one.chosen] == [value] for name in one.feedback
        ]
        own = [name for name in dict.fromkeys(names) if name.lower() not in GENERAL | CORRECT | INCORRECT]
        self.shown.update(own)
        return self.item.blocks("".join(self.feedback.get(name, "") for name in own))

    def _add(self) -> None:
        choices = [
            each for each in self.responses if each.tag == "response_lid" and each.find("response_label")
        ]
        if self.presentation.find("render_hotspot", "render_slider") or any(
            each.tag in ("response_xy", "response_grp") for each in self.responses
        ):
            self.item.skip("learners point into a picture or move a slider.")
        elif self.kind in ESSAYS:
            add_free_text(self.item)
        elif self._is_cloze():
            add_blanks(self.item, self.responses, self.scoring, self.html, is_list="dropdowns" in self.kind)
        elif len(choices) > 1:
            add_matches(self.item, self.presentation, choices, self.scoring)
        elif choices and choices[0].get("rcardinality").lower() == "ordered":
            self._add_ordering(choices[0])
        elif choices:
            self._add_choice(choices[0])
        elif not self.responses:
            self.item.skip("it has nothing to answer.")
        elif self._is_numeric():
            add_numeric(self.item, numeric_answers(self.scoring))
        else:
            self._add_typed()

    def _is_numeric(self) -> bool:
        named = "numeric" in self.kind or any(each.tag == "response_num" for each in self.responses)
        return named or any(one.limits for one in self.scoring)

    def _add_choice(self, response: Node) -> None:
        labels = labels_of(response)
        worth = weights(self.conditions)
        single = response.get("rcardinality", "single").lower() != "multiple"
        scale = _scale(worth, labels, single=single)
        is_true_false = single and [words_of(text).lower() for _, text in labels] == ["true", "false"]
        if is_true_false and set(worth) & {name for name, _ in labels}:
            self._add_true_false(labels, worth)
            return
        shuffled = any(each.get("shuffle").lower() == "yes" for each in response.find("render_choice"))
        fixed = {
            each.get("ident")
            for each in response.find("response_label")
            if each.get("rshuffle").lower() == "no"
        }
        # For several answers most systems say only what is right; the rest costs what the portal takes.
        rights = sum(worth.get(name, 0) > 0 for name, _ in labels)
        otherwise = Fraction(0) if single or rights < 2 else -FULL / rights
        answers = [
            Answer(
                self.item.option(text),
                worth[name] * scale if name in worth else otherwise,
                self._feedback_for(name),
                pinned=shuffled and name in fixed,
            )
            for name, text in labels
        ]
        add_choice(self.item, answers, single=single)

    def _add_true_false(self, labels: Sequence[tuple[str, str]], worth: dict[str, Fraction]) -> None:
        best = max(labels, key=lambda label: worth.get(label[0], Fraction(0)))
        other = next(label for label in labels if label is not best)
        is_true = words_of(best[1]).lower() == "true"
        right, wrong = self._feedback_for(best[0]), self._feedback_for(other[0])
        add_true_false(self.item, is_true=is_true, if_right=right, if_wrong=wrong)

    def _add_ordering(self, response: Node) -> None:
        texts = dict(labels_of(response))
        best = max(self.scoring, key=lambda one: (one.score, len(one.chosen)), default=Condition(Fraction(0)))
        order = [value for _, value in best.chosen if value in texts]
        if sorted(order) != sorted(texts):
            self.item.skip("the right order does not name each item once.")
            return
        self.item.add(Ordering, items=tuple(self.item.line_of(texts[name]) for name in order))

    def _is_cloze(self) -> bool:
        return len(self.responses) > 1 and (
            "multiple_blanks" in self.kind
            or "dropdowns" in self.kind
            or "blank plus" in self.kind
            or all(each.tag == "response_str" for each in self.responses)
        )

    def _add_typed(self) -> None:
        worth = weights(self.scoring)
        contained = [f"*{text}*" for one in self.scoring if one.score > 0 for text in one.contained]
        if not worth and not contained:
            add_free_text(self.item)
            return
        best = max(worth.values(), default=Fraction(0))
        scale = FULL / best if best > 0 else Fraction(0)
        answers = [
            Answer(value.replace("*", r"\*"), share * scale, self._feedback_for(value))
            for value, share in worth.items()
        ]
        answers += [Answer(text, FULL) for text in contained]
        add_typed(self.item, answers, case_matters=any(one.case_matters for one in self.scoring))


def _facts(node: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in node.find("qtimetadatafield"):
        found.setdefault(each.text_of("fieldlabel").lower(), each.text_of("fieldentry"))
    for each in node.find("itemmetadata"):
        for child in each.nodes:
            if not child.nodes:
                found.setdefault(child.tag, child.text.strip())
    return found


def _scale(worth: dict[str, Fraction], labels: Sequence[tuple[str, str]], *, single: bool) -> Fraction:
    # Scores are percentages in one system and points in another.
    positive = [worth[name] for name, _ in labels if worth.get(name, 0) > 0]
    return FULL / (max(positive) if single else sum(positive)) if positive else Fraction(1)
