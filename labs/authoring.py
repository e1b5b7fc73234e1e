"""What authors of labs do."""

from django.db import transaction

from labs.grader.spec import load_spec
from labs.models import Lab, LabVersion
from lessons.actions import render_markdown
from lessons.links import Links, links_within


@transaction.atomic
def save_lab(*, lab: Lab, links: Links | None = None) -> Lab:
    """Save a lab with its derived brief; a changed lab.yaml makes a new version.

    Raises SpecError with every problem, its line and key.
    """
    spec = load_spec(lab.source)
    lab.title = spec.title
    lab.brief_html = render_markdown(lab.brief, links or links_within(lab.course)).html
    lab.save()
    values = {
        "source": lab.source,
        "schema": spec.schema,
        "max_points": sum(check.points for check in spec.checks),
        "pass_mark": spec.pass_mark,
    }
    lab.current, _ = LabVersion.objects.get_or_create(lab=lab, digest=spec.digest, defaults=values)
    Lab.objects.filter(pk=lab.pk).update(current=lab.current)  # one save is one entry of the history
    return lab
