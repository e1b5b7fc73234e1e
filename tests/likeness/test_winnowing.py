from labs.likeness.comparing import MAX_PAIRS, Work, find_pairs
from labs.likeness.winnowing import fingerprints

PROGRAM = """\
import csv
from pathlib import Path


def mean_of(path: Path, column: str) -> float:
    with path.open() as file:
        values = [float(row[column]) for row in csv.DictReader(file) if row[column]]
    if not values:
        raise ValueError(f"no values in {column}")
    return sum(values) / len(values)


def spread_of(path: Path, column: str) -> float:
    middle = mean_of(path, column)
    with path.open() as file:
        values = [float(row[column]) for row in csv.DictReader(file) if row[column]]
    return max(abs(value - middle) for value in values)
"""
RENAMED = (
    PROGRAM.replace("mean_of", "average")
    .replace("values", "numbers")
    .replace("column", "name")
    .replace("row", "r")
)
OTHER = """\
import json


class Store:
    def __init__(self, folder):
        self.folder = folder
        self.cache = {}

    def get(self, key, default=None):
        if key in self.cache:
            return self.cache[key]
        file = self.folder / f"{key}.json"
        if not file.exists():
            return default
        self.cache[key] = json.loads(file.read_text())
        return self.cache[key]

    def put(self, key, value):
        self.cache[key] = value
        (self.folder / f"{key}.json").write_text(json.dumps(value, indent=2, sort_keys=True))
"""


def share(one: str, two: str, path: str = "a.py") -> float:
    first, second = set(fingerprints(one, path)), set(fingerprints(two, path))
    return len(first & second) / min(len(first), len(second))


def test_copy_with_other_names_has_the_same_fingerprints():
    assert share(PROGRAM, RENAMED) == 1


def test_comments_and_blanks_do_not_hide_a_copy():
    assert share(PROGRAM, "# mine\n\n" + PROGRAM.replace("    ", "  ").replace("\n\n", "\n# more\n")) > 0.9


def test_other_program_shares_almost_nothing():
    assert share(PROGRAM, OTHER) < 0.05


def test_names_count_in_files_that_are_no_programs():
    workflow = "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n" + "".join(
        f"      - run: make step-{n}-{w}\n" for n, w in enumerate(["lint", "unit", "docs", "image", "deploy"])
    )
    other = workflow.replace("make", "npm").replace("step", "task")
    assert share(workflow, other, "ci.yml") < 0.5 < share(workflow, workflow, "ci.yml")


def test_fingerprints_name_the_lines_that_they_cover():
    lines = {line for covered in fingerprints(PROGRAM, "a.py").values() for line in covered}
    assert lines <= set(range(1, len(PROGRAM.splitlines()) + 1))
    assert {5, 14, 17} <= lines


def test_short_text_has_no_fingerprints():
    assert fingerprints("print(1)\n", "a.py") == {}
    assert fingerprints("", "a.py") == {}


def test_long_line_is_read_in_part_and_fast():
    assert len(fingerprints("x = 1; " * 200_000, "a.py")) < 1_000


def test_pairs_share_commits_files_or_text_and_the_closest_is_first():
    text, other = frozenset(fingerprints(PROGRAM, "a.py")), frozenset(fingerprints(OTHER, "a.py"))
    works = [
        Work(1, frozenset({"a1"}), {"f1": "a.py"}, text),
        Work(2, frozenset({"a2"}), {"f2": "b.py"}, text),
        Work(3, frozenset({"a1", "a3"}), {"f3": "c.py"}, other),
        Work(4, frozenset({"a4"}), {"f3": "c.py"}),
        Work(5, frozenset({"a5"})),
    ]
    pairs = [(each.first, each.second, each.commits, each.files, each.share) for each in find_pairs(works)]
    assert pairs == [(1, 2, 0, 0, 1.0), (1, 3, 1, 0, 0.0), (3, 4, 0, 1, 0.0)]


def test_parts_that_many_works_share_are_left_out():
    text = frozenset(fingerprints(PROGRAM, "a.py"))
    works = [Work(number, prints=text, files={"f": "a.py"}) for number in range(12)]
    assert find_pairs(works) == []


def test_commits_of_somebody_else_are_found_however_many_have_them():
    works = [Work(number, frozenset({"a1"})) for number in range(12)]
    assert len(find_pairs(works)) == 66


def test_number_of_pairs_is_bounded():
    works = [Work(number, frozenset({"a1"})) for number in range(60)]
    assert len(find_pairs(works)) == MAX_PAIRS
