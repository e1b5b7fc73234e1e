"""Run the engine in a process of its own, with a time limit and without the server's environment."""

import json
import logging
import os
import subprocess
import sys

from django.conf import settings

from labs.grader.json_object import JsonObject
from labs.grader.sandbox import building
from labs.grader.sandbox.environments import index_variables
from labs.grading.sandbox import digests_of_published_labs

logger = logging.getLogger(__name__)

MAX_LOGGED = 4000


class ApartError(Exception):
    """The process gave no answer; the message says why, for staff."""


def ask(asked: JsonObject, seconds: float, *, needs_sandbox: bool = True) -> JsonObject:
    """Return the answer of `labs.grading.engine_process` within `seconds`. Raises ApartError."""
    asked = {**asked, "sandbox": _sandbox()} if needs_sandbox else asked
    with subprocess.Popen(
        [*building.parent_death_prefix(), sys.executable, "-m", "labs.grading.engine_process"],
        cwd=settings.BASE_DIR,
        env={**index_variables(), "PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(json.dumps(asked), timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise ApartError(f"Grading took longer than {seconds:g} seconds and was stopped.") from error
        finally:
            building.end_group(process.pid)
    if err:  # such as the cause of a fault, which the answer only names by its reference
        logger.warning("output of the engine process: %s", err[-MAX_LOGGED:])
    if process.returncode:
        said = (err.strip() or "no output").splitlines()[-1]
        raise ApartError(f"Grading stopped because of a fault on our side: {said}")
    answer: JsonObject = json.loads(out)
    return answer


def _sandbox() -> tuple[str, str, int, list[str]]:
    folder, limit = str(settings.ENVIRONMENTS_ROOT), settings.ENVIRONMENTS_MAX_BYTES
    return settings.SANDBOX, folder, limit, sorted(digests_of_published_labs())
