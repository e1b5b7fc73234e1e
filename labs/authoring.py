"""What authors of labs do."""

from typing import Any

from django.db import transaction

from labs import proving, tasks
from labs.grader.proof import Proof
from labs.grader.spec import LabSpec, load_spec
from labs.models import Lab, LabVersion
from lessons.actions import render_markdown
from lessons.links import Links, links_within


@transaction.atomic
def save_lab(*, lab: Lab, links: Links | None = None, proof: Proof | None = None, wake: bool = True) -> Lab:
    """Save a lab with its derived brief; a changed lab.yaml makes a new version, with its proof where one is given.

    A published lab without a proof waits for a worker, also again where none had an answer; one is woken up unless the
    reaper is to do it. Raises SpecError with every problem, its line and key.
    """
    spec = load_spec(lab.source)
    lab.title = spec.title
    lab.brief_html = render_markdown(lab.brief, links or links_within(lab.course)).html
    lab.save()
    version = _version(lab, spec)
    if proof:
        proving.keep(version=version, proof=proof)
    elif not version.proved and version.proof is None and lab.status == Lab.Status.PUBLISHED:
        proving.ask_again(version)
        if wake:
            transaction.on_commit(tasks.wake_prover, robust=True)
    if version.proved or lab.status == Lab.Status.DRAFT or not lab.is_published:
        lab.current = version
        Lab.objects.filter(pk=lab.pk).update(current=version)  # one save is one entry of the history
    return lab


def _version(lab: Lab, spec: LabSpec) -> LabVersion:
    values: dict[str, Any] = {
        "source": lab.source,
        "schema": spec.schema,
        "max_points": sum(check.points for check in spec.checks),
        "pass_mark": spec.pass_mark,
    }
    if before := proving.proved_before(spec):
        values |= {"proof": before.proof, "proved": True}
    return LabVersion.objects.get_or_create(lab=lab, digest=spec.digest, defaults=values)[0]
