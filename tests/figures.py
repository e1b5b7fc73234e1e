"""Figures of the house style, measured on this repository: `python -m tests.figures [--since COMMIT] [FOLDER ...]`.

The folders are labs, lessons, portal and tests unless some are named. Migrations are left out.
"""

import argparse
import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parent.parent
FOLDERS = ("labs", "lessons", "portal", "tests")
MAX_FUNCTION_LINES = 50
MAX_SUBJECT = 72
DEEP = 4
# "What a page shows" names a thing, "Render a page" says what is done.
NOMINAL = {"what", "whether", "who", "where"}
DIRECTIVES = ("!", "noqa", "type:", "pragma:", "fmt:", "ruff:", "mypy:")
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Figures:
    """Counts of one or more modules; `files` and `functions` are lengths in lines."""

    files: list[int] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    deep: int = 0
    inner_imports: int = 0
    docstrings: int = 0
    nominal: int = 0
    documented: int = 0
    comments: int = 0

    def add(self, source: str) -> None:
        self.files.append(len(source.splitlines()))
        self.comments += _count_comments(source)
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                self._add_function(node)
            if isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)) and (text := ast.get_docstring(node)):
                self.docstrings += 1
                self.nominal += text.split()[0].lower() in NOMINAL

    def _add_function(self, function: Function) -> None:
        self.functions.append((function.end_lineno or function.lineno) - function.lineno + 1)
        self.deep += _depth(function) >= DEEP
        self.documented += ast.get_docstring(function) is not None
        self.inner_imports += sum(
            isinstance(node, (ast.Import, ast.ImportFrom)) for node in _inside(function)
        )

    @property
    def lines(self) -> int:
        return sum(self.files)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is inside a function, without the insides of functions in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, FUNCTIONS):
            yield from _inside(child)


def _depth(node: ast.AST) -> int:
    """Return how many blocks are inside one another; an `elif` is no deeper than its `if`."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deepest = max(deepest, _depth(child) + (isinstance(child, BLOCKS) and not is_elif))
    return deepest


def _count_comments(source: str) -> int:
    """Count comments in prose: lines that follow each other are one, rules and directives to tools are none."""
    count, before = 0, -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        text, line = token.string.lstrip("# "), token.start[0]
        is_prose = bool(text) and not text.startswith(("-", *DIRECTIVES))
        is_own_line = token.line.lstrip().startswith("#")
        count += is_prose and not (is_own_line and before == line - 1)
        before = line if is_prose and is_own_line else -1
    return count


def measure(files: Sequence[Path]) -> Figures:
    figures = Figures()
    for file in files:
        figures.add(file.read_text())
    return figures


def python_files(folder: str) -> list[Path]:
    """Return the tracked Python files of a folder, without migrations."""
    names = git("ls-files", "--", f"{folder}/*.py", f"{folder}/**/*.py").splitlines()
    return [
        ROOT / name for name in dict.fromkeys(names) if "/migrations/" not in name and (ROOT / name).exists()
    ]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def percentile_90(values: Sequence[int]) -> float:
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else sum(values)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


ROWS: dict[str, Callable[[Figures], str]] = {
    "files": lambda f: f"{len(f.files):,}",
    "lines": lambda f: f"{f.lines:,}",
    "file, median / longest": lambda f: f"{median(f.files or [0]):.0f} / {max(f.files, default=0):,}",
    "functions": lambda f: f"{len(f.functions):,}",
    "function, median / p90": lambda f: (
        f"{median(f.functions or [0]):.0f} / {percentile_90(f.functions):.0f}"
    ),
    "functions over 50 lines": lambda f: share(
        sum(n > MAX_FUNCTION_LINES for n in f.functions), len(f.functions)
    ),
    "nesting of 4 or more": lambda f: share(f.deep, len(f.functions)),
    "imports in functions, per 1,000 lines": lambda f: f"{1000 * f.inner_imports / (f.lines or 1):.1f}",
    "functions with a docstring": lambda f: share(f.documented, len(f.functions)),
    "docstrings that begin What, Whether, Who, Where": lambda f: share(f.nominal, f.docstrings),
    "comments in prose, per 100 lines": lambda f: f"{100 * f.comments / (f.lines or 1):.1f}",
}


def table(columns: dict[str, Figures]) -> str:
    """Return a Markdown table with a column for each folder."""
    head = f"| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    rows = (f"| {name} | {' | '.join(row(f) for f in columns.values())} |" for name, row in ROWS.items())
    return head + "\n".join(rows)


def describe_subjects(subjects: Sequence[str]) -> str:
    """Return one line about the length of commit subjects."""
    lengths = [len(subject) for subject in subjects]
    over = [subject for subject in subjects if len(subject) > MAX_SUBJECT]
    line = f"{len(lengths)} commits: subject median {median(lengths or [0]):.0f}, over {MAX_SUBJECT}: {len(over)}"
    return "\n".join([line, *(f"  {subject}" for subject in over)])


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Measure the figures of the house style.")
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument(
        "--since", metavar="COMMIT", help="measure the subjects of the commits after this one too"
    )
    options = parser.parse_args(argv)
    print(table({folder: measure(python_files(folder)) for folder in options.folders}))
    if options.since:
        log = git("log", "--no-merges", "--format=%s", f"{options.since}..HEAD")
        print("\n" + describe_subjects(log.splitlines()))


if __name__ == "__main__":
    main(sys.argv[1:])
