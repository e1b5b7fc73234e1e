"""Labs and their checks as places of questions and of requests for help."""

from collections.abc import Iterable

from django.http import Http404

from labs import queries
from labs.models import Lab, Submission
from labs.specs import parse_spec
from labs.team_queries import is_own_submission
from lessons.models import Enrollment
from lessons.queries import Visitor
from lessons.threads.places import Place


class LabPlace:
    """A lab, or one of its checks; it carries the submission along that the request came from."""

    name, word, may_help = "lab", "Lab", True

    def find(self, user: Visitor, course: str, slug: str, part: str, at: str) -> Place:
        found = queries.get_open_lab(user, course, slug)
        lab, submission = found.lab, _own_submission(user, found.lab, at) if at else None
        checks = (
            [(each.id, each.says) for each in parse_spec(lab.current.source).checks] if lab.current else []
        )
        title = next((says for key, says in checks if key == part), "")
        return Place(
            *(
                self.name,
                lab.pk,
                lab.title,
                submission.get_absolute_url() if submission else lab.get_absolute_url(),
            ),
            part=part if title else "",
            part_title=title[:200],
            parts=[(key, says[:200]) for key, says in checks],
            evidence=_words(submission) if submission else "",
            evidence_url=submission.get_absolute_url() if submission else "",
        )

    def locate(self, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
        rows = Lab.objects.filter(pk__in=set(keys)).select_related("course")
        only = rows.only("slug", "title", "course__slug")
        return {row.pk: (row.title, row.get_absolute_url()) for row in only}

    def anchor(self, part: str) -> str:
        return "page--questions"

    def may_see(self, user: Visitor, enrollment: Enrollment, key: int, part: str) -> bool:
        slug = Lab.objects.filter(pk=key).values_list("slug", flat=True).first()
        return slug is not None and bool(queries.get_open_lab(user, enrollment.course.slug, slug))


def _own_submission(user: Visitor, lab: Lab, public_id: str) -> Submission:
    submission = queries.get_submission(user, public_id)
    if submission.lab_id != lab.pk or not is_own_submission(submission, user):
        raise Http404
    return submission


def _words(submission: Submission) -> str:
    commit = f", commit {submission.head[:7]}" if submission.head else ""
    return f"Submission {submission.number}{commit}"
