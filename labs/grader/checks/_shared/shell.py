"""Lines for bash, and those that lead from any state of a learner's clone to the branch that is to be changed."""

import posixpath
import shlex

Line = list[str] | str
STASHED = "Edits that were not committed are in the stash: `git stash pop` brings them back."


def commands(*lines: Line) -> str:
    """Commands for bash, one a line. Lists are quoted word by word: a branch may be called `$(reboot)`."""
    return "\n".join(line if isinstance(line, str) else shlex.join(line) for line in lines)


def paragraphs(*parts: str) -> str:
    """The pieces of a fix: commands, sentences, and indented lines that go into a file."""
    return "\n\n".join(filter(None, parts))


def as_argument(path: str) -> str:
    """Return a path as an argument: with `./` if a program would read it as an option."""
    return f"./{path}" if path.startswith("-") else path


def make_folder_of(path: str) -> list[Line]:
    """Return the command that makes the folder of a path; none for a path at the top."""
    folder = posixpath.dirname(path)
    return [["mkdir", "-p", as_argument(folder)]] if folder else []


def start_on(branch: str, *, stash: bool = True) -> list[Line]:
    """Lines that put uncommitted edits aside and switch to a branch that has all that the remote has.

    Without `stash` the edits stay in the folder, for a fix that commits them.
    """
    return [
        *([["git", "stash"]] if stash else []),
        ["git", "fetch", "--tags", "origin"],
        ["git", "switch", branch],
        ["git", "pull", "--rebase=merges", *([] if stash else ["--autostash"]), "origin", branch],
    ]


def write_lines(lines: list[str], path: str) -> str:
    """The command that makes a file of these lines."""
    printf = commands(["printf", "%s\\n", *lines])
    return f"{printf} > {shlex.quote(path)}"


def append_line(line: str, path: str) -> str:
    """The command that adds a line at the end of a file, also where its last line has no end."""
    printf = commands(["printf", "\\n%s\\n", line])
    return f"{printf} >> {shlex.quote(path)}"
