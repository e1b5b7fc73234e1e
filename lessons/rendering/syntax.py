"""The syntax of a lesson, with examples, for `docs/lessons.md` and the help beside the editor.

The `:::` blocks describe themselves; see `blocks`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .blocks import BLOCKS


@dataclass(frozen=True)
class Syntax:
    """`example` is Markdown that renders without a problem, if its links lead to pages of the course."""

    name: str
    about: str
    example: str


def syntax() -> Iterator[Syntax]:
    yield from _BEFORE
    for name, block in BLOCKS.items():
        yield Syntax(f"::: {name}", block.about, block.example)
    yield from _AFTER


_BEFORE = (
    Syntax(
        "Heading",
        "`{#commit}` is its ID. Without it, the ID is made from the heading's text.",
        "## Committing {#commit}\n\nA link to [this heading](#commit).\n",
    ),
    Syntax(
        "Links to lessons, quizzes and labs",
        "After `lesson:`, `quiz:` or `lab:`, write a slug from this course. `#committing` is the ID of a heading.",
        """\
[A lesson](lesson:git-basics#committing), [a quiz](quiz:git-basics), [a lab](lab:first-repository),
[the file next to this one](05-git-basics.md), https://git-scm.com/ and git@example.org:team/project.git.
""",
    ),
)
_AFTER = (
    Syntax(
        "GitHub alert",
        "Also `NOTE`, `TIP`, `IMPORTANT` and `CAUTION`. MkDocs's `!!! note` and `??? note` work too.",
        "> [!WARNING]\n> This deletes the branch.\n",
    ),
    Syntax(
        "Code",
        "`file=` shows the name of the file above the code.",
        "```python file=src/review_model/train.py\nimport joblib\n```\n",
    ),
    Syntax(
        "Formula",
        "LaTeX, in a line or in a block of the language `math`. Plain dollar signs stay text.",
        """\
The mean $`\\bar{x}`$ of all values:

```math
\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i
```
""",
    ),
    Syntax(
        "Table",
        r"`\|` is a pipe inside a cell, and `<br>` starts a new line.",
        """\
| Command | Prints |
|---|---|
| `git branch \\| wc -l` | the number of branches |
""",
    ),
    Syntax("Definition", "The term, with its meaning on the next line.", "Commit\n: A recorded state.\n"),
    Syntax(
        "Marked text, footnote and comment",
        "Footnotes are listed at the end of the page. Comments are not shown to readers.",
        "==Marked==, and a footnote[^why]. <!-- Check this before class. -->\n\n[^why]: The reason.\n",
    ),
    Syntax(
        "Collapsed section",
        "It stays collapsed until a reader opens it. Put blank lines around the Markdown.",
        "<details>\n<summary>Show the answer</summary>\n\nAny Markdown.\n\n</details>\n",
    ),
)
