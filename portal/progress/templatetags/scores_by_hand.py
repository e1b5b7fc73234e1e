"""Show learners the scores that staff gave them by hand, on the pages of quizzes, labs and progress."""

from collections.abc import Mapping
from typing import Any

from django import template

from lessons.models import Enrollment
from portal.progress.gradebook.by_hand import given_score, given_scores
from portal.progress.score_queries import BY_HAND, EXTERNAL
from portal.progress.scoring import Outcome

register = template.Library()


# Any: a context
@register.inclusion_tag("gradebook/_by_hand.html")
def score_by_hand(enrollment: Enrollment | None, kind: str, key: int) -> dict[str, Any]:
    """Show the score given for a quiz or lab, with the graded one beside it. One query if there is none."""
    return {"given": given_score(enrollment, kind, key) if enrollment and enrollment.pk else None}


# Any: a context
@register.inclusion_tag("gradebook/_all_by_hand.html")
def scores_by_hand(enrollment: Enrollment | None, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Show all of them, and the marks of other systems. No query if the outcomes say that there are none."""
    if enrollment and enrollment.pk and {BY_HAND, EXTERNAL} & outcomes.keys():
        return given_scores(enrollment)
    return {}
