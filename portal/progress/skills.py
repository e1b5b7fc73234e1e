"""The skills of a course, with what proves that a learner has them. A tag is on a lesson, a question or a check."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.urls import reverse

from labs.grader.spec import SpecError
from labs.models import Submission
from labs.specs import parse_spec
from lessons.models import Answer, Attempt, Enrollment, Reading
from lessons.queries import OpenCourse
from lessons.quizzes.parsing import parse
from lessons.quizzes.problems import QuizSyntaxError
from portal.progress.item_queries import addresses
from portal.progress.score_queries import listed_labs, listed_quizzes

MAX_PROOFS = 5  # shown of each skill


class Evidence(NamedTuple):
    """A tagged lesson, question or check. `url` leads to the result, or to the item without one."""

    words: str
    url: str
    proves: bool


@dataclass
class Skill:
    name: str
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.name.replace("-", " ").replace("_", " ").capitalize()

    @property
    def proofs(self) -> list[Evidence]:
        return [each for each in self.evidence if each.proves]

    @property
    def shown(self) -> list[Evidence]:
        return self.proofs[:MAX_PROOFS]

    @property
    def next_step(self) -> Evidence | None:
        return next((each for each in self.evidence if not each.proves), None)


def read_skills(reader: OpenCourse, learner: Enrollment) -> list[Skill]:
    """Return the skills of what is open, in alphabetical order. Seven queries, however many items are tagged."""
    found: dict[str, Skill] = {}
    for part in (_lessons(reader, learner), _questions(reader, learner), _checks(reader, learner)):
        for name, evidence in part:
            found.setdefault(name, Skill(name)).evidence.append(evidence)
    return [found[name] for name in sorted(found)]


def _lessons(reader: OpenCourse, learner: Enrollment) -> Iterator[tuple[str, Evidence]]:
    own = Reading.objects.filter(enrollment=learner.pk, read_at__isnull=False)
    read = set(own.values_list("lesson", flat=True))
    page = addresses("lesson", reader.course.slug)
    rows = reader.open_lessons().exclude(skills=[]).values_list("pk", "slug", "title", "skills")
    for pk, slug, title, skills in rows:
        for name in skills:
            yield name, Evidence(f"Lesson: {title}", page(slug), pk in read)


@lru_cache(maxsize=512)
def _skills_of_quiz(source: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    try:
        questions = parse(source, stored=True).questions
    except QuizSyntaxError:
        return ()
    return tuple((each.key, each.skills) for each in questions if each.skills)


def _questions(reader: OpenCourse, learner: Enrollment) -> Iterator[tuple[str, Evidence]]:
    own: Any = Attempt.objects.filter(enrollment=learner.pk, course=reader.course).order_by()
    best = {quiz: (pk, number) for pk, quiz, number in own.best().values_list("pk", "quiz", "number")}
    full = Answer.objects.filter(attempt__in=[pk for pk, _ in best.values()], credit__gte=1)
    right = set(full.values_list("attempt__quiz", "key"))
    page = addresses("quiz", reader.course.slug)
    rows: Any = listed_quizzes(reader.course).filter(current__source__contains="skill=")
    for pk, slug, title, source in rows.values_list("pk", "slug", "title", "current__source"):
        url = f"{page(slug)}{best[pk][1]}/review/" if pk in best else page(slug)
        for key, skills in _skills_of_quiz(source):
            for name in skills:
                yield name, Evidence(f"Question in the quiz {title}", url, (pk, key) in right)


def _checks(reader: OpenCourse, learner: Enrollment) -> Iterator[tuple[str, Evidence]]:
    own: Any = Submission.objects.of_learners([learner.pk]).filter(course=reader.course)
    rows = own.best().values_list("lab", "public_id", "reports__data")
    best = {lab: (public_id, _passed(data)) for lab, public_id, data in rows}
    page = addresses("lab", reader.course.slug)
    tagged: Any = listed_labs(reader.course).filter(current__source__contains="skills:")
    for pk, slug, title, source in tagged.values_list("pk", "slug", "title", "current__source"):
        public_id, passed = best.get(pk, ("", set()))
        url = reverse("submission", args=[public_id]) if public_id else page(slug)
        for check in _tagged_checks(source):
            for name in check.skills:
                yield name, Evidence(f"{title}: {check.says}", url, check.id in passed)


def _tagged_checks(source: str) -> list[Any]:
    try:
        return [check for check in parse_spec(source).checks if check.skills]
    except SpecError:
        return []


def _passed(data: Any) -> set[str]:
    return {each["id"] for each in data.get("results", ()) if each.get("outcome") == "passed"}
