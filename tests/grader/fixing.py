"""A learner who follows the text of a fix: runs its commands unchanged, and edits as its sentences say.

`follow` raises Unclear if the text leaves something open. `Harm` checks for what a fix must never do.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from labs.reports.verdict import fix_parts

# The program that Git calls as the editor: it marks that it was opened, and fails.
EDITOR = "#!/bin/sh\necho editor >> {mark}\nexit 1\n"


# Stand-ins for programs that a learner installs: they change files in the same way.
PROGRAMS = {
    "git-lfs": r"""#!/bin/sh
case $1 in
  install) git config filter.lfs.clean "git-lfs clean"; git config filter.lfs.smudge cat ;;
  track) printf '%s filter=lfs diff=lfs merge=lfs -text\n' "$2" >> .gitattributes ;;
  clean) f=$(mktemp); cat > "$f"
    if head -c 40 "$f" | grep -q '^version https://git-lfs'; then cat "$f"; else
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' \
      "$(sha256sum < "$f" | cut -c1-64)" "$(wc -c < "$f")"; fi ;;
esac
""",
    "jupyter": """#!/usr/bin/env python3
import json, sys
path = sys.argv[-1]
book = json.load(open(path))
for cell in book["cells"]:
    cell["execution_count"] = 1 if "--execute" in sys.argv else None
    cell["outputs"] = []
json.dump(book, open(path, "w"))
""",
}


class UnclearError(Exception):
    """The text says neither what to run nor what to edit."""


def home(folder: Path) -> dict[str, str]:
    """An environment with a clean home, where Git knows the learner and no editor."""
    folder.mkdir(parents=True, exist_ok=True)
    editor = folder / "editor"
    editor.write_text(EDITOR.format(mark=folder / "opened"))
    editor.chmod(0o755)
    settings = (
        '[user]\n\tname = Learner\n\temail = learner@example.org\n[protocol "file"]\n\tallow = always\n'
        "[maintenance]\n\tauto = false\n[core]\n\tfsync = none\n"
    )
    (folder / ".gitconfig").write_text(settings)
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, script in PROGRAMS.items():
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    return {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": str(editor),
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }


def follow(fix: str, folder: Path, environment: dict[str, str]) -> str:
    """Do what the text says in a folder; return what was printed."""
    printed, sentence, shown, waiting = [], "", "", ""
    for part in fix_parts(fix):
        if part.title == "Write":
            waiting or _unclear(sentence)
            _edit_block(waiting, part.text, folder)
            waiting = ""
        elif part.title:
            waiting and _unclear(waiting)
            for piece in part.text.split("\n\n"):
                shown, errors = _run(piece, folder, environment)
                printed.append(f"$ {piece}\n{shown}{errors}")
        else:
            sentence = part.text
            waiting = sentence if sentence.endswith(":") and _is_edit(sentence) else ""
            _edit_sentence(sentence, shown, folder)
    if (folder.parent / "opened").exists() or Path(environment["HOME"], "opened").exists():
        raise AssertionError("an editor was opened")
    return "\n".join(printed)


def _unclear(sentence: str) -> None:
    raise UnclearError(sentence)


def _run(script: str, folder: Path, environment: dict[str, str]) -> tuple[str, str]:
    """Run line by line, as if pasted: a line that fails does not stop the next."""
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


_PLACE = r"line (\d+) of `([^`]+)`"
_LINES = r"lines (\d+) to (\d+) of `([^`]+)`"
_BLOCKS: dict[str, Callable[[list[str], int, list[str]], list[str]]] = {
    rf"Replace {_PLACE} with:": lambda lines, at, new: [*lines[: at - 1], *new, *lines[at:]],
    rf"Add below {_PLACE}:": lambda lines, at, new: [*lines[:at], *new, *lines[at:]],
    rf"Add above {_PLACE}:": lambda lines, at, new: [*lines[: at - 1], *new, *lines[at - 1 :]],
    r"Add at the (end) of `([^`]+)`.*:": lambda lines, _, new: [*lines, *new],
    r"Replace the (contents) of `([^`]+)` with these lines.*:": lambda _lines, _, new: new,
    r"Create (the) file `([^`]+)`.*:": lambda _lines, _, new: new,
}


def _is_edit(sentence: str) -> bool:
    return any(re.search(pattern, sentence) for pattern in (*_BLOCKS, rf"Replace {_LINES} with:"))


def _edit_block(sentence: str, text: str, folder: Path) -> None:
    if found := re.search(rf"Replace {_LINES} with:", sentence):
        first, last, lines = int(found[1]), int(found[2]), _read(folder / found[3])
        _write(folder / found[3], [*lines[: first - 1], *text.split("\n"), *lines[last:]])
        return
    for pattern, made in _BLOCKS.items():
        if found := re.search(pattern, sentence):
            at, path = found.groups()
            number = int(at) if at.isdigit() else 0
            _write(folder / path, made(_read(folder / path), number, text.split("\n")))
            return
    raise UnclearError(sentence)


def _edit_sentence(sentence: str, shown: str, folder: Path) -> None:
    """`Delete line N of ...`, and the answer that a command has shown; what else is only said is left."""
    for found in re.finditer(rf"Delete {_PLACE}", sentence):
        number, lines = int(found[1]), _read(folder / found[2])
        _write(folder / found[2], [*lines[: number - 1], *lines[number:]])
    if found := re.match(
        r"Find the answer in the command's output and write it into `([^`]+)`, (?:on line (\d+)|after `(.+):`)",
        sentence,
    ):
        answer = ", ".join(line.strip("* ") for line in shown.strip().split("\n"))
        _write(folder / found[1], _answered(_read(folder / found[1]), found[2], found[3], answer))
    elif re.match(r"(Edit|Save|Write the answer)\b", sentence):
        raise UnclearError(sentence)


def _answered(lines: list[str], number: str | None, key: str | None, answer: str) -> list[str]:
    if key is None:
        at = int(number or 1)
        padded = [*lines, *[""] * (at - len(lines))]
        return [*padded[: at - 1], answer, *padded[at:]]
    kept = [line for line in lines if not re.match(rf"\W*{re.escape(key)}\W*\s*[:=]", line, re.IGNORECASE)]
    return [*kept, f"{key}: {answer}"]


def _read(path: Path) -> list[str]:
    text = path.read_text(errors="surrogateescape") if path.exists() else ""
    return text.removesuffix("\n").split("\n") if text else []


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", errors="surrogateescape")
