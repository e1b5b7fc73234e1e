"""Check a Git repository against a lab, and a lab against its own scenarios."""

import argparse
import sys
from collections.abc import Sequence

from .commands import explain, grade, new, test, upgrade

_COMMANDS = {"grade": grade, "explain": explain, "test": test, "new": new, "upgrade": upgrade}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="labcheck", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in _COMMANDS.items():
        summary, _, rest = (module.__doc__ or "").partition("\n")
        in_list = summary[:1].lower() + summary[1:].removesuffix(".")
        command = commands.add_parser(name, help=in_list, description=summary, epilog=rest.strip())
        module.add_to(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(argv)
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
