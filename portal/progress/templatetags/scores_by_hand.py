"""Show learners the scores that staff gave them by hand, on the pages of quizzes, labs and progress."""

from collections.abc import Mapping
from typing import Any

from django import template

from lessons.models import Enrollment
from portal.progress.gradebook.by_hand import given_score, given_scores
from portal.progress.score_queries import BY_HAND, EXTERNAL
from portal.progress.scoring import Outcome

register = template.Library()


# Any: the context of a template, and the one that is returned
@register.inclusion_tag("gradebook/_by_hand.html", takes_context=True)
def score_by_hand(context: Any, enrollment: Enrollment | None, kind: str, key: int) -> dict[str, Any]:
    """Show the score given for a quiz or lab, with the graded one beside it. One query if there is none."""
    if enrollment is None or not enrollment.pk:
        return {}
    return {**given_score(enrollment, kind, key), **_shared_context(context, enrollment)}


# Any: the context of a template, and the one that is returned
@register.inclusion_tag("gradebook/_all_by_hand.html", takes_context=True)
def scores_by_hand(
    context: Any, enrollment: Enrollment | None, outcomes: Mapping[str, Outcome]
) -> dict[str, Any]:
    """Show all of them, and the marks of other systems. No query if the outcomes say that there are none."""
    if enrollment and enrollment.pk and {BY_HAND, EXTERNAL} & outcomes.keys():
        return {**given_scores(enrollment), **_shared_context(context, enrollment)}
    return {}


# Any: contexts
def _shared_context(context: Any, enrollment: Enrollment) -> dict[str, Any]:
    # for the form that asks about a score; staff who view the page as a learner ask nothing
    return {"request": context.get("request"), "view": context.get("view"), "enrollment": enrollment}
