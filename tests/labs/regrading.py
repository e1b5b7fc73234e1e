"""Steps of a regrade of a lab, for several files of tests."""

import hashlib
from decimal import Decimal
from pathlib import Path

from labs.grading import worker
from labs.grading.regrades import WORK, begin
from labs.models import Lab, LabRegrade, LabVersion, Submission
from labs.repositories import folders, ref_files
from lessons import regrades
from lessons.models import Enrollment
from tests.factories import make_repository, make_submission, make_user
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone

REASON = "The check was too strict."
# `readme` needs a README, which is there; `two-commits` needs a second commit, which is not.
EASIER = PASSABLE.replace("points: 40", "points: 90").replace("points: 60", "points: 10")


def no_wake() -> None:
    """Leave the work to the test."""


def work() -> None:
    while regrades.run_next(WORK):
        pass


def push_files(enrollment: Enrollment, lab: Lab, folder: Path, *files: str) -> Submission:
    """Push a commit for each file, `README.md` if none is given; return the submission, which waits."""
    repository = make_repository(enrollment, lab)
    folders.ensure(repository)
    clone = Clone(folder, str(repository.path))
    for file in files or ("README.md",):
        clone.commit(path=file)
    clone.push()
    return make_submission(enrollment, lab, refs=ref_files.read_refs(repository.path))


def grade_all() -> None:
    while worker.grade_next():
        pass


def change_checks(lab: Lab, source: str) -> None:
    lab.source = source
    digest = hashlib.sha256(source.encode()).hexdigest()
    lab.current = LabVersion.objects.create(
        lab=lab, digest=digest, source=source, max_points=Decimal(100), pass_mark=70, proved=True
    )
    lab.save()


def rehearse(lab: Lab) -> LabRegrade:
    regrade = begin(lab=lab, by=make_user(), wake=no_wake)
    work()
    regrade.refresh_from_db()
    return regrade


def ask_to_apply(regrade: LabRegrade, policy: str = "never-lower") -> None:
    regrades.apply(WORK, regrade, by=make_user(), policy=policy, reason=REASON, wake=no_wake)


def apply(lab: Lab, policy: str = "never-lower") -> LabRegrade:
    regrade = rehearse(lab)
    ask_to_apply(regrade, policy)
    work()
    regrade.refresh_from_db()
    return regrade
