from django import template

from labs.repositories import disk

register = template.Library()


@register.simple_tag
def disk_warnings() -> list[str]:
    return disk.warnings()
