"""Show the invitation on sign-in and sign-up pages to visitors who followed one."""

from django import template

from lessons.invited import cohort_at, invited_cohort

register = template.Library()
register.simple_tag(invited_cohort, name="invitation")
register.simple_tag(cohort_at)
