"""Repositories that forge a grade instead of earning it: cases C1 to C17."""

import json

import pytest

from labs.grader.redaction import public_text
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec
from tests.sandbox.conftest import judged_in

pytestmark = pytest.mark.heavy

HIDDEN = '''
def test_add(learner):
    """add gives the sum of two numbers"""
    assert learner.call("calc:add", 2, 3) == 5

def test_opposites(learner):
    assert learner.call("calc:add", -1717, 1717) == 0
'''
TESTS = {"tests": {"code": HIDDEN}}
WRONG = "def add(a, b):\n    return 42\n"
EVIL = "def pytest_pyfunc_call(pyfuncitem): return True\n"
FORGED = {
    "c01_ends_the_process_at_import": {"calc.py": "import os\nos._exit(0)\n"},
    "c02_hook_in_conftest": {
        "calc.py": WRONG,
        "conftest.py": "import pytest\n@pytest.hookimpl(hookwrapper=True)\n"
        "def pytest_runtest_makereport(item, call):\n    o = yield\n    o.get_result().outcome = 'passed'\n",
    },
    "c03_tests_that_never_run": {"calc.py": WRONG, "conftest.py": EVIL},
    "c04_patch_of_the_test_program": {
        "calc.py": "import _pytest.python as p\n"
        "p.pytest_pyfunc_call.__code__ = (lambda pyfuncitem: True).__code__\n" + WRONG
    },
    "c05_value_that_equals_all": {
        "calc.py": "class Y:\n    def __eq__(self, other): return True\ndef add(a, b): return Y()\n"
    },
    "c06_plugin_by_configuration": {
        "calc.py": WRONG,
        "pytest.ini": "[pytest]\naddopts=-p evil\npythonpath=.\n",
        "evil.py": EVIL,
    },
    "c07_test_program_of_its_own": {"calc.py": WRONG, "pytest.py": "print('2 passed')\n", "__main__.py": ""},
    "c08_last_words": {
        "calc.py": WRONG + "import atexit, os\n"
        "def f():\n    print('2 passed in 0.01s', flush=True)\n    os._exit(0)\natexit.register(f)\n"
    },
    "c09_search_for_the_judge": {
        "calc.py": "import gc, json, sys\n"
        "found = [x for x in gc.get_objects() if type(x) is dict and ('expected' in x or '_same' in x)]\n"
        "json.dumps = lambda *a, **k: '{\"held\": true}'\n" + WRONG
    },
    "c10_answers_in_advance": {
        "calc.py": 'import json, os\nfor f in range(3, 30):\n    try: os.write(f, b\'{"id": "?", "value": 5}\\n\')\n'
        "    except OSError: pass\n" + WRONG
    },
    "c10_answers_twice": {
        "calc.py": "import gc, json, os, sys\nframe = sys._getframe()\n"
        "while frame and 'asked' not in frame.f_locals: frame = frame.f_back\n"
        "said = json.dumps({'id': frame.f_locals['asked']['id'], 'value': 5}).encode() + b'\\n'\n"
        "for f in range(3, 30):\n    try: os.write(f, said)\n    except OSError: pass\n" + WRONG
    },
    "c10_answers_too_much": {
        "calc.py": "import os\nfor f in range(3, 30):\n    try:\n"
        "        for i in range(64): os.write(f, b'x' * 65536)\n    except OSError: pass\n" + WRONG
    },
    "c10_nests_without_end": {
        "calc.py": "def add(a, b):\n    x = []\n    for _ in range(900): x = [x]\n    return x\n"
    },
}


def committed(repo, files: dict[str, str]) -> None:
    for path, content in files.items():
        repo.put(path, content)
    repo.commit("Add the code")


@pytest.mark.parametrize("name", FORGED)
def test_c01_to_c10_forged_repository_gets_no_points(repo, sandbox, name):
    committed(repo, FORGED[name])
    result = judged_in(repo, sandbox, TESTS)
    assert (result.outcome, result.earned) == (Outcome.NEEDS_WORK, 0)
    assert "2 hidden tests fail on `main`: " in result.why


def test_right_code_gets_all_points(judge):
    result = judge(TESTS, calc="def add(a, b):\n    return a + b\n")
    assert (result.outcome, result.earned) == (Outcome.PASSED, 10)
    assert result.why == "All 2 hidden tests pass on `main`."


def test_type_of_a_value_counts(judge):
    result = judge(TESTS, calc="def add(a, b):\n    return float(a + b)\n")
    assert result.found == "0 of 2 passed"


def test_c11_hang_in_one_call_fails_only_that_test(judge):
    result = judge(
        TESTS, calc="import time\ndef add(a, b):\n    if a == 2: time.sleep(99)\n    return a + b\n"
    )
    assert result.why == (
        "1 hidden test fails on `main`: `add gives the sum of two numbers` (it returned nothing within 2 seconds)."
    )
    assert result.found == "1 of 2 passed"
    assert result.seconds < 30


def test_calls_may_be_given_more_time(judge):
    slow = {"tests": {**TESTS["tests"], "call_seconds": 4}}
    code = "import time\ndef add(a, b):\n    time.sleep(2.2 if a == 2 else 0)\n    return a + b\n"
    assert judge(slow, calc=code).outcome is Outcome.PASSED


def test_c12_fifty_megabytes_of_output_change_nothing(judge):
    code = (
        "import sys\nfor _ in range(800): sys.stdout.write('x' * 65536)\ndef add(a, b):\n    return a + b\n"
    )
    assert judge(TESTS, calc=code).outcome is Outcome.PASSED


def test_c13_hidden_files_cannot_be_found(judge):
    code = """
        import os
        def add(a, b):
            places = [place for place in os.listdir("/") if place not in ("proc", "usr", "lib", "lib64", "bin")]
            found = [f for place in places for _, _, names in os.walk("/" + place) for f in names]
            texts = [open(f"/proc/{p}/cmdline").read() for p in os.listdir("/proc") if p.isdigit()]
            return a + b if "calc.py" in found and not any("hidden" in text for text in found + texts) else 0
    """
    assert judge(TESTS, calc=code).outcome is Outcome.PASSED


def test_c14_inputs_of_hidden_tests_are_not_shown(judge):
    code = """
        def add(a, b):
            print("asked", a, b, flush=True)
            raise type(f"asked_{a}_{b}", (Exception,), {})(f"asked {a} {b}")
    """
    result = judge(TESTS, calc=code)
    assert result.outcome is Outcome.NEEDS_WORK
    assert "(the code raised an exception)" in result.why
    assert "1717" not in str(result)
    assert "asked" not in str(result)


def test_c14_commands_of_hidden_tests_are_not_shown(judge):
    code = (
        "def test_sum(learner):\n    assert learner.run(['python', 'calc.py', '1717'], seconds=1).exit == 0\n"
    )
    result = judge({"tests": {"code": code}}, calc="while True: pass\n")
    assert result.outcome is Outcome.NEEDS_WORK
    assert "(the program exceeded its time limit)" in result.why
    assert "1717" not in str(result)


REFERENCE = """
def add(a, b):
    return a + b

def div(a, b):
    if b == 0:
        raise ValueError
    return a / b
"""
OWN = {
    "own_tests": {
        "path": "tests",
        "catches_at_least": 3,
        "reference": {"calc.py": REFERENCE},
        "variants": [
            {"name": "add subtracts", "files": {"calc.py": REFERENCE.replace("a + b", "a - b")}},
            {"name": "div accepts zero", "files": {"calc.py": REFERENCE.replace("b == 0", "False")}},
            {"name": "div rounds", "files": {"calc.py": REFERENCE.replace("a / b", "a // b")}},
        ],
        "command": ["python", "-m", "unittest", "-q", "tests.test_calc"],
        "seconds": 40,
    }
}
GOOD = """
    import unittest
    import calc

    class Calc(unittest.TestCase):
        def test_add(self):
            self.assertEqual(calc.add(2, 3), 5)

        def test_div(self):
            self.assertEqual(calc.div(1, 2), 0.5)
            with self.assertRaises(ValueError):
                calc.div(1, 0)
"""
SUITE = "import unittest\nclass Calc(unittest.TestCase):\n    def test_it(self):\n        {}\n"
WORTHLESS = {
    "always true": SUITE.format("self.assertTrue(True)"),
    "ends the process": "import os\nos._exit(0)\n",
    "empty": "",
    "always fails": SUITE.format("self.assertTrue(False)"),
}


def test_own_tests_that_catch_the_broken_variants_pass(judge):
    result = judge(OWN, tests__test_calc=GOOD)
    assert result.outcome is Outcome.PASSED, result
    assert result.why == "The tests on `main` catch broken code: 3 of 3 caught."


@pytest.mark.parametrize("name", WORTHLESS)
def test_c15_worthless_suite_gets_no_points(judge, name):
    result = judge(OWN, tests__test_calc=WORTHLESS[name])
    assert (result.outcome, result.earned) == (Outcome.NEEDS_WORK, 0)


SPIES = {
    "prints it": "import sys\nprint(open('calc.py').read())\nsys.exit(1)\n",
    "tells it by its exit status": "import os\nos._exit(100 + open('calc.py').read().count('return') * 7)\n",
    "prints it and hangs": "import time\nprint(open('calc.py').read(), flush=True)\ntime.sleep(60)\n",
}


@pytest.mark.parametrize("name", SPIES)
def test_suite_cannot_identify_the_reference(judge, name):
    own = {"own_tests": {**OWN["own_tests"], "seconds": 8}}
    result = judge(own, tests__test_calc=SPIES[name])
    assert result.outcome is Outcome.NEEDS_WORK
    assert not any(word in str(result) for word in ("return", "raise ValueError", "exit status", "114"))
    assert not any(item.excerpt for item in result.evidence)


BY_TEXT = """
    import sys
    sys.exit("def add(a, b):\\n    return a + b\\n\\ndef div(a, b):\\n    if b == 0:\\n        raise ValueError\\n"
             "    return a / b" not in open("calc.py").read())
"""


def test_suite_that_compares_the_text_of_the_reference_fails_on_a_correct_equivalent(judge):
    again = REFERENCE.replace("a + b", "b + a")
    own = {"own_tests": {**OWN["own_tests"], "equivalents": [{"calc.py": again}]}}
    assert judge(OWN, tests__test_calc=BY_TEXT).outcome is Outcome.PASSED
    result = judge(own, tests__test_calc=BY_TEXT + "# with equivalents\n")
    assert result.why.endswith(" fails on correct code, with the tests on `main`.")
    assert judge(own, tests__test_calc=GOOD).outcome is Outcome.PASSED


def test_suite_that_catches_too_little_gets_a_list_of_what_it_missed(judge):
    result = judge(OWN, tests__test_calc=GOOD.replace("calc.div(1, 2), 0.5", "calc.div(4, 2), 2"))
    assert result.why == "The tests on `main` pass although the code is broken: `div rounds`."
    assert (result.expected, result.found) == (
        "tests that catch at least 3 of 3 broken versions",
        "2 of 3 caught",
    )
    assert "a // b" not in str(result)


def test_c16_same_commit_gets_the_same_score(repo, sandbox):
    committed(repo, {"calc.py": "def add(a, b):\n    return a + b if a > 0 else 1\n"})
    one, other = (judged_in(repo, sandbox, TESTS) for _ in range(2))
    assert (one.outcome, one.why, one.found) == (other.outcome, other.why, other.found)
    assert one.found == "1 of 2 passed"


def test_c17_changed_tests_change_the_digest_of_the_report(repo, sandbox, lab):
    committed(repo, {"calc.py": WRONG})
    old, new = (
        repo.grade(lab(f"tests: {{code: 'def test_a(learner): assert {wanted}'}}")).spec_digest
        for wanted in ("1 == 1", "2 == 2")
    )
    assert old != new


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "import absent\ndef test_a(learner): pass",
            "cannot be loaded: ModuleNotFoundError: No module named 'absent'.",
        ),
        ("import os\ndef test_a(learner): pass\nos._exit(3)", "the hidden tests failed to run"),
        ("x = 'test_a'", "have no function"),
    ],
)
def test_broken_hidden_tests_are_our_fault(repo, sandbox, caplog, code, words):
    committed(repo, {"calc.py": WRONG})
    result = judged_in(repo, sandbox, {"tests": {"code": code}})
    assert result.outcome is Outcome.FAULT
    assert words in caplog.text or words in result.reason


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\ndef test_a(learner: assert", "line 2 is not valid Python: "),
        ("x = 1", "needs a function whose name starts with `test_`"),
    ],
)
def test_hidden_tests_that_cannot_be_read_are_a_problem_of_the_lab(lab, code, message):
    with pytest.raises(SpecError) as caught:
        load_spec(lab(f"tests: {{code: {json.dumps(code)}}}"))
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(9, "tests.code")]
    assert caught.value.problems[0].message.startswith(message)


def test_hidden_tests_cannot_reach_the_portal_either(judge):
    code = "import os\ndef test_a():\n    assert not os.path.exists('/etc/passwd')\n    assert os.getuid() == 1000\n"
    assert judge({"tests": {"code": code}}, calc=WRONG).outcome is Outcome.PASSED


def test_programs_are_judged_from_outside(judge):
    code = '''
def test_greets(learner):
    """app.py greets whom it is told"""
    ran = learner.run(["python", "app.py"], stdin="Ada\\n")
    assert (ran.exit, ran.output) == (0, "Hello Ada\\n")
'''
    assert judge({"tests": {"code": code}}, app="print('Hello', input())\n").outcome is Outcome.PASSED
    assert judge({"tests": {"code": code}}, app="print('Hello')\n").outcome is Outcome.NEEDS_WORK


def test_exceptions_can_be_tested(judge):
    code = "def test_zero(learner):\n    assert learner.raised('calc:div', 1, 0) == 'ZeroDivisionError'\n"
    assert judge({"tests": {"code": code}}, calc="def div(a, b): return a / b\n").outcome is Outcome.PASSED
    assert judge({"tests": {"code": code}}, calc="def div(a, b): return 0\n").outcome is Outcome.NEEDS_WORK


def test_results_that_are_not_plain_values_are_reported_as_such(judge):
    code = "def test_marks(learner):\n    assert learner.call('model:marks') == ['positive']\n"
    result = judge({"tests": {"code": code}}, model="def marks(): return {'positive'}\n")
    assert result.why.endswith(
        "`marks` (the code returned something other than lists, mappings, strings and numbers)."
    )
    raised = "def test_marks(learner):\n    assert learner.raised('model:marks') is None\n"
    assert (
        judge({"tests": {"code": raised}}, model="def marks(): return {'positive'}\n").outcome
        is Outcome.PASSED
    )


def test_exception_of_the_import_is_not_one_of_the_function(judge):
    code = "def test_zero(learner):\n    assert learner.raised('calc:div', 1, 0) == 'ZeroDivisionError'\n"
    result = judge({"tests": {"code": code}}, calc="raise ZeroDivisionError\n")
    assert result.outcome is Outcome.NEEDS_WORK
    assert "(its module cannot be imported)" in result.why


def test_hidden_parts_are_not_in_the_text_that_learners_have(repo, lab):
    committed(repo, {"calc.py": WRONG})
    full = lab(json.dumps(TESTS)[1:-1], json.dumps(OWN)[1:-1])
    public = public_text(full)
    assert "learner.call" in full
    assert "div rounds" in full
    assert not any(word in public for word in ("learner.call", "div rounds", "a // b"))
    assert [result.reason for result in repo.grade(public).results] == [
        "Not run: this check has a hidden part. Push, and the portal runs it."
    ] * 2
