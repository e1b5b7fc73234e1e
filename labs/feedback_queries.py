"""Read queries of marks and comments. Learners get only what was released."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from django.db.models import F, Q, QuerySet
from django.http import Http404

from labs.models import Comment, Feedback, Lab, ReplacedMarks, SavedComment, Submission
from labs.queries import teaches_learner_of
from labs.team_queries import is_own_submission
from lessons.models import Course
from lessons.presence import held_by_others
from lessons.queries import MAX_KEY, Visitor
from lessons.rights import of_own_learners
from portal.accounts.models import User

MAX_ROWS = 200  # of a page
MAX_REPLACED = 20  # earlier marks of a submission


@dataclass(frozen=True)
class Thread:
    """A comment with the replies to it."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)


# --- comments --------------------------------------------------------------------------------------------------------


def threads_of(submission: Submission, *, is_staff: bool) -> list[Thread]:
    """Return the comments on a submission, lines included, as its staff or its learner may see them."""
    return _as_threads(_shown(Comment.objects.filter(submission=submission), is_staff))


def threads_on_file(submission: Submission, path: str, *, is_staff: bool) -> list[Thread]:
    """Return the comments on the lines of a file in this and other submissions of the learner for the lab."""
    of_learner = {
        "submission__enrollment": submission.enrollment_id,
        "submission__lab": submission.lab_id,
        "submission__number__lte": submission.number,
    }
    return _as_threads(_shown(Comment.objects.filter(**of_learner, path=path), is_staff))


def _shown(comments: QuerySet[Comment], is_staff: bool) -> QuerySet[Comment]:
    shown = comments if is_staff else comments.filter(released_at__isnull=False)
    related = ("by", "submission")
    return (
        shown.select_related(*related).defer("submission__message", "submission__last_fault").order_by("pk")
    )


def _as_threads(comments: Iterable[Comment]) -> list[Thread]:
    threads: dict[int, Thread] = {}
    for comment in comments:
        if comment.reply_to_id is None:
            threads[comment.pk] = Thread(comment)
        elif comment.reply_to_id in threads:
            threads[comment.reply_to_id].replies.append(comment)
    return list(threads.values())


def get_comment(user: Visitor, key: int) -> Comment:
    """Return a comment that `user` may see. Raises Http404."""
    related = ("submission__lab__course", "submission__enrollment__user", "reply_to")
    found = Comment.objects.select_related(*related).filter(pk=key, submission__lab__deletion=None)
    comment = found.first() if key <= MAX_KEY else None
    if comment is None:
        raise Http404
    is_own = is_own_submission(comment.submission, user) and comment.released_at is not None
    if not (is_own or teaches_learner_of(comment.submission, user)):
        raise Http404
    return comment


def saved_comments(course: Course) -> list[SavedComment]:
    """Return the comment bank of a course, the most used first."""
    return list(SavedComment.objects.filter(course=course))


# --- marks -----------------------------------------------------------------------------------------------------------


def list_replaced_marks(feedback: Feedback | None) -> list[ReplacedMarks]:
    """Return the newest marks that were replaced, for staff."""
    rows = ReplacedMarks.objects.filter(feedback=feedback) if feedback else ReplacedMarks.objects.none()
    return list(rows.select_related("by", "lab_version")[:MAX_REPLACED])


def feedback_of(submission: Submission) -> Feedback | None:
    people = ("lab_version", "changed_by", "released_by")
    return Feedback.objects.filter(submission=submission).select_related(*people).first()


def marked_earlier(submission: Submission) -> Feedback | None:
    """Return the newest released marks of another submission of this learner for the lab."""
    others = Feedback.objects.filter(
        submission__enrollment=submission.enrollment_id, submission__lab=submission.lab_id
    )
    released = others.exclude(submission=submission).filter(released_at__isnull=False).exclude(released={})
    return released.select_related("submission", "lab_version").order_by("-released_at").first()


def to_mark(lab: Lab, user: User) -> QuerySet[Submission]:
    """Return the submissions that count and still need rubric points, from active learners of `user`."""
    own = of_own_learners(user, "enrollment__cohort")
    counted = Submission.objects.filter(own, lab=lab, is_best=True, enrollment__is_active=True)
    return counted.filter(rubric_waiting__gt=F("review_waiting"))


def queue_of(lab: Lab, user: User) -> list[int]:
    """Return the keys of `to_mark` in a stable order that reveals nothing about learners."""
    rows = to_mark(lab, user).order_by().values_list("pk", "enrollment")
    return [pk for pk, enrollment in sorted(rows, key=lambda row: _place(lab.pk, row[1]))]


def _place(lab: int, enrollment: int) -> bytes:
    return sha256(f"place of learner {enrollment} in lab {lab}".encode()).digest()


def next_to_mark(lab: Lab, user: User, after: Submission | None = None) -> tuple[Submission | None, int]:
    """Return the next submission without marks, and the number of others that wait.

    Those that somebody has open come last."""
    unmarked = to_mark(lab, user).filter(Q(feedback=None) | Q(feedback__marks={}))
    waiting = unmarked.order_by().values_list("pk", "enrollment")
    others = [row for row in waiting if after is None or row[0] != after.pk]
    start = _place(lab.pk, after.enrollment_id) if after else b""
    held = held_by_others(user=user, model=Submission, keys=[pk for pk, _ in others])

    def order(row: tuple[int, int]) -> tuple[bool, bool, bytes]:
        place = _place(lab.pk, row[1])
        return row[0] in held, place <= start, place

    found = min(others, key=order, default=None)
    return (Submission.objects.get(pk=found[0]) if found else None), len(others)


def submissions_with_people(keys: Iterable[int]) -> dict[int, Submission]:
    rows = Submission.objects.filter(pk__in=list(keys)).select_related(
        "enrollment__user", "receipt", "feedback"
    )
    return {row.pk: row for row in rows}


def marked_rows(lab: Lab, user: User) -> QuerySet[Submission]:
    """Return the submissions for a lab with marks or a draft of them, the last changed first."""
    own = of_own_learners(user, "enrollment__cohort")
    rows = Submission.objects.filter(own, feedback__isnull=False, lab=lab, enrollment__is_active=True)
    return rows.select_related("enrollment__user", "feedback").order_by("-feedback__changed_at", "-pk")
