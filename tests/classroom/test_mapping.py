"""Tests of a classroom become checks that mean the same; what differs or is left out is named."""

import re

import pytest

from labs.classroom import commands, patterns, python_tests
from labs.classroom.course_files import plan_course
from labs.grader.spec import load_spec
from tests.classroom.exported import assignment, autograding, export, read, workflow


def plan_of(files, *, starter=None, zone="Europe/London", **more):
    own = {f"sums-starter/{path}": text.encode() for path, text in (starter or {}).items()}
    reading = read({**export(assignment(**more)), **files, **own})
    return plan_course(reading.classrooms[0], zone)


def lab_of(plan):
    folder = plan.labs[0].assignment.files or None
    return load_spec(plan.files["labs/sums/lab.yaml"].decode(), folder)


def said(plan):
    return "\n".join(map(str, plan.findings))


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("python sums.py", ("python", "sums.py")),
        ("python -c 'print(1)'", ("python", "-c", "print(1)")),
        ('grep "a b" notes.txt', ("grep", "a b", "notes.txt")),
        ("python sums.py | sort", None),
        ("A=1 python sums.py", None),
        ("cd src && make", None),
        ("ls *.py", None),
        ('echo "$HOME"', None),
        ("cat ~/x", None),
        ("echo 'a", None),
        ("make\nmake test", None),
        ("a" * 9_000 + "!", None),
        ("", None),
    ],
)
def test_only_a_plain_line_becomes_arguments(line, argv):
    assert commands.argv_of(line) == argv


def matches(expected, comparison, output):
    pattern = patterns.pattern_of(expected, comparison)
    return pattern is None or re.search(pattern, output, re.MULTILINE) is not None


def test_comparisons_trim_and_ignore_carriage_returns():
    assert matches(" 3 apples\r\nfor you ", "included", "I have 3 apples\nfor you!\n")
    assert matches("3\n4", "exact", "\n3\r\n4  \n") and not matches("3\n4", "exact", "3\n4\n5\n")
    assert matches("a.b*", "included", "a.b*") and not matches("a.b*", "included", "aab")
    assert matches("", "included", "anything") and not matches("", "exact", "anything")


def test_regular_expression_has_the_anchors_of_javascript():
    assert matches(r"^\d+ apples$", "regex", "3 apples\n")
    assert not matches(r"^\d+ apples$", "regex", "first\n3 apples\nlast")
    assert not matches(r"^\d+$", "regex", "३")  # Python's own \d takes digits of every script
    assert matches(r"[\d,]+ (?:kg|g)\b", "regex", "1,5 kg")


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<year>\d+)",
        r"(a)\1",
        r"\p{L}",
        "[^]",
        "a++",
        "(?i)a",
        r"\cA",
        "(",
        "a{2",
        "(a+)+",
        "x" * 2_001,
        r"\Z",
        "[]",
    ],
)
def test_regular_expression_that_differs_in_python_is_refused(pattern):
    with pytest.raises(patterns.NotCarriedError):
        patterns.pattern_of(pattern, "regex")


def test_command_and_output_become_run_with_their_limits_in_seconds():
    plan = plan_of(
        autograding(
            {"name": "Compiles", "run": "python -m py_compile sums.py", "timeout": 1, "points": 2},
            {"name": "Adds", "run": "python sums.py", "input": "1 2\n", "output": "3", "points": 3},
        ),
        starter={"sums.py": "\n"},
    )
    first, second = lab_of(plan).checks
    assert (first.kind, first.says, first.points, first.parameters.seconds) == ("run", "Compiles", 2, 60)
    assert (
        first.parameters.command == ("python", "-m", "py_compile", "sums.py")
        and first.parameters.matches is None
    )
    assert (second.parameters.stdin, second.parameters.matches) == ("1 2\n", "3")
    assert "3" in second.fix and "time limits" not in said(plan)


def test_time_limits_are_cut_to_the_limit_of_a_lab_and_reported():
    tests = [{"name": f"t{number}", "run": "python a.py", "timeout": 10, "points": 1} for number in range(20)]
    plan = plan_of(autograding(*tests))
    assert [check.parameters.seconds for check in lab_of(plan).checks] == [1] * 16
    assert "“t0” 600 s → 1 s" in said(plan) and said(plan).count("at most 16 checks") == 4


@pytest.mark.parametrize(
    ("points", "expected", "words"),
    [
        ((None, None), [1, 1], "each check has 1 point. No test had points."),
        ((0, 0), [1, 1], "0 of 0 points would be no pass"),
        ((4, None), [4, 1], "“b” has 1 point"),
        ((2.5, 0), [2.5, 0], ""),
        ((5000, 1), [1000, 1], "some points are lower"),
    ],
)
def test_missing_points_are_reported(points, expected, words):
    tests = [
        {"name": name, "run": "python a.py", "points": own} for name, own in zip("ab", points, strict=True)
    ]
    plan = plan_of(autograding(*tests))
    assert [float(check.points) for check in lab_of(plan).checks] == expected
    assert words in said(plan)


def test_setup_installs_what_has_an_exact_version_and_names_the_rest():
    setup = "sudo apt-get install -y cowsay; pip install -U pytest numpy==2.1.0 pandas -r requirements.txt"
    plan = plan_of(
        autograding({"name": "t", "setup": setup, "run": "python a.py", "points": 1}),
        starter={
            "requirements.txt": "# all\nrich==13.9.4 ; sys_platform == 'linux'\nattrs==24.2.0  # pinned\nnumpy==1.0\n"
        },
    )
    assert lab_of(plan).python.requirements == (commands.PYTEST, "numpy==2.1.0", "attrs==24.2.0")
    for words in (
        "apt-get install -y cowsay",
        "package pandas",
        "package rich==13.9.4 ;",
        "package numpy==1.0",
    ):
        assert words in said(plan)


def test_setup_that_builds_runs_before_the_command_without_its_output():
    setup = commands.read_setup("make clean; make", {})
    assert commands.command_of("./sums", setup.commands) == (
        "sh",
        "-c",
        "(make clean; make) </dev/null >/dev/null && (./sums\n)",
    )
    mixed = commands.read_setup("for x in a b; do echo $x; done; pip install rich==1.0", {})
    assert not mixed.commands and mixed.left_out[0][1] == "It mixes packages to install with other commands"


GRADER = """\
    - id: py
      uses: classroom-resources/autograding-python-grader@v1
      with: {timeout: 1, max-score: 5}
"""
TESTS = "import unittest\nfrom sums import add\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n\n\nclass TestMore:\n"
TESTS += "    def test_negative(self):\n        assert add(-1, 1) == 0\n"


def test_python_tests_become_hidden_tests_with_the_files_of_the_starter():
    plan = plan_of(
        workflow(GRADER), starter={"tests/sums_test.py": TESTS, "test_old.py": TESTS, "sums.py": "\n"}
    )
    [check] = lab_of(plan).checks
    assert (check.kind, check.points, check.parameters.seconds) == ("tests", 5, 60)
    assert check.parameters.code.count("def test_adds") == 1  # with files like calc_test.py, only those count
    assert "tests/sums_test.py::TestMore::test_negative" in check.parameters.code
    assert lab_of(plan).python.requirements == (commands.PYTEST,)
    assert "only if all 2 tests pass" in said(plan)


def test_names_of_python_tests_are_those_that_pytest_prints():
    files = {
        "test_a.py": "class Case(unittest.TestCase):\n    def test_x(self): pass\ndef helper(): pass\n",
        "b.py": "(",
    }
    assert python_tests.names_in(files) == ["test_a.py::Case::test_x"]


def test_python_tests_without_their_files_run_those_of_the_learner_and_say_so():
    plan = plan_of(workflow(GRADER))
    assert "outcomes(learner)[0] == 0" in lab_of(plan).checks[0].parameters.code
    assert "has no tests of yours" in said(plan)


def test_test_that_cannot_be_imported_is_named_in_the_report_and_in_the_lab():
    plan = plan_of(
        autograding(
            {"name": "Named", "run": "python a.py", "output": "(?<a>x)", "comparison": "regex", "points": 1},
            {"name": "Kept", "run": "javac A.java", "points": 1},
        )
    )
    assert [check.says for check in lab_of(plan).checks] == ["Kept"]
    assert "the test “Named” was not imported. Its regular expression" in said(plan)
    assert "“Named” was not imported" in plan.files["labs/sums/lab.yaml"].decode()
    assert "needs javac" in said(plan)


def test_assignment_without_tests_becomes_a_placeholder_and_says_so():
    plan = plan_of({}, starter={"README.md": "# Sums\n\nAdd two numbers.\n"})
    assert [check.kind for check in lab_of(plan).checks] == ["commits"]
    assert plan.files["labs/sums/brief.md"] == b"# Sums\n\nAdd two numbers.\n"
    assert plan.files["labs/sums/starter/README.md"] and "only asks for a commit" in said(plan)


def test_starter_has_neither_tests_of_classroom_nor_people():
    roster = '"identifier","github_username","github_id","name"\n"1","first","5","First"\n'
    plan = plan_of(
        autograding({"name": "t", "run": "python a.py", "points": 1}),
        starter={"a.py": "\n", "people.csv": roster},
    )
    assert [path for path in plan.files if "/starter/" in path] == ["labs/sums/starter/a.py"]


def test_solution_beside_the_starter_proves_the_lab():
    tests = autograding({"name": "t", "run": "python a.py", "points": 1})
    solution = {"sums-starter-solution/a.py": b"print(1)\n", "sums-starter-solution/b.py": b"same\n"}
    plan = plan_of({**tests, **solution}, starter={"a.py": "raise SystemExit(1)\n", "b.py": "same\n"})
    assert [each.name for each in lab_of(plan).scenarios] == ["not solved yet", "solved"]
    assert "no solution" not in said(plan)
    assert "no solution" in said(plan_of(tests, starter={"a.py": "\n"}))


def test_groups_and_deadlines_are_named_in_the_zone_of_the_cohort():
    plan = plan_of({}, type="group", deadline="2025-07-01T22:30:00Z", zone="Asia/Kolkata")
    assert "groups were not imported" in said(plan)
    assert "02 July 2025 04:00 in Asia/Kolkata" in said(plan)


def test_titles_of_a_stranger_stay_one_line_and_labs_keep_separate_slugs():
    odd = assignment(
        82, "sums", 'A "title": {x}\n# ]( <script>\u202e ' + "y" * 300, starter_code_repository=None
    )
    reading = read(export(assignment(), odd))
    plan = plan_course(reading.classrooms[0], "UTC")
    assert [lab.slug for lab in plan.labs] == ["sums", "sums-2"]
    title = load_spec(plan.files["labs/sums-2/lab.yaml"].decode()).title
    assert title.startswith('A "title": {x} # ]( <script>') and len(title) <= 200 and title.isprintable()
