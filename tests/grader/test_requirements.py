"""The requirements of a project, pinned or not; pip's own parser is the oracle for requirements files."""

import pytest
from pip._internal.exceptions import RequirementsFileParseError
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_line
from pip._internal.req.req_file import parse_requirements

from labs.grader.python_packages.pins import pinned
from labs.grader.python_packages.project import Project, read_project
from labs.grader.python_packages.requirements import Line, parse_requirement, read_files
from labs.grader.report import Outcome

FILES = [
    "a==1 \\\n  --hash=sha256:x\n--index-url y\n-e .\nb @ https://h/b.whl#sha256=1\n  c [x] >=1\n",
    "git+https://h/x.git@main#egg=y\n",
    "-e git+https://h/x@v1#egg=x\n",
    "a # c\n#x\na#b\n b\n\n",
    "a\\\n==1\n",
    "a \\\n# c\nb\n",
    "a==1\\\n\nb\n",
    "a==1 \\",
    "a\\ \nb\n",
    "a==1 ; python_version<'3'  # x\n",
    "./x\n../y[e]\nx.whl\nhttps://h/x-1-py3-none-any.whl\n",
    "a --config-settings x=y\n",
    "a --hash sha256:1 --hash=sha256:2\n",
    "a==1 --hash=sha256:1 \\\n --hash=sha256:2 # b\nc",
    "a -x\n",
    "--foo\n",
    "--index https://x\na\n",
    "--extra https://x\na\n",
    "-ihttps://x\na\n",
    "--pre\n--no-index\n--require-hashes\na\n",
    "--trusted-host x\n--no-binary :all:\na\n",
    "-r b.txt\na\n",
    "-rb.txt\n",
    "-r 'b.txt'\n",
    "--req b.txt\n",
    "-c c.txt\na\n",
    "-r d.txt\n",
    "a==${V}\n",
    "a\t# x\n\tb\n",
    "a>=1,<2\na (>=1)\na~=1.0\na!=1\n",
    "x @ file:///srv/x\n",
    "-e .[dev]\n--editable=.\n-e=./x\n",
    "\ufeffa==1\n",
    "--hash=sha256:1\na\n",
    "a --index-url x\n",
    "a '\n",
    "a==1 -e .\n",
]
OTHERS = {"b.txt": "bb\n", "c.txt": "cc==1\n", "d.txt": "-c c.txt\n-r b.txt\ndd\n"}


def test_pip_reads_the_same_requirements(tmp_path):
    for text in FILES:
        for name, content in {**OTHERS, "r.txt": text}.items():
            (tmp_path / name).write_text(content, "utf-8")
        try:
            theirs = [
                (
                    each.requirement.strip(),
                    each.is_editable,
                    each.constraint,
                    "hashes" in (each.options or {}),
                )
                for each in parse_requirements(str(tmp_path / "r.txt"), PipSession())
            ]
        except RequirementsFileParseError:
            theirs = None
        found = read_files(["r.txt"], lambda path: (tmp_path / path).read_text("utf-8-sig"))
        ours = [(line.text, line.editable, line.constraint, line.hashed) for line in found.lines]
        assert (None if any(line.fault for line in found.lines) else ours) == theirs, text
        assert not found.unread


COMMIT = "0123456789abcdef0123456789abcdef01234567"
# A requirement: is one version meant, and is there an upper bound?
JUDGED = [
    ("a", False, False),
    ("a==1.0", True, True),
    ("a===1.0", True, True),
    ("a==1.*", False, True),
    ("a~=1.2", False, True),
    ("a>=1,<2", False, True),
    ("a<=2", False, True),
    ("a>=1", False, False),
    ("a!=2", False, False),
    ("a[x,y]==1.0", True, True),
    ("a==1.0 ; python_version < '3.12'", True, True),
    ("a; sys_platform == 'win32'", False, False),
    (f"git+https://h/a.git@{COMMIT}", True, True),
    (f"a @ git+https://h/a.git@{COMMIT}", True, True),
    (f"a @ git+ssh://git@h/a.git@{COMMIT}#subdirectory=b", True, True),
    (f"git+https://h/a@{COMMIT}#egg=a", True, True),
    ("git+https://h/a.git", False, False),
    ("git+https://h/a.git@main", False, False),
    ("git+https://h/a.git@v1.0#egg=a", False, False),
    ("git+https://h/a.git@0123abc", False, False),
    ("git+ssh://git@h/a.git", False, False),
    ("svn+https://h/a@123#egg=a", True, True),
    ("svn+https://h/a#egg=a", False, False),
    (f"hg+https://h/a@{COMMIT}", True, True),
    ("https://h/a-1.0-py3-none-any.whl", True, True),
    ("a @ https://h/p/a-1.0-py3-none-any.whl", True, True),
    ("a @ https://h/a-1.0.tar.gz ; python_version < '4'", True, True),
    ("https://h/a-1.0.zip#sha256=" + "0" * 64, True, True),
    ("a @ https://h/latest.zip", False, False),
    ("a @ https://h/latest.zip#sha256=" + "0" * 64, True, True),
    ("https://github.com/o/a/archive/main.zip", False, False),
    ("https://github.com/o/a/archive/release-1.zip", False, False),
    ("https://github.com/o/a/archive/refs/tags/a-1.0.tar.gz", False, False),
    (f"https://github.com/o/a/archive/{COMMIT}.zip", True, True),
    ("x @ file:///srv/x", False, False),
    ("file:///srv/x-1.0-py3-none-any.whl", True, True),
    ("./wheels/a-1.0-py3-none-any.whl", True, True),
    ("/srv/a", False, False),
]
OWN = ["./a", "../a", ".", ".[dev]", "./a[b]", "libs/a", "file:./a"]
UNREADABLE = ["fla sk", "a=>1", "a==", "==1", "a @", "!", "a>=1 <2"]


def test_exact_versions_and_upper_bounds_are_recognised():
    def judge(text):
        return parse_requirement(Line(text, None))

    found = [(text, judge(text).exact, judge(text).bounded) for text, _, _ in JUDGED]
    assert found == JUDGED
    for text, _, _ in JUDGED:
        assert not judge(text).fault and not judge(text).own, text
        if not text.startswith(("./", "/", "file:")):  # which pip looks for on the disk
            install_req_from_line(text)
    assert [text for text in OWN if not judge(text).own or judge(text).fault] == []
    assert [text for text in UNREADABLE if not judge(text).fault] == []


PYPROJECT = '[project]\nname = "a"\nversion = "1"\n'
POETRY = '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
LOCK = '[[package]]\nname = "flask"\nversion = "3.1.0"\n'
# Files; the outcomes for exact, hash and upper: passed, needs work, or not run.
FILES_OF_LOCK = 'files = [{file = "f.whl", hash = "sha256:0"}]\n'
SDIST = 'sdist = {hash = "sha256:0"}\n'
OWN_LOCK = '[[package]]\nname = "a"\nsource = {virtual = "."}\n'
DYNAMIC = 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["deps.txt"]}\n'
PIPFILE_LOCK = '{"default": {"flask": {"version": "==3.1.0", "hashes": ["sha256:0"]}}}'


def py(text):
    return {"pyproject.toml": PYPROJECT + text.replace("{COMMIT}", COMMIT)}


def po(text):
    return {"pyproject.toml": POETRY + text.replace("{COMMIT}", COMMIT)}


PROJECTS = [
    ({"README.md": "# x"}, "www"),
    (py(""), "www"),
    (py("dependencies = []\n"), "www"),
    ({"requirements.txt": "# nothing\n"}, "www"),
    ({"requirements.txt": "-e .\n"}, "www"),
    ({"requirements.txt": "", "uv.lock": ""}, "www"),
    (py("") | {"uv.lock": "version = 1\n"}, "www"),
    (py('dependencies = ["flask==3.1.0"]\n'), "pwp"),
    (py('dependencies = ["flask>=3"]\n'), "www"),
    (py('[dependency-groups]\ndev = ["pytest==9.0"]\nall = [{include-group = "dev"}]\n'), "pwp"),
    (py('[dependency-groups]\ndev = ["pytest"]\n'), "www"),
    (py('[project.optional-dependencies]\ndev = ["pytest"]\n'), "www"),
    (py('dependencies = ["x"]\n[tool.uv.sources]\nx = {git = "https://h/x", rev = "{COMMIT}"}\n'), "pwp"),
    (py('dependencies = ["x"]\n[tool.uv.sources]\nx = {git = "https://h/x", branch = "main"}\n'), "www"),
    (po(""), "www"),
    (po('flask = "*"\n'), "www"),
    (po('flask = "^3.1"\n'), "wwp"),
    (po('flask = "~3.1"\n'), "wwp"),
    (po('flask = "3.*"\n'), "wwp"),
    (po('flask = "3.1.0"\n'), "pwp"),
    (po('flask = "==3.1.0"\n'), "pwp"),
    (po('flask = ">=3.1,<4"\n'), "wwp"),
    (po('flask = ">=3.1"\n'), "www"),
    (po('flask = "^2 || ^3"\n'), "wwp"),
    (po('flask = "^2 || >=3"\n'), "www"),
    (po('flask = {version = "3.1.0", extras = ["async"]}\n'), "pwp"),
    (po('flask = {version = "*", optional = true}\n'), "www"),
    (po('flask = {git = "https://h/f", rev = "{COMMIT}"}\n'), "pwp"),
    (po('flask = {git = "https://h/f", branch = "main"}\n'), "www"),
    (po('flask = {git = "https://h/f", tag = "v1"}\n'), "www"),
    (po('flask = {url = "https://h/flask-3.1.0-py3-none-any.whl"}\n'), "pwp"),
    (po('own = {path = "../own"}\n'), "www"),
    (po('own = {path = "../own"}\nflask = "3.1.0"\n'), "pwp"),
    (po('flask = [{version = "3.0.0", python = "<3.9"}, {version = "^3.1", python = ">=3.9"}]\n'), "wwp"),
    (po('flask = "3.1.0"\n[tool.poetry.group.dev.dependencies]\npytest = "^9"\n'), "wwp"),
    (po('flask = "3.1.0"\n[tool.poetry.dev-dependencies]\npytest = "*"\n'), "www"),
    (po('flask = "*"\n') | {"poetry.lock": LOCK}, "pww"),
    (po('flask = "*"\nx = "*"\n') | {"poetry.lock": LOCK}, "www"),
    (po('flask = "*"\n') | {"poetry.lock": LOCK + FILES_OF_LOCK}, "ppw"),
    (py('dependencies = ["flask"]\n') | {"uv.lock": LOCK + SDIST}, "ppw"),
    (py('dependencies = ["flask"]\n') | {"uv.lock": OWN_LOCK}, "www"),
    (py('dependencies = ["flask"]\n') | {"uv.lock": "not = = toml"}, "www"),
    ({"uv.lock": "not = = toml"}, "nnw"),
    ({"Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\n'}, "www"),
    ({"Pipfile": '[packages]\nflask = "==3.1.0"\n[dev-packages]\npytest = {version = "==9.0"}\n'}, "pwp"),
    ({"Pipfile": '[packages]\nflask = "*"\n', "Pipfile.lock": PIPFILE_LOCK}, "ppw"),
    ({"Pipfile": '[packages]\nflask = "*"\n', "Pipfile.lock": '{"default": {}}'}, "www"),
    ({"environment.yml": "dependencies: [python=3.12, numpy=1.26.4, pip, {pip: [flask==3.1.0]}]\n"}, "pwp"),
    ({"environment.yml": "dependencies: [numpy=1.26.4=py312_0]\n"}, "pwp"),
    ({"environment.yml": "dependencies: [conda-forge::numpy==1.26]\n"}, "pwp"),
    ({"environment.yml": "dependencies: [numpy=1.26]\n"}, "wwp"),
    ({"environment.yml": "dependencies: ['numpy>=1.26']\n"}, "www"),
    ({"environment.yml": "dependencies: [numpy]\n"}, "www"),
    ({"environment.yml": "dependencies: [numpy=1.26.4, pip: [flask]]\n"}, "www"),
    ({"environment.yml": "dependencies: [python=3.12]\n"}, "www"),
    ({"setup.cfg": "[options]\ninstall_requires =\n    flask==3.1.0\n    a==1\n"}, "pwp"),
    ({"setup.cfg": "[options]\ninstall_requires =\n    flask\n"}, "www"),
    ({"setup.py": "from setuptools import setup\nsetup(install_requires=['flask==3.1.0'])\n"}, "pwp"),
    ({"setup.py": "from setuptools import setup\nR = ['flask']\nsetup(install_requires=R)\n"}, "www"),
    ({"setup.py": "from setuptools import setup\nsetup(install_requires=open('r').read())\n"}, "nnn"),
    ({"requirements.txt": "flask==3.1.0 --hash=sha256:0\n"}, "ppp"),
    ({"requirements.txt": "flask==3.1.0\ngit+https://h/x@main\n"}, "www"),
    ({"requirements.txt": f"flask==3.1.0\ngit+https://h/x@{COMMIT}\n"}, "pwp"),
    ({"requirements.txt": "-r base.txt\n", "base.txt": "flask\n"}, "www"),
    ({"requirements.txt": "-r base.txt\n", "base.txt": "flask==3.1.0\n"}, "pwp"),
    ({"requirements.txt": "flask\n-c constraints.txt\n", "constraints.txt": "flask==3.1.0\nother\n"}, "pwp"),
    ({"requirements.txt": "flask\n-c constraints.txt\n", "constraints.txt": "other==3.1.0\n"}, "www"),
    ({"requirements/base.txt": "flask==3.1.0\n", "requirements/dev.txt": "-r base.txt\npytest\n"}, "www"),
    ({"dev-requirements.txt": "flask==3.1.0\n"}, "pwp"),
    ({"requirements.in": "flask\n"}, "www"),
    ({"requirements.in": "flask\n", "requirements.txt": "flask==3.1.0\n"}, "pwp"),
    ({"requirements.txt": "-r missing.txt\n"}, "www"),
    ({"requirements.txt": "fla sk\n"}, "www"),
    (py(DYNAMIC) | {"deps.txt": "flask==3.1.0\n"}, "pwp"),
    (py(DYNAMIC) | {"deps.txt": "flask\n"}, "www"),
    (py(DYNAMIC), "nnn"),
    (py(f'dependencies = ["x"]\n[tool.poetry.dependencies]\nx = {{git = "https://h/x", rev = "{COMMIT}"}}\n'), "pwp"),
    (py('dependencies = ["x==1"]\n[tool.poetry.dependencies]\nx = {source = "own"}\n'), "pwp"),
]  # fmt: skip


def test_a_project_is_pinned_or_not(judge_pins):
    for files, expected in PROJECTS:
        found = "".join(judge_pins(files, how) for how in ("exact", "hash", "upper"))
        assert found == expected, files


@pytest.fixture
def judge_pins():
    def judge(files, how):
        project = Project("pyproject.toml", "", {}, files)
        if "pyproject.toml" in files:
            project, broken = read_project("pyproject.toml", files["pyproject.toml"], files)
            assert not broken
        found = pinned(project, how, files.get)
        if found.unknown:
            return "n"
        return "p" if not found.findings and found.judged.is_enough else "w"

    return judge


def test_an_empty_set_is_never_pinned_and_the_message_says_what_was_looked_for(repo):
    repo.put("README.md", "# It")
    repo.commit()
    result = repo.ask("python_package: {versions_pinned: exact}")
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == (
        "No file with dependencies was found, so no version is pinned. Checked: `requirements*.txt`, `pyproject.toml`, "
        "`Pipfile`, `environment.yml`, `setup.cfg`, `setup.py` and lock files."
    )
    repo.put("requirements.txt", "flask==3.1.0\n-r other.txt\n")
    repo.commit()
    result = repo.ask("python_package: {versions_pinned: exact}")
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "1 version is pinned in `requirements.txt`. Not read: `other.txt`.",
    )


def test_a_large_lock_file_is_read_and_one_too_large_is_not_judged(repo):
    repo.put("pyproject.toml", f'{PYPROJECT}dependencies = ["flask"]\n')
    for size, outcome in ((400_000, Outcome.PASSED), (1_100_000, Outcome.NOT_RUN)):
        repo.put("uv.lock", LOCK + "# x\n" * (size // 4))
        repo.commit()
        result = repo.ask("python_package: {versions_pinned: exact}")
        assert result.outcome is outcome, result
    assert "which versions `uv.lock` pins: the file is too large" in result.reason
