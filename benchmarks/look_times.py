"""Workers include this module. If LOOK_TIMES is set, they append the times of their looks to that file."""

import os
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from labs.models import Connection


@worker_process_init.connect
def follow_looks(**_: Any) -> None:
    if "LOOK_TIMES" not in os.environ:
        return
    from labs.github import looking

    look = looking.look

    def look_and_note(connection: Connection) -> None:
        begun = time.time()
        try:
            look(connection)
        finally:
            with Path(os.environ["LOOK_TIMES"]).open("a") as notes:
                notes.write(f"{connection.pk} {begun} {time.time()}\n")

    looking.look = look_and_note


def read_look_times(path: Path) -> list[tuple[int, float, float]]:
    """Return the key of the connection, the begin and the end of each look, in seconds since 1970."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(key), float(begun), float(ended)) for key, begun, ended in map(str.split, lines)]
