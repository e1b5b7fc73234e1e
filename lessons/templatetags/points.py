from django import template

from lessons.points import show_points

register = template.Library()
register.filter("points", show_points)
