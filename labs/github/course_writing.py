"""Write the commit of a course through the App: Git's objects first, then the branch, which is never forced.

Only the repository that the course is bound to is written, with a token that GitHub limits to it.
"""

import base64
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from labs.github import client, course_commits
from labs.github.asking import installation_of
from labs.github.client import Client, GitHubError, RateLimitedError, RefusedError
from labs.github.course_comparing import CannotCompareError, compare, name_of, page_of
from labs.models import Connection, CourseCommit
from lessons.course_files.committed import settle_committed
from lessons.course_files.course_repository import unpack
from lessons.queries import leads
from lessons.repositories import RepositoryUnavailableError, is_reserved

logger = logging.getLogger(__name__)

State = CourseCommit.State
MAX_PUSHES = 100  # to the branch since the commit was made
WRITE = {"contents": "write"}
PULL = {**WRITE, "pull_requests": "write"}
OUR_FAULT = "A fault on our side. Nothing was lost. Try again."
NOT_INSTALLED = (
    "The GitHub App is not installed on this repository. Somebody who administers it installs the App; "
    "then commit again. Or download the files, and commit them yourself."
)
NOT_PERMITTED = (
    "The GitHub App may not write to this repository. On GitHub, an administrator of the App gives it the permission "
    "“Contents: Read and write”, and the owner of the repository accepts it. Or download the files, and commit them "
    "yourself."
)
PUSHED_MEANWHILE = (
    "Somebody pushed to `{branch}` meanwhile, so nothing was committed. "
    "Update the course first, then compare again."
)
MOVED = (
    "GitHub says that `{name}` is `{full_name}` now, so nothing was committed. "
    "If that is the repository of the course, bind the course to it."
)
OF_A_LEARNER = (
    "A learner has connected this repository with a lab, so the portal writes no files to it. "
    "Bind the course to a repository of its own."
)
RESERVED = (
    "GitHub runs workflows from `.github`, so the portal writes no files there: `{path}`. Move the course to another "
    "folder of the repository, and bind it to that folder."
)
NO_BRANCH = (
    "The branch `{name}` could not be created in the repository, so there is no pull request. Commit to the branch of "
    "the course, or download the files and commit them yourself."
)
NO_LONGER_ASKED = "The course was deleted, or whoever asked for the commit no longer leads it."
Json = Any  # JSON as GitHub sends it


class _EndedError(Exception):
    """The commit cannot be made; the text says what to do."""


def run_next() -> bool:
    """Work on the request that waits longest. Return False if none waits."""
    row = course_commits.claim()
    if row is not None:
        _run(row)
    return row is not None


def _run(row: CourseCommit) -> None:
    try:
        if row.state == State.COMPARING:
            course_commits.finish(row, State.READY, **compare(row))
        else:
            _commit(row)
    except (_EndedError, CannotCompareError, RepositoryUnavailableError) as error:
        course_commits.finish(row, State.FAILED, str(error))
    except RateLimitedError as limit:
        course_commits.postpone(row, str(limit), limit.retry_at)
    except RefusedError as refusal:
        course_commits.finish(row, State.FAILED, refusal.reason)
    except GitHubError as error:
        course_commits.postpone(row, str(error))
    except SoftTimeLimitExceeded:
        course_commits.postpone(row, "GitHub was too slow.")
    except Exception:
        logger.exception("cannot commit the course of %s", row.repository)
        course_commits.finish(row, State.FAILED, OUR_FAULT)


def _commit(row: CourseCommit) -> None:
    _require_leader(row)
    _require_ordinary_paths(row)
    files = unpack(bytes(row.files or b""))
    github, at = _writer_of(row)
    head = _head(github, at, row.branch)
    if not _has_arrived(github, at, row, head):
        if head != row.base and not row.new_branch:
            raise _EndedError(PUSHED_MEANWHILE.format(branch=row.branch))
        if not row.commit:
            course_commits.store(row, commit=_make_commit(github, at, row, files))
        if not row.new_branch and not _move_branch(github, at, row):
            branch = course_commits.branch_for_pull(row.repository.course, row.pk)
            course_commits.store(row, new_branch=branch)
    if row.new_branch:
        course_commits.finish(row, State.DONE, page=_open_pull(github, at, row))
        return
    _settle(row, files)
    page = f"{page_of(row.repository)}/commit/{row.commit}"
    course_commits.finish(row, State.DONE, page=page)


def _has_arrived(github: Client, at: str, row: CourseCommit, head: str) -> bool:
    """Return True if an earlier try moved the branch, and its answer was lost. Somebody may have pushed since."""
    if head in (row.commit, row.base) or not row.commit or row.new_branch:
        return head == row.commit
    listed = github.pages(f"{at}/activity", limit=MAX_PUSHES, ref=f"refs/heads/{row.branch}")
    return any(item["after"] == row.commit for item in listed)


def _require_leader(row: CourseCommit) -> None:
    # A request may wait for a day.
    course, by = row.repository.course, row.asked_by
    if course.is_deleted or by is None or not (by.is_active and by.is_staff and leads(by, course)):
        raise _EndedError(NO_LONGER_ASKED)


def _require_ordinary_paths(row: CourseCommit) -> None:
    for change in row.changes:
        path = _path_in_repository(row, change)
        if is_reserved(path):
            raise _EndedError(RESERVED.format(path=path))


def _path_in_repository(row: CourseCommit, change: Mapping[str, str]) -> str:
    return f"{row.repository.folder}/{change['path']}".lstrip("/")


def _settle(row: CourseCommit, files: Mapping[str, bytes]) -> None:
    # `base` may be newer than what was loaded: a commit that left the course's folder as it was
    before = row.repository.commit
    settle_committed(row.repository, before=before, commit=row.commit, files=files)


def _writer_of(row: CourseCommit) -> tuple[Client, str]:
    """Return the client that may write to the bound repository only, and the repository's path."""
    name = name_of(row.repository)
    try:
        found = client.as_app().get(client.repository_path(name, "installation"))
    except RefusedError as refusal:
        raise _EndedError(NOT_INSTALLED) from refusal
    installation = installation_of(found)
    if not installation.is_active:
        raise _EndedError("The GitHub App is suspended on this account. Its owner resumes it on GitHub.")
    number = installation.installation_id
    github_id = _id_of(name, client.as_installation(number).get(client.repository_path(name)))
    for permissions in (PULL, WRITE):
        try:
            return client.as_writer(number, github_id, permissions), f"/repositories/{github_id}"
        except RefusedError as refusal:
            if refusal.status not in (403, 422):
                raise
    raise _EndedError(NOT_PERMITTED)


def _id_of(name: str, described: Json) -> int:
    """Return GitHub's ID of the bound repository. Raises _EndedError if it is somebody else's by now."""
    full_name, github_id = str(described["full_name"]), int(described["id"])
    if full_name.lower() != name.lower():  # GitHub redirects former names, and a learner may own it now
        raise _EndedError(MOVED.format(name=name, full_name=full_name))
    if Connection.objects.active().filter(github_id=github_id).exists():
        raise _EndedError(OF_A_LEARNER)
    return github_id


def _head(github: Client, at: str, branch: str) -> str:
    return str(github.get(f"{at}/git/ref/heads/{client.quote_ref(branch)}")["object"]["sha"])


def _find_head(github: Client, at: str, branch: str) -> str:
    try:
        return _head(github, at, branch)
    except RefusedError as refusal:
        if refusal.status != 404:
            raise
        return ""


# --- objects --------------------------------------------------------------------------------------------------------


def _make_commit(github: Client, at: str, row: CourseCommit, files: Mapping[str, bytes]) -> str:
    entries = list(_entries(github, at, row, files))
    tree = github.post(f"{at}/git/trees", {"base_tree": row.base_tree, "tree": entries})
    body = {"message": _message(row), "tree": tree["sha"], "parents": [row.base]}
    return str(github.post(f"{at}/git/commits", body)["sha"])


def _message(row: CourseCommit) -> str:
    name = row.asked_by.name if row.asked_by else ""  # never the email: a commit may be public
    return f"{row.message}\n\nCommitted in {settings.SITE_NAME}{f' by {name}' if name else ''}\n"


def _entries(github: Client, at: str, row: CourseCommit, files: Mapping[str, bytes]) -> Iterator[Json]:
    for change in row.changes:
        entry = {"path": _path_in_repository(row, change), "mode": change["mode"], "type": "blob"}
        if change["change"] == "removed":
            yield {**entry, "sha": None}
            continue
        data = files[change["path"]]
        try:
            yield {**entry, "content": data.decode()}
        except UnicodeDecodeError:
            blob = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
            yield {**entry, "sha": github.post(f"{at}/git/blobs", blob)["sha"]}


# --- refs -----------------------------------------------------------------------------------------------------------


def _move_branch(github: Client, at: str, row: CourseCommit) -> bool:
    """Return False if the branch is protected. A push that came first is a conflict."""
    body = {"sha": row.commit, "force": False}
    try:
        github.patch(f"{at}/git/refs/heads/{client.quote_ref(row.branch)}", body)
    except RefusedError as refusal:
        if _head(github, at, row.branch) != row.base:
            raise _EndedError(PUSHED_MEANWHILE.format(branch=row.branch)) from refusal
        return False
    return True


def _create_branch(github: Client, at: str, row: CourseCommit) -> bool:
    """Return False if the repository has a branch of another commit with this name, or one that excludes it."""
    try:
        github.post(f"{at}/git/refs", {"ref": f"refs/heads/{row.new_branch}", "sha": row.commit})
    except RefusedError as refusal:
        if refusal.status != 422:
            raise
        return _find_head(github, at, row.new_branch) == row.commit  # the answer to an earlier try was lost
    return True


def _open_pull(github: Client, at: str, row: CourseCommit) -> str:
    """Return the URL of the pull request, or the page that opens one if the App may not."""
    if not _create_branch(github, at, row):
        course_commits.store(row, new_branch=course_commits.other_branch_for_pull(row))
        if not _create_branch(github, at, row):
            raise _EndedError(NO_BRANCH.format(name=row.new_branch))
    title, _, more = row.message.partition("\n")
    body = {"title": title, "body": more.strip(), "head": row.new_branch, "base": row.branch}
    try:
        return str(github.post(f"{at}/pulls", body)["html_url"])
    except RefusedError:
        return f"{page_of(row.repository)}/compare/{row.branch}...{row.new_branch}?expand=1"
