"""A practice repository for tests that read it, and git commands in it that bypass all checks of a push."""

from dataclasses import dataclass
from pathlib import Path

from labs.repositories import browsing, differences, practice_git
from labs.repositories.browsing import File, Folder
from labs.repositories.commit_log import CommitLog, read_log
from tests.labs.git_client import Clone


@dataclass
class Pushed:
    """A practice repository, and a clone whose commits are in it once they are pushed."""

    path: Path
    clone: Clone

    def commit(self, files: dict[str, bytes | None], subject: str = "Change") -> str:
        """Write files (None deletes one), commit and push; return the commit."""
        for name, content in files.items():
            file = self.clone.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content)
        self.clone.git("add", "--all")
        self.clone.git("commit", "--quiet", "--allow-empty", "-m", subject)
        self.clone.git("push", "--quiet", "portal", "main")
        return self.clone.output("rev-parse", "HEAD").decode().strip()

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in the practice repository itself, bypassing all checks of a push."""
        return self.clone.output(f"--git-dir={self.path}", *arguments, stdin=stdin).decode().strip()

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        data = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries
        )
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data)

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def commit_of(self, tree: str) -> str:
        return self.git("commit-tree", tree, stdin=b"Made by hand")

    def raw_commit(self, tree: str, rest: bytes) -> str:
        data = b"tree " + tree.encode() + b"\n" + rest
        return self.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=data)

    def at(self, commit: str, path: str = "") -> Folder | File | None:
        with browsing.open_state(self.path, commit) as state:
            return state.at(path)

    def log(self, commit: str, **refs: str) -> CommitLog:
        """Read the log of a commit and of branches by name."""
        with browsing.open_state(self.path, commit) as state:
            return read_log(state, {f"refs/heads/{name}": found for name, found in refs.items()})

    def compare(self, commit: str, since: str) -> differences.StateDifference:
        with browsing.open_state(self.path, commit) as state:
            return differences.compare(state, since)


def make_pushed(folder: Path) -> Pushed:
    path = folder / "practice.git"
    practice_git.create(path)
    return Pushed(path, Clone(folder / "work", str(path)))
