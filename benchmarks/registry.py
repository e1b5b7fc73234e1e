"""All benchmarks by name, in the order of their targets. Copy one to add one."""

from collections.abc import Callable
from functools import partial

from benchmarks.benchmark import Benchmark
from benchmarks.big_class_rows import (
    COHORT_PAGES,
    PAGES,
    WHOLE_COURSE,
    ClassPage,
    CohortPage,
    LessonsAtRandom,
)
from benchmarks.class_poll import ClassPoll
from benchmarks.cold_grade import ColdGrade
from benchmarks.grade_again import GradeAgain
from benchmarks.growth import GraderMemory, LongHistory, LongHistoryUnasked, ManySubmissions
from benchmarks.half_sent import HalfSent
from benchmarks.lesson_anonymous import LessonAnonymous
from benchmarks.lesson_signed_in import LessonSignedIn
from benchmarks.notes_import import NotesImport
from benchmarks.push import Push
from benchmarks.push_beside_proofs import PushBesideProofs
from benchmarks.pushes_of_a_class import PushesOfAClass
from benchmarks.quiz_answer import QuizAnswer
from benchmarks.repositories import LARGE, MEDIUM, SMALL
from benchmarks.rush import Claim, Drain, Rush
from benchmarks.search import Search
from benchmarks.site import Site
from benchmarks.start import Start
from benchmarks.through_queue import ManyLabs, OneLab
from benchmarks.webhooks_of_a_class import WebhooksOfAClass
from benchmarks.weight import Weight

BENCHMARKS: dict[str, Callable[[Site], Benchmark]] = {
    "signed-in": LessonSignedIn,
    "anonymous": LessonAnonymous,
    "answer": QuizAnswer,
    "cold-small": partial(ColdGrade, size=SMALL, most=None),
    "cold-medium": partial(ColdGrade, size=MEDIUM, most=1.2),
    "cold-large": partial(ColdGrade, size=LARGE, most=1.15),
    "again-medium": partial(GradeAgain, size=MEDIUM, seconds=0.18),
    "again-large": partial(GradeAgain, size=LARGE, seconds=0.9),
    "queue": OneLab,
    "queue-full": ManyLabs,
    "submissions": ManySubmissions,
    "memory": GraderMemory,
    **{
        f"class-{name.replace(' ', '-')}": partial(
            ClassPage, name=name, page=page, whole_course=name in WHOLE_COURSE
        )
        for name, page in PAGES.items()
    },
    **{
        f"cohort-{name.replace(' ', '-')}": partial(CohortPage, name=name, page=page)
        for name, page in COHORT_PAGES.items()
    },
    "class-lessons": LessonsAtRandom,
    "claim": partial(Claim, verdicts=0),
    "claim-after-one": partial(Claim, verdicts=1),
    "claim-after-three": partial(Claim, verdicts=3),
    "rush": Rush,
    "drain": Drain,
    "history": LongHistory,
    "history-unasked": LongHistoryUnasked,
    "start": Start,
    "push": Push,
    "weight": Weight,
    "search": partial(Search, vendor="postgresql"),
    "search-sqlite": partial(Search, vendor="sqlite"),
    "half-sent": HalfSent,
    "class-poll": ClassPoll,
    "notes": NotesImport,
    "push-beside-proofs": PushBesideProofs,
    "pushes-of-a-class": partial(PushesOfAClass, pushes=100),
    "pushes-of-a-class-whole": partial(PushesOfAClass, pushes=2_000),
    "webhooks-of-a-class-short": partial(WebhooksOfAClass, pushes=200),
    "webhooks-of-a-class": partial(WebhooksOfAClass, pushes=2_000),
}
# twenty minutes for each round, and a short form of the row after it
ONLY_BY_NAME = {"pushes-of-a-class-whole", "webhooks-of-a-class-short"}
