"""One trial of a fix: a bare remote with a miss, a clone in some state, the text followed, and the grade afterwards."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from labs.grader.checks import KINDS, Learner
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import CheckResult, Outcome
from labs.grader.sandbox import Sandbox
from labs.grader.spec import load_spec
from tests.grader.conftest import lab
from tests.grader.fix_cases import PRELUDE, Case
from tests.grader.fixing import UnclearError, follow, home
from tests.plain_git import git

LEARNER = Learner(("Nia Newcomer",), ("nia@example.org",))
TOKEN = "ghp_" + "".join(chr(ord("a") + 7 * i % 26) for i in range(36))
EDIT, UNTRACKED = "an edit that was not committed\n", f"TOKEN={TOKEN[::-1]}-untracked\n"
# Checks that a fix must not break: they pass before and after, unless the miss is one of them.
GUARDS = (
    "readable: {}",
    "branch: {name: main}",
    "no_secrets: {}",
    "no_conflict_markers: {}",
    "tag: {name: v1.0}",
)


@dataclass(frozen=True)
class Trial:
    """The result of following a fix: `fault` is empty if the check passes now and nothing else was harmed."""

    check: str
    state: str
    fault: str
    fix: str = ""
    printed: str = ""

    def __str__(self) -> str:
        return (
            f"{self.check} ({self.state}): {self.fault}\n--- the fix\n{self.fix}\n--- printed\n{self.printed}"
        )


class Bench:
    """Build each remote once and try its fix in clones of it."""

    def __init__(self, folder: Path, sandbox: Sandbox | None = None) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.environment = home(folder / "home")
        self.numbers = count(1)
        self.lib = folder / "lib.git"
        self.lib_first = self._make_lib()

    def both(self, case: Case, mess: str) -> list[Trial]:
        return self.trials(case, ("clean", mess))

    def trials(self, case: Case, states: tuple[str, ...]) -> list[Trial]:
        place = self.folder / str(next(self.numbers))
        origin = self._remote(place, case)
        check = f"{case.kind}: {case.check.replace('LIB_FIRST', self.lib_first)}"
        before = ask(origin, check, self.sandbox)
        if before[0].outcome is not Outcome.NEEDS_WORK:
            return [Trial(check, state, f"no miss: {before[0].why or before[0].reason}") for state in states]
        fix = before[0].fix
        if "Replace URL" in fix:
            fix = re.sub(r"\bURL\b", "../shelf.git", fix).replace("BRANCH", "main")
        found = [self._try(place, origin, check, fix, before, state) for state in states]
        shutil.rmtree(place)
        return found

    def _make_lib(self) -> str:
        work = self.folder / "lib"
        self._script(
            work, "git init -qb main .; c One x.txt 1; c Two x.txt 2; git clone -q --bare . ../lib.git"
        )
        return git(work, "rev-parse", "main~1")

    def _script(self, work: Path, script: str) -> None:
        work.mkdir(parents=True)
        environment = self.environment | {
            f"GIT_{role}_DATE": "2025-11-29T20:30:00+05:30" for role in ("AUTHOR", "COMMITTER")
        }
        text = PRELUDE + script.replace("SECRET", TOKEN)
        done = subprocess.run(
            ["bash", "-c", text], cwd=work, env=environment, capture_output=True, check=False
        )
        assert not done.returncode, (script, done.stderr.decode())

    def _remote(self, place: Path, case: Case) -> Path:
        for name in ("lib.git", "shelf.git"):
            shutil.copytree(self.lib, place / name)
        script = case.script.replace("LIB_FIRST", self.lib_first)
        self._script(place / "seed", f"git init -qb main .\n{script}\n")
        git(place, "clone", "-q", "--bare", "seed", "origin.git")
        return place / "origin.git"

    def _try(
        self, place: Path, origin: Path, check: str, fix: str, before: list[CheckResult], state: str
    ) -> Trial:
        copy = place / f"{state} origin.git"
        shutil.copytree(origin, copy)
        work = clone(copy, place / state, state, check)
        known = set(git(copy, "rev-list", "--all").split())
        try:
            printed = follow(fix, work, self.environment)
            fault = self._fault(copy, check, before) or harm(copy, work, fix, known, state, check)
        except (UnclearError, AssertionError) as error:
            return Trial(check, state, f"{type(error).__name__}: {error}", fix)
        return Trial(check, state, fault, fix, printed)

    def _fault(self, origin: Path, check: str, before: list[CheckResult]) -> str:
        after = ask(origin, check, self.sandbox)
        # these may require that the tag is deleted
        if check.startswith(("tag: ", "tags: ", "gone: ", "amended: ")):
            before, after = before[:-1], after[:-1]
        waits_for_github = KINDS[after[0].kind].events and after[0].outcome is Outcome.NOT_RUN
        if after[0].outcome is not Outcome.PASSED and not waits_for_github:
            return f"still {after[0].outcome}: {after[0].why or after[0].reason}"
        broken = [
            new.why
            for old, new in zip(before[1:], after[1:], strict=True)
            if old.outcome is Outcome.PASSED and new.outcome is not Outcome.PASSED
        ]
        return f"broke another check: {broken[0]}" if broken else ""


def ask(origin: Path, check: str, sandbox: Sandbox | None = None) -> list[CheckResult]:
    with Repository.open(origin) as repository:
        return list(
            grade(load_spec(lab(check, *GUARDS)), repository, learner=LEARNER, sandbox=sandbox).results
        )


def clone(origin: Path, work: Path, state: str, check: str) -> Path:
    """A learner's clone: clean and with each branch, or behind and with a mess that is not committed."""
    if state == "clean":
        git(origin.parent, "clone", "-q", str(origin), str(work))
        _local_branches(work)
        return work
    old = origin.parent / f"{state} old.git"
    git(origin.parent, "clone", "-q", "--bare", str(origin), str(old))
    _rewind(old)
    git(origin.parent, "clone", "-q", f"file://{old}", str(work))
    _local_branches(work)
    git(work, "remote", "set-url", "origin", str(origin))
    for name in _to_be_made(check):
        git(work, "branch", name, check=False)
    git(work, "switch", "-q", *(["-c", "notes"] if state == "other branch" else ["--detach"]))
    tracked = work / git(work, "ls-files").split("\n")[0].strip('"')
    tracked.write_text(tracked.read_text() + EDIT)
    (work / ".env.local").write_text(UNTRACKED)
    return work


def _local_branches(work: Path) -> None:
    refs = git(
        work, "for-each-ref", "--format=%(refname:lstrip=3) %(objectname)", "refs/remotes/origin"
    ).split("\n")
    lines = [line.split() for line in refs if not line.startswith("HEAD ")]
    made = "".join(f"update refs/heads/{name} {commit}\n" for name, commit in lines)
    git(work, "update-ref", "--stdin", stdin=made)
    for name, _ in lines:
        git(work, "config", f"branch.{name}.remote", "origin")
        git(work, "config", f"branch.{name}.merge", f"refs/heads/{name}")


def _rewind(bare: Path) -> None:
    """Branches one commit back where they have one, and no tags: as before the last push from elsewhere."""
    listed = git(bare, "for-each-ref", "--format=%(refname) %(objecttype) %(parent)").split("\n")
    lines = []
    for ref, _, *parents in (line.split() for line in listed):
        if ref.startswith("refs/tags/"):
            lines.append(f"delete {ref}")
        elif parents:
            lines.append(f"update {ref} {parents[0]}")
    git(bare, "update-ref", "--stdin", stdin="\n".join(lines) + "\n")


def _to_be_made(check: str) -> list[str]:
    return re.findall(r"(?:branch|name|ref|into): ([\w./-]+)", check) if "exists: false" not in check else []


def harm(origin: Path, work: Path, fix: str, known: set[str], state: str, check: str) -> str:
    """Return the harm of a fix, "" for none: work lost with no way back, untracked files published, an empty commit."""
    commits = [line.split() for line in git(origin, "log", "--all", "--format=%H %T %P").split("\n")]
    trees = {commit: tree for commit, tree, *_ in commits}
    lost = known - trees.keys()
    is_purge = check.startswith(("no_secrets", "no_large_files", "purged"))
    if lost and not is_purge and not any(commit[:7] in fix for commit in lost):
        return f"no way back to {len(lost)} commits"
    if "empty: true" not in check:
        for commit, tree, *parents in commits:
            if commit not in known and len(parents) == 1 and trees.get(parents[0]) == tree and not lost:
                return "an empty commit was made"
    if state == "clean":
        return ""
    blob = git(work, "hash-object", "--stdin", stdin=UNTRACKED)
    if blob in git(origin, "rev-list", "--all", "--objects"):
        return "a file that was not tracked was published"
    if not (work / ".env.local").exists():
        return "the untracked file is gone"
    if EDIT.strip() not in _all_text(work):
        return "the edit that was not committed is gone"
    return ""


def _all_text(work: Path) -> str:
    """Return the text of the folder, or the stashed lines if the edit is not in the folder."""
    files = [path for path in work.rglob("*") if path.is_file() and ".git" not in path.parts]
    folder = "".join(path.read_text(errors="replace") for path in files)
    return folder if EDIT.strip() in folder else re.sub(r"(?m)^\+", "", git(work, "stash", "list", "-p"))
