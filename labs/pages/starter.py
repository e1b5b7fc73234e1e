"""Prepare what a lab page says about the starter: how to begin with it, also on GitHub, and how to merge a change."""

import shlex

from django.conf import settings

from labs import repository_queries
from labs.addresses import github_address, practice_address
from labs.grader.words import count, visible
from labs.models import Lab, Repository
from labs.pages.forms import may_be_private
from labs.queries import OpenLab
from labs.repositories.starters import StarterUpdate, first_update, unmerged_update
from lessons.pages.context import Context

MAX_FILES = 20  # of a changed starter that are listed


def starter_context(found: OpenLab, connected: Repository | None) -> Context:
    lab = found.lab
    if lab.current is None or not lab.current.starter:
        return {}
    repository = repository_queries.started_repository(found.enrollment, lab)
    update = unmerged_update(repository) if repository else _first_update(lab, connected)
    return {
        "has_starter": True,
        "github_commands": github_commands(lab, connected),
        "github_remote": f"git remote add origin {settings.GITHUB_WEB_URL}/YOUR-NAME/{lab.slug}.git",
        "connected": connected,
        "update": update,
        "update_commands": update and update_commands(lab, update, connected),
        "update_files": update and [(visible(path), word) for path, word in update.files[:MAX_FILES]],
        "more_files": update and count_more(len(update.files)),
    }


def _first_update(lab: Lab, connected: Repository | None) -> StarterUpdate | None:
    # work on GitHub that was graded, and does not contain the starter; `was_received` is an annotation
    has_work = connected is not None and getattr(connected, "was_received", False)
    if lab.current is None or not has_work or (connected and connected.starter_id):
        return None
    return first_update(lab.current)


def update_commands(lab: Lab, update: StarterUpdate, connected: Repository | None) -> str:
    """Return the commands that merge a change of the starter, with the practice remote as the source."""
    options = "--no-edit --allow-unrelated-histories" if update.is_first else "--no-edit"
    if connected is None:
        return f"git fetch\ngit merge {options} origin/{update.branch}\ngit push"
    source = f"{practice_address(lab)} {shlex.quote(update.branch)}"
    return f"git fetch {source}\ngit merge {options} FETCH_HEAD\ngit push"


def github_commands(lab: Lab, connected: Repository | None = None) -> str:
    """Return the commands that put the starter, with all branches and tags, into a repository on GitHub.

    It is the connected one, which has to be empty, or a new one.
    """
    head, *others = _branches(lab)
    pushed = (shlex.quote(f"refs/remotes/course/{name}:refs/heads/{name}") for name in others)
    visibility = "--private" if may_be_private() else "--public"
    add = f"gh repo create {lab.slug} {visibility} --source=. --remote=origin"
    lines = (
        f"git clone {practice_address(lab)} {lab.slug}",
        f"cd {lab.slug}",
        "git remote rename origin course",
        f"git remote add origin {github_address(connected)}" if connected else add,
        " \\\n  ".join([f"git push --tags -u origin {shlex.quote(head)}", *pushed]),
    )
    return "\n".join(lines)


def _branches(lab: Lab) -> list[str]:
    # the one that a clone checks out first
    starter = lab.current.starter if lab.current else {}
    refs = sorted(starter["refs"], key=lambda ref: (ref != starter["head"], ref))
    return [ref.removeprefix("refs/heads/") for ref in refs if ref.startswith("refs/heads/")]


def count_more(files: int) -> str:
    return f"{count(files - MAX_FILES, 'more file')} changed." if files > MAX_FILES else ""
