"""Front matter: YAML between two lines of `---` at the start of a text."""

from dataclasses import dataclass

from .fields import Fields, read_fields
from .problem import Problem

MISSING = "The file must start with front matter: lines of `key: value` between two lines of ---."


@dataclass(frozen=True)
class FrontMatter:
    """`fields` is None if the YAML cannot be read. `offset` is the number of lines above `body` in the file."""

    fields: Fields | None
    body: str
    offset: int


def read_front_matter(text: str, problems: list[Problem], *, path: str = "") -> FrontMatter | None:
    """Return None if the text does not start with front matter. Problems are added to `problems`."""
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"][:2]
    if len(fences) < 2 or fences[0] != 0:
        problems.append(Problem(1, "", MISSING, path=path))
        return None
    end = fences[1]
    fields = read_fields(
        "\n".join(lines[1:end]), problems, path=path, first_line=2, key_noun="front matter key"
    )
    return FrontMatter(fields, "\n".join(lines[end + 1 :]), end + 1)
