from django import template
from django.template.context import Context

from labs.models import Repository
from lessons.templatetags.pseudonyms import names_for

register = template.Library()


@register.simple_tag(takes_context=True)
def repository_name(context: Context, repository: Repository) -> str:
    """Return the owner and name of a repository, or its number for a reader who may not know its learner."""
    learner = repository.enrollment
    if names_for(context).are_shown(learner.course, learner.cohort_id):
        return f"{repository.owner}/{repository.name}"
    return f"Repository {repository.pk}"
