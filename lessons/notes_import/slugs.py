"""Slugs for what an import creates."""

from django.utils.text import slugify

MAX_SLUG = 40  # shorter than the column, so that a number fits behind it


def free_slug(title: str, taken: set[str]) -> str:
    """Return a slug that is not taken, and take it."""
    wanted = slugify(title)[:MAX_SLUG].strip("-") or "lesson"
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    taken.add(slug)
    return slug
