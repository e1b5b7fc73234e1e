"""Texts within the size limit, made to be slow or to break a parser: each gets a verdict, and quickly."""

import time

import pytest

from labs.grader.dockerfiles.ignoring import excluding_line
from labs.grader.dockerfiles.layers import dependencies_first
from labs.grader.dockerfiles.questions import exposes, not_root
from labs.grader.dockerfiles.reading import read_dockerfile
from labs.grader.formats.data import MAX_BYTES, Format, UnparsableError, read_data
from labs.grader.python_packages.declared import read_declared
from labs.grader.python_packages.pins import pinned
from labs.grader.python_packages.project import read_project
from labs.grader.python_packages.project_faults import faults
from labs.grader.words import nearest
from labs.grader.workflows.reading import read_workflow

pytestmark = pytest.mark.heavy

SECONDS = 6.0  # CPU seconds on a slow machine; each of these once took 10 or more

DATA: dict[str, tuple[Format, str]] = {
    "YAML, items": ("yaml", "[" + "a," * 120_000 + "]"),
    "YAML, keys": ("yaml", "".join(f"k{number}: 1\n" for number in range(23_000))),
    "YAML, tags": ("yaml", "!" * MAX_BYTES),
    "TOML, one long key": ("toml", "a" + ".a" * 130_000 + " = 1"),
    "TOML, a long table": ("toml", "[" + "a." * 130_000 + "a]"),
    "TOML, long keys": ("toml", "".join(".".join(["a"] * 1000) + f".k{n} = 1\n" for n in range(130))),
    "TOML, quoted keys": ("toml", '"a"' + ' . "a"' * 40_000 + " = 1"),
    "TOML, a number": ("toml", "a = 1e" + "1" * 260_000),
    "JSON, a number": ("json", "1e" + "1" * 260_000),
    "INI, blanks": ("ini", "[a]\nk" + "\t" * 260_000 + "x"),
    "INI, lines of blanks": ("ini", "[a]\n" + ("k" + " " * 10_000 + "x\n") * 26),
}


@pytest.fixture(autouse=True)
def _soon():
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", DATA)
def test_data_is_refused_or_read_quickly(name):
    format, text = DATA[name]
    with pytest.raises(UnparsableError):
        read_data(text[:MAX_BYTES], format)


def test_long_keys_and_spaces_of_ordinary_files_are_read():
    toml = "[tool.a.b.c]\n" + "text = '" + "See a.b, or c. " * 100 + "'\n" + 'url = "https://a.b.c.d/e.f"'
    assert read_data(toml, "toml").plain()
    assert read_data("[a]\nkey" + " " * 60 + "= 1\n", "ini").plain() == {"a": {"key": 1}}
    assert read_data("a: [1, 2]\n" * 1 + "".join(f"k{n}: v\n" for n in range(9_000)), "yaml").plain()


@pytest.mark.parametrize(
    "line", ["*a" * 131_000, "[" * 262_000, "\\" * 262_000, "?" * 262_000, "../" * 87_000, "**/" * 87_000]
)
def test_one_long_line_of_a_dockerignore_is_read_quickly(line):
    excluding_line(line, "src/" + "a" * 50 + "/.env")


def test_many_lines_of_a_dockerignore_are_read_quickly():
    excluding_line("".join(f"*{number}*\n" for number in range(32_000)), "src/a/.env")


def test_reversed_range_in_a_dockerignore_matches_nothing():
    assert excluding_line("[z-a]nv\n", "env") is None
    assert excluding_line("[a-z]nv\n[!]x\n\\[x\n", "env") == 1
    assert excluding_line("[^a-d]nv\n", "env") == 1
    assert excluding_line("\\*\n", "*") == 1
    assert excluding_line("?nv*\n", "env") == 1
    assert excluding_line("a*b*c\n", "aXbYbZc") == 1


@pytest.mark.parametrize(
    "text",
    [
        "RUN <<" + "a" * 200_000,
        "RUN x<<" + "\\a" * 100_000,
        "COPY " + "--link " * 30_000 + "a b",
        "RUN --mount=" + "'" * 100_001,
        "ENV A=" + "${A:-" * 40_000,
        "ENV " + "A=$A " * 40_000,
        "ENV A=1\n" * 20_000 + "COPY $A $A\n" * 2_000,
        "ARG A=$B\n" * 20_000 + "EXPOSE $A\n" * 2_000,
        "COPY " + "*" * 100_000 + " .",
        "RUN " + "\\\n" * 100_000,
    ],
)
def test_long_lines_of_a_dockerfile_are_read_quickly(text):
    file = read_dockerfile("Dockerfile", f"FROM a:1\n{text}\nRUN pip install -r a.txt\n")
    if not file.faults:
        dependencies_first(file, ["a.txt", "b.py"])
        exposes(file, 80)
        not_root(file)


@pytest.mark.parametrize(
    "text",
    ["a" + " " * 200_000 + "b", "-r a.txt\n" * 50_000, "a" * 200_000, "a==1 \\\n" * 50_000, "-e " * 60_000],
)
def test_long_lines_of_requirements_are_read_quickly(text):
    project, _ = read_project("pyproject.toml", "[project]\nname = 'a'\n", ["requirements.txt", "a.txt"])
    pinned(project, "exact", {"requirements.txt": text, "a.txt": "b"}.get)


def test_many_stages_are_read_quickly_and_to_the_first():
    text = "FROM alpine:3.20 AS s0\nUSER app\nEXPOSE 80\n" + "".join(
        f"FROM s{number} AS s{number + 1}\n" for number in range(12_000)
    )
    file = read_dockerfile("Dockerfile", text)
    assert not not_root(file).findings
    assert not exposes(file, 80).findings


def test_many_installations_are_read_quickly():
    text = "FROM x:1\nCOPY req.txt .\n" + "RUN pip install -r req.txt\n" * 9_000 + "COPY . .\n"
    assert not dependencies_first(read_dockerfile("Dockerfile", text)).findings


def test_many_arguments_and_stages_are_read_quickly():
    text = "".join(f"ARG a{number}=1\n" for number in range(9_000)) + "FROM x:1\n" * 9_000
    assert len(read_dockerfile("Dockerfile", text).stages) == 9_000


def test_nearest_of_very_many_or_very_long_names_is_found_quickly():
    assert nearest("a" * 50, [f"{'a' * 49}{number}" for number in range(16_000)])
    assert nearest("label", ["label" * 200_000]) is None


JOB = "    runs-on: x\n    steps: [{run: a}]\n"


def test_very_many_unknown_keys_and_events_of_a_workflow_are_read_quickly():
    keys = "".join(f"    stepz{number}: 1\n" for number in range(9_000))
    assert len(read_workflow("a.yml", f"on: push\njobs:\n  a:\n{keys}{JOB}").faults) == 20
    events = ", ".join(f"pushx{number}" for number in range(18_000))
    assert len(read_workflow("a.yml", f"on: [{events}]\njobs:\n  a:\n{JOB}").faults) == 20


def test_very_many_unknown_instructions_and_keys_are_read_quickly():
    assert len(read_dockerfile("Dockerfile", "".join(f"RUM{n} a\n" for n in range(26_000))).faults) == 20
    text = "[project]\n" + "".join(f"nam{n} = 1\n" for n in range(9_000))
    project, problems = read_project("pyproject.toml", text, ())
    assert not problems
    assert len(faults(project)) == 20


@pytest.mark.parametrize("dependency", ["flask", "!"])
def test_very_many_dependencies_are_read_quickly(dependency):
    lines = f'"{dependency}",\n' * 25_000
    text = f'[project]\nname = "a"\nversion = "1"\ndependencies = [\n{lines}]\n'
    project, _ = read_project("pyproject.toml", text, ())
    assert len(faults(project)) <= 20
    found = read_declared(project, lambda path: None).wanted
    assert (len(found), found[0].place.line) == (25_000, 5)


def test_header_that_never_ends_is_read_quickly():
    text = "[project]\nx = '''\n[" + " " * 250_000 + "\n'''\n"
    assert faults(read_project("pyproject.toml", text, ())[0])
