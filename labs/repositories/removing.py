"""Remove the Git data of a repository for good."""

import shutil
from pathlib import Path

from django.conf import settings

from labs.grader.fetching.address import Address
from labs.grader.fetching.mirrors import hold, mirror_path
from labs.grader.git.processes import RepositoryError
from labs.models import Repository
from labs.repositories import bare, folders

LOCK_SECONDS = 5
MARKS = ("locks", "pushing", "packing")


def remove_git_data(repository: Repository) -> None:
    """Remove the folder of a repository, and its mirror if no other learner has the same address.

    Raises BusyError or FetchError while they are in use, and OSError.
    """
    path = repository.path
    with bare.hold_lock(path, seconds=LOCK_SECONDS):
        if _is_owned(repository):
            shutil.rmtree(path)
        shutil.rmtree(path.with_suffix(".new"), ignore_errors=True)
    for folder in MARKS:
        (path.parent / folder / path.stem).unlink(missing_ok=True)
    if repository.address:
        _remove_mirror(repository, repository.address)


def _is_owned(repository: Repository) -> bool:
    try:
        folders.owned_path(repository)
    except RepositoryError:  # it does not exist, or belongs to somebody else
        return False
    return True


def _remove_mirror(repository: Repository, address: Address) -> None:
    others = Repository.objects.at(address).exclude(enrollment__user=repository.enrollment.user_id)
    path = mirror_path(Path(settings.MIRROR_ROOT), address)
    if path.is_dir() and not others.exists():
        with hold(path, seconds=LOCK_SECONDS):
            shutil.rmtree(path)
