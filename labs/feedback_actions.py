"""Staff mark submissions and comment on them; learners reply. Each function is one change with its transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from labs.grader.rubric import Criterion, Rubric, given_points, points_of
from labs.grading import counting
from labs.grading.rubrics import read_marks as read_stored
from labs.models import Comment, Feedback, PeerReview, ReplacedMarks, SavedComment, Submission
from labs.queries import current_report, teaches_learner_of
from labs.specs import parse_spec
from labs.team_queries import is_own_submission, people_of
from lessons.grade_changes import Kind, record_grade_change
from lessons.models import Course, CourseStaff
from lessons.points import read_points, show_exactly
from lessons.pseudonyms import name_to_mark
from lessons.rendering.comments import render_comment
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.notices.actions import notify_all

MAX_TEXT = 5000
MAX_COMMENTS = 200  # of a submission
MAX_SAVED = 200  # comments of a course
MAX_REPLIES_PER_HOUR = 30  # of a person
HOUR = timedelta(hours=1)


class CannotSaveError(Exception):
    """Nothing was saved; the message says what to do."""


class ChangedMeanwhileError(Exception):
    """Somebody else saved first; `theirs` is the row that they saved. Nothing was saved."""

    def __init__(self, theirs: Feedback | Comment | PeerReview) -> None:
        super().__init__(str(theirs))
        self.theirs = theirs


@dataclass(frozen=True)
class Line:
    """A line of a file at the commit of a submission, with numbered lines around it."""

    path: str = ""
    number: int | None = None
    excerpt: list[tuple[int, str]] = field(default_factory=list)


# --- marks -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_marks(*, submission: Submission, by: User, typed: Mapping[str, str], seen: int) -> Feedback:
    """Save the points of criteria, as typed, as a draft; an empty text takes a mark away.

    `seen` is the version of the feedback that the marker saw, 0 for none. Raises ChangedMeanwhileError,
    CannotSaveError, PermissionDenied.
    """
    _require_staff(submission, by)
    counting.lock_learner(submission.enrollment_id)  # two markers of a submission take turns
    report = current_report(submission)
    if report is None:
        raise CannotSaveError("The submission has no result yet. Mark it when its checks have run.")
    marks = read_marks(parse_spec(report.lab_version.source).rubric, typed)
    values = {
        "marks": marks,
        "lab_version": report.lab_version,
        "changed_by": by,
        "changed_at": timezone.now(),
    }
    feedback = _locked(submission, seen)
    if feedback is None:
        return Feedback.objects.create(submission=submission, **values)
    if (feedback.marks, feedback.lab_version_id) != (marks, report.lab_version_id):
        _keep_replaced(feedback, marks, by)
        Feedback.objects.filter(pk=feedback.pk).update(**values, version=F("version") + 1)
        feedback.refresh_from_db()
    return feedback


def _keep_replaced(feedback: Feedback, marks: Mapping[str, str], by: User) -> None:
    ReplacedMarks.objects.create(
        feedback=feedback,
        marks=feedback.marks,
        lab_version=feedback.lab_version,
        by=feedback.changed_by,
        at=feedback.changed_at,
        was_released=not feedback.is_draft,
    )
    keys = [key for key in {**feedback.marks, **marks} if feedback.marks.get(key) != marks.get(key)]
    moves = [f"{key} {feedback.marks.get(key, 'no mark')} to {marks.get(key, 'no mark')}" for key in keys]
    what = f"submission {feedback.submission.public_id}: marks replaced: {', '.join(moves)}"
    record(Event.GRADE, what, user=by)


def _locked(submission: Submission, seen: int) -> Feedback | None:
    feedback = Feedback.objects.select_for_update(of=("self",)).filter(submission=submission).first()
    if feedback and feedback.version != seen:
        raise ChangedMeanwhileError(feedback)
    return feedback


def read_marks(rubric: Rubric, typed: Mapping[str, str]) -> dict[str, str]:
    """Return typed points by criterion, without those left empty. Raises CannotSaveError."""
    marks = {}
    for criterion in rubric:
        text = typed.get(criterion.id, "").strip()
        if not text:
            continue
        points = read_points(text)
        if points is None or not criterion.allows(points):
            raise CannotSaveError(f"“{criterion.says}”: {_allowed_words(criterion)}")
        marks[criterion.id] = show_exactly(points)
    return marks


def _allowed_words(criterion: Criterion) -> str:
    if criterion.levels:
        return "choose one of its levels."
    return f"type points from 0 to {show_exactly(criterion.points)}, with at most two decimals."


@transaction.atomic
def release(*, submission: Submission, by: User, seen: int) -> Feedback:
    """Show the marks and the drafts of comments to the learner, and let the marks count.

    Raises ChangedMeanwhileError, CannotSaveError if there is nothing to release, PermissionDenied.
    """
    _require_staff(submission, by)
    learner = counting.lock_learner(submission.enrollment_id)
    feedback, now = _locked(submission, seen), timezone.now()
    drafts = Comment.objects.filter(submission=submission, released_at=None).update(released_at=now)
    is_news = feedback is not None and feedback.marks != feedback.released
    if not (drafts or is_news):
        raise CannotSaveError("There is nothing new to release. Mark a criterion or write a comment first.")
    if feedback is None:
        report = current_report(submission)
        if report is None:
            raise CannotSaveError(
                "The submission has no result yet. Release comments when its checks have run."
            )
        feedback = Feedback.objects.create(
            submission=submission, lab_version=report.lab_version, changed_by=by
        )
    before = Submission.objects.only("rubric_points").get(pk=submission.pk).rubric_points
    Feedback.objects.filter(pk=feedback.pk).update(
        released=F("marks"), released_by=by, released_at=now, version=F("version") + 1
    )
    counting.recount_locked(learner)
    feedback.refresh_from_db()
    submission.refresh_from_db(fields=["rubric_points", "rubric_waiting", "late_points", "is_best"])
    words = _released_words(submission, feedback, is_news)
    people = people_of(submission)
    texts = dict.fromkeys((each.user_id for each in people), words)
    notify_all(texts=texts, kind="grade", link=f"{submission.get_absolute_url()}#feedback")
    moved = f"{show_exactly(before)} to {show_exactly(submission.rubric_points)}"
    record(Event.GRADE, f"submission {submission.public_id}: rubric points from {moved}", user=by)
    for person in people:
        record_grade_change(
            kind=Kind.MARKING,
            enrollment=person,
            item=f"lab:{submission.lab_id}",
            title=f"{submission.lab}, submission {submission.number}, rubric",
            old=before,
            new=submission.rubric_points,
            out_of=feedback.lab_version.rubric_points,
            by=by,
        )
    return feedback


def _released_words(submission: Submission, feedback: Feedback, is_news: bool) -> str:
    name = f"submission {submission.number} of “{submission.lab.title}”"
    rubric = parse_spec(feedback.lab_version.source).rubric
    if not rubric or not is_news:
        return f"There are new comments on your {name}."
    given = show_exactly(given_points(rubric, read_stored(feedback.released)))
    out_of = show_exactly(points_of(rubric))
    return f"Your {name} was marked: {given} of {out_of} points for the rubric."


# --- comments --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_comment(
    *, submission: Submission, by: User, text: str, line: Line | None = None, is_kept: bool = False
) -> Comment:
    """Add a draft of a comment, on the submission or on a line. With `is_kept`, its text is saved to use it again.

    Raises CannotSaveError, PermissionDenied.
    """
    _require_staff(submission, by)
    counting.lock_learner(submission.enrollment_id)
    check_text(text)
    _check_count(submission)
    line = line or Line()
    if is_kept:
        save_for_reuse(course=submission.lab.course, text=text, by=by)
    SavedComment.objects.filter(course=submission.lab.course, text=text).update(uses=F("uses") + 1)
    return Comment.objects.create(
        submission=submission,
        by=by,
        is_staff=True,
        commit=submission.head,
        path=line.path,
        line=line.number,
        excerpt=[list(each) for each in line.excerpt],
        **text_values(text),
    )


@transaction.atomic
def edit_comment(*, comment: Comment, by: User, text: str, seen: int) -> Comment:
    """Change one's own comment. Raises CannotSaveError, ChangedMeanwhileError, PermissionDenied for other people's."""
    if comment.by_id != by.pk:
        raise PermissionDenied
    check_text(text)
    same = Comment.objects.filter(pk=comment.pk, version=seen)
    edited_at = timezone.now() if comment.released_at else None
    if not same.update(**text_values(text), edited_at=edited_at, version=F("version") + 1):
        raise ChangedMeanwhileError(Comment.objects.get(pk=comment.pk))
    comment.refresh_from_db()
    return comment


def delete_draft(*, comment: Comment, by: User) -> bool:
    """Delete a comment that its learner has not seen. Raises PermissionDenied for those who do not teach the course."""
    _require_staff(comment.submission, by)
    deleted, _ = Comment.objects.filter(pk=comment.pk, released_at=None).delete()
    return bool(deleted)


@transaction.atomic
def reply(*, comment: Comment, by: User, text: str) -> Comment:
    """Reply to a released comment, as its learner or as staff; the other side gets a notice. Raises CannotSaveError."""
    submission = comment.submission
    learner = counting.lock_learner(submission.enrollment_id)
    check_text(text)
    now = timezone.now()
    own = Comment.objects.filter(by=by, created_at__gt=now - HOUR, reply_to__isnull=False)
    if own.count() >= MAX_REPLIES_PER_HOUR:
        raise CannotSaveError(f"You wrote {MAX_REPLIES_PER_HOUR} replies in the last hour. Wait an hour.")
    _check_count(submission)
    is_staff = learner.user_id != by.pk
    answer = Comment.objects.create(
        submission=submission,
        reply_to=comment.reply_to or comment,
        by=by,
        is_staff=is_staff,
        path=comment.path,
        line=comment.line,
        commit=comment.commit,
        released_at=now,
        **text_values(text),
    )
    _notify_others(answer, by)
    return answer


def _notify_others(answer: Comment, by: User) -> None:
    submission = answer.submission
    link = f"{submission.get_absolute_url()}#comment-{answer.pk}"
    name = f"submission {submission.number} of “{submission.lab.title}”"
    if answer.is_staff:
        text = f"{by.get_full_name()} replied on your {name}."
        people = dict.fromkeys((each.user_id for each in people_of(submission)), text)
        notify_all(texts=people, kind="reply", link=link)
        return
    writers = Comment.objects.filter(submission=submission, is_staff=True).values("by")
    staff = CourseStaff.objects.filter(course=submission.lab.course, user__is_active=True, user__in=writers)
    text = f"{name_to_mark(submission.enrollment)} replied to a comment on {name}."
    notify_all(texts=dict.fromkeys(staff.values_list("user", flat=True), text), kind="reply", link=link)


# --- the comment bank ------------------------------------------------------------------------------------------------


def save_for_reuse(*, course: Course, text: str, by: User) -> SavedComment:
    """Keep a text for the staff of a course, once. Raises CannotSaveError."""
    check_text(text)
    known = SavedComment.objects.filter(course=course)
    if known.count() >= MAX_SAVED and not known.filter(text=text).exists():
        raise CannotSaveError(
            f"The course has {MAX_SAVED} saved comments, which is the limit. Remove one first."
        )
    return SavedComment.objects.get_or_create(course=course, text=text, defaults={"by": by})[0]


def remove_saved(*, course: Course, key: int) -> bool:
    deleted, _ = SavedComment.objects.filter(course=course, pk=key).delete()
    return bool(deleted)


def _require_staff(submission: Submission, by: User) -> None:
    # Somebody may teach one cohort and learn in another: nobody marks their own work.
    if is_own_submission(submission, by) or not teaches_learner_of(submission, by):
        raise PermissionDenied


def check_text(text: str) -> None:
    """Raise CannotSaveError for an empty text or one that is too long."""
    if not text.strip():
        raise CannotSaveError("Write the comment first.")
    if len(text) > MAX_TEXT:
        raise CannotSaveError(f"The comment has {len(text):,} characters. The limit is {MAX_TEXT:,}.")


def _check_count(submission: Submission) -> None:
    if Comment.objects.filter(submission=submission).count() >= MAX_COMMENTS:
        raise CannotSaveError(f"A submission has at most {MAX_COMMENTS} comments. Edit one of yours instead.")


# Any: values of fields
def text_values(text: str) -> dict[str, Any]:
    return {"text": text, "html": render_comment(text)}
