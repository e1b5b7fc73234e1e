"""Whether a lab may be published: its scenarios have to show each check passing and needing work.

What takes a second is proved while it is saved. A lab that runs code waits for a worker, and learners keep the
version before until then.
"""

import logging
from datetime import timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from labs import apart
from labs.grader.proof import Proof, prove
from labs.grader.spec import LabSpec, SpecError, load_spec
from labs.models import Lab, LabVersion
from labs.sandboxes import sandbox
from lessons.previews import Problem

logger = logging.getLogger(__name__)

SECONDS = 60
SECONDS_WITH_CODE = 900
MOST_TRIES = 3  # without an answer; then the author is told
NO_ANSWER = "The process that proves it ended without an answer."


def runs_code(spec: LabSpec) -> bool:
    return any(check.parameters.confined for check in spec.checks)


def is_enough(proof: Proof) -> bool:
    """A check that could not be run here is not proved here either."""
    return proof.proved and not proof.not_provable_here


def proved_before(spec: LabSpec) -> LabVersion | None:
    """A version of the same text, of whatever lab, that is proved."""
    return LabVersion.objects.filter(digest=spec.digest, proved=True).first()


def proof_apart(source: str, seconds: float = SECONDS) -> Proof:
    """Proves a valid lab.yaml in a process of its own. Raises ApartError."""
    return Proof.from_json(apart.ask({"source": source}, seconds)["proof"])


@lru_cache(maxsize=64)
def proof_here(source: str) -> Proof:
    """Proves a valid lab.yaml in this process, which has to be a command's main thread."""
    return prove(load_spec(source))


def problems(proof: Proof) -> list[Problem]:
    """What keeps a lab from being published, each with its line."""
    found = [
        (
            scenario.line,
            f"{scenario.name}: {item.check} was expected {item.expected}, found {item.found}. {item.why}",
        )
        for scenario in proof.differing
        for item in scenario.differences
    ]
    never = [
        (check.line, f"{check.id} was never seen {check.unseen}. Add a scenario in which it is.")
        for check in proof.unproved
    ]
    return sorted([*found, *never])


# --- in a worker ----------------------------------------------------------------------------------------------------


def waiting() -> QuerySet[LabVersion]:
    """Versions of published labs that no worker is proving, and that did not end each worker that tried."""
    free = Q(proving_until=None) | Q(proving_until__lt=timezone.now())
    return LabVersion.objects.filter(
        free,
        proved=False,
        proof__isnull=True,
        lab__status=Lab.Status.PUBLISHED,
        proving_tries__lt=MOST_TRIES,
    )


def ask_again(version: LabVersion) -> None:
    """Let workers try again what gave no answer; one that waits or is proved is left alone."""
    given_up = LabVersion.objects.filter(pk=version.pk, proof__isnull=True, proving_tries__gte=MOST_TRIES)
    given_up.update(proving_tries=0, proving_until=None, proving_fault="")


def prove_next() -> bool:
    """Prove the oldest version that waits; False where none does. Where our side failed it waits for its lease, and
    after three such tries for its author.
    """
    version = waiting().order_by("proving_tries", "pk").first()
    if version is None or _lacks_sandbox(version) or not _claim(version):
        return False
    try:
        proof = proof_apart(version.source, SECONDS_WITH_CODE)
    except apart.ApartError as error:
        logger.exception("lab version %s could not be proved", version.pk)
        LabVersion.objects.filter(pk=version.pk).update(proving_fault=str(error))
        return False
    keep(version=version, proof=proof)
    return True


def _lacks_sandbox(version: LabVersion) -> bool:
    """A proof without the checks that run code would be kept, and would keep the lab shut when there is a sandbox."""
    why = sandbox().unavailable() if runs_code(load_spec(version.source)) else ""
    if why:
        LabVersion.objects.filter(pk=version.pk).update(proving_fault=f"Code cannot be confined now: {why}.")
    return bool(why)


def _claim(version: LabVersion) -> bool:
    until = timezone.now() + timedelta(seconds=SECONDS_WITH_CODE + 60)
    claimed = waiting().filter(pk=version.pk)
    return bool(
        claimed.update(proving_until=until, proving_tries=F("proving_tries") + 1, proving_fault=NO_ANSWER)
    )


@transaction.atomic
def keep(*, version: LabVersion, proof: Proof) -> None:
    """Keep a proof. A version that it proves becomes the one that counts, if the lab still says the same."""
    version.proof, version.proved = proof.to_json(), is_enough(proof)
    version.save(update_fields=["proof", "proved"])
    lab = Lab.objects.select_for_update().get(pk=version.lab_id)
    if version.proved and _digest(lab.source) == version.digest:
        Lab.objects.filter(pk=lab.pk).update(current=version)


def _digest(source: str) -> str:
    """Of the checks in a text; "" for a draft that is no lab yet."""
    try:
        return load_spec(source).digest
    except SpecError:
        return ""
