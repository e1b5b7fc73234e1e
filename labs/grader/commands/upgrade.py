"""`labcheck upgrade LAB.yaml`: rewrites a lab of an older schema in the newest one; comments stay where they are.

Exit status: 0 rewritten, or already in the newest schema, 2 it could not be read or written, and stays as it is.
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
            print(f"{path} is in schema 2 already.")
            return GOOD
        path.write_bytes(new.text.encode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{path}: {error}")
        return COULD_NOT
    except SpecError as error:
        complain_of(error.problems, path)
        return COULD_NOT
    print(f"{path} is in schema 2 now.")
    for guess in new.guesses:
        print(replace(guess, path=str(path)))
    return GOOD
