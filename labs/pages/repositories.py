"""Prepare the page of all repositories of a lab: their learners, and the commands that clone them."""

import shlex

from django.conf import settings

from labs.addresses import github_address, staff_address
from labs.grader.words import count
from labs.grading.receipts import head_of
from labs.models import Lab, Receipt, Repository
from labs.staff_queries import receipts_not_graded, repositories_of
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.pseudonyms import Names
from portal.accounts.models import User

MAX_LISTED = 1_000
MAX_RECEIVED = 50


def repositories_page(lab: Lab, user: User) -> Context:
    rows = list(repositories_of(lab, user)[: MAX_LISTED + 1])
    shown = rows[:MAX_LISTED]
    for row in shown:
        row.lab = lab
    received = list(receipts_not_graded(lab, user)[: MAX_RECEIVED + 1])
    names = Names(user)
    for each in (*shown, *(receipt.repository for receipt in received)):
        each.enrollment.course = lab.course
    commands = [
        command
        for row in shown
        if (row.address is None or names.are_shown(lab.course, row.enrollment.cohort_id))
        and (command := clone_command(row))
    ]
    return {
        "lab": lab,
        "course": lab.course,
        "rows": [_row(row, names) for row in shown],
        "summary": count(len(shown), "repository", "repositories"),
        "received": [_received_row(receipt, names) for receipt in received[:MAX_RECEIVED]],
        "received_is_cut": len(received) > MAX_RECEIVED,
        "is_cut": len(rows) > MAX_LISTED,
        "commands": "\n".join(commands),
        "crumbs": course_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("Repositories", "")),
    }


def _row(repository: Repository, names: Names) -> Context:
    learner = repository.enrollment
    is_named = names.are_shown(learner.course, learner.cohort_id)
    place = repository.address or "Practice remote"
    return {
        "name": names.of(learner),
        "email": learner.user.email if is_named else "",
        "cohort": learner.cohort,
        # an address on GitHub has the name of its owner
        "place": place if is_named or repository.address is None else "On GitHub",
    }


def _received_row(receipt: Receipt, names: Names) -> Context:
    head = receipt.refs.get(head_of(receipt.refs, {}), "")
    return {"receipt": receipt, "name": names.of(receipt.repository.enrollment), "commit": head[:7]}


def clone_command(repository: Repository) -> str:
    """Return the command that clones into a folder of random letters; "" for a row that has no such name."""
    if repository.folder is None:
        return ""
    return f"git clone {shlex.quote(_clone_address(repository))} {repository.folder}"


def _clone_address(repository: Repository) -> str:
    if repository.address is None:
        return staff_address(repository)
    is_on_github = repository.host == settings.GITHUB_HOST
    return github_address(repository) if is_on_github else f"{repository.address.page}.git"
