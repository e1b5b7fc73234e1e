"""Slugs that the portal makes."""

import pytest

from lessons.slugs import free_slug, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Git & GitHub", "git-github"),
        ("数据", "lesson"),
        ("a" * 60, "a" * 40),
        (f"{'a' * 39} b", "a" * 39),
    ],
)
def test_a_title_becomes_a_slug(title, slug):
    assert slug_of(title, "lesson") == slug


@pytest.mark.parametrize(
    ("wanted", "taken", "slug"),
    [
        ("git", set(), "git"),
        ("git", {"git", "git-2"}, "git-3"),
        ("a" * 50, set(), "a" * 50),
        ("a" * 50, {"a" * 50}, f"{'a' * 40}-2"),
    ],
)
def test_a_slug_that_is_taken_gets_a_number_that_fits(wanted, taken, slug):
    assert free_slug(wanted, taken) == slug
