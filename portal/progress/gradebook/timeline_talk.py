"""Events of a learner's timeline that involve other people: questions, comments, teams and moves between cohorts."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from labs.models import Comment, Submission, TeamMember
from lessons.models import Enrollment, Thread
from portal.notices.models import Notice
from portal.progress.gradebook.event import MAX_EACH, Event
from portal.progress.models import Inquiry

MAX_SHOWN = 200  # characters of a comment


def questions(learner: Enrollment) -> Iterator[Event]:
    """Yield questions and requests for help, except those that the learner withdrew."""
    rows = Thread.objects.filter(enrollment=learner).present().select_related("course")
    for row in rows.order_by("-asked_at")[:MAX_EACH]:
        verb = "Asked for help" if row.is_help else "Asked"
        glyph, word = ("done", "Answered") if row.answered_at else ("wait", "Waiting")
        text = f"{row.where}. {_describe_answer(row.answered_at)}"
        yield Event(row.asked_at, "question", glyph, word, f"{verb}: {row}", text, row.get_absolute_url())


def _describe_answer(at: datetime | None) -> str:
    return f"Answered on {date_format(timezone.localtime(at), 'j F, H:i')}" if at else "Not answered yet"


def inquiries(learner: Enrollment) -> Iterator[Event]:
    for row in Inquiry.objects.filter(enrollment=learner)[:MAX_EACH]:
        glyph = "wait" if row.is_open else "done"
        title = f"Asked about points: {row.title}"
        url = reverse("inquiry", args=[row.pk])
        yield Event(
            row.asked_at, "question", glyph, row.get_state_display(), title, row.get_state_display(), url
        )


def comments(learner: Enrollment) -> Iterator[Event]:
    """Yield comments on submissions and the replies to them, drafts too."""
    own = Submission.objects.of_learners([learner.pk]).filter(lab__deletion=None)
    rows = Comment.objects.filter(submission__in=own.order_by().values("pk"))
    rows = rows.select_related("by", "submission__lab").order_by("-pk")
    for row in rows.defer("html", "excerpt", "submission__lab__source")[:MAX_EACH]:
        who = (
            row.by.get_full_name() if row.by and row.is_staff else "Staff" if row.is_staff else "The learner"
        )
        verb = "replied" if row.reply_to_id else "commented"
        place = f", {row.path}, line {row.line}" if row.path else ""
        title = f"{who} {verb} on {row.submission.lab}, submission {row.submission.number}{place}"
        short = row.text if len(row.text) <= MAX_SHOWN else f"{row.text[:MAX_SHOWN]}…"
        text = short if row.released_at else f"Draft, not released. {short}"
        url = f"{row.submission.get_absolute_url()}#comment-{row.pk}"
        yield Event(row.created_at, "question", "todo", "Comment", title, text, url)


def teams(learner: Enrollment) -> Iterator[Event]:
    rows = TeamMember.objects.filter(enrollment=learner, lab__deletion=None).select_related("team", "lab")
    for row in rows.defer("lab__source", "lab__brief", "lab__brief_html")[:MAX_EACH]:
        yield Event(row.joined_at, "lab", "done", "Team", f"Joined {row.team} for {row.lab}")


def moves(learner: Enrollment) -> Iterator[Event]:
    """Yield changes of the cohort, which reach the learner as notices with the reason."""
    about = Q(link=learner.course.get_absolute_url()) | Q(
        link=reverse("home"), text__contains=str(learner.cohort)
    )
    rows = Notice.objects.filter(about, user=learner.user_id, kind="joining").order_by("-created_at")
    for row in rows[:MAX_EACH]:
        yield Event(row.created_at, "meeting", "now", "Cohort", "Cohort", row.text)
