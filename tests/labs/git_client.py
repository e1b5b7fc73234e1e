"""A learner's working tree, and pushes from it."""

import subprocess
from pathlib import Path

from tests.plain_git import ENVIRONMENT, run_git


class Clone:
    """A working tree whose remote `portal` is the practice remote."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "core.compression", "0")
        self.git("remote", "add", "portal", address)

    def git(
        self, *arguments: str, stdin: bytes = b"", check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        own = {**ENVIRONMENT, "HOME": str(self.folder.parent)}
        return run_git(self.folder, *arguments, stdin=stdin, check=check, environment=own)

    def output(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return self.git(*arguments, stdin=stdin).stdout

    def commit(
        self, subject: str = "Describe the project", path: str = "README.md", content: bytes = b"x\n"
    ) -> str:
        """Commit one file; return the commit ID."""
        (self.folder / path).write_bytes(content)
        self.git("add", path)
        self.git("commit", "--quiet", "--allow-empty", "-m", subject)
        return self.output("rev-parse", "HEAD").decode().strip()

    def push(self, *what: str) -> tuple[int, str]:
        """git's exit code and what the terminal shows, without the "remote: " before each line of ours."""
        pushed = self.git("push", "portal", *(what or ("main",)), check=False)
        lines = (line.removeprefix("remote: ").rstrip() for line in pushed.stderr.decode().splitlines())
        return pushed.returncode, "\n".join(lines)

    def pack_refs(self, refs: dict[str, str]) -> None:
        """Create many refs at once; one by one would take seconds."""
        lines = [f"{oid} {name}\n" for name, oid in sorted(refs.items())]
        (self.folder / ".git/packed-refs").write_text("# pack-refs with: sorted\n" + "".join(lines))
