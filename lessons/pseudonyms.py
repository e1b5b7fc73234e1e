"""Pseudonyms for blind marking: stable, and computable only with SECRET_KEY.

Where staff mark, everybody reads pseudonyms (`name_to_mark`). Elsewhere instructors read names, and assistants read
pseudonyms (`Names`), so that they cannot look up there whose work they mark.
"""

from django.utils.crypto import salted_hmac

from lessons.models import Course, Enrollment
from lessons.queries import Visitor
from lessons.rights import leads_cohort

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32, easy to tell apart


def pseudonym_of(enrollment: int) -> str:
    """Return a name such as “Learner K7Q-2MX” for the key of an enrollment. It stays until SECRET_KEY changes."""
    digest = salted_hmac("lessons.pseudonyms", str(enrollment), algorithm="sha256").digest()
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:6])
    return f"Learner {letters[:3]}-{letters[3:]}"


def name_to_mark(enrollment: Enrollment) -> str:
    """Return the name that staff see where they mark: a pseudonym if the course says so."""
    return name_in(enrollment, enrollment.course)


def name_in(enrollment: Enrollment, course: Course) -> str:
    """Do the same for a course that is already loaded, as for the rows of a list."""
    return pseudonym_of(enrollment.pk) if course.marks_blindly else enrollment.user.get_full_name()


def sees_names(user: Visitor, course: Course, cohort: int) -> bool:
    """Return True if this member of staff may read the names of the learners of a cohort."""
    return not course.marks_blindly or leads_cohort(user, cohort, course)


class Names:
    """Names of learners as a member of staff may read them. One query for each cohort with pseudonyms.

    Keep it no longer than a request.
    """

    def __init__(self, user: Visitor) -> None:
        self._user = user
        self._known: dict[int, bool] = {}

    def are_shown(self, course: Course, cohort: int) -> bool:
        if cohort not in self._known:
            self._known[cohort] = sees_names(self._user, course, cohort)
        return self._known[cohort]

    def of(self, enrollment: Enrollment) -> str:
        if self.are_shown(enrollment.course, enrollment.cohort_id):
            return enrollment.user.get_full_name()
        return pseudonym_of(enrollment.pk)
