"""Read QTI 1.2: the form of the responses decides what a question is, and the vendor's name for it where it has one."""

from collections.abc import Sequence
from fractions import Fraction

from ...kinds.cloze import Cloze
from ...kinds.ordering import Ordering
from .._shared.html_text import words_of
from .._shared.intake import Intake, Item
from .._shared.pairing import add_pairs
from .._shared.weighing import FULL, Answer, add_choice, add_numeric, add_true_false, add_typed
from .._shared.xml import Node, read_xml
from .conditions import Condition, numeric_answers, read_conditions, weights
from .material import RESPONSES, own_html
from .names import ANSWERS, CORRECT, ESSAYS, GENERAL, INCORRECT, KINDS, NOT_HELD, POINTS, RIGHT_COLUMN

MARKER = "\ue001"


def read(text: str, intake: Intake) -> None:
    root = read_xml(text, intake.path)
    for node in root.walk():
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
            elif bare in INCORRECT or not self._belongs_to_an_answer(name):
                item.lose(f"The feedback “{name}” was left out: {words_of(html)[:200]}")
        for tag in ("hint", "rubric", "objectives"):
            for node in self.node.find(tag):
                item.lose(f"The {tag} was left out: {words_of(own_html(node))[:200]}")
        for node in self.node.find("solution"):
            item.explain(item.blocks(own_html(node)))

    def _belongs_to_an_answer(self, name: str) -> bool:
        return any(name in one.feedback and len(one.chosen) == 1 for one in self.conditions)

    def _feedback_for(self, value: str) -> str:
        names = [
            name for one in self.conditions if [v for _, v in one.chosen] == [value] for name in one.feedback
        ]
        own = [
            self.feedback.get(name, "") for name in names if name.lower() not in GENERAL | CORRECT | INCORRECT
        ]
        return self.item.blocks("".join(dict.fromkeys(own)))

    def _add(self) -> None:
        choices = [
            each for each in self.responses if each.tag == "response_lid" and each.find("response_label")
        ]
        if self.presentation.find("render_hotspot", "render_slider") or any(
            each.tag in ("response_xy", "response_grp") for each in self.responses
        ):
            self.item.skip("learners point into a picture or move a slider.")
        elif self.kind in ESSAYS:
            self.item.skip("it is an essay, which the portal cannot mark.")
        elif self._is_cloze():
            self._add_cloze()
        elif len(choices) > 1:
            self._add_matching(choices)
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
        labels = _labels(response)
        worth = weights(self.conditions)
        scale = _scale(worth, labels)
        single = response.get("rcardinality", "single").lower() != "multiple"
        stays = not single or [words_of(text).lower() for _, text in labels] != ["true", "false"]
        if not stays and set(worth) & {name for name, _ in labels}:
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
        texts = dict(_labels(response))
        best = max(self.scoring, key=lambda one: (one.score, len(one.chosen)), default=Condition(Fraction(0)))
        order = [value for _, value in best.chosen if value in texts]
        if sorted(order) != sorted(texts):
            self.item.skip("the right order does not name each item once.")
            return
        self.item.add(Ordering, items=tuple(self.item.line_of(texts[name]) for name in order))

    def _add_matching(self, responses: list[Node]) -> None:
        rights = [own_html(each) for each in _right_column(self.presentation)]
        lefts = _lefts(self.presentation)
        right_of = {one.chosen[0] for one in self.conditions if one.score > 0 and len(one.chosen) == 1}
        right_of |= {
            entry for one in self.conditions if one.score > 0 and len(one.chosen) > 1 for entry in one.chosen
        }
        pairs, used, all_texts = [], set(), dict[str, None]()
        for response in responses:
            labels = _labels(response)
            if rights:
                labels = [
                    (name, rights[place]) for place, (name, _) in enumerate(labels) if place < len(rights)
                ]
            found = next((text for name, text in labels if (response.get("ident"), name) in right_of), None)
            left = self.item.line_of(own_html(response) or lefts.get(response.get("ident"), ""))
            all_texts |= dict.fromkeys(self.item.line_of(text) for _, text in labels)
            if found is None or not left:
                self.item.lose(f"“{words_of(left)[:40]}” was left out, because nothing matches it.")
                continue
            pairs.append((left, self.item.line_of(found)))
            used.add(pairs[-1][1])
        extra = [("", text) for text in all_texts if text and text not in used]
        add_pairs(self.item, pairs + extra)

    def _is_cloze(self) -> bool:
        return len(self.responses) > 1 and (
            "multiple_blanks" in self.kind
            or "dropdowns" in self.kind
            or "blank plus" in self.kind
            or all(each.tag == "response_str" for each in self.responses)
        )

    def _add_cloze(self) -> None:
        item, accepted, html = self.item, [], self.html.replace(MARKER, "")
        from_list = "dropdowns" in self.kind
        for response in self.responses:
            ident = response.get("ident")
            name = words_of(own_html(response)) or ident.removeprefix("response_")
            texts = self._texts_of(response, only_scored=from_list)
            place = html.find(f"[{name}]")
            if not texts:
                item.skip(f"the blank “{name}” has no accepted answer.")
                return
            html = html.replace(f"[{name}]", MARKER, 1) if place >= 0 else f"{html}<p>{MARKER}</p>"
            accepted.append((place if place >= 0 else len(self.html) * 2, tuple(texts)))
        if from_list:
            item.lose("The blanks were chosen from lists. They are typed now.")
        item.prompt = item.blocks(html).replace(MARKER, "___")
        in_order = sorted(accepted, key=lambda each: each[0])  # as the text has them, not the responses
        item.add(Cloze, accepted=tuple(texts for _, texts in in_order))

    def _texts_of(self, response: Node, *, only_scored: bool) -> list[str]:
        ident = response.get("ident")
        scored = {
            value for one in self.scoring if one.score > 0 for name, value in one.chosen if name == ident
        }
        labels = _labels(response)
        if labels:
            texts = [words_of(text) for name, text in labels if name in scored or not only_scored]
        else:
            texts = [
                value
                for one in self.scoring
                for name, value in one.chosen
                if name == ident and value in scored
            ]
        return list(dict.fromkeys(filter(None, texts)))

    def _add_typed(self) -> None:
        worth = weights(self.scoring)
        contained = [f"*{text}*" for one in self.scoring if one.score > 0 for text in one.contained]
        if not worth and not contained:
            self.item.skip("it is an essay, which the portal cannot mark.")
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


def _labels(response: Node) -> list[tuple[str, str]]:
    return [(each.get("ident"), own_html(each)) for each in response.find("response_label")]


def _scale(worth: dict[str, Fraction], labels: Sequence[tuple[str, str]]) -> Fraction:
    # Scores are percentages in one system and points in another.
    shares = [worth.get(name, Fraction(0)) for name, _ in labels]
    positive = [share for share in shares if share > 0]
    if not positive:
        return Fraction(1)
    return FULL / max(
        max(positive), sum(positive) if len(positive) > 1 and sum(positive) <= FULL else max(positive)
    )


def _right_column(presentation: Node) -> list[Node]:
    column = next((each for each in presentation.find("flow") if each.get("class") == RIGHT_COLUMN), None)
    return column.nodes if column else []


def _lefts(presentation: Node) -> dict[str, str]:
    # Blackboard puts the left text beside the response, in the same flow.
    found = {}
    for flow in presentation.find("flow"):
        for response in flow.all("response_lid"):
            found[response.get("ident")] = own_html(flow)
    return found
