"""The folder of a practice repository: created once, named at random, and marked inside with its owner.

Primary keys are reused after a restore of the database, folder names never are. A folder whose mark names a different
repository is left alone, whatever the database says.
"""

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

from labs.grader.git.processes import RepositoryError
from labs.models import Repository, new_public_id
from labs.repositories import bare, practice_git

logger = logging.getLogger(__name__)

OWNER = "portal-owner"


class NotOwnedError(RepositoryError):
    """The folder belongs to a different repository than the row that names it."""


def owned_path(repository: Repository) -> Path:
    """Return the folder of a practice repository. Raises NotOwnedError, or RepositoryError if it is missing."""
    path = repository.path
    if not path.is_dir():
        raise RepositoryError(f"There is no repository at {path}.")
    try:
        owner = (path / OWNER).read_text(encoding="utf-8")
    except FileNotFoundError:
        owner = _adopt(repository)
    if owner != _mark(repository):
        raise NotOwnedError(f"The repository at {path} belongs to another learner or lab.")
    return path


def ensure(repository: Repository) -> Path:
    """Return the folder for a push or fetch, created if it is missing or belongs to a different repository.

    Raises BusyError, OSError.
    """
    path = repository.path
    if not path.is_dir():
        with bare.hold_lock(path):
            if not path.is_dir():  # another request may have made it while this one waited
                _create(repository)
    try:
        return owned_path(repository)
    except NotOwnedError as error:
        logger.error("%s A new one is created for repository %s.", error, repository.pk)
    named = Repository.objects.filter(pk=repository.pk, folder=repository.folder)
    named.update(folder=new_public_id())  # the first of two concurrent requests wins
    repository.refresh_from_db(fields=["folder"])
    return ensure(repository)


def _mark(repository: Repository) -> str:
    if repository.lab.is_for_teams:  # its work may be filed under another member at any time
        return f"{repository.path.stem} team lab {repository.lab_id}\n"
    return f"{repository.path.stem} enrollment {repository.enrollment_id} lab {repository.lab_id}\n"


def _adopt(repository: Repository) -> str:
    # marks a folder that predates marks and is named after its repository's key; returns "" for any other
    if repository.path.stem != str(repository.pk):
        return ""
    mark = _mark(repository)
    with suppress(OSError):  # a full disk: next time
        new = repository.path / f"{OWNER}.{os.getpid()}.new"
        new.write_text(mark, encoding="utf-8")
        new.replace(repository.path / OWNER)
    return mark


def _create(repository: Repository) -> None:
    # whole or not at all
    path = repository.path
    new = path.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    practice_git.create(new)
    (new / OWNER).write_text(_mark(repository), encoding="utf-8")
    new.rename(path)
