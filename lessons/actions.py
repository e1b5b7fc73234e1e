"""Write operations of authors and readers. Each function is one transaction. `attempt_actions` has those at a quiz."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons import attachments, quiz_proofs
from lessons.links import Links, links_within
from lessons.models import (
    Attachment,
    Enrollment,
    Lesson,
    Quiz,
    QuizVersion,
    Reading,
    Session,
    Tick,
    UnusedFile,
)
from lessons.models.deadlines import rule_values
from lessons.quizzes import (
    QuizSyntaxError,
    count,
    max_points,
    parse,
)
from lessons.rendering import Rendered, TooComplexError, render, render_inline
from lessons.search.own_kinds import index_lesson, index_quiz

MAX_ERRORS_COUNTED = 999


def render_markdown(source: str, links: Links) -> Rendered:
    return render(source, link=links)


@transaction.atomic
def save_lesson(*, lesson: Lesson, links: Links | None = None) -> Lesson:
    """Save a lesson and everything derived from its Markdown.

    Raises TooComplexError if a lesson that is no draft is too complex to render.
    """
    rendered = _render_or_empty(lesson, links or links_within(lesson.course))
    lesson.gate_errors = _count_errors(rendered)
    lesson.html, lesson.staff_html = rendered.html, rendered.staff_html
    lesson.plan = rendered.plan
    lesson.contents = rendered.contents
    lesson.checklist = rendered.checklists
    lesson.minutes = rendered.minutes
    lesson.text = rendered.text
    lesson.updated_at = timezone.now()
    lesson.save()
    index_lesson(lesson, rendered)
    _list_attachments(lesson)
    return lesson


def _count_errors(rendered: Rendered) -> int:
    # without text, or with one that is too complex, the page is empty
    has_page = rendered.html or rendered.staff_html
    return min(len(rendered.verdict.errors), MAX_ERRORS_COUNTED) if has_page else 1


def count_missing_errors(limit: int) -> bool:
    """Count the errors of lessons that were last saved before errors were counted. Return True if more may wait."""
    uncounted = Lesson.objects.filter(gate_errors=None)
    lessons = list(uncounted.select_related("course").order_by("course", "pk")[:limit])
    links = {course: links_within(course) for course in {lesson.course for lesson in lessons}}
    for lesson in lessons:
        try:
            errors = _count_errors(render_markdown(lesson.source, links[lesson.course]))
        except TooComplexError:
            errors = 1
        # `update`, because the lesson was not changed; a save meanwhile has counted them already
        uncounted.filter(pk=lesson.pk).update(gate_errors=errors)
    return len(lessons) == limit


def _list_attachments(lesson: Lesson) -> None:
    linked = dict.fromkeys(attachments.tokens_in(lesson.staff_html + lesson.source), True)
    linked |= dict.fromkeys(attachments.tokens_in(lesson.html), False)
    linked |= dict.fromkeys(_tokens_of_quiz(lesson), False)
    listed = dict(lesson.attachments.values_list("token", "for_staff"))
    ended = [token for token, for_staff in listed.items() if linked.get(token) != for_staff]
    if ended:
        lesson.attachments.filter(token__in=ended).delete()
    rows = [
        Attachment(lesson=lesson, token=token, for_staff=linked[token])
        for token in sorted(linked)
        if listed.get(token) != linked[token]
    ]
    if rows:
        Attachment.objects.bulk_create(rows, ignore_conflicts=True)
        UnusedFile.objects.filter(token__in=[row.token for row in rows]).delete()  # see `stored_files`


def _tokens_of_quiz(lesson: Lesson) -> set[str]:
    # Learners review their attempts at older versions too.
    quiz = getattr(lesson, "quiz", None)
    if quiz is None:
        return set()
    older = quiz.versions.filter(source__contains="/media/").values_list("source", flat=True)
    return {token for text in [quiz.source, *older] for token in attachments.tokens_in(text)}


def _render_or_empty(lesson: Lesson, links: Links) -> Rendered:
    # A draft is saved even if it cannot be rendered; its page is then empty.
    try:
        return render_markdown(lesson.source, links)
    except TooComplexError:
        if not lesson.is_draft:
            raise
        return render_markdown("", links)


def save_session(*, session: Session, links: Links | None = None) -> Session:
    links = links or links_within(session.course)
    session.prepare_html = [
        {"key": item["key"], "html": render_inline(item["text"], link=links)} for item in session.prepare
    ]
    session.save()
    return session


@transaction.atomic
def save_quiz(*, quiz: Quiz) -> Quiz:
    """Save a quiz; a changed source makes a new version, which waits for its proof if a worker must try it.

    A draft, or the quiz of a draft lesson, may be invalid: it is saved and keeps its previous version.
    Any other invalid quiz raises QuizSyntaxError with all problems and their lines.
    """
    if quiz.pk:  # a worker may have proved a version since the quiz was read
        rows = Quiz.with_deleted().select_for_update(of=("self",))
        quiz.refresh_from_db(fields=["current", "unproved"], from_queryset=rows)
    try:
        parsed = parse(quiz.source)
    except QuizSyntaxError:
        if not (quiz.is_draft or quiz.lesson.is_draft):
            raise
        quiz.title = quiz.title or quiz.lesson.title
        quiz.unproved = None
        quiz.save()
        index_quiz(quiz)
        return quiz
    quiz.title = parsed.title
    quiz.save()
    index_quiz(quiz)
    _list_attachments(quiz.lesson)
    values = {
        "source": quiz.source,
        "question_count": count(parsed),
        "max_points": max_points(parsed),
        "pass_mark": parsed.pass_mark,
        "attempts_allowed": parsed.attempts,
        "release": parsed.release,
        "shows": parsed.shows,
        "counts": parsed.counts,
        "time_limit": parsed.time_limit,
        **rule_values(parsed.deadline),
        "late": parsed.late,
        "bonus": parsed.bonus,
        "proved": not parsed.is_proved_by_worker,
    }
    version, _ = QuizVersion.objects.get_or_create(quiz=quiz, digest=parsed.digest, defaults=values)
    quiz_proofs.settle(quiz, version)
    return quiz


# --- learners -------------------------------------------------------------------------------------------------------


def keep_place(*, enrollment: Enrollment, lesson: Lesson, heading: str) -> None:
    # The heading may be gone since the page was opened; then it is ignored.
    if heading in {item[1] for item in lesson.contents}:
        Reading.objects.update_or_create(enrollment=enrollment, lesson=lesson, defaults={"heading": heading})


def mark_read(*, enrollment: Enrollment, lesson: Lesson, read: bool = True) -> Reading:
    """Mark a lesson as read or unread. Marking it again keeps the first time."""
    reading, _ = Reading.objects.get_or_create(enrollment=enrollment, lesson=lesson)
    reading.read_at = (reading.read_at or timezone.now()) if read else None
    reading.save(update_fields=["read_at", "updated_at"])
    return reading


def tick(*, enrollment: Enrollment, of: Lesson | Session, key: str, done: bool) -> None:
    """Tick or untick a checklist item. Raises LookupError if there is no such item."""
    if key not in of.checklist_keys:
        raise LookupError(f"{of} has no item {key}")
    where: dict[str, Any] = {
        "enrollment": enrollment,
        "key": key,
        "lesson" if isinstance(of, Lesson) else "session": of,
    }
    if done:
        Tick.objects.get_or_create(**where)
    else:
        Tick.objects.filter(**where).delete()
