"""A learner who pushes to a deleted lab reads why in the terminal."""

import pytest

from labs.models import Submission
from lessons import deleting
from tests.factories import make_lab, make_user
from tests.labs.conftest import join, practice

__all__ = ["join", "practice"]

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lab(db):
    return make_lab()


def test_git_shows_that_the_lab_was_deleted_and_takes_the_push_once_it_is_restored(join, lab):
    clone = join("learner")
    clone.commit()
    deletion = deleting.delete(row=lab, by=make_user())
    code, said = clone.push()
    assert code != 0
    assert f"The lab “{lab}” was deleted by the staff of the course" in said
    assert not Submission.objects.exists()
    deleting.restore(deletion=deletion, by=make_user())
    assert clone.push()[0] == 0
    assert Submission.objects.get().lab == lab
