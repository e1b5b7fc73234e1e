"""Labs, as content that staff delete and restore."""

from collections.abc import Sequence

from labs.models import Lab, Submission
from lessons.deletable import AnyRows, Kind, Work, remove_in_batches


def _submissions(labs: AnyRows) -> list[Work]:
    rows = Submission.objects.filter(lab__in=labs.values("pk"))
    return [Work("lab submission", "lab submissions", rows)]


def _clear(keys: Sequence[int]) -> None:
    # a version is protected by its reports, and by the lab whose current one it is; a receipt by its submissions
    remove_in_batches(Submission.objects.filter(lab__in=keys))
    Lab.with_deleted().filter(pk__in=keys).update(current=None)


LABS = Kind("lab", "labs", Lab, {"course": "course"}, _submissions, _clear)


def deleted_lab_words(course_slug: str, lab_slug: str, user: object) -> str:
    """Return what to tell a learner of the course who pushes to a deleted lab, "" if there is no such lab."""
    learners = {"course__enrollments__user": user, "course__enrollments__is_active": True}
    deleted = Lab.with_deleted().filter(deletion__isnull=False, slug=lab_slug, course__slug=course_slug)
    title = deleted.filter(**learners).values_list("title", flat=True).first()
    if title is None:
        return ""
    return (
        f"The lab “{title}” was deleted by the staff of the course, so this push was not graded. Your commits are safe"
        " on your computer, and earlier submissions are kept for 30 days. Ask your instructor."
    )
