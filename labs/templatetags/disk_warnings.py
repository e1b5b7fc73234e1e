from django import template

from labs.repositories import disk

register = template.Library()


@register.simple_tag
def disk_warnings() -> list[str]:
    """Sentences for staff about a disk that is almost full."""
    return disk.warnings()
