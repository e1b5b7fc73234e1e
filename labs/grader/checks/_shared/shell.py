"""Commands for bash, such as those that switch a learner's clone, in any state, to the branch to change."""

import posixpath
import shlex

Line = list[str] | str
STASHED = "Your uncommitted changes are in the stash: `git stash pop` restores them."


def commands(*lines: Line) -> str:
    """Return commands for bash, one per line. Lists are quoted word by word: a branch may be called `$(reboot)`."""
    return "\n".join(line if isinstance(line, str) else shlex.join(line) for line in lines)


def paragraphs(*parts: str) -> str:
    """Join the parts of a fix: commands, sentences, and indented lines that go into a file."""
    return "\n\n".join(filter(None, parts))


def as_argument(path: str) -> str:
    # with `./` if a program would read it as an option
    return f"./{path}" if path.startswith("-") else path


def make_folder_of(path: str) -> list[Line]:
    folder = posixpath.dirname(path)
    return [["mkdir", "-p", as_argument(folder)]] if folder else []


def start_on(branch: str, *, stash: bool = True) -> list[Line]:
    """Return lines that stash uncommitted changes, switch to a branch and pull it.

    Without `stash`, the changes stay in the folder, for a fix that commits them.
    """
    return [
        *([["git", "stash"]] if stash else []),
        ["git", "fetch", "--tags", "origin"],
        ["git", "switch", branch],
        ["git", "pull", "--rebase=merges", *([] if stash else ["--autostash"]), "origin", branch],
    ]


def write_lines(lines: list[str], path: str) -> str:
    printf = commands(["printf", "%s\\n", *lines])
    return f"{printf} > {shlex.quote(path)}"


def append_line(line: str, path: str) -> str:
    # starts with a newline, since the last line of the file may have none
    printf = commands(["printf", "\\n%s\\n", line])
    return f"{printf} >> {shlex.quote(path)}"
