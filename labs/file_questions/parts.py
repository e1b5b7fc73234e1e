"""Read the parts of a question whose answer is a file: `file`, `checks` and `solution`, and any number `given`."""

import re
from collections.abc import Sequence

from labs.grader.one_file import Given, read_file_checks
from labs.grader.spec import SpecError
from lessons.quizzes.blocks import Block
from lessons.quizzes.fences import Fence, read_fences
from lessons.quizzes.problems import ReportProblem

MAX_CHARACTERS = 20_000
MAX_PATH = 200  # characters
MAX_GIVEN = 5
PATH = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,9}")
PARTS = ("file", "checks", "solution")
GIVEN = "given"


def read_parts(block: Block, report: ReportProblem) -> tuple[dict[str, Fence], list[Fence]]:
    """Return the fence of each of PARTS, empty if it is missing, and those that are given."""
    parts, given = _find_parts(block, report)
    path = parts["file"].rest
    if not _is_path(path):
        report(parts["file"].line, "Name the file after ```file, such as .github/workflows/tests.yml.")
    elif parts["checks"].text:
        _check(path, parts["checks"], texts_of(given), report)
    _check_given(path, given, report)
    for part in (parts["file"], parts["solution"], *given):
        if len(part.text) > MAX_CHARACTERS:
            report(
                part.line,
                f"This text has {len(part.text):,} characters. The limit is {MAX_CHARACTERS:,}.",
            )
    return parts, given


def texts_of(given: Sequence[Fence]) -> Given:
    return tuple((part.rest, part.text) for part in given)


def _find_parts(block: Block, report: ReportProblem) -> tuple[dict[str, Fence], list[Fence]]:
    found: dict[str, Fence] = {}
    given: list[Fence] = []
    for fence in read_fences(block.answers):
        if fence.word == GIVEN:
            given.append(fence)
        elif fence.word not in PARTS:
            report(fence.line, f"A question whose answer is a file has no part {fence.word}. Delete it.")
        elif fence.word in found:
            report(fence.line, f"This question has two parts {fence.word}. Delete one.")
        else:
            found[fence.word] = fence
    for word in PARTS[1:]:
        if word not in found or not found[word].text.strip():
            what = "the checks, as in lab.yaml" if word == "checks" else "a file that passes all checks"
            line = found[word].line if word in found else block.line
            report(line, f"This question needs ```{word} with {what}, then ```.")
    return {word: found.get(word, Fence(word, "", "", block.line)) for word in PARTS}, given


def _is_path(path: str) -> bool:
    return bool(PATH.fullmatch(path)) and len(path) <= MAX_PATH


def _check_given(path: str, given: Sequence[Fence], report: ReportProblem) -> None:
    paths = [path]
    for part in given[:MAX_GIVEN]:
        if not _is_path(part.rest):
            report(part.line, "Name the file after ```given, such as data/prices.csv.")
        elif any(
            f"{part.rest}/".startswith(f"{other}/") or f"{other}/".startswith(f"{part.rest}/")
            for other in paths
        ):
            report(
                part.line,
                f"There is a file {part.rest} already, or one is in a folder of that name. Rename it.",
            )
        paths.append(part.rest)
    if len(given) > MAX_GIVEN:
        report(
            given[MAX_GIVEN].line, f"This question has {len(given)} parts given. The limit is {MAX_GIVEN}."
        )


def _check(path: str, part: Fence, given: Given, report: ReportProblem) -> None:
    try:
        read_file_checks(path, part.text, given)
    except SpecError as error:
        for problem in error.problems:
            key = f"{problem.key}: " if problem.key else ""
            # A later engine may refuse what an earlier one took; the quiz can still be shown.
            report(part.line + problem.line, f"{key}{problem.message}", only_new=True)
