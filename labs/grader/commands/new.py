"""Create a lab to start from: a lab.yaml with scenarios that prove it, and a brief.md.

Exit status: 0 written, 2 not written because a file already exists or cannot be created.
"""

import argparse
from importlib.resources import files
from pathlib import Path

from ..words import quoted
from .common import COULD_NOT, GOOD, complain
from .explain import kind_lines


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path)


def run(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    texts = _texts()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if there := next((folder / name for name in texts if (folder / name).exists()), None):
            complain(f"{quoted(str(there))} already exists and was not changed. Choose a different folder.")
            return COULD_NOT
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        complain(f"Could not write the lab: {error}")
        return COULD_NOT
    print(f"Created {folder / 'lab.yaml'} and {folder / 'brief.md'}. Edit them, then prove the checks:")
    print(f"  labcheck test {folder / 'lab.yaml'}")
    return GOOD


def starting_texts() -> dict[str, str]:
    """Return `source` and `brief` of a lab that proves itself."""
    texts = _texts()
    return {"source": texts["lab.yaml"], "brief": texts["brief.md"]}


def _texts() -> dict[str, str]:
    # the list of kinds is appended to lab.yaml as comments
    folder = files(f"{__package__}.starting_lab")
    lab = (folder / "lab.yaml").read_text(encoding="utf-8")
    kinds = "".join(f"#   {line}\n" for line in kind_lines())
    return {"lab.yaml": lab + kinds, "brief.md": (folder / "brief.md").read_text(encoding="utf-8")}
