"""Follow the changes that deadlines depend on. Whoever makes one calls this in its transaction.

Deadlines are computed when they are needed, but what they decided about work that was handed in is stored. `labs`
registers how it counts its points again.
"""

from collections.abc import Callable, Collection

from lessons import late_attempts

FollowCourse = Callable[[int, Collection[int]], None]
FollowLearner = Callable[[int], None]
_registered: list[tuple[FollowCourse, FollowLearner]] = []


def register(follow_course: FollowCourse, follow_learner: FollowLearner) -> None:
    """The first takes the keys of a course and of its cohorts, none for all; the second that of an enrollment."""
    _registered[:] = [(follow_course, follow_learner)]


def deadlines_moved(course: int, *cohorts: int) -> None:
    """Follow a change that concerns a course, or only these cohorts of it. All are keys."""
    late_attempts.mark_cohorts(course, cohorts)
    for follow, _ in _registered:
        follow(course, cohorts)


def deadline_of_learner_moved(enrollment: int) -> None:
    """Follow a change that concerns one enrollment: an extension, or another cohort."""
    late_attempts.mark_learner(enrollment)
    for _, follow in _registered:
        follow(enrollment)
