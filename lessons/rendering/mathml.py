"""LaTeX to MathML, in a process of its own.

math-core 0.9 takes exponential time for some twenty brackets that are not closed, and deep nesting overflows its
stack. Neither can be interrupted inside this process.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import math_core

MAX_FORMULA = 1_000  # characters
MAX_FORMULAS = 2_000  # per page
MAX_CPU_SECONDS = 1  # 2,000 ordinary formulas take 0.1 s
MAX_SECONDS = 30  # on a machine that is busy with something else
MAX_CHILDREN = 3
LIBRARIES = str(Path(math_core.__file__).parents[1])
# Prints one line for each formula as soon as it is converted, so that the missing line names the culprit.
CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2]) + 1))
sys.path.append(sys.argv[1])
from math_core import LatexError, LatexToMathML
latex = LatexToMathML(fancy_error=False, max_expansions=100)
for source, block in json.load(sys.stdin):
    try:
        found = [latex.convert_with_local_state(source, displaystyle=block), ""]
    except LatexError as error:
        found = ["", str(error)]
    print(json.dumps(found), flush=True)
"""
AT_POSITION = re.compile(r"(\d+): (.*)", re.DOTALL)
STYLE = re.compile(r' style="([^"]*)"')
TABLES = re.compile(r"(</?mtable[^>]*>)")
LAST_LINE = re.compile(r'<mtr><mtd class="(solid|dashed)-top[^"]*"></mtd></mtr>$')
# The content policy blocks style attributes: these declarations become classes, the others are dropped.
CLASSES = {
    "text-align:left": "left",
    "text-align:right": "right",
    "width:100%": "wide",
    "width:50%": "half",
    "padding-left:0": "joined-left",
    "padding-right:0": "joined-right",
    "padding-left:1em": "apart",
    **{
        f"border-{side}:0.05em {kind} currentcolor": f"{kind}-{side}"
        for side in ("left", "right", "top", "bottom")
        for kind in ("solid", "dashed")
    },
}
TOO_COMPLEX = "It is too complex. Close its brackets, nest it less deeply, or split it."
NOT_NOW = "The server is too busy to convert it. Try again in a minute."
NO_COLOUR = "Formulas have no colour here, because not every reader sees it. Remove \\color."
NO_REFERENCE = "Formulas can’t refer to each other. Remove \\eqref, and name the formula in words."


@dataclass(frozen=True)
class Converted:
    """`html` is MathML to be sanitised, empty if there is an `error`, which is at character `position`."""

    html: str
    error: str = ""
    position: int = 0


def convert(formulas: tuple[tuple[str, bool], ...]) -> tuple[Converted, ...]:
    """Convert pairs (LaTeX, True for a block) to MathML, in order. Each formula has at most MAX_FORMULA characters."""
    try:
        return _convert(formulas)
    except (OSError, subprocess.TimeoutExpired):  # not kept, because the next try may succeed
        return tuple(Converted("", NOT_NOW) for _ in formulas)


@lru_cache(maxsize=256)
def _convert(formulas: tuple[tuple[str, bool], ...]) -> tuple[Converted, ...]:
    found: list[Converted] = []
    for _ in range(MAX_CHILDREN):
        if len(found) == len(formulas):
            break
        found += map(_read, _lines_of_child(formulas[len(found) :]))
        if len(found) < len(formulas):
            found.append(Converted("", TOO_COMPLEX))
    return (*found, *(Converted("", TOO_COMPLEX) for _ in formulas[len(found) :]))


def _lines_of_child(formulas: tuple[tuple[str, bool], ...]) -> list[str]:
    # Returns what the child printed before it ended or exceeded its CPU time.
    command = [sys.executable, "-I", "-S", "-c", CHILD, LIBRARIES, str(MAX_CPU_SECONDS)]
    asked = json.dumps(formulas).encode()
    done = subprocess.run(command, input=asked, capture_output=True, timeout=MAX_SECONDS, check=False)
    return done.stdout.decode().split("\n")[:-1]


def _read(line: str) -> Converted:
    html, message = json.loads(line)
    found = AT_POSITION.fullmatch(message)
    if found:
        return Converted("", found[2], int(found[1]))
    if 'style="color' in html:
        return Converted("", NO_COLOUR)
    if "<a " in html:
        return Converted("", NO_REFERENCE)
    return Converted(_close_tables(STYLE.sub(_as_class, html)), message)


def _close_tables(html: str) -> str:
    # A line below the last row of a table comes as a further row, which is empty.
    opened: list[int] = []
    parts = TABLES.split(html)
    for place, part in enumerate(parts):
        if part.startswith("<mtable"):
            opened.append(place)
        elif part == "</mtable>" and opened:
            start = opened.pop()
            if found := LAST_LINE.search(parts[place - 1]):
                parts[place - 1] = parts[place - 1][: found.start()]
                parts[start] = _with_class(parts[start], f"{found[1]}-bottom")
    return "".join(parts)


def _with_class(tag: str, name: str) -> str:
    return tag.replace('class="', f'class="{name} ', 1) if 'class="' in tag else f'{tag[:-1]} class="{name}">'


def _as_class(style: re.Match[str]) -> str:
    declarations = (each.strip().replace(": ", ":") for each in style[1].split(";"))
    names = " ".join(CLASSES[each] for each in declarations if each in CLASSES)
    return f' class="{names}"' if names else ""
