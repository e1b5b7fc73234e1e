"""Verdicts on files that are not UTF-8 text: Git LFS pointers, UTF-16 and binary data."""

import shlex

from ...git.lfs_pointer import pointed_size
from ...git.repository import Tip
from ...words import quoted, size, visible
from .base import Run, Verdict, at_tip, needs_work, where
from .fixes import change, edit_and_push
from .shell import append_line

UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks
MAX_LOOKED_AT = 8000  # bytes, as Git looks for NUL


def not_text_answer(run: Run, tip: Tip, path: str, content: bytes) -> Verdict | None:
    """Return the verdict on a Git LFS pointer, UTF-16 without a byte order mark or binary data; None for text."""
    pointed = pointed_size(content)
    if pointed is not None:
        return pointer_answer(run, tip, path, pointed)
    if content[:2] in UTF_16 or b"\0" not in content[:MAX_LOOKED_AT]:
        return None
    encoding = utf_16_without_mark(content)
    if encoding:
        return utf_16_answer(run, tip, path, encoding)
    kind = "a ZIP archive, such as an Excel workbook" if content.startswith(b"PK\x03\x04") else "binary data"
    return needs_work(
        f"{quoted(path)} {where(tip)} is {kind}, not text.",
        expected="UTF-8 text",
        found=kind,
        fix=edit_and_push(
            run,
            tip,
            f"Store {path} as text",
            f"Save `{visible(path)}` as UTF-8 text in the program that created it.",
            ["git", "add", "--", path],
        ),
        evidence=[at_tip(tip, path.encode(errors="surrogateescape"))],
    )


def pointer_answer(run: Run, tip: Tip, path: str, pointed: int) -> Verdict:
    rule = f"{_as_pattern(path)} !filter !diff !merge"
    return needs_work(
        f"{quoted(path)} {where(tip)} is a Git LFS pointer: its content ({size(pointed)}) is not in this repository.",
        expected="the content itself, stored in Git",
        found="a Git LFS pointer",
        fix=edit_and_push(
            run,
            tip,
            f"Store {path} without Git LFS",
            f"If `{visible(path)}` in your folder starts with `version https://git-lfs`, fetch its content first, for "
            f"example with {quoted(shlex.join(['git', 'lfs', 'pull', '--include', path]))}.",
            append_line(rule, ".gitattributes"),
            ["git", "add", "--", ".gitattributes"],
            ["git", "rm", "--cached", "--quiet", "--", path],
            ["git", "add", "--", path],
            stash=False,
        ),
        evidence=[at_tip(tip, path.encode(errors="surrogateescape"))],
    )


def utf_16_answer(run: Run, tip: Tip, path: str, encoding: str = "UTF-16") -> Verdict:
    """Return the verdict on UTF-16 text. `encoding` is a name that `iconv` knows."""
    old, new = shlex.quote(path), shlex.quote(f"{path}.utf-8")
    without_mark = " | sed '1s/^\\xef\\xbb\\xbf//'" if encoding != "UTF-16" else ""
    convert = f"iconv -f {encoding} -t UTF-8 {old}{without_mark} > {new} && mv {new} {old}"
    return needs_work(
        f"{quoted(path)} {where(tip)} is UTF-16 text, as PowerShell's `>` writes it. Git, Docker and most other tools "
        "read UTF-8.",
        expected="UTF-8 text",
        found="UTF-16 text",
        fix=change(run, tip, f"Store {path} as UTF-8", convert, ["git", "add", "--", path]),
        evidence=[at_tip(tip, path.encode(errors="surrogateescape"))],
    )


def utf_16_without_mark(content: bytes) -> str:
    """Return `UTF-16LE` or `UTF-16BE` if almost every second byte is NUL, as in Western text; else ""."""
    looked_at = content[: MAX_LOOKED_AT // 2 * 2]
    half = len(looked_at) // 2
    even, odd = looked_at[::2].count(0), looked_at[1::2].count(0)
    if len(content) % 2 or not half:
        return ""
    if odd > 0.8 * half and even < 0.05 * half + 1:
        return "UTF-16LE"
    return "UTF-16BE" if even > 0.8 * half and odd < 0.05 * half + 1 else ""


def _as_pattern(path: str) -> str:
    return path if path.replace("/", "").replace(".", "").isalnum() else '"' + path.replace('"', r"\"") + '"'
