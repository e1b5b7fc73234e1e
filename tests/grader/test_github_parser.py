"""The workflow parser compared with GitHub's own: the texts that it refuses, and the values of expressions."""

import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from labs.grader.findings import Finding
from labs.grader.workflows.evaluation import Evaluator
from labs.grader.workflows.expression_syntax import CONTEXTS, parse
from labs.grader.workflows.functions import Unknown, text_of_data, truth_of
from labs.grader.workflows.graph import needs_faults
from labs.grader.workflows.reading import read_workflow
from tests.grader.github_parser import Answers, ask_github
from tests.grader.workflow_generator import Dice, sound_expression, workflow
from tests.grader.workflow_texts import texts

SEED = int(os.environ.get("WORKFLOW_SEED", "8"))
DAILY, HEAVY = 15, 500
LISTED = YAML(typ="safe").load(Path(__file__).with_name("workflow_disagreements.yaml"))
# Values of a run that are known, and values that are not, which differ from run to run.
KNOWN = {
    "github": {"ref": "refs/heads/main", "ref_name": "main", "event_name": "push", "run_number": 7},
    "inputs": {"deploy": True, "empty": "", "none": None},
}
UNKNOWN = [
    {"vars": {"x": "", "y": "1"}, "matrix": {"x": False, "y": 3}},
    {"vars": {"x": "Main", "y": "text"}, "matrix": {"x": [1, "a"], "y": None}},
    {"vars": {"x": "refs/heads/main", "y": " "}, "matrix": {"x": {"a": 1}, "y": 0.5}},
]
FLAT = {
    f"{context}.{name}": float(value) if type(value) is int else value
    for context, values in KNOWN.items()
    for name, value in values.items()
}
EXPRESSIONS = [
    "1 == '1'",
    "'a' == 'A'",
    "null == 0",
    "null == ''",
    "true == 1",
    "true == 'true'",
    "'' == 0",
    "'x' == 0",
    "'0x10' == 16",
    "NaN == NaN",
    "null < 1",
    "'a' < 'B'",
    "'2' < '10'",
    "'2' < 10",
    "true > false",
    "fromJSON('[]') == fromJSON('[]')",
    "github == github",
    "'a' && 'b'",
    "'' && 'b'",
    "0 || 'b'",
    "'a' || 'b'",
    "null || ''",
    "!'0'",
    "!0",
    "!''",
    "!fromJSON('{}')",
    "true && 'production' || 'staging'",
    "github.ref == 'REFS/HEADS/MAIN'",
    "github.REF",
    "GitHub['Ref']",
    "github.nothing",
    "github.ref.nothing",
    "contains('Hello', 'ell')",
    "contains('Hello', 'ELL')",
    "contains(fromJSON('[\"a\", 1]'), '1')",
    "contains(fromJSON('[\"a\", 1]'), 'A')",
    "contains(github, 'ref')",
    "contains(null, '')",
    "startsWith(github.ref, 'REFS/')",
    "endsWith(github.ref, 'Main')",
    "startsWith(12, '1')",
    "format('{0}-{1}-{0}', 'a', true)",
    "format('{{0}} {0}', null)",
    "format('{0}', fromJSON('[1]'))",
    "join(fromJSON('[1, \"a\", null, true]'))",
    "join(fromJSON('[1, 2]'), '; ')",
    "join('text', 'x')",
    "join(fromJSON('[]'))",
    'toJSON(fromJSON(\'{"a": [1, 2.5, null, true, "x"], "b": {}}\'))',
    "toJSON('a')",
    "toJSON(1)",
    "fromJSON('[1, 2]')[1]",
    "fromJSON('[1, 2]')[2]",
    "fromJSON('[1, 2]')['0']",
    "fromJSON('[1, 2]')[-1]",
    'fromJSON(\'{"a": {"b": 1}}\').a.b',
    'fromJSON(\'[{"a": 1}, {"b": 2}, {"a": 3}]\').*.a',
    'fromJSON(\'{"x": [1, 2], "y": [3]}\').*[0]',
    "join(fromJSON('[{\"a\": 1}, {\"a\": 3}]').*.a, '+')",
    "fromJSON('1') == 1",
    "fromJSON('true') && 'x'",
    "case(1 == 2, 'a', true, 'b', 'c')",
    "case(false, 'a', 'c')",
    "1.0",
    "0.1",
    "1e21",
    "1e-7",
    "-0",
    "123456789012345680000",
    "0.1 == '0.1'",
    "Infinity > 1",
    "'ı' == 'I'",
    "'ß' == 'ss'",
]


@lru_cache
def asked(number: int) -> tuple[dict[str, str], list[str], Answers]:
    """All texts and expressions with GitHub's answers, from one Node.js process."""
    dice = Dice(SEED)
    made = {f"made {SEED}/{each}": workflow(dice) for each in range(number)}
    questions = texts() | made if number == DAILY else made
    expressions = EXPRESSIONS + [sound_expression(dice) for _ in range(2 * number)]
    contexts = [{**KNOWN, **unknown} for unknown in UNKNOWN]
    pairs = [(one, context) for one in expressions for context in contexts]
    return questions, expressions, ask_github(list(questions.values()), pairs)


def faults(text: str) -> tuple[Finding, ...]:
    found = read_workflow("ci.yml", text)
    return found.faults or tuple(needs_faults(found))


def is_listed(ours: list[str], theirs: list[str]) -> bool:
    """Return True if every error that only one side finds is in the list of disagreements."""
    pairs = [("we_refuse", ours), ("parser_refuses", [one.split(": ", 1)[1] for one in theirs])]
    return all(
        any(re.fullmatch(entry.get(key, "(?!)"), said) for entry in LISTED)
        for key, all_said in pairs
        for said in all_said
    )


def disagreements(number: int) -> list[str]:
    questions, _, answers = asked(number)
    found = []
    for (name, text), theirs in zip(questions.items(), answers.texts, strict=True):
        ours = [fault.says for fault in faults(text)]
        remarks = [remark.says for remark in read_workflow("ci.yml", text).remarks]
        unsaid = theirs["remarks"] and not ours and not any("always true" in one for one in remarks)
        if (bool(ours) != bool(theirs["errors"]) and not is_listed(ours, theirs["errors"])) or unsaid:
            found.append(f"{name}\n{text}\nwe: {ours} {remarks}\nGitHub: {theirs}")
    return found


def misjudged(number: int) -> list[str]:
    """Return expressions whose value (or truth, if only that is claimed) differs from GitHub's."""
    _, expressions, answers = asked(number)
    found = []
    for at, text in enumerate(expressions):
        theirs = answers.expressions[at * len(UNKNOWN) : (at + 1) * len(UNKNOWN)]
        tree = parse(text, CONTEXTS)
        for context, answer in zip(UNKNOWN, theirs, strict=True):
            flat = {
                f"{name}.{key}": floats(value)
                for name, keys in context.items()
                for key, value in keys.items()
            }
            roots = {name: floats(value) for name, value in (KNOWN | context).items()}
            value = Evaluator(FLAT | flat | roots).value(tree)
            if not same(value, answer):
                found.append(f"{text}: {value!r}, GitHub: {answer}")
        guess = Evaluator(FLAT).value(tree)
        truth = truth_of(guess)
        if truth is not None and any(one.get("truth", truth) is not truth for one in theirs):
            found.append(f"{text}: claimed to be {truth}, GitHub: {theirs}")
    return found


def floats(value: Any) -> Any:
    """Numbers as the evaluator has them."""
    return json.loads(json.dumps(value), parse_int=float)


def same(value: Any, answer: dict[str, Any]) -> bool:
    if isinstance(value, Unknown):
        return "error" in answer
    if isinstance(value, list | dict):
        return floats(value) == floats(json.loads(answer.get("json", "null")))
    return (truth_of(value), text_of_data(value)) == (answer.get("truth"), answer.get("text"))


@pytest.mark.heavy
def test_our_texts_and_some_generated_ones_are_refused_as_github_refuses_them():
    assert len(texts()) > 600
    assert disagreements(DAILY) == [], f"WORKFLOW_SEED={SEED} repeats it"


def test_expressions_have_the_value_that_github_gives_them():
    assert misjudged(DAILY) == [], f"WORKFLOW_SEED={SEED} repeats it"


@pytest.mark.heavy
def test_500_texts_generated_from_a_seed_are_refused_as_github_refuses_them():
    print(f"WORKFLOW_SEED={SEED}")
    questions, _, answers = asked(HEAVY)
    refused = sum(bool(answer["errors"]) for answer in answers.texts)
    assert len(questions) == HEAVY
    assert HEAVY / 4 < refused < HEAVY * 3 / 4
    assert disagreements(HEAVY) == [], f"WORKFLOW_SEED={SEED} repeats it"
    assert misjudged(HEAVY) == [], f"WORKFLOW_SEED={SEED} repeats it"


def test_each_listed_disagreement_is_met_and_has_a_page_of_the_documentation():
    said = " ".join(fault.says for text in texts().values() for fault in faults(text))
    errors = " ".join(error for answer in asked(DAILY)[2].texts for error in answer["errors"])
    for entry in LISTED:
        assert re.match(r"https://docs\.github\.com/en/actions/\S+#\S+$", entry["page"])
        assert entry["says"]
        assert re.search(entry.get("we_refuse", "(?!)"), said) or re.search(
            entry.get("parser_refuses", "(?!)"), errors
        )


def test_each_refusal_names_line_and_place_and_what_to_write_instead():
    for name, text in texts().items():
        for fault in faults(text):
            assert fault.place.line > 0 and fault.place.path == "ci.yml", name
            assert fault.says.endswith((".", "?")) and fault.expected and fault.found, name
            assert not re.search(r"\.\.$|\?\.|nothing\b.*cannot", fault.says), name
