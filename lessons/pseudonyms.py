"""Pseudonyms for blind marking: stable, and computable only with SECRET_KEY."""

from django.utils.crypto import salted_hmac

from lessons.models import Course, Enrollment

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
