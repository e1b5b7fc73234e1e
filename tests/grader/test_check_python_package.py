import json
import subprocess
import sys

import pytest

from labs.grader.python_packages import project
from labs.grader.python_packages.project_faults import faults
from labs.grader.report import Outcome
from labs.grader.spec import SpecError

GOOD = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "review-model"
version = "0.1.0"
readme = "README.md"
license = "MIT"
requires-python = ">=3.11"
dependencies = [
    "scikit-learn==1.7.2",
    "joblib>=1.5,<2",
]

[project.optional-dependencies]
test = ["pytest>=9"]

[tool.pytest.ini_options]
testpaths = ["tests"]
"""
TESTS = "def test_a():\n    assert True\n"
FILES = {
    "pyproject.toml": GOOD,
    "README.md": "# It",
    "src/review_model/__init__.py": "",
    "tests/test_model.py": TESTS,
}


@pytest.fixture
def ask(repo):
    """Ask one question about the good project with some files changed; None removes a file."""

    def ask(rest="", changes=(), **more):
        for path, content in {**FILES, **dict(changes)}.items():
            if content is not None:
                repo.put(path, content)
        repo.commit()
        return repo.ask(f"python_package: {{{rest}}}")

    return ask


def with_project(old, new):
    assert old in GOOD
    return {"pyproject.toml": GOOD.replace(old, new)}


@pytest.mark.parametrize("rest", ["", "imports: review_model", "tests_found: true", "versions_pinned: upper"])
def test_a_good_project_passes(ask, rest):
    assert ask(rest).outcome is Outcome.PASSED


SYSTEM = 'requires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("old", "new", "why", "line"),
    [
        ('"0.1.0"', '"one"', "`one` is not a valid version.", 7),
        ('"0.1.0"', "1", "`1` is not a valid version.", 7),
        ('version = "0.1.0"\n', "", "The package has no version.", 5),
        ("[project]\n", '[project]\ndynamic = ["version"]\n', "`version` has a value in `[project]`, but `dynamic`", 8),
        ('"review-model"', '"-review"', "`-review` is not a valid name.", 6),
        ('name = "review-model"\n', "", "The package has no name.", 5),
        ('">=3.11"', '"3.11+"', "`3.11+` is not a valid version range.", 10),
        ('"joblib>=1.5,<2"', '"joblib => 1.5"', "The dependency `joblib => 1.5` is not valid.", 13),
        ('["pytest>=9"]', '["py test"]', "The dependency `py test` is not valid.", 17),
        ('["pytest>=9"]', '"pytest"', "`test` is not a list.", 17),
        ('"README.md"', '"READ.md"', "`readme` refers to `READ.md`, which does not exist.", 8),
        ('"MIT"', '{file = "LICENSE"}', "`license` refers to `LICENSE`, which does not exist.", 9),
        ('"MIT"', '"Own License"', "`Own License` is not an SPDX license.", 9),
        ("dependencies = [", "dependancies = [", "`[project]` has the unknown key `dependancies`.", 11),
        (SYSTEM, 'requires = ["flit_core"]\n', "`[build-system]` has no `build-backend`, so setuptools", 1),
        ("[project]\n", "[tool.poetry]\n", "The file has no `[project]`, so it does not describe the package.", 1),
        ("name = ", "name == ", "`pyproject.toml` is not valid TOML: ", 6),
    ],
)  # fmt: skip
def test_faults_in_pyproject_toml_are_reported_with_their_line(ask, old, new, why, line):
    changes = with_project(old, new)
    if new == "[tool.poetry]\n":
        changes = {"pyproject.toml": changes["pyproject.toml"].replace("[project.optional", "[tool.optional")}
    result = ask("", changes)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why.startswith(why)
    assert result.evidence[0].line == line
    assert "git add -- pyproject.toml" in result.fix


GROUPS = "a table for each group, without `console_scripts` and `gui_scripts`"
# A line of `[project]` that the specification does not allow, and the type that it requires.
WRONG_TYPES = [
    ('authors = ["me"]', "a list of tables with `name` and `email`"),
    ('authors = "me"', "a list of tables with `name` and `email`"),
    ('authors = {name = "me"}', "a list of tables with `name` and `email`"),
    ("authors = [{name = 3}]", "a list of tables with `name` and `email`"),
    ('authors = [{nam = "me"}]', "a list of tables with `name` and `email`"),
    ('maintainers = ["me"]', "a list of tables with `name` and `email`"),
    ('keywords = "x"', "a list of strings"),
    ("keywords = [1]", "a list of strings"),
    ('keywords = {a = "x"}', "a list of strings"),
    ('classifiers = "x"', "a list of strings"),
    ("classifiers = [true]", "a list of strings"),
    ('urls = ["x"]', "a table of strings"),
    ('urls = "x"', "a table of strings"),
    ("urls = {a = 3}", "a table of strings"),
    ('description = ["x"]', "a string in quotes"),
    ("description = 3", "a string in quotes"),
    ('license-files = "LICENSE"', "a list of strings"),
    ('scripts = ["x"]', "a table of strings"),
    ("scripts = {a = 3}", "a table of strings"),
    ('gui-scripts = "x"', "a table of strings"),
    ('entry-points = ["x"]', GROUPS),
    ('entry-points = {a = "x"}', GROUPS),
    ('entry-points = {console_scripts = {a = "x:y"}}', GROUPS),
    ('dynamic = "readme"', "a list of strings"),
    ("dynamic = [3]", "a list of strings"),
]  # fmt: skip
REPLACED_TYPES = [
    ('readme = "README.md"', "readme = 3"),
    ('readme = "README.md"', 'readme = ["README.md"]'),
    ('readme = "README.md"', 'readme = {file = "README.md"}'),
    ('readme = "README.md"', 'readme = {file = "README.md", text = "x", content-type = "text/markdown"}'),
    ('license = "MIT"', "license = 3"),
    ('license = "MIT"', 'license = ["MIT"]'),
    ('license = "MIT"', 'license = {file = "README.md", text = "x"}'),
    ('dependencies = [\n    "scikit-learn==1.7.2",\n    "joblib>=1.5,<2",\n]', 'dependencies = "x"'),
    ('dependencies = [\n    "scikit-learn==1.7.2",\n    "joblib>=1.5,<2",\n]', "dependencies = [1]"),
    ('dependencies = [\n    "scikit-learn==1.7.2",\n    "joblib>=1.5,<2",\n]', 'dependencies = {a = "1"}'),
    ('requires-python = ">=3.11"', "requires-python = 3.11"),
    ('requires-python = ">=3.11"', 'requires-python = [">=3.11"]'),
    ('name = "review-model"', 'name = ["a"]'),
    ('version = "0.1.0"', "version = 1.0"),
    ('version = "0.1.0"', 'version = "0.1.0"\ndynamic = ["name"]'),
    ('version = "0.1.0"', 'version = "0.1.0"\ndynamic = ["nonsense"]'),
    ('version = "0.1.0"', 'version = "0.1.0"\ndynamic = ["readme"]'),
    ('requires = ["setuptools>=77"]', 'requires = "setuptools"'),
    ('requires = ["setuptools>=77"]', "requires = [3]"),
    ('build-backend = "setuptools.build_meta"', "build-backend = 3"),
]
RIGHT_TYPES = [
    'authors = [{name = "Me"}, {email = "me@example.org"}, {name = "Me", email = "me@example.org"}]',
    "authors = []",
    'maintainers = [{name = "Me"}]',
    'keywords = ["x"]',
    "classifiers = []",
    'urls = {Homepage = "https://example.org"}',
    'description = "x"',
    'license-files = ["README.md"]',
    'scripts = {a = "review_model:main"}',
    'gui-scripts = {a = "review_model:main"}',
    'entry-points = {"a.b" = {a = "review_model:main"}}',
    'dynamic = ["classifiers"]',
]
# Text that setuptools accepts although the specification does not, under "entry-points" and "readme".
LENIENT = ('entry-points = ["x"]', "entry-points = {console_scripts", 'text = "x", content-type')


def texts_of_types():
    """Yield texts of pyproject.toml, with True if they conform to the specification."""
    for line, _ in WRONG_TYPES:
        yield GOOD.replace("[project]\n", f"[project]\n{line}\n"), False
    for old, new in REPLACED_TYPES:
        assert old in GOOD, old
        yield GOOD.replace(old, new), False
    without = GOOD.replace('[project.optional-dependencies]\ntest = ["pytest>=9"]\n', "")
    yield without.replace("[project]\n", '[project]\noptional-dependencies = ["pytest"]\n'), False
    for line in RIGHT_TYPES:
        yield GOOD.replace("[project]\n", f"[project]\n{line}\n"), True


def test_each_key_has_the_type_that_the_specification_gives():
    def faults_of(text):
        found, broken = project.read_project("pyproject.toml", text, FILES)
        assert not broken, text
        return faults(found)

    for line, words in WRONG_TYPES:
        found = faults_of(GOOD.replace("[project]\n", f"[project]\n{line}\n"))
        key = line.split(" ")[0]
        assert found and found[0].says == f"`{key}` in `[project]` is not {words}.", (line, found)
        assert found[0].place.line == 6
    for text, is_right in texts_of_types():
        assert (not faults_of(text)) is is_right, (text, faults_of(text))


@pytest.mark.heavy
def test_setuptools_itself_takes_the_same_types():
    program = (
        "import json, sys, tomllib, warnings\nwarnings.simplefilter('ignore')\n"
        "from setuptools.config.pyprojecttoml import validate\n"
        "def is_right(text):\n"
        "    try:\n        return bool(validate(tomllib.loads(text), 'pyproject.toml'))\n"
        "    except Exception:\n        return False\n"
        "print(json.dumps([is_right(text) for text in json.load(sys.stdin)]))\n"
    )
    texts = [text for text, _ in texts_of_types()]
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(texts), capture_output=True, text=True, timeout=60
    )
    theirs = json.loads(done.stdout)
    differ = [text for (text, ours), their in zip(texts_of_types(), theirs, strict=True) if ours != their]
    differ = [text for text in differ if not any(lenient in text for lenient in LENIENT)]
    assert differ == [], "\n".join(differ)


@pytest.mark.parametrize(
    "requires",
    ['["setuptools>=77"]', '["wheel", "Setuptools"]', "[\"setuptools[x]>=1; python_version>'3'\"]"],
)
def test_without_a_backend_setuptools_is_used(ask, requires):
    system = f"[build-system]\nrequires = {requires}\n"
    text = GOOD.replace(
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n', system
    )
    assert ask("", {"pyproject.toml": text}).outcome is Outcome.PASSED


MOVED = {"src/review_model/__init__.py": None}


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("rest", "changes", "outcome"),
    [
        ("", MOVED | {"review_model/__init__.py": ""}, "passed"),
        ("", MOVED | {"review_model.py": ""}, "passed"),
        ("", MOVED | {"src/other/__init__.py": ""}, "passed"),
        ("imports: review_model", MOVED | {"src/other/__init__.py": ""}, "needs_work"),
        ("imports: other", MOVED | {"src/other/__init__.py": ""}, "passed"),
        ("", MOVED | {"src/review_model/app.py": ""}, "passed"),
        ("", MOVED, "needs_work"),
        ("", MOVED | {"src/a/__init__.py": "", "src/b/__init__.py": ""}, "passed"),
        ("imports: a.x", MOVED | {"src/a/x.py": ""}, "passed"),
        ("imports: a.y", MOVED | {"src/a/x.py": ""}, "needs_work"),
        ("", {"src/review_model/__init__.py": None, "a/x.py": "", "b/x.py": ""}, "needs_work"),
        ("", {**MOVED, "src/a/__init__.py": ""} | with_project("setuptools.build_meta", "flit_core.api"), "needs_work"),
    ],
)  # fmt: skip
def test_the_package_is_found_by_the_rules_of_the_backend(ask, rest, changes, outcome):
    assert ask(rest, changes).outcome == outcome


def test_a_folder_without_init_is_named(ask):
    changes = with_project("setuptools.build_meta", "hatchling.build")
    result = ask("", changes | MOVED | {"src/review_model/app.py": ""})
    assert result.why == "The folder `src/review_model` has no `__init__.py`, so it is not a package."


def test_a_project_may_be_in_a_folder(repo):
    for path, content in FILES.items():
        repo.put(f"model/{path}", content)
    repo.commit()
    assert repo.ask("python_package: {path: model}").outcome is Outcome.PASSED
    assert repo.ask("python_package: {path: model, tests_found: true}").outcome is Outcome.PASSED
    assert repo.ask("python_package: {}").why.endswith("Found `model/pyproject.toml` instead.")


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("text", "outcome", "why"),
    [
        (TESTS, "passed", "1 test function in 1 file."),
        ("import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n", "passed", None),
        ("class TestA:\n    async def test_a(self): pass\n", "passed", None),
        (
            "class Helper:\n    def test_a(self): pass\n",
            "needs_work",
            "No function in `tests/test_model.py` is a test.",
        ),
        ("def check(): pass\n", "needs_work", "No function in `tests/test_model.py` is a test."),
        ("def test_a(:\n", "needs_work", "`tests/test_model.py` is not valid Python: "),
        ("x = " + "(" * 50_000, "needs_work", "`tests/test_model.py` "),
        ("x = " + "-" * 100_000 + "1", "needs_work", "`tests/test_model.py` cannot be parsed as Python."),
        ("\0", "needs_work", "`tests/test_model.py` "),
    ],
)
def test_tests_are_counted_and_never_run(ask, text, outcome, why):
    result = ask("tests_found: true", {"tests/test_model.py": text})
    assert result.outcome == outcome
    assert why is None or result.why.startswith(why)


def test_a_project_without_tests_needs_work(ask):
    result = ask(
        "tests_found: true",
        {"tests/test_model.py": None, ".venv/x/test_a.py": TESTS, "tests/model.py": TESTS},
    )
    assert (result.outcome, result.why) == (Outcome.NEEDS_WORK, "There are no tests.")


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("how", "changes", "why"),
    [
        ("exact", {}, "`joblib>=1.5,<2` is not pinned."),
        ("exact", {"uv.lock": ""}, "`joblib>=1.5,<2` is not pinned."),
        ("upper", with_project(",<2", ""), "`joblib>=1.5` has no upper bound."),
        ("exact", {"requirements.txt": "a==3.1  # web\n-r other.txt\n\n# a\nb==2 ; python_version > '3'\n"}, None),
        ("exact", {"requirements.txt": "flask==3.*\n"}, "`flask==3.*` is not pinned."),
        ("exact", {"requirements.txt": "flask\n"}, "`flask` is not pinned."),
        ("exact", {"requirements-dev.txt": "fla sk\n"}, "The requirement `fla sk` is not valid."),
        ("hash", {"requirements.txt": "flask==3.1.0\n"}, "`flask==3.1.0` has no hash."),
        ("hash", {"requirements.txt": "flask==3.1.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\n"}, None),
        ("upper", {"requirements.txt": "flask~=3.1\n"}, None),
        ("exact", {"pyproject.toml": None, "requirements.txt": "a==1\n"}, None),
    ],
)  # fmt: skip
def test_pinned_and_loose_versions_are_told_apart(ask, how, changes, why):
    result = ask(f"versions_pinned: {how}", changes)
    assert result.outcome is (Outcome.NEEDS_WORK if why else Outcome.PASSED)
    assert why is None or result.why == why


NO_DEPENDENCIES = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n'}


@pytest.mark.parametrize(
    ("files", "named", "hint", "path", "line"),
    [
        ({"requirements.txt": "-r base.txt\n"}, "-r base.txt", "", "requirements.txt", 1),
        ({"requirements.txt": "# a\n\n-rbase.txt\n"}, "-r base.txt", "", "requirements.txt", 3),
        ({"requirements.txt": "--requirement=base.txt\n"}, "-r base.txt", "", "requirements.txt", 1),
        ({"requirements.txt": "-c limits.txt\n"}, "-c limits.txt", "", "requirements.txt", 1),
        ({"requirements.txt": "-r base.txt\n", "base.txt": "\n-r x.txt\n"}, "-r x.txt", "", "base.txt", 2),
        ({"requirements/prod.txt": "-r ../base.txt\n"}, "-r ../base.txt", "", "requirements/prod.txt", 1),
        ({"requirements.in": "-r base.in\n"}, "-r base.in", "", "requirements.in", 1),
        (
            {"requirements.txt": "-r bases.txt\n", "base.txt": "a==1\n"},
            "-r bases.txt",
            " Did you mean `base.txt`?",
            "requirements.txt",
            1,
        ),
    ],
)
def test_a_requirements_file_that_is_named_must_exist(repo, files, named, hint, path, line):
    for name, text in {**NO_DEPENDENCIES, **files}.items():
        repo.put(name, text)
    repo.commit()
    result = repo.ask("python_package: {versions_pinned: exact}")
    says = f"`{named}` in `{path}` refers to a file that is not in the repository.{hint}"
    assert (result.outcome, result.why) == (Outcome.NEEDS_WORK, says)
    assert (result.evidence[0].path, result.evidence[0].line) == (path, line)


@pytest.mark.parametrize(
    "named", ["https://h/base.txt", "/etc/base.txt", "../../base.txt", "${WHERE}/base.txt"]
)
def test_a_requirements_file_outside_the_repository_is_not_judged(repo, named):
    for name, text in {**NO_DEPENDENCIES, "requirements.txt": f"-r {named}\n"}.items():
        repo.put(name, text)
    repo.commit()
    result = repo.ask("python_package: {versions_pinned: exact}")
    assert result.outcome is Outcome.NOT_RUN and "could not be read" in result.reason


def test_the_line_of_a_loose_version_is_shown(ask):
    result = ask("versions_pinned: exact", {"requirements.txt": "a==1\n# b\nb>=2\nc\n"})
    assert result.why == "`b>=2` is not pinned. There is 1 more like it."
    assert [(item.path, item.line) for item in result.evidence] == [
        ("requirements.txt", 3),
        ("requirements.txt", 4),
    ]
    assert "\n    b==<version>\n" in result.fix


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("path: ../x", "expected a folder inside the repository"),
        (
            "tests_found: true, versions_pinned: exact",
            "cannot be combined with `tests_found`: a check asks one question",
        ),
        ("versions_pinned: loose", "expected exact, hash or upper"),
    ],
)
def test_parameters_that_do_not_fit_are_named(ask, rest, message):
    with pytest.raises(SpecError) as error:
        ask(rest)
    assert message in str(error.value)
