"""Real repositories, built by git without any configuration of the machine."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import CheckResult, Outcome, Report
from labs.grader.spec import load_spec
from tests.grader.fixing import follow, home
from tests.plain_git import ENVIRONMENT, git


class Repo:
    """A working tree and the commands to shape it; `ask` grades it by one check, `grade` by several."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment = {**ENVIRONMENT, "HOME": str(path.parent), "GIT_EDITOR": "true"}
        for role in ("AUTHOR", "COMMITTER"):
            self.environment[f"GIT_{role}_DATE"] = "2025-11-29T20:30:00+05:30"
        if not path.exists():
            path.mkdir(parents=True)
            self.git("init", "-q", "-b", "main", "--template=")

    def git(self, *arguments: str, stdin: bytes = b"", check: bool = True) -> str:
        return git(self.path, *arguments, stdin=stdin, check=check, environment=self.environment)

    def shell(self, script: str) -> str:
        """Run commands as they would be pasted, stopping at the first that fails."""
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.path, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def follow(self, fix: str) -> str:
        """Do what a fix says, in a home without an editor; return what its commands printed."""
        return follow(fix, self.path, home(self.path.parent / "home"))

    def write(self, **files: str | bytes) -> None:
        for name, content in files.items():
            self.put(name.replace("__", "/") + ".txt", content)

    def put(self, path: str, content: str | bytes = "text\n") -> None:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str = "Add a line", **files: str | bytes) -> str:
        """Commit everything, with `files` by name (`a__b` is `a/b.txt`); return the ID."""
        self.write(**files)
        if len(list(self.path.iterdir())) > 1:
            # more than .git: an empty commit needs no second process
            self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-F", "-", stdin=message.encode())
        return self.head()

    def head(self, name: str = "HEAD") -> str:
        if name == "HEAD":  # read from the file: a process each time made the suite a third slower
            ref = (self.path / ".git/HEAD").read_text().removeprefix("ref: ").strip()
            return (self.path / ".git" / ref).read_text().strip()
        return self.git("rev-parse", f"{name}^{{commit}}")

    def branch(self, name: str) -> None:
        self.git("switch", "-q", "-c", name)

    def switch(self, name: str) -> None:
        self.git("switch", "-q", name)

    def merge(self, *arguments: str) -> str:
        self.git("merge", "-q", *arguments)
        return self.head()

    def objects(self, *lines: str, kind: str = "tree") -> str:
        """Write a tree object from lines of `ls-tree`, or another object from its text; return the ID."""
        if kind == "tree":
            return self.git("mktree", "--missing", stdin="".join(f"{line}\n" for line in lines).encode())
        return self.git("hash-object", "-w", "-t", kind, "--stdin", stdin="\n".join(lines).encode())

    def commit_tree(self, tree: str, *parents: str, message: str = "A tree") -> str:
        return self.git("commit-tree", tree, *(x for p in parents for x in ("-p", p)), "-m", message)

    def ask(
        self, check: str, *, starter: str | None = None, refs: dict[str, str] | None = None
    ) -> CheckResult:
        return self.grade(lab(check, starter=starter), refs).results[0]

    def fix_and_ask_again(self, check: str) -> tuple[Outcome, Outcome]:
        """Ask, run the commands of the fix here, and ask again; return both results."""
        self.git("push", "-q", "--force", "origin", "--all")
        self.git("push", "-q", "--force", "--tags", "origin")
        origin = Repo(self.path.parent / "origin.git")
        before = origin.ask(check)
        self.follow(before.fix)
        return before.outcome, origin.ask(check).outcome

    def grade(self, text: str, refs: dict[str, str] | None = None) -> Report:
        with Repository.open(self.path, refs) as repository:
            return grade(load_spec(text), repository)


Build = Callable[[Repo], None]


def files(**contents: str | bytes) -> Build:
    """Return a builder of one commit with these files; in a name, `__` is a slash and `_dot_` a dot."""

    def build(repo: Repo) -> None:
        for name, content in contents.items():
            repo.put(name.replace("__", "/").replace("_dot_", "."), content)
        repo.git("add", "--force", "--all")
        repo.commit("Add files")

    return build


def lab(*checks: str, starter: str | None = None, more: str = "") -> str:
    """A lab.yaml with one check of 10 points for each kind and its parameters, with ids c1, c2 and so on."""
    start = f"{{commit: {starter}}}" if starter else "null"
    head = f"schema: 2\ntitle: A lab\npass_mark: 70\nstarter: {start}\nchecks:\n"
    items = (
        f"  - id: c{i}\n    says: Check {i} holds\n    points: 10\n    {check}\n{more}"
        for i, check in enumerate(checks, start=1)
    )
    return head + "".join(items)


@pytest.fixture(name="lab")
def lab_function():
    return lab


@pytest.fixture
def new_repo(tmp_path):
    """Make further repositories by name."""
    return lambda name: Repo(tmp_path / name)


@pytest.fixture
def repo(new_repo):
    return new_repo("work")


@pytest.fixture(scope="session")
def built():
    """Folders of repositories by the function that built them."""
    return {}


@pytest.fixture
def copy_of(built, tmp_path, tmp_path_factory):
    """A copy of the repository that a function shapes; it is built once, and its sibling files are copied too."""

    def copy(build):
        if build not in built:
            built[build] = tmp_path_factory.mktemp("built")
            build(Repo(built[build] / "work"))
        shutil.copytree(built[build], tmp_path, dirs_exist_ok=True)
        return Repo(tmp_path / "work")

    return copy


def build_learner(repo):
    repo.put("docs/a file.md", "text without an end")
    repo.put(".gitignore", "*.log")
    repo.put("windows/run.bat", "a\r\nb\r\n")
    repo.commit("Start", a="1\n2\n3\n")
    repo.git("clone", "-q", "--bare", str(repo.path), str(repo.path.parent / "origin.git"))
    repo.git("remote", "add", "origin", "../origin.git")
    repo.git("fetch", "-q", "origin")


@pytest.fixture
def learner(copy_of):
    """A working tree whose origin is a bare repository; main holds three files."""
    return copy_of(build_learner)
