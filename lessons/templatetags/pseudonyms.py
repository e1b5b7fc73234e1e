from django import template

from lessons.pseudonyms import name_in

register = template.Library()
register.filter("name_in", name_in)
