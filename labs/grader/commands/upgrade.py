"""Rewrite a lab.yaml in the latest schema and keep its comments.

Exit status: 0 rewritten or already in the latest schema, 2 not rewritten because the file cannot be read or written.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from ..schema_1.upgrade import upgrade
from ..spec import SpecError
from .common import COULD_NOT, GOOD, complain, complain_of


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lab", metavar="LAB.yaml", type=Path)


def run(options: argparse.Namespace) -> int:
    path: Path = options.lab
    try:
        old = path.read_bytes().decode("utf-8")
        new = upgrade(old)
        if new.text == old:
            print(f"{path} already uses schema 2.")
            return GOOD
        path.write_bytes(new.text.encode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{path}: {error}")
        return COULD_NOT
    except SpecError as error:
        complain_of(error.problems, path)
        return COULD_NOT
    print(f"Upgraded {path} to schema 2.")
    for guess in new.guesses:
        print(replace(guess, path=str(path)))
    return GOOD
