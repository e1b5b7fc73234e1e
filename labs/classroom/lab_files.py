"""The folder of one lab: lab.yaml, brief.md and the starter, made of an assignment."""

from collections.abc import Iterable
from typing import Any

from labs.classroom import scenarios
from labs.classroom.checks import Made, make_checks
from labs.classroom.model import Assignment, Finding, Reading
from labs.grader.scenarios.objects import StepError
from labs.grader.spec import SpecError, load_spec
from labs.grader.starters import FOLDER, MAX_STARTER_BYTES, MAX_STARTER_FILES, FolderFiles, start_of_folder
from labs.grader.words import size
from lessons.texts.yaml_edit import dump_yaml

MAX_BRIEF_BYTES = 64 * 1024
MAX_LAB_BYTES = 200 * 1024
MAX_NOTES = 40
_READMES = ("README.md", "readme.md", "Readme.md")


def lab_files(assignment: Assignment, slug: str, reading: Reading) -> dict[str, bytes]:
    """Return the files of the lab by their paths in the course. Changes and omissions become findings."""
    before = len(reading.findings)
    _settle_starter(assignment, reading)
    text = _lab_yaml(assignment, make_checks(assignment, reading), reading, before)
    starter = {f"labs/{slug}/{FOLDER}/{path}": data for path, data in assignment.files.items()}
    own = {f"labs/{slug}/lab.yaml": text.encode(), f"labs/{slug}/brief.md": _brief(assignment).encode()}
    return {**own, **starter}


def _settle_starter(assignment: Assignment, reading: Reading) -> None:
    # A starter that the engine would refuse is left out; the tests were read from it already.
    total = sum(map(len, assignment.files.values()))
    why = ""
    if total > MAX_STARTER_BYTES or len(assignment.files) > MAX_STARTER_FILES:
        why = f"A starter has at most {MAX_STARTER_FILES} files and {size(MAX_STARTER_BYTES)}"
    elif assignment.files:
        why = _fault_of(assignment.files)
    if why:
        to_do = "Make the folder smaller, and upload it on the page of the lab"
        reading.add(assignment.title, "the starter code was not imported", why, to_do)
        assignment.files = {}
    elif not assignment.files and assignment.starter:
        to_do = f"Download {assignment.starter} from GitHub, and import its folder too"
        reading.add(assignment.title, "there is no starter code", "An export does not contain it", to_do)


def _fault_of(files: FolderFiles) -> str:
    try:
        start_of_folder(files).play()
    except StepError as error:
        return f"The folder cannot be a starter: {error}"
    return ""


def _lab_yaml(assignment: Assignment, made: Made, reading: Reading, before: int) -> str:
    own: list[Any] = []
    if made.checks:
        own = _scenarios(assignment, made, reading)
    else:
        _name_placeholder(assignment, reading)
    text = dump_yaml(_values(assignment, made, own))
    fault = _fault_in(text, assignment.files)
    if fault:
        # Our own mistake or a size that no limit above foresaw: the lab is kept without what cannot be read.
        reading.add(assignment.title, "the tests were not imported", fault, "Add the checks by hand")
        text = dump_yaml(_values(assignment, Made(), []))
    return _comment(reading.findings[before:]) + text


def _fault_in(text: str, files: FolderFiles) -> str:
    if len(text.encode()) > MAX_LAB_BYTES:
        return f"lab.yaml would have more than {size(MAX_LAB_BYTES)}"
    try:
        load_spec(text, files or None)
    except SpecError as error:
        return f"The portal cannot read the resulting lab: {error.problems[0].text}"
    return ""


def _name_placeholder(assignment: Assignment, reading: Reading) -> None:
    why = (
        "None of its automatic tests could be imported"
        if assignment.tests
        else "There are no automatic tests for it in the files"
    )
    to_do = "Write its checks (docs/labs.md), or import the folder of its starter repository"
    reading.add(assignment.title, "the lab only asks for a commit", why, to_do)


def _scenarios(assignment: Assignment, made: Made, reading: Reading) -> list[Any]:
    try:
        own = scenarios.make_scenarios(assignment, made.checks)
    except scenarios.SolutionError as error:
        reading.add(
            assignment.title, "the solution was not imported", str(error), "Add the scenario “solved” by hand"
        )
        assignment.solution = {}
        own = scenarios.make_scenarios(assignment, made.checks)
    if not scenarios.is_proved_by(own, made.checks):
        name = assignment.starter.rpartition("/")[2] or assignment.slug
        reading.add(
            assignment.title,
            "the lab has no solution that proves its checks",
            "A lab opens to learners once each check has passed in one scenario and needed work in another",
            f"Put your solution into a folder {name}-solution next to the others, and import again; "
            "or write the scenario “solved” in lab.yaml",
        )
    return own


def _values(assignment: Assignment, made: Made, own: list[Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"schema": 2, "title": assignment.title, "pass_mark": assignment.pass_mark}
    values["starter"] = {"folder": FOLDER} if assignment.files else None
    if made.requirements:
        values["python"] = {"requirements": made.requirements}
    if assignment.tags:
        values["counts"] = {"tags": assignment.tags}
    values["checks"] = [check for _, check in made.checks] or [_PLACEHOLDER]
    if own:
        values["scenarios"] = own
    return values


_PLACEHOLDER = {
    "id": "a-commit",
    "says": "There is a commit of yours",
    "points": 1,
    "commits": {"at_least": 1},
}


def _comment(findings: Iterable[Finding]) -> str:
    found = list(findings)
    lines = [f"# - {each.what[:300]}: {each.why[:200]}" for each in found[:MAX_NOTES]]
    if not lines:
        return "# Imported. Nothing was changed or left out.\n"
    return "\n".join(["# Imported. Check what was changed or left out:", *lines, ""])


def _brief(assignment: Assignment) -> str:
    readme = next((assignment.files[name] for name in _READMES if name in assignment.files), b"")
    try:
        text = readme.decode("utf-8-sig").replace("\r\n", "\n").replace("\0", "").strip()
    except UnicodeDecodeError:
        text = ""
    if text and len(readme) <= MAX_BRIEF_BYTES:
        return text + "\n"
    return f"Describe the task of “{assignment.title}” here.\n"
