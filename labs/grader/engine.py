"""Grade a repository by a lab's checks. Checks are independent: an error in one does not affect others."""

import logging
import math
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from types import FrameType
from typing import TypeVar

from .checks import Learner, Run, Verdict
from .checks._shared.base import UnknownAuthorError, cut_off_history
from .checks.authors import unknown_author
from .formats.secrets import masked
from .git.processes import TimeLimitError
from .git.repository import Repository, RepositoryDamagedError, TooLargeError
from .git.whose import asks_author
from .github_facts import GitHubFacts, facts_used
from .graphs.pictures import Pictures
from .report import SCHEMA, CheckResult, Drawing, Evidence, Outcome, Report
from .sandbox import Sandbox
from .sandbox.calls import BrokenTestsError
from .spec import CheckSpec, LabSpec
from .words import cut, quoted, visible

# the major version is one above the latest schema of lab.yaml that this engine reads
ENGINE_VERSION = "3.0"
MAX_TEXT = 600
MAX_LINE = 160
MAX_FIX = 8_000  # characters: nobody follows a longer text
TIMED_OUT = "The check timed out"
BROKEN_TESTS = "The hidden tests cannot be loaded"
TOO_LONG = "The commands are too long to show. Compare what was found with what is expected."
DRAWING_SECONDS = 2.0
MIN_SECONDS = 0.05
Drawn = TypeVar("Drawn")
_log = logging.getLogger(__name__)


def grade(
    spec: LabSpec,
    repository: Repository,
    *,
    sandbox: Sandbox | None = None,
    learner: Learner | None = None,
    github: GitHubFacts | None = None,
    reading_seconds: float = math.inf,
) -> Report:
    """Run every check of the lab on an open repository. An error in a check is an `Outcome`, never raised.

    Raises RepositoryDamagedError if a check needs an object that Git rejects.

    In the main thread each check has the time limit of its kind (SIGALRM, restored afterwards); in other threads only
    the read limits hold. All checks that run no code share `reading_seconds`. `sandbox`, `learner` and `github` are
    passed to the kinds that ask for them.
    """
    requirements = spec.python.requirements if spec.python else None
    run = Run(repository, spec.starters, learner, sandbox, requirements, github=github)
    pictures = Pictures(repository)
    results: dict[str, CheckResult] = {}
    for check in spec.checks:
        limit = check.parameters.limit()
        is_reading = not check.parameters.confined
        seconds = max(min(limit, reading_seconds), MIN_SECONDS) if is_reading else limit
        results[check.id] = _result(check, run, results, pictures, seconds)
        reading_seconds -= results[check.id].seconds if is_reading else 0
    return Report(
        schema=SCHEMA,
        engine=ENGINE_VERSION,
        spec_digest=spec.digest,
        title=visible(spec.title),
        pass_mark=spec.pass_mark,
        results=tuple(results.values()),
        graph=_drawn(lambda: pictures.whole(results.values()), None),
        checks_digest=spec.checks_digest,
        head=repository.head or "",
        github=facts_used(github),
        rubric_points=spec.rubric_points,
    )


def _drawn(draw: Callable[[], Drawn], without: Drawn) -> Drawn:
    # a picture that cannot be drawn is left out: it never turns a verdict into a fault
    try:
        with time_limit(DRAWING_SECONDS):
            return draw()
    except Exception:
        _log.exception("could not draw a picture")
        return without


def _result(
    check: CheckSpec, run: Run, before: dict[str, CheckResult], pictures: Pictures, limit: float
) -> CheckResult:
    started = time.monotonic()
    needed = next((before[name] for name in check.needs if before[name].outcome is not Outcome.PASSED), None)
    if needed:
        verdict = Verdict(
            Outcome.NOT_RUN, f"Not run: it depends on a check that did not pass: {quoted(needed.says)}."
        )
    else:
        verdict = _verdict(check, replace(run, asks_author=asks_author(check.says)), limit)
    seconds = time.monotonic() - started
    return _as_result(check, verdict, seconds, _drawn(lambda: pictures.of(verdict), ()))


def _verdict(check: CheckSpec, run: Run, limit: float) -> Verdict:
    try:
        obstacle = check.parameters.obstacle(run)
        if obstacle:
            return obstacle
        run.repository.begin_check()
        with time_limit(limit):
            verdict = _asked(check.parameters.check(run), run)
            if run.repository.rests_on_part_of_history and not check.parameters.takes_part_of_history:
                return cut_off_history()
            return verdict
    except UnknownAuthorError as error:
        return unknown_author(run, error)
    except TimeLimitError:
        return Verdict(Outcome.NOT_RUN, f"{TIMED_OUT} after {round(limit, 1):g} seconds.")
    except TooLargeError as error:
        return Verdict(Outcome.NOT_RUN, f"Not run: {error}.")
    except BrokenTestsError as error:
        return Verdict(Outcome.FAULT, f"{BROKEN_TESTS}: {error}.")
    except RepositoryDamagedError as error:
        error.check_id = check.id
        raise
    except Exception:
        reference = f"G-{secrets.token_hex(3).upper()}"
        _log.exception(
            "check %s of kind %s raised an exception, reference %s", check.id, check.kind, reference
        )
        return Verdict(Outcome.FAULT, f"Something went wrong on our side. Reference {reference}.")


def _asked(verdict: Verdict, run: Run) -> Verdict:
    # says so in the verdict if the lab asks about the learner's commits but the learner is unknown
    if not run.asks_author or (run.learner and run.learner.is_known) or verdict.outcome is not Outcome.PASSED:
        return verdict
    return replace(
        verdict, why=f"{verdict.why} The author was not checked because no learner name or email was given."
    )


def _as_result(
    check: CheckSpec, verdict: Verdict, seconds: float, drawings: tuple[Drawing, ...]
) -> CheckResult:
    judged = verdict.outcome in (Outcome.PASSED, Outcome.NEEDS_WORK)
    authors_fix = check.fix if verdict.outcome is Outcome.NEEDS_WORK else None
    own_fix = verdict.fix if check.teaches == "plumbing" else ""
    if len(own_fix) > MAX_FIX:
        own_fix = TOO_LONG
    return CheckResult(
        id=check.id,
        says=visible(check.says),
        kind=check.kind,
        points=check.points,
        earned=check.points if verdict.outcome is Outcome.PASSED else Decimal(0),
        outcome=verdict.outcome,
        reason=None if judged else _shown(verdict.why),
        why=_shown(verdict.why) if judged else "",
        evidence=tuple(_shown_evidence(item) for item in verdict.evidence),
        expected=_shown(verdict.expected),
        found=_shown(verdict.found),
        fix=visible(masked((authors_fix or own_fix).strip()), keep="\n"),
        hint=visible((check.hint or "").strip(), keep="\n") if verdict.outcome is Outcome.NEEDS_WORK else "",
        lesson=check.lesson,
        teaches=check.teaches,
        seconds=round(seconds, 3),
        drawings=drawings,
        found_nothing=verdict.looked_at is not None and not verdict.looked_at.number,
    )


def _shown(text: str) -> str:
    return cut(visible(masked(text)), MAX_TEXT)


def _shown_evidence(item: Evidence) -> Evidence:
    lines = masked("\n".join(text for _, text in item.excerpt), item.path).split("\n")
    return replace(
        item,
        ref=item.ref and _shown(item.ref),
        path=item.path and _shown(item.path),
        excerpt=tuple(
            (number, cut(visible(text.expandtabs(4)), MAX_LINE))
            for (number, _), text in zip(item.excerpt, lines, strict=False)
        ),
    )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeLimitError in the block after `seconds`, in the main thread of a POSIX system.

    Python's regular expressions check for signals while they match, so even catastrophic backtracking is stopped.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    previous_handler = signal.signal(signal.SIGALRM, _raise_time_is_up)
    previous_delay, previous_interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    started = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler)
        if previous_delay:
            left = previous_delay - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001), previous_interval)


def _raise_time_is_up(number: int, frame: FrameType | None) -> None:
    raise TimeLimitError
