"""Prove that a lab may be published: its scenarios must show each check passing and needing work.

A proof without code runs during the save. A lab that runs code waits for a worker; until then learners keep the
previous version.
"""

import logging
import time
from base64 import b64encode
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone

from labs.grader.proof import STARTER_PASSES, Proof, prove
from labs.grader.sandbox import CannotBuildError, SandboxError
from labs.grader.sandbox.environments import MAX_SECONDS
from labs.grader.spec import LabSpec, SpecError
from labs.grading import apart
from labs.grading.sandbox import (
    digests_of_published_labs,
    environments,
    readable_spec,
    sandbox,
    waits_for_environment,
)
from labs.grading.staff_mail import mail_staff
from labs.models import Lab, LabVersion
from labs.specs import parse_spec
from lessons.texts.problem import Problem
from portal.heartbeat import heartbeat_thread

logger = logging.getLogger(__name__)

SECONDS = 60
SECONDS_WITH_CODE = 900
SECONDS_IN_ALL = MAX_SECONDS + SECONDS_WITH_CODE  # with its environment
LEASE = timedelta(seconds=60)
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]  # after the first fault, the second, ...
TOLD_SECONDS = 10.0  # between two log lines
MAX_TRIES = 3  # then the staff are mailed; without an answer it was the last try
NO_ANSWER = "The process that ran the scenarios ended without a result."
_GIVEN_UP = Q(proving_fault=NO_ANSWER, proving_tries__gte=MAX_TRIES)
_FAULTY = ~Q(proving_fault__in=("", NO_ANSWER))
_NOT_TRIED: dict[str, Any] = {
    "proving_tries": 0,
    "proving_until": None,
    "proving_fault": "",
    "proving_told": False,
}


def runs_code(spec: LabSpec) -> bool:
    return any(check.parameters.confined for check in spec.checks)


def is_enough(proof: Proof) -> bool:
    # a check that cannot run here cannot be proved here either
    return proof.proved and not proof.not_provable_here


def find_proved_version(spec: LabSpec) -> LabVersion | None:
    # the version may belong to any lab with the same text
    return LabVersion.objects.filter(digest=spec.digest, proved=True).first()


def must_be_proved_now(spec: LabSpec) -> bool:
    # a lab that runs code is proved later, by a worker
    return not runs_code(spec) and find_proved_version(spec) is None


def proof_apart(source: str, seconds: float = SECONDS) -> Proof:
    """Prove a valid lab.yaml in a process of its own. Raises ApartError."""
    return Proof.from_json(apart.ask({"source": source, "starter": _starter(source)}, seconds)["proof"])


def _starter(source: str) -> dict[str, str]:
    # the files of the folder by path, in Base64
    files = parse_spec(source).folder or {}
    return {path: b64encode(data).decode() for path, data in files.items()}


@lru_cache(maxsize=64)
def proof_here(source: str) -> Proof:
    """Prove a valid lab.yaml in this process, which must be a command's main thread."""
    return prove(parse_spec(source))


def problems(proof: Proof) -> list[Problem]:
    # each with its line
    found = [Problem(1, "", f"fault on our side: {fault}") for fault in proof.faults]
    found += [
        Problem(
            scenario.line,
            "",
            f"{scenario.name}: {item.check}: expected {item.expected}, found {item.found}. {item.why}",
        )
        for scenario in proof.differing
        for item in scenario.differences
    ]
    if proof.starter_passes:
        found.append(Problem(1, "starter", STARTER_PASSES))
    never = [
        Problem(check.line, "", f"{check.id} was never seen {check.unseen}. Add a scenario in which it does.")
        for check in proof.unproved
    ]
    return sorted([*found, *never])


# --- in a worker ----------------------------------------------------------------------------------------------------


def versions_to_prove() -> QuerySet[LabVersion]:
    """Return versions of released labs, or with a missing environment, to prove now: unclaimed and past their pause.

    A version that killed its process on every try is given up.
    """
    now = timezone.now()
    # A time further ahead than any that we set means that the clock was set back.
    is_free = Q(proving_until=None) | Q(proving_until__lt=now) | Q(proving_until__gt=now + 2 * PAUSES[-1])
    return _unsettled_in_use().filter(is_free).exclude(_GIVEN_UP)


def _unsettled_in_use() -> QuerySet[LabVersion]:
    is_released = ~Q(lab__status=Lab.Status.DRAFT) & Q(lab__deletion=None)
    return _unsettled_versions().filter(is_released | Q(environment_missing=True, lab__current=F("pk")))


def _unsettled_versions() -> QuerySet[LabVersion]:
    # without a proof, or with an environment to build again
    return LabVersion.objects.filter(Q(proved=False, proof__isnull=True) | Q(environment_missing=True))


def environments_are_missing() -> bool:
    return versions_to_prove().filter(environment_missing=True).exists()


def ask_for_environment(version: LabVersion) -> None:
    """Have the later-worker build the environment; submissions to the lab wait until then."""
    there = LabVersion.objects.filter(pk=version.pk, environment_missing=False)
    there.update(environment_missing=True, **_NOT_TRIED)


def ask_for_environments() -> None:
    """Request the environments of all open labs: after a change of Python or machine, none exist."""
    for lab in Lab.objects.proved().select_related("current"):
        spec = readable_spec(lab.current.source) if lab.current else None
        if lab.current and spec and waits_for_environment(spec):
            ask_for_environment(lab.current)


def ask_again(version: LabVersion) -> None:
    # those waiting, running or done are left alone
    _failed_versions().filter(pk=version.pk).update(**_NOT_TRIED)


def retry_all() -> None:
    # at worker start: the cause may be fixed
    _failed_versions().update(proving_tries=Least("proving_tries", MAX_TRIES - 1), proving_until=None)


def _failed_versions() -> QuerySet[LabVersion]:
    return _unsettled_versions().filter(_GIVEN_UP | _FAULTY)


def prove_next() -> bool:
    """Prove the next version, one at a time across all machines; return False if none was proved.

    A fault of ours is retried after a pause; the third such try is mailed to the staff, once.
    """
    version = versions_to_prove().order_by("-environment_missing", "proving_tries", "pk").first()
    if version is None or _is_busy() or not _claim(version):
        return False
    try:
        with heartbeat_thread(f"lab version {version.pk}", partial(_prolong, version), LEASE.total_seconds()):
            if version.environment_missing:
                _build_again(version)
            else:
                store_proof(version=version, proof=_prove(version))
    except (apart.ApartError, SandboxError, SoftTimeLimitExceeded) as error:
        logger.warning("lab version %s could not be proved: %s", version.pk, error)
        postpone(version, str(error) or "It took too long.")
        return False
    return True


def _build_again(version: LabVersion) -> None:
    try:
        _build_environment(version, parse_spec(version.source))
    except CannotBuildError as error:  # it was built before: a different Python may lack a wheel
        raise SandboxError(f"Cannot install the Python packages of the lab right now: {error}") from error
    LabVersion.objects.filter(pk=version.pk).update(environment_missing=False, proving_fault="")


def _prove(version: LabVersion) -> Proof:
    spec = parse_spec(version.source)
    if runs_code(spec):
        if why := sandbox().unavailable():
            raise SandboxError(f"Cannot confine code right now: {why}")
        with suppress(CannotBuildError):  # the proof reports it
            _build_environment(version, spec)
    proof = proof_apart(version.source, SECONDS_WITH_CODE)
    if proof.faults:
        raise SandboxError("; ".join(proof.faults[:3]))
    if proof.not_provable_here:  # the sandbox has become unavailable meanwhile
        raise SandboxError("Code could not be confined while the scenarios ran.")
    return proof


def _build_environment(version: LabVersion, spec: LabSpec) -> None:
    if spec.python is None:
        return
    told_at = 0.0

    def tell(text: str) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > TOLD_SECONDS:
            told_at = time.monotonic()
            logger.info("the environment of lab version %s: %s", version.pk, text)

    allowed = environments(max_seconds=MAX_SECONDS, tell=tell, removed_last=digests_of_published_labs())
    allowed.build(spec.python.requirements)


def build_progress(version: LabVersion) -> str:
    spec = parse_spec(version.source)
    return environments().progress(spec.python.requirements) if spec.python else ""


def _is_busy() -> bool:
    now = timezone.now()
    proving = _unsettled_versions().filter(proving_until__gt=now, proving_until__lte=now + LEASE)
    return proving.filter(proving_fault=NO_ANSWER).exists()


def _claim(version: LabVersion) -> bool:
    claimed = versions_to_prove().filter(pk=version.pk)
    until = timezone.now() + LEASE
    return bool(
        claimed.update(proving_until=until, proving_tries=F("proving_tries") + 1, proving_fault=NO_ANSWER)
    )


def _prolong(version: LabVersion) -> bool:
    return bool(_unsettled_versions().filter(pk=version.pk).update(proving_until=timezone.now() + LEASE))


def postpone(version: LabVersion, fault: str) -> None:
    version.refresh_from_db(fields=["proving_tries"])
    pause = PAUSES[min(version.proving_tries, len(PAUSES)) - 1]
    postponed = {"proving_until": timezone.now() + pause, "proving_fault": fault}
    _unsettled_versions().filter(pk=version.pk).update(**postponed)
    tell_of_faults()


def tell_of_faults() -> None:
    # once per version, after three failed proofs
    now = timezone.now()
    without_answer = _GIVEN_UP & Q(proving_until__lt=now)
    faulty = _FAULTY & Q(proving_tries__gte=MAX_TRIES)
    untold = _unsettled_in_use().filter(proving_told=False)
    for version in untold.filter(without_answer | faulty).select_related("lab__course"):
        if LabVersion.objects.filter(pk=version.pk, proving_told=False).update(proving_told=True):
            _tell_staff(version)


def _tell_staff(version: LabVersion) -> None:
    lab = version.lab
    logger.error("lab %s could not be proved: %s", lab, version.proving_fault)
    again = "Save the lab to try again." if version.proving_fault == NO_ANSWER else "The portal keeps trying."
    missing = version.environment_missing
    failed = (
        "The environment for {} could not be built" if missing else "The scenarios of {} could not be run"
    )
    meanwhile = (
        "Submissions wait until the environment is built."
        if missing
        else "Learners keep the previous version until the proof succeeds."
    )
    page = reverse("admin:labs_lab_change", args=[lab.pk])
    mail_staff(
        course=lab.course,
        subject=f"A lab could not be proved: {lab}",
        text=f"{failed.format(lab)} after {version.proving_tries} tries. "
        f"The problem is on our side, not in the lab.\n\n{version.proving_fault}\n\n"
        f"{again} {meanwhile}\nStatus: {settings.PUBLIC_URL}{page}\n",
    )


@transaction.atomic
def store_proof(*, version: LabVersion, proof: Proof) -> None:
    """Store a proof. A proved version becomes current if the lab still has the same text."""
    version.proof, version.proved = proof.to_json(), is_enough(proof)
    version.save(update_fields=["proof", "proved"])
    lab = Lab.objects.select_for_update().get(pk=version.lab_id)
    if version.proved and _digest(lab.source) == version.digest:
        Lab.objects.filter(pk=lab.pk).update(current=version)


def _digest(source: str) -> str:
    # "" for a draft that is not a valid lab yet
    try:
        return parse_spec(source).digest
    except SpecError:
        return ""
