"""Rows about a person: taking part in courses, and questions."""

from django.db.models import Q

from portal.accounts.models import User
from portal.progress.own_data.part import Fate, Part

STAY, CHANGE = Fate.STAY, Fate.CHANGE
COURSE = "enrollment__course__title"


def own_messages(user: User) -> Q:
    # those of a person, and the answers of staff to them; other learners own their messages
    return Q(author=user) | Q(thread__enrollment__user=user, is_staff=True)


COURSE_PARTS = (
    Part(
        "lessons.WaitingPlace",
        "user",
        "Waiting lists",
        "cohort__course__title cohort__title created_at",
        "id position",
    ),
    Part(
        "lessons.RosterEntry",
        "enrollment__user",
        "Class lists",
        "cohort__title identifier name email github_name invited_at created_at",
        "id key github_id state tries leased_until problem",
        CHANGE,
    ),
    Part(
        "lessons.AnnouncementRead",
        "enrollment__user",
        "Announcements read",
        "announcement__title read_at",
        "id",
    ),
    Part(
        "lessons.Reading",
        "enrollment__user",
        "Lessons",
        "lesson__course__title lesson__title heading read_at updated_at",
        "id",
    ),
    Part(
        "lessons.Tick",
        "enrollment__user",
        "Checklists",
        f"{COURSE} session__title lesson__title key created_at",
        "id",
        STAY,
    ),
    Part(
        "lessons.Attendance",
        "enrollment__user",
        "Meetings",
        "meeting__session__title meeting__starts_at joined_at is_present marked_at",
        "id",
        STAY,
    ),
    Part(
        "lessons.MeetingSignal",
        "enrollment__user",
        "Signals in class",
        "meeting__session__title kind sent_at",
        "id",
    ),
    Part(
        "lessons.TicketAnswer",
        "enrollment__user",
        "Answers after meetings",
        "ticket__meeting__session__title ticket__question text",
        "id",
    ),
    Part("lessons.TicketTaker", "enrollment__user", "", "", "id"),
    # --- questions ---
    Part(
        "lessons.Message",
        "",
        "Messages",
        "thread__title is_staff text sent_at edited_at withdrawn_at",
        "id answers is_suggested html",
        CHANGE,
        own_messages,
    ),
    Part(
        "lessons.Thread",
        "enrollment__user",
        "Questions and requests for help",
        f"{COURSE} kind title place_title part_title quote evidence shows_name asked_at answered_at closed_at "
        "withdrawn_at is_public public_at",
        "id place_kind place_key part evidence_url waiting_since taken_at version",
        CHANGE,
    ),
    Part(
        "progress.Inquiry",
        "enrollment__user",
        "Questions about grades",
        f"{COURSE} title reason points_then asked_at state answer points_now answered_at",
        "id thing reason_html answer_html",
    ),
    Part(
        "lessons.QuestionReport",
        "enrollment__user",
        "Reports of questions",
        "quiz__title key text created_at reply closed_at",
        "id",
    ),
)
