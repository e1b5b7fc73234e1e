"""`submodule: {path: vendor/lib, at: main}` - there is a submodule at a path, with a URL in `.gitmodules`.

`commit` (a full ID) is the commit that it must point to, `matches` a regex searched for in its URL. It is never
fetched.
"""

import re
import shlex
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.processes import RepositoryError, output_of
from ..git.repository import Tip
from ..git.trees import Entry
from ..parameters import MAIN_COMMIT, FilePath, ObjectId, Regex, Revision
from ..pattern_words import in_words
from ..report import Evidence
from ..words import count, decoded, listed, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed, where
from ._shared.contents import Found, bytes_or_answer
from ._shared.fixes import change
from ._shared.named_refs import commit_or_answer
from ._shared.proposed_texts import literal
from ._shared.rule_files import private_repository
from ._shared.shell import Line

MODULES = ".gitmodules"
URL = "URL"


@dataclass(frozen=True)
class SubmoduleCheck(Kind):
    kind = "submodule"
    about = "objects"

    path: FilePath
    at: Revision = MAIN_COMMIT
    commit: ObjectId | None = None
    matches: Regex | None = None

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        entry = run.repository.entry(tip.commit, self._path.encode())
        if entry is None or entry.mode != b"160000":
            return self._no_submodule(run, tip, entry)
        if self.commit not in (None, entry.id):
            return self._other_commit(run, tip, entry)
        url = self._url(run, tip)
        if isinstance(url, Verdict):
            return url
        if url is None:
            return self._no_url(run, tip)
        if self.matches is not None and not re.search(self.matches, url):
            return self._other_url(run, tip, url)
        return passed(
            f"The submodule {quoted(self._path)} points to commit {entry.id[:7]} of {quoted(url)}.",
            self._at(tip),
            looked_at=LookedAt(1, "submodule"),
        )

    @property
    def _path(self) -> str:
        return self.path.removesuffix("/")

    def _at(self, tip: Tip) -> Evidence:
        return at_tip(tip, self._path.encode())

    def _url(self, run: Run, tip: Tip) -> str | Verdict | None:
        entry = run.repository.entry(tip.commit, MODULES.encode())
        if entry is None or not entry.is_file:
            return None
        content = bytes_or_answer(run, Found(tip, MODULES, entry))
        if isinstance(content, Verdict):
            return content
        modules = read_modules(content)
        if isinstance(modules, str):
            return needs_work(
                f"Git cannot read `.gitmodules` {where(tip)}: {modules}.",
                expected="a file in the format that `git submodule add` writes",
                found=modules,
                fix=self._add(
                    run,
                    tip,
                    f"printf '' > {MODULES}",
                    ["git", "add", MODULES],
                    ["git", "rm", "-q", "--cached", "--ignore-unmatch", "--", self._path],
                    f"rmdir {shlex.quote(self._path)} 2>/dev/null",
                ),
                evidence=[at_tip(tip, MODULES.encode())],
            )
        return modules.get(self._path)

    def _no_submodule(self, run: Run, tip: Tip, entry: Entry | None) -> Verdict:
        known = [
            decoded(path) for path, other in run.repository.files(tip).items() if other.mode == b"160000"
        ]
        return needs_work(
            f"{quoted(self._path)} {where(tip)} is {entry.noun}, not a submodule."
            if entry
            else f"There is no submodule {quoted(self._path)} {where(tip)}.",
            expected="a submodule",
            found=entry.noun
            if entry
            else f"{count(len(known), 'submodule')}: {listed(map(quoted, known))}"
            if known
            else "no submodule",
            fix=self._add(run, tip, *([["git", "rm", "-r", "-q", "--", self._path]] if entry else [])),
            evidence=[self._at(tip) if entry else at_tip(tip)],
        )

    def _other_commit(self, run: Run, tip: Tip, entry: Entry) -> Verdict:
        wanted = self.commit or ""
        return needs_work(
            f"The submodule {quoted(self._path)} {where(tip)} points to commit {entry.id[:7]}.",
            expected=f"commit {wanted[:7]}",
            found=f"commit {entry.id[:7]}",
            fix=change(
                run,
                tip,
                f"Move {self._path} to {wanted[:7]}",
                ["git", "submodule", "update", "--init", "--", self._path],
                ["git", "-C", self._path, "fetch", "origin"],
                ["git", "-C", self._path, "checkout", wanted],
                ["git", "add", "--", self._path],
            ),
            evidence=[self._at(tip)],
        )

    def _no_url(self, run: Run, tip: Tip) -> Verdict:
        place = shlex.quote(self._path)
        return needs_work(
            f"{quoted(self._path)} {where(tip)} is a submodule, but `.gitmodules` has no URL for it. Usually a "
            "nested repository was added with `git add`.",
            expected=f"an entry for {quoted(self._path)} in `.gitmodules`",
            found="no entry",
            fix=self._add(
                run,
                tip,
                f"[ -e {place}/.git ] || git clone {shlex.quote(self._wanted)} {place}",
                ["git", "rm", "--cached", "-q", "--", self._path],
                url=f'"$(git -C {place} remote get-url origin)"',
            ),
            evidence=[self._at(tip)],
        )

    def _other_url(self, run: Run, tip: Tip, url: str) -> Verdict:
        return needs_work(
            f"The submodule {quoted(self._path)} {where(tip)} has the URL {quoted(url)}.",
            expected=f"a URL that contains {in_words(self.matches or '')}",
            found=quoted(url),
            fix=self._with_note(
                change(
                    run,
                    tip,
                    f"Fix the URL of {self._path}",
                    ["git", "submodule", "set-url", self._path, self._wanted],
                    ["git", "add", MODULES],
                )
            ),
            evidence=[at_tip(tip, MODULES.encode())],
        )

    @property
    def _wanted(self) -> str:
        # the pattern, if it is a literal URL
        wanted = literal(self.matches or "")
        return wanted if re.search(r"://|@|\.git$", wanted) else URL

    def _add(self, run: Run, tip: Tip, *before: Line, url: str = "") -> str:
        add = f"git submodule add --force {url or shlex.quote(self._wanted)} {shlex.quote(self._path)}"
        fix = change(run, tip, f"Add the submodule {self._path}", *before, add)
        return self._with_note(fix)

    def _with_note(self, fix: str) -> str:
        note = f"Replace {URL} with the URL of the other repository."
        return f"{note}\n\n{fix}" if self._wanted == URL else fix


def read_modules(content: bytes) -> dict[str, str] | str:
    """Return URLs by path as Git reads a `.gitmodules`, or a description of the error."""
    with private_repository() as (git_dir, _):
        try:
            output = output_of(
                git_dir,
                *("config", "--file", "-", "--no-includes", "--null", "--list"),
                stdin=content,
                limit=4 << 20,
                what="`.gitmodules`",
            )
        except RepositoryError as fault:
            place = re.search(r"bad config line (\d+)|bad config .*", str(fault))
            if place is None:
                raise
            return f"line {place[1]} has a syntax error" if place[1] else "a value is not valid"
    modules: dict[str, dict[str, str]] = {}
    for item in output.split(b"\0")[:-1]:
        key, _, value = decoded(item).partition("\n")
        name, _, field = key.removeprefix("submodule.").rpartition(".")
        if key.startswith("submodule."):
            modules.setdefault(name, {})[field] = value
    return {one["path"]: one.get("url", "") for one in modules.values() if "path" in one}
