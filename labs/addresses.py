"""URLs that are shown outside the portal's own pages: in terminals, mails and commands."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from labs.models import Lab, Repository, Submission


def practice_address(lab: Lab, token: str = "") -> str:
    """Return the remote URL for `git push`. If it contains a token, Git asks for no password."""
    parts = urlsplit(settings.PUBLIC_URL)
    path = reverse("practice", args=[lab.course.slug, lab.slug])
    return f"{parts.scheme}://{f'learner:{token}@' if token else ''}{parts.netloc}{path}"


def staff_address(repository: Repository) -> str:
    """Return the URL from which staff clone the practice repository of a learner."""
    lab = repository.lab
    path = reverse("practice_staff_refs", args=[lab.course.slug, lab.slug, repository.folder])
    return f"{settings.PUBLIC_URL}{path.removesuffix('/info/refs')}"


def github_address(repository: Repository) -> str:
    """Return the URL from which a repository on GitHub is cloned."""
    return f"{settings.GITHUB_WEB_URL}/{repository.owner}/{repository.name}.git"


def submission_address(submission: Submission) -> str:
    return f"{settings.PUBLIC_URL}{submission.get_absolute_url()}"


def labcheck_addresses(lab: Lab) -> dict[str, str]:
    """Return the URLs for running the checks on a laptop or in a workflow, by the names that templates use."""
    at = {"course": lab.course.slug, "lab": lab.slug}
    names = {"source_address": "lab_source", "report_address": "lab_report"}
    found = {name: settings.PUBLIC_URL + reverse(view, kwargs=at) for name, view in names.items()}
    return {**found, "labcheck_address": settings.PUBLIC_URL + reverse("labcheck")}
