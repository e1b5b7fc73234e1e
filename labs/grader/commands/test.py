"""Run the scenarios of a lab to prove its checks.

Exit status: 0 proved, 1 an outcome was not as expected or a check was not seen both to pass and to need work, 2 could
not test.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from ..git.processes import RepositoryError
from ..proof import STARTER_PASSES, Proof, ScenarioProof, prove
from ..words import count, listed, quoted, visible
from .common import COULD_NOT, GOOD, NEEDS_WORK, complain, load, own_sandbox


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lab", metavar="LAB.yaml", type=Path)
    parser.add_argument("--json", action="store_true", help="print the proof as JSON")


def run(options: argparse.Namespace) -> int:
    spec = load(options.lab)
    if not spec:
        return COULD_NOT
    try:
        proof = prove(spec, own_sandbox())
    except (OSError, RepositoryError) as error:
        complain(f"Could not build and grade the scenarios: {error}")
        return COULD_NOT
    print(json.dumps(proof.to_json(), indent=2) if options.json else "\n".join(proof_lines(proof)))
    return GOOD if proof.proved else NEEDS_WORK


def proof_lines(proof: Proof) -> list[str]:
    """Return lines for a terminal: each scenario, each unproved check, and a summary."""
    lines = [*_scenarios(proof), *_checks(proof), "", *_sum(proof)]
    return [visible(line) for line in lines]


def _scenarios(proof: Proof) -> Iterator[str]:
    for scenario in proof.scenarios:
        yield f" {'✘' if scenario.differences else '✔'} {scenario.name}"
        yield from _differences(scenario)


def _differences(scenario: ScenarioProof) -> Iterator[str]:
    for item in scenario.differences:
        yield f"     {quoted(item.check)}: expected {item.expected}, found {item.found} (line {scenario.line})"
        yield f"       {item.why}"


def _checks(proof: Proof) -> Iterator[str]:
    if proof.starter_passes:
        yield ""
        yield f" ✘ {STARTER_PASSES}."
    if proof.unproved:
        yield ""
    for check in proof.unproved:
        yield f" ✘ line {check.line}: {quoted(check.id)} was never seen {check.unseen}."


def _sum(proof: Proof) -> Iterator[str]:
    if proof.not_provable_here:
        names = listed((quoted(check.id) for check in proof.not_provable_here), limit=5)
        yield f"This machine has no sandbox for code, so these checks cannot be proved here: {names}."
    proved = len(proof.checks) - len(proof.unproved) - len(proof.not_provable_here)
    yield (
        f"{count(len(proof.scenarios), 'scenario')} proved {proved} of {count(len(proof.checks), 'check')}."
    )
