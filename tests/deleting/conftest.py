"""A course with one of each thing and learners' work in it, beside another course that nothing may change."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from lessons import deleting
from lessons.deletable import KINDS
from lessons.models import Deletion
from lessons.models.deletion import KEPT_FOR
from tests.web.world import World, make_world

Rows = dict[str, dict[Any, dict[str, Any]]]


@pytest.fixture(scope="module")
def shared_world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world, db) -> World:
    """The rows are made once in a module; what a test changes is rolled back."""
    return deepcopy(shared_world)


def row_of(world: World, kind: str) -> Any:
    return getattr(world.here, kind)


def delete(world: World, kind: str) -> Deletion:
    return deleting.delete(row=row_of(world, kind), by=world.here.instructor)


def restore(world: World, deletion: Deletion) -> deleting.Restored:
    return deleting.restore(deletion=deletion, by=world.here.instructor)


def let_time_pass(deletion: Deletion) -> None:
    Deletion.objects.filter(pk=deletion.pk).update(at=timezone.now() - KEPT_FOR)


def every_row() -> Rows:
    """Return all rows of both apps by model and key, with deleted ones."""
    models = [model for app in ("lessons", "labs") for model in apps.get_app_config(app).get_models()]
    return {
        model._meta.label: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for model in models
    }


def names_of_kinds() -> list[str]:
    return list(KINDS)
