"""The record of changed grades: what is in it, and that nothing leaves it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lessons.grade_changes import REMOVED, Kind, erase_names, record_grade_change
from lessons.models import GradeChange
from tests.factories import make_course, make_learner, make_staff

pytestmark = pytest.mark.django_db


def record(learner, **fields):
    defaults = {
        "kind": Kind.OVERRIDE,
        "item": "lab:1",
        "title": "Lab",
        "out_of": Decimal(100),
        "why": "Late bus",
    }
    return record_grade_change(
        enrollment=learner, **{"old": Decimal(45), "new": Decimal(70), **defaults, **fields}
    )


def test_database_refuses_to_change_or_delete_a_row():
    change = record(make_learner())
    change.new = Decimal(100)
    for attempt in (
        lambda: GradeChange.objects.filter(pk=change.pk).update(new=Decimal(100)),
        lambda: GradeChange.objects.filter(pk=change.pk).update(why="Another reason"),
        lambda: GradeChange.objects.filter(pk=change.pk).update(why=REMOVED, old=None),
        lambda: GradeChange.objects.filter(pk=change.pk).update(who="Former learner KXQ2MP"),  # nobody's row
        lambda: GradeChange.objects.filter(pk=change.pk).delete(),
        lambda: GradeChange.objects.all()._raw_delete("default"),
        change.save,
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    assert GradeChange.objects.get().new == 70


def test_row_outlives_its_learner_and_its_author():
    learner = make_learner()
    by = make_staff(learner.course)
    change = record(learner, by=by)
    user, email = learner.user, by.email
    learner.delete()
    user.delete()
    by.delete()
    kept = GradeChange.objects.select_related("enrollment__user", "by").get()
    assert (kept.pk, kept.who, kept.enrollment, kept.by) == (change.pk, email, None, None)


def test_same_points_are_not_recorded():
    assert record(make_learner(), new=Decimal("45.00")) is None


@pytest.mark.django_db(transaction=True)
def test_rows_can_be_emptied_between_tests_that_commit():
    record(make_learner())  # the flush after this test would fail


def test_deleted_account_leaves_only_its_pseudonym():
    learner = make_learner()
    by = make_staff(learner.course)
    record(learner, by=by)
    record(make_learner(learner.course), by=by, why="As for Asha Rao")
    other = record(make_learner(make_course("other")), why="Not for Asha Rao, who is somebody else")
    erase_names(user=learner.user, pseudonym="Former learner KXQ2MP", emails=[], names=["Asha Rao"])
    for _ in range(2):  # again, after a crash
        erase_names(user=by, pseudonym="Former member of staff BBBBBB", emails=[by.email], names=[])
    rows = GradeChange.objects.order_by("pk").values_list("who", "why", "old", "new")
    who = "Former member of staff BBBBBB"
    points = (Decimal(45), Decimal(70))
    assert list(rows) == [(who, REMOVED, *points), (who, REMOVED, *points), ("", other.why, *points)]
