"""Exported files become classrooms, people, tests and marks; what cannot be read is named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from labs.classroom.model import Person
from tests.classroom.exported import (
    ADDRESS,
    GRADES,
    assignment,
    autograding,
    export,
    found_in,
    grade,
    grades,
    packed,
    read,
    roster,
    table,
    workflow,
)


def only(reading):
    [room] = reading.classrooms
    return room


def the_tests(files):
    reading = read({**export(assignment()), **files})
    return only(reading).assignments[0].tests, found_in(reading)


def test_roster_keeps_identifiers_as_text_and_learners_without_an_account():
    rows = [
        ["007", "First-L", "501", "Person, First"],
        ["i01-x", "", "", ""],
        ["a@example.org", "second", "", "Second"],
    ]
    reading = read({"up/classroom_roster.csv": roster([], *rows)}, title="Class of 2026")
    assert only(reading).title == "Class of 2026"
    assert only(reading).people == [
        Person("007", "First-L", "501", "Person, First"),
        Person("i01-x"),
        Person("a@example.org", "second", "", "Second"),
    ]
    assert [person.email for person in only(reading).people] == ["", "", "a@example.org"]


def test_rosters_of_the_successors_are_read_by_their_headers():
    header = ["username", "first_name", "last_name", "email", "section", "github_id", "role"]
    rows = [
        ["first-l", "First", "Person", "first@example.org", "B", "501", "student"],
        ["boss", "", "", "", "", "9", "teacher"],
    ]
    reading = read({"c/roster.csv": table(header, *rows)})
    assert only(reading).people == [Person("first@example.org", "first-l", "501", "First Person")]
    assert "boss was left out" in found_in(reading) and "sections were not imported" in found_in(reading)
    pasted = read({"c/paste.txt": b"First Person, first@example.org\nBob, second@example.org\n"})
    assert [str(person) for person in only(pasted).people] == ["first@example.org", "second@example.org"]


@pytest.mark.parametrize("quoted", [True, False])
def test_grades_are_read_in_both_forms(quoted):
    rows = [
        grade("First-L", "9", identifier="007"),
        grade("second", "3", "0", time="2018-11-12 01:02"),
        grade("third", "", "10"),
    ]
    reading = read({"up/grades.csv": grades(*rows, quoted=quoted)})
    room = only(reading)
    assert (room.key, room.title, room.assignments[0].slug) == ("4711", "programming 1", "sums")
    first, second = room.assignments[0].marks
    assert first.person == Person("007", "First-L") and (first.points, first.out_of) == (
        Decimal(9),
        Decimal(10),
    )
    assert first.recorded_at == datetime(2025, 9, 18, 23, 59, 59, tzinfo=UTC)
    assert (second.points, second.out_of, second.recorded_at) == (
        3,
        0,
        datetime(2018, 11, 12, 1, 2, tzinfo=UTC),
    )


def test_group_name_is_a_column_only_sometimes():
    rows = [[*grade(login, "8"), "Team <1>"] for login in ("first", "second")]
    reading = read({"up/grades.csv": table([*GRADES, "group_name"], *rows)})
    made = only(reading).assignments[0]
    assert made.is_group and {mark.group for mark in made.marks} == {"Team <1>"}


def test_export_completes_grades_with_the_ids_of_accepted_assignments():
    folder = "classroom-export-20260521-101010/classroom-4711/assignment-81"
    accepted = [
        {"id": 1, "grade": "9/10", "students": [{"id": 501, "login": "first-l"}]},
        {"id": 2, "grade": "4/10", "students": [{"id": 502, "login": "second"}]},
        {"id": 3, "grade": None, "students": [{"id": 503, "login": "third"}]},
    ]
    files = {
        **export(assignment(), assignment(82, "loops", "Loops", deadline=None, type="group", submissions=3)),
        f"{folder}/accepted-assignments.json": packed(accepted),
        f"{folder}/grades.csv": grades(grade("First-L", "10")),
    }
    room = only(read(files))
    sums, loops = room.assignments
    assert (sums.key, sums.starter, sums.due) == (
        "81",
        "my-school/sums-starter",
        datetime(2036, 3, 1, 22, 59, tzinfo=UTC),
    )
    assert loops.is_group and loops.due is None
    assert [(mark.person.github_id, int(mark.points)) for mark in sums.marks] == [("501", 10), ("502", 4)]
    assert [person.github_id for person in room.people] == ["501", "502", "503"]


def test_old_tests_have_minutes_and_compare_only_with_an_input_or_output():
    tests, _ = the_tests(
        autograding(
            {"name": "adds", "setup": "pip install -r r.txt", "run": "pytest -q", "input": "", "output": "",
             "comparison": "included", "timeout": 10, "points": 5},
            {"name": "says", "run": "./say", "input": "x\r\n", "output": "A\r\n"},
        )
    )  # fmt: skip
    adds, says = tests
    assert (adds.kind, adds.seconds, adds.points, adds.expected) == ("command", 600, 5, None)
    assert (says.kind, says.seconds, says.points, says.stdin, says.expected) == ("io", 60, None, "x\n", "A\n")
    assert says.comparison == "included"


STEPS = """\
    - name: compiles
      id: compiles
      uses: classroom-resources/autograding-command-grader@v1
      with: {test-name: compiles, setup-command: '', command: python -m py_compile sums.py, timeout: 10, max-score: 2}
    - name: adds
      id: adds
      uses: classroom-resources/autograding-io-grader@v1
      with: {test-name: adds, command: python sums.py, input: '1 2', expected-output: '3', comparison-method: contains}
    - id: py
      uses: classroom-resources/autograding-python-grader@v1
      with: {timeout: 2, max-score: 5, setup-command: pip install -r requirements.txt}
    - uses: classroom-resources/autograding-grading-reporter@v1
      env: {COMPILES_RESULTS: x}
      with: {runners: 'compiles,adds,py', token: x}
    - name: Install Java
      uses: actions/setup-java@v4
"""


def test_workflow_has_three_graders_and_other_steps_are_named():
    tests, said = the_tests(workflow(STEPS))
    assert [(test.name, test.kind, test.seconds, test.points) for test in tests] == [
        ("compiles", "command", 600, 2),
        ("adds", "io", 600, None),
        ("py", "python", 120, 5),
    ]
    assert tests[1].comparison == "included"  # Classroom's form wrote `contains`
    assert "the step “Install Java” was not imported" in said and "checkout" not in said.lower()


def test_tests_of_classroom_50_have_seconds_and_files():
    listed = [
        {"name": "builds", "type": "run", "run": "make", "timeout": 600, "exit-code": 2, "points": 4},
        {
            "name": "adds",
            "type": "io",
            "run": "./a",
            "input-file": "in.txt",
            "expected": "3",
            "comparison": "exact",
        },
        {
            "name": "lost",
            "type": "io",
            "run": "./a",
            "input-file": "../x",
            "expected": "3",
            "comparison": "exact",
        },
    ]
    files = {
        "c50/cs/classroom.json": packed({"schema": "classroom50/classroom/v1", "name": "CS", "short_name": "cs"}),
        "c50/cs/assignments.json": packed(
            {"schema": "classroom50/assignments/v1", "assignments": [
                {"slug": "sums", "name": "Sums", "mode": "team", "due": "2036-09-15T23:59:00-04:00",
                 "pass_threshold": 80, "submission_mode": "tag", "submission_tags": ["submit/*"],
                 "allowed_files": ["a.py"], "tests": listed}]}
        ),
        "c50/cs/autograders/sums/tests.json": packed({"schema": "classroom50/tests/v1", "tests": listed}),
        "c50/cs/autograders/sums/in.txt": b"1 2\n",
    }  # fmt: skip
    reading = read(files)
    made = only(reading).assignments[0]
    assert [(test.seconds, test.exit, test.points, test.stdin) for test in made.tests] == [
        (600, 2, 4, ""),
        (10, 0, 0, "1 2\n"),
    ]
    assert (made.pass_mark, made.tags, made.is_group) == (80, ["submit/*"], True)
    assert made.due == datetime(2036, 9, 16, 3, 59, tzinfo=UTC)
    assert "“lost” was not imported" in found_in(reading) and "allowed files" in found_in(reading)


def test_results_and_scores_of_classroom_50_become_marks():
    result = {
        "schema": "classroom50/result/v1", "classroom": "cs", "assignment": "sums", "assignment_type": "individual",
        "owner": "first-l", "datetime": "2026-09-14T10:00:00Z", "score": 3, "max-score": 4,
        "submitted_by": {"username": "First-L", "id": 501},
    }  # fmt: skip
    better = {**result, "score": 4, "datetime": "2026-09-15T10:00:00Z"}
    scores = {"schema": "classroom50/scores/v1", "assignments": {"sums": {"type": "individual", "entries": [
        {"owner": "first-l", "submissions": [better, result]},
        {"owner": "second", "override": True, "submissions": [{**result, "score": 1, "submitted_by": {}}, better]},
    ]}}}  # fmt: skip
    room = only(read({"c/cs/scores.json": packed(scores)}))
    assert [
        (str(mark.person), int(mark.points), mark.person.github_id) for mark in room.assignments[0].marks
    ] == [
        ("first-l", 4, "501"),
        ("second", 1, ""),
    ]
    assert only(read({"c/result.json": packed(result)})).assignments[0].marks[0].out_of == 4
    web = [
        "name",
        "first_name",
        "last_name",
        "usernames",
        "score",
        "max_score",
        "submissions",
        "submitted_at",
        "late",
    ]
    rows = [["First", "First", "L", "first-l", "3", "4", "1", "2026-09-14T10:00:00Z", "no"]]
    assert only(read({"c/sums.csv": table(web, *rows)})).assignments[0].marks[0].points == 3
    cli = [
        "username",
        "first_name",
        "last_name",
        "email",
        "section",
        "score",
        "max_score",
        "datetime",
        "late",
    ]
    rows = [["first-l", "First", "L", "first@example.org", "", "3", "4", "2026-09-14T10:00:00Z", "true"]]
    mark = only(read({"c/sums.csv": table(cli, *rows)})).assignments[0].marks[0]
    assert mark.person.email == "first@example.org"


def test_tests_of_classmoji_have_minutes_and_an_order():
    listed = [
        {"method": "IO", "run_command": "./a", "input": "1", "expected_output": "2", "comparison_method": "EXACT",
         "timeout": 3, "points": 2, "position": 2, "name": "second"},
        {"method": "NODE", "run_command": "npm test", "points": 1, "position": 1, "name": "first"},
    ]  # fmt: skip
    files = {"sums-starter/.github/classmoji/tests.json": packed({"tests": listed})}
    tests, _ = the_tests(files)
    assert [(test.name, test.kind, test.seconds) for test in tests] == [
        ("first", "command", 600),
        ("second", "io", 180),
    ]


def test_files_of_several_classrooms_are_not_mixed():
    rooms = [{"id": number, "name": f"Room {number}"} for number in (1, 2)]
    files = {
        "x/classrooms.json": packed(rooms),
        "x/classroom-1/assignments.json": packed([assignment(81)]),
        "x/classroom-2/assignments.json": packed([assignment(82)]),
        "x/classroom-2/roster.csv": roster(["a", "first", "1", ""]),
        "x/roster.csv": roster(["b", "second", "2", ""]),
    }
    reading = read(files)
    assert [(room.title, len(room.people), room.assignments[0].key) for room in reading.classrooms] == [
        ("Room 1", 0, "81"),
        ("Room 2", 1, "82"),
    ]
    assert "which one it belongs to" in found_in(reading)


def test_assignments_with_titles_in_any_script_stay_apart():
    rows = [
        ["जोड़", "", "", "first", "", "", "", "", "1", "2"],
        ["घटाव", "", "", "first", "", "", "", "", "2", "2"],
    ]
    assert len(only(read({"g/grades.csv": grades(*rows)})).assignments) == 2
    assert ADDRESS  # the two have no address, as an older file may


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("classrooms.json", b"[" * 200_000),
        ("classroom.json", b'{"id": ' + b"9" * 5_000 + b"}"),
        ("assignments.json", b"\xff\xfe\x00"),
        (
            "scores.json",
            b'{"assignments": {"a": {"entries": [{"owner": {}, "submissions": [1, {"score": 1e999}]}]}}}',
        ),
        ("tests.json", b'[{"name": ["x"], "type": {}, "run": null}]'),
        ("grades.csv", b"assignment_name,points_awarded\n" + b'"' + b"x" * 200_000),
        ("grades.csv", grades(grade("first", "NaN"), grade("", "3"), grade("second", "-1", "Infinity"))),
        ("roster.csv", b"identifier,github_username,identifier\na,b,c\n"),
        ("roster.csv", b"identifier,github_username\n" + b"a,b\n" * 20_001),
        (".github/workflows/classroom.yml", b"a: &a [*a, *a]\n"),
        (
            ".github/workflows/classroom.yml",
            b"jobs: {a: {steps: [{uses: classroom-resources/autograding-io-grader}]}}",
        ),
        (
            ".github/classroom/autograding.json",
            b'{"tests": [7, {"name": 5, "timeout": "NaN", "run": "\\u0000"}]}',
        ),
    ],
)
def test_hostile_file_is_named_and_never_fatal(name, data):
    reading = read({f"up/{name}": data, "up/classroom_roster.csv": roster(["a", "first", "1", ""])})
    assert [person.github_name for person in only(reading).people] == ["first"]
    assert "up/" in found_in(reading)
