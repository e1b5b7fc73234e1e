"""Slugs from titles, for rows that the portal adds."""

from collections.abc import Container
from itertools import chain, count

from django.utils.text import slugify

MAX_STEM = 40  # shorter than the columns, so that a number fits behind it


def slug_of(title: str, otherwise: str) -> str:
    """Return the slug of a title, or `otherwise` for a title without letters and digits."""
    return slugify(title)[:MAX_STEM].strip("-") or otherwise


def free_slug(wanted: str, taken: Container[str]) -> str:
    """Return the slug as it is, or with the first number behind it that makes it free."""
    stem = wanted[:MAX_STEM].rstrip("-")
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(slug for slug in chain([wanted], numbered) if slug not in taken)
