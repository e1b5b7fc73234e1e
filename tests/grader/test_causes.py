"""If a path is not what a check asks for, the fix names the cause that Git knows, and its commands lead to a pass."""

import json

import pytest

from labs.grader.checks._shared.base import Run, needs_work
from labs.grader.checks._shared.command_causes import with_cause
from labs.grader.checks._shared.near_names import near_path
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from tests.grader.conftest import Build, Repo, files

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "1" * 64 + "\nsize 3000\n"
MODEL = "file: {path: app/model.py, exists: true}"
CSV = "csv: {path: data/reviews.csv, columns: [id]}"
WORKFLOW = "workflow: {path: .github/workflows/ci.yml}"
CI = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"


def nested(repo: Repo) -> None:
    inner = Repo(repo.path / "app")
    inner.put("model.py", "x = 1\n")
    inner.commit("Inside")
    repo.commit("Add the app")


def submodule(repo: Repo) -> None:
    library = Repo(repo.path.parent / "library")
    library.put("model.py")
    library.commit("Library")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../library", "app")
    repo.commit("Add a submodule")


def link_to_folder(repo: Repo) -> None:
    repo.put("src/model.py", "x = 1\n")
    (repo.path / "app").symlink_to("src")
    repo.commit("Link")


def link_to_file(repo: Repo) -> None:
    repo.put("real.py", "x = 1\n")
    (repo.path / "app").mkdir()
    (repo.path / "app/model.py").symlink_to("../real.py")
    repo.commit("Link")


def link_to_nowhere(repo: Repo) -> None:
    (repo.path / "app").mkdir()
    (repo.path / "app/model.py").symlink_to("/nowhere/model.py")
    repo.commit("Link")


def named(path: str, content: str = "text\n") -> Build:
    def build(repo: Repo) -> None:
        repo.put(path, content)
        repo.git("add", "--force", "--all")
        repo.commit("Add a file")

    return build


def on_a_branch(repo: Repo) -> None:
    repo.branch("feature")
    named("app/model.py")(repo)
    repo.switch("main")


def deleted(repo: Repo) -> None:
    named("app/model.py")(repo)
    repo.git("rm", "-q", "app/model.py")
    repo.commit("Tidy up")
    repo.commit("Go on", b="1")


def tag_without_it(repo: Repo) -> None:
    repo.git("tag", "-a", "-m", "First", "v1")
    named("app/model.py")(repo)


def notebook_on_a_branch(repo: Repo) -> None:
    repo.branch("feature")
    named("nb/train.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}))(repo)
    repo.switch("main")


CASES: list[tuple[Build, str, str]] = [
    (nested, MODEL, "`app` on `main` is a nested repository, not a folder. It has its own `.git`"),
    (
        submodule,
        MODEL,
        "`app` on `main` is a submodule, not a folder. Its files are in a different repository",
    ),
    (link_to_folder, MODEL, "`app` on `main` is a symbolic link, not a folder. It points to `src`"),
    (
        link_to_file,
        MODEL,
        "`app/model.py` on `main` is a symbolic link, not a file. It points to `../real.py`",
    ),
    (link_to_nowhere, MODEL, "`app/model.py` on `main` is a symbolic link, not a file."),
    (named("app"), MODEL, "`app` on `main` is a file, not a folder."),
    (named("app/model.py/x"), MODEL, "`app/model.py` on `main` is a folder, not a file."),
    (
        named("app/model.py/model.py"),
        MODEL,
        "is a folder, not a file. The file is inside it: `app/model.py/model.py`.",
    ),
    (named("App/Model.py"), MODEL, "Found `App/Model.py` instead."),
    (named("app/modle.py"), MODEL, "Found `app/modle.py` instead."),
    (named("app\\model.py"), MODEL, "Found `app\\model.py` instead."),
    (named("app/model.py.txt"), MODEL, "Found `app/model.py.txt` instead."),
    (named("model.py"), MODEL, "Found `model.py` instead."),
    (named(".github/workflows/ci.yaml", CI), WORKFLOW, "Found `.github/workflows/ci.yaml` instead."),
    (named(".github/workflow/ci.yml", CI), WORKFLOW, "Found `.github/workflow/ci.yml` instead."),
    (named("github/workflows/ci.yml", CI), WORKFLOW, "Found `github/workflows/ci.yml` instead."),
    (named("dockerfile", "FROM a:1\n"), "dockerfile: {}", "Found `dockerfile` instead."),
    (named("Dockerfile.txt", "FROM a:1\n"), "dockerfile: {}", "Found `Dockerfile.txt` instead."),
    (named("DATA/reviews.csv", "id\n1\n"), CSV, "Found `DATA/reviews.csv` instead."),
    (
        named("a.NB", "x\n"),
        "line_endings: {path: '*.nb', are: lf}",
        "Found `a.NB`, which differs in case or extension.",
    ),
    (
        named("x/a.yaml", "x\n"),
        "line_endings: {path: 'x/*.yml', are: lf}",
        "Found `x/a.yaml`, which differs in case or extension.",
    ),
    (
        on_a_branch,
        MODEL,
        "There is no `model.py` in the folder `app` on `main`. It is on the branch `feature`.",
    ),
    (
        notebook_on_a_branch,
        "notebook: {path: '*.ipynb'}",
        "It is on the branch `feature`.",
    ),
    (deleted, MODEL, "`Tidy up` deleted it."),
    (tag_without_it, "file: {path: app/model.py, at: v1, exists: true}", "It is on the branch `main`."),
    (
        files(_dot_gitignore="*.py\n"),
        MODEL,
        "Line 1 of `.gitignore`, `*.py`, ignores it, so `git add` skips it.",
    ),
    (files(_dot_gitignore="/app/\n"), MODEL, "Line 1 of `.gitignore`, `/app/`, ignores it"),
    (
        named("Dockerfile", "FROM a:1\n".encode("utf-16")),
        "dockerfile: {}",
        "is UTF-16 text, as PowerShell's `>` writes it.",
    ),
    (
        named("app/model.py", "x = 'wanted'\n".encode("utf-16-le")),
        "file: {path: app/model.py, contains: wanted}",
        "is UTF-16 text",
    ),
    (
        named("app/model.py", "x = 'wanted'\n".encode("utf-16-be")),
        "file: {path: app/model.py, contains: wanted}",
        "is UTF-16 text",
    ),
    (
        named("data/reviews.csv", "id,text\n1,good\n".encode("utf-16-le")),
        CSV,
        "is UTF-16 text",
    ),
    (
        named(".gitignore", ".env\n".encode("utf-16")),
        "ignored: {path: .env}",
        "`.gitignore` on `main` is UTF-16 text",
    ),
]

IN_THE_WAY = 8  # cases in which the learner's own folder differs from a clean clone


@pytest.mark.heavy
def test_each_cause_is_named_and_its_commands_lead_to_a_pass(copy_of, tmp_path):
    wrong = []
    for number, (build, check, why) in enumerate(CASES):
        for is_clean in (False, True) if number < IN_THE_WAY else (True,):
            learner = _learner(copy_of, tmp_path / f"{number}-{is_clean}")
            build(learner)
            answer, after = _repaired(learner, check, is_clean=is_clean)
            if why not in answer.why or answer.outcome is not Outcome.NEEDS_WORK or after != "passed":
                wrong.append((number, is_clean, answer.why, answer.fix, after))
    assert not wrong, wrong[0]


def _learner(copy_of, folder) -> Repo:
    folder.mkdir()
    repo = Repo(folder / "work")
    repo.commit("Start", a="1\n2\n3\n")
    repo.git("clone", "-q", "--bare", str(repo.path), str(folder / "origin.git"))
    repo.git("remote", "add", "origin", "../origin.git")
    repo.git("fetch", "-q", "origin")
    return repo


def _repaired(learner: Repo, check: str, *, is_clean: bool):
    """The answer, and the outcome after its commands ran in the learner's folder or in a clean clone."""
    learner.git("push", "-q", "--force", "origin", "--all")
    learner.git("push", "-q", "--force", "--tags", "origin")
    origin = Repo(learner.path.parent / "origin.git")
    answer = origin.ask(check)
    work = learner
    if is_clean:
        work = Repo.__new__(Repo)
        work.path, work.environment = learner.path.parent / "clean", learner.environment
        learner.git("clone", "-q", str(origin.path), str(work.path))
    try:
        work.follow(answer.fix)
    except AssertionError as error:
        return answer, str(error)
    return answer, str(origin.ask(check).outcome)


def test_a_nested_repository_keeps_its_history(copy_of, tmp_path):
    learner = _learner(copy_of, tmp_path / "a")
    nested(learner)
    _repaired(learner, MODEL, is_clean=False)
    assert learner.git("--git-dir=../app.git", "log", "--format=%s") == "Inside"


def test_a_pointer_is_not_content_for_any_kind_that_reads_content(repo):
    kinds = {
        "data: {path: p.json, value: a, equals: 1}": "p.json",
        CSV: "data/reviews.csv",
        "notebook: {path: n.ipynb}": "n.ipynb",
        "notebook: {path: '*.ipynb'}": "n.ipynb",
        "file: {path: p.json, contains: wanted}": "p.json",
        "file: {path: p.json, lacks: TODO}": "p.json",
        "answer: {path: a.txt, one_of: ['42']}": "a.txt",
        "line_endings: {path: p.json, are: crlf}": "p.json",
        "dockerfile: {}": "Dockerfile",
        WORKFLOW: ".github/workflows/ci.yml",
        "python_package: {}": "pyproject.toml",
    }
    for path in set(kinds.values()):
        repo.put(path, POINTER)
    repo.commit("Everything with Git LFS")
    for check, path in kinds.items():
        result = repo.ask(check)
        assert result.outcome is Outcome.NEEDS_WORK, check
        assert f"`{path}` on `main` is a Git LFS pointer: its content (2.9 KB) is not in" in result.why, check
    for check in ("file: {path: p.json, exists: true}", "file: {path: p.json, contains: 'size 3000'}"):
        assert repo.ask(check).outcome is Outcome.PASSED, check


def test_a_pointer_is_replaced_by_its_content(learner):
    learner.put(".gitattributes", "*.csv filter=lfs diff=lfs merge=lfs -text\n")
    learner.environment |= {"GIT_CONFIG_COUNT": "0"}
    learner.put("data/reviews.csv", POINTER)
    learner.commit("Add data")
    answer, _ = _repaired(learner, "file: {path: a.txt, exists: true}", is_clean=False)
    answer = Repo(learner.path.parent / "origin.git").ask(CSV)
    start, words, script = answer.fix.split("\n\n")
    learner.shell(start)
    assert "fetch its content first" in words and "git lfs pull --include data/reviews.csv" in words
    learner.put("data/reviews.csv", "id,text\n1,good\n")
    learner.shell(script)
    assert Repo(learner.path.parent / "origin.git").ask(CSV).outcome is Outcome.PASSED


def test_binary_data_is_not_a_table(repo):
    repo.put("data/reviews.csv", b"PK\x03\x04\x14\x00\x06\x00" + bytes(40))
    repo.commit("Add a workbook")
    assert "is a ZIP archive, such as an Excel workbook, not text." in repo.ask(CSV).why


def test_names_are_near_by_rule():
    near = {
        "README.md": "readme.md|README|README.txt|README.rst|Readme.MD|docs/README.md| README.md|REDME.md",
        ".github/workflows/ci.yml": ".github/workflows/ci.yaml|.github/workflow/ci.yml|.github/workflows/CI.yml"
        "|.github/workflows/ci.yml.txt|github/workflows/ci.yml|ci.yml",
        ".gitignore": "gitignore|.gitignore.txt|.gitingore",
        "Dockerfile": "dockerfile|DockerFile|Dockerfile.txt|Dockerfle|docker/Dockerfile",
        "src/my_app.py": "src/my-app.py|src/my app.py|src\\my_app.py|my_app.py",
        "\u00fcbung.md": "u\u0308bung.md",
        "requirements.txt": "requirement.txt|requirments.txt",
    }
    far = {
        ".github/workflows/ci.yml": ".github/workflows/cd.yml|.github/workflows/test.yml|x.yml",
        "data/part1.csv": "data/part2.csv",
        "train.py": "test.py|train.sh|training.py",
        "Dockerfile": "Dockerfile.dev|docker-compose.yml",
        ".env": ".env.example",
        "a.py": "b.py",
    }
    pairs = [(path, other) for path, others in near.items() for other in others.split("|")]
    wrong = [pair for pair in pairs if near_path(pair[0], [pair[1]]) != pair[1]]
    pairs = [(path, other) for path, others in far.items() for other in others.split("|")]
    wrong += [pair for pair in pairs if near_path(pair[0], [pair[1]])]
    assert not wrong


def test_a_command_that_failed_names_what_is_unusual_about_its_files(repo):
    for path, content in {
        "run.sh": "#!/bin/sh\n",
        "crlf.sh": "#!/bin/sh\r\necho\r\n",
        "mark.sh": "\ufeff#!/bin/sh\n",
        "data.json": POINTER,
        "main.py": "",
    }.items():
        repo.put(path, content)
    (repo.path / "link.py").symlink_to("main.py")
    repo.git("add", "--all")
    repo.git("update-index", "--chmod=+x", "crlf.sh", "mark.sh")
    repo.git("commit", "-q", "-m", "Add files")
    table = {
        "./run.sh": "`run.sh` is not executable.",
        "./crlf.sh": "`crlf.sh` has CRLF line endings, so the system cannot find the program on its first line.",
        "./mark.sh": "`mark.sh` starts with a byte order mark, "
        "so the system cannot find the program on its first line.",
        "./RUN.sh": "There is no `RUN.sh`, but `run.sh` exists.",
        "python main.py data.json": "`data.json` is a Git LFS pointer without its content.",
        "python link.py": "`link.py` is a symbolic link, which is not available when code runs.",
        "python mian.py": "There is no `mian.py`, but `main.py` exists.",
        "python main.py": "",
        "python -m pytest": "",
        "make": "",
    }
    failed = needs_work("It failed.", expected="x", found="y")
    with Repository.open(repo.path) as opened:
        run, tip = Run(opened), opened.branch("main")
        found = {text: with_cause(run, tip, tuple(text.split()), failed).why for text in table}
    assert found == {text: f"It failed. {cause}".strip() for text, cause in table.items()}


def test_a_folder_is_not_absent(learner):
    check = "file: {path: docs, exists: false}"
    assert learner.fix_and_ask_again(check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


@pytest.mark.parametrize("kind", ["file", "csv"])
def test_a_long_history_is_not_read_for_a_cause(repo, kind, monkeypatch):
    monkeypatch.setattr("labs.grader.git.repository.MAX_SHORT", 1)
    repo.put("data/reviews.csv", "id\n")
    repo.commit("One")
    repo.git("rm", "-q", "data/reviews.csv")
    repo.commit("Two")
    check = {"file": "file: {path: data/reviews.csv, exists: true}", "csv": CSV}[kind]
    assert repo.ask(check).why == "There is no `reviews.csv` in the folder `data` on `main`."
