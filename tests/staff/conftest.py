"""An instructor with a course of their own, signed in."""

import pytest
from django.urls import reverse

from tests.authoring.conftest import make_instructor
from tests.factories import make_course


@pytest.fixture
def course(db):
    return make_course("mine", title="Mine")


@pytest.fixture
def instructor(course):
    return make_instructor(course)


@pytest.fixture
def staff(client, instructor):
    """The instructor's browser."""
    client.force_login(instructor)
    return client


def add_address(name: str) -> str:
    return reverse(f"admin:{name}_add")


def change_address(item) -> str:
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])
