"""External marks: one row for each learner and item of another system."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.progress.models import ExternalMark
from tests.factories import make_learner

pytestmark = pytest.mark.django_db


def test_external_mark_is_unique_for_a_learner_and_an_item():
    learner = make_learner()
    item = {"origin": "csv", "origin_key": "viva", "title": "Viva", "out_of": Decimal(20)}
    ExternalMark.objects.create(enrollment=learner, points=Decimal(12), **item)
    with transaction.atomic(), pytest.raises(IntegrityError):
        ExternalMark.objects.create(enrollment=learner, points=Decimal(13), **item)
    with transaction.atomic(), pytest.raises(IntegrityError):
        ExternalMark.objects.create(enrollment=learner, points=-1, **item | {"origin_key": "essay"})
    ExternalMark.objects.create(enrollment=make_learner(learner.course), points=Decimal(12), **item)
