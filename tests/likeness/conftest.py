"""A lab whose learners push files to real repositories, and the comparison of what they pushed."""

import pytest

from labs.models import Submission
from labs.repositories import folders, ref_files
from tests.factories import make_lab, make_learner, make_repository, make_submission
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone


@pytest.fixture
def lab(settings, tmp_path):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    settings.PRACTICE_ROOT.mkdir()
    return make_lab(source=PASSABLE)


@pytest.fixture
def hand_in(lab, tmp_path):
    """Push files as a new learner, on top of another clone's commits if one is given."""

    def hand_in(
        files: dict[str, str], after: Clone | None = None, enrollment=None
    ) -> tuple[Submission, Clone]:
        enrollment = enrollment or make_learner(lab.course)
        repository = make_repository(enrollment, lab)
        folders.ensure(repository)
        clone = Clone(tmp_path / f"clone-{enrollment.pk}", str(repository.path))
        if after:
            clone.git("pull", "--quiet", str(after.folder), "main")
        for path, text in files.items():
            clone.commit(f"Add {path} for {enrollment.pk}", path=path, content=text.encode())
        clone.push()
        submission = make_submission(enrollment, lab, refs=ref_files.read_refs(repository.path))
        return submission, clone

    return hand_in
