"""Read what is in a lesson's Markdown: headings, code, tables, checklists, flows and pictures."""

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")
BLOCK = re.compile(r"\s*::: ?(checklist|flow)\b.*")
ITEM = re.compile(r"- \[[ xX]\] (.*)")
# Each set has the names of one language, as good as each other.
SAME = (
    {"bash", "sh", "shell", "console", "zsh", "shell-session", "sh-session"},
    {"console", "shell-session", "sh-session", "text", "bash", "shell", "pycon", "psql", "postgres-console"},
    {"powershell", "pwsh", "ps1", "ps1con", "pwsh-session"},
    {"batch", "bat", "cmd", "dosbatch", "doscon"},
    {"python", "py", "python3", "pycon"},
    {"sql", "mysql", "postgresql", "postgres", "psql", "plpgsql"},
    {"yaml", "yml"},
    {"dockerfile", "docker"},
    {"hcl", "terraform", "tf"},
    {"ini", "cfg", "toml"},
    {"json", "jsonc"},
    {"text", "txt", ""},
)


@dataclass
class Contents:
    headings: list[str] = field(default_factory=list)
    code: list[tuple[str, str]] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    checklists: list[list[str]] = field(default_factory=list)
    flows: list[list[list[str]]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    prose: list[str] = field(
        default_factory=list
    )  # of paragraphs that are neither in a list nor a definition


@cache
def read(markdown: str) -> Contents:
    found = Contents()
    tokens = PARSER.parse(markdown)
    lines = markdown.split("\n")
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type in ("fence", "code_block"):
            found.code.append(((token.info.split() or [""])[0].lower(), token.content))
            if token.map:
                lines[slice(*token.map)] = [""] * (token.map[1] - token.map[0])
        elif token.type == "heading_open" and following:
            found.headings.append(following.content)
        elif token.type == "paragraph_open" and following and not token.level:
            found.prose.append(following.content)
        elif token.type == "inline":
            found.pictures += [child.content for child in token.children or [] if child.type == "image"]
        elif token.type == "table_open":
            found.tables.append([])
        elif token.type == "tr_open":
            found.tables[-1].append([])
        elif token.type in ("th_open", "td_open") and isinstance(following, Token):
            found.tables[-1][-1].append(following.content)
    _read_blocks(lines, found)
    return found


def _read_blocks(lines: list[str], found: Contents) -> None:
    kind = ""
    for before, line in pairwise(["", *lines]):
        if line.startswith(": ") and before.strip():
            found.terms.append(before)
        if opened := BLOCK.fullmatch(line):
            kind = opened[1]
            (found.checklists if kind == "checklist" else found.flows).append([])
        elif line.strip() == ":::":
            kind = ""
        elif kind == "checklist" and (item := ITEM.match(line)):
            found.checklists[-1].append(item[1])
        elif kind == "flow" and "->" in line:
            found.flows[-1].append([step.strip() for step in line.split("->")])


def is_language(name: str, expected: list[str]) -> bool:
    return "any" in expected or any(
        name == each or any({name, each} <= names for names in SAME) for each in expected
    )


def dedent(lines: list[str]) -> list[str]:
    """Remove the blanks and tabs that all lines with text have in common; empty the lines without text."""
    full = [line for line in lines if line.strip()]
    common = 0
    while full and len({line[: common + 1] for line in full}) == 1 and full[0][common : common + 1].isspace():
        common += 1
    return [line[common:] if line.strip() else "" for line in lines]


def has_code(text: str, expected: str, *, whole: bool) -> bool:
    """Return if `text` is the expected lines or, unless `whole`, has them among its own."""
    own, wanted = text.removesuffix("\n").split("\n"), dedent(expected.removesuffix("\n").split("\n"))
    if whole:
        return dedent(own) == wanted
    return any(
        dedent(own[start : start + len(wanted)]) == wanted for start in range(len(own) - len(wanted) + 1)
    )
