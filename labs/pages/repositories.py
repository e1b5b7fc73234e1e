"""Prepare the page of all repositories of a lab: their learners, and the commands that clone them."""

import shlex

from labs.addresses import staff_address
from labs.grader.words import count
from labs.models import Lab, Repository
from labs.staff_queries import repositories_of
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context

MAX_LISTED = 1_000


def repositories_page(lab: Lab) -> Context:
    rows = list(repositories_of(lab)[: MAX_LISTED + 1])
    shown = rows[:MAX_LISTED]
    for row in shown:
        row.lab = lab
    commands = [command for row in shown if (command := clone_command(row))]
    return {
        "lab": lab,
        "course": lab.course,
        "rows": [(row.enrollment.user, row.enrollment.cohort, row.address) for row in shown],
        "summary": count(len(shown), "repository", "repositories"),
        "is_cut": len(rows) > MAX_LISTED,
        "commands": "\n".join(commands),
        "crumbs": course_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("Repositories", "")),
    }


def clone_command(repository: Repository) -> str:
    """Return the command that clones into a folder of random letters; "" for a row that has no such name."""
    if repository.folder is None:
        return ""
    address = f"{repository.address.page}.git" if repository.address else staff_address(repository)
    return f"git clone {shlex.quote(address)} {repository.folder}"
