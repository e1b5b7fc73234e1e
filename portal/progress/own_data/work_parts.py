"""Rows about a person: work at quizzes and labs, points and certificates."""

from django.db.models import Q

from portal.accounts.models import User
from portal.progress.own_data.part import Fate, Part

STAY, CHANGE = Fate.STAY, Fate.CHANGE
LEASE = "leased_until tries"
COURSE = "enrollment__course__title"


def invitations(user: User) -> Q:
    return Q(enrollment__user=user) | Q(by__user=user)


QUIZ_PARTS = (
    Part(
        "lessons.QuizExtension",
        "enrollment__user",
        "Extensions of quizzes",
        "quiz__title until reason created_at",
        "id",
    ),
    Part(
        "lessons.ExtraTime", "enrollment__user", "Extra time", f"{COURSE} quiz__title percent minutes", "id"
    ),
    Part(
        "lessons.LiveAnswer",
        "enrollment__user",
        "Answers in live quizzes",
        "question__live__quiz__title question__key response saved_at",
        "id",
    ),
    Part(
        "lessons.Marking",
        "answer__attempt__enrollment__user",
        "Marks and comments at quizzes",
        "answer__attempt__quiz__title answer__attempt__number answer__key points comment report at",
        "id",
    ),
    Part(
        "lessons.Answer",
        "attempt__enrollment__user",
        "Answers at quizzes",
        "attempt__quiz__title attempt__number key response flagged credit saved_at",
        f"id waits_for {LEASE}",
    ),
    Part(
        "lessons.RegradedAttempt",
        "attempt__enrollment__user",
        "Regrades of quizzes",
        "attempt__quiz__title attempt__number old_points new_points fate",
        "id way old_max old_passed new_max new_passed why problem before",
    ),
    Part(
        "lessons.Attempt",
        "enrollment__user",
        "Attempts at quizzes",
        f"{COURSE} quiz__title number started_at submitted_at points max_points score passed ended_by is_late",
        "id layout questions waiting_points",
    ),
)
LAB_PARTS = (
    Part(
        "labs.SimilarPair",
        "",
        "",
        "",
        "id commits files percent details",
        whose=lambda user: Q(first__enrollment__user=user) | Q(second__enrollment__user=user),
    ),
    Part("labs.FailedCheck", "submission__enrollment__user", "", "", "id name"),
    Part("labs.MetCheck", "enrollment__user", "Checks met", "lab__title name first", "id"),
    Part(
        "labs.LabExtension",
        "enrollment__user",
        "Extensions of labs",
        "lab__title until reason created_at",
        "id",
    ),
    Part(
        "labs.Outage",
        "enrollment__user",
        "Waits because of us",
        "lab__title begins_at ends_at seconds",
        "id is_open",
    ),
    Part(
        "labs.LocalReport",
        "enrollment__user",
        "Results of your own runs",
        "lab__title place head outcomes received_at",
        "id engine checks_digest",
    ),
    Part(
        "labs.Choice",
        "enrollment__user",
        "Submissions chosen by staff",
        "lab__title submission__number reason at",
        "id",
    ),
    Part(
        "labs.ReviewNote",
        "review__reviewer__user",
        "Notes in your peer reviews",
        "review__work__lab__title line text created_at",
        "id path excerpt html",  # a path may name the author
        fate=STAY,
    ),
    Part(
        "labs.PeerReview",
        "reviewer__user",
        "Your peer reviews",
        "work__lab__title origin marks text created_at submitted_at is_late answer answered_at thanked_at"
        " set_aside_at set_aside_reason",
        "id public_id number html version answer_html",
        fate=STAY,
    ),
    Part(
        "labs.PeerReview",
        "work__enrollment__user",
        "Peer reviews of your work",
        "work__lab__title number marks text submitted_at is_late answer answered_at thanked_at set_aside_at"
        " set_aside_reason",
        "id public_id origin created_at html version answer_html",
        whose=lambda user: Q(
            work__enrollment__user=user, submitted_at__isnull=False, work__round__closed_at__isnull=False
        ),
    ),
    Part("labs.ReviewedWork", "enrollment__user", "", "", "id"),
    Part(
        "labs.Comment",
        "submission__enrollment__user",
        "Comments on submissions",
        "submission__lab__title submission__number path line commit text is_staff created_at edited_at",
        "id excerpt html version released_at",
        whose=lambda user: Q(submission__enrollment__user=user) & (Q(released_at__isnull=False) | Q(by=user)),
    ),
    Part(
        "labs.ReplacedMarks",
        "feedback__submission__enrollment__user",
        "",
        "",
        "id marks at was_released",
    ),
    Part(
        "labs.Feedback",
        "submission__enrollment__user",
        "Marks by a rubric",
        "submission__lab__title submission__number released released_at",
        "id version marks changed_at",
    ),
    Part("labs.GitHubAnswer_submissions", "submission__enrollment__user", "", "", "id"),
    Part(
        "labs.GitHubAnswer",
        "repository__enrollment__user",
        "Facts from GitHub",
        "repository__lab__title commit data asked_at created_at",
        "id heads rehearsed ask_at tries",
    ),
    Part(
        "labs.CommitStatus",
        "report__submission__enrollment__user",
        "Results sent to GitHub",
        "report__submission__lab__title commit state written_at reason asked_at",
        "id not_before tries writes",
    ),
    Part(
        "labs.Delivery",
        "connection__repository__enrollment__user",
        "Messages from GitHub",
        "connection__full_name event action ref commit received_at outcome reason",
        "id guid by_app is_prompt",
    ),
    Part(
        "labs.Connection",
        "repository__enrollment__user",
        "Repositories connected with GitHub",
        "repository__lab__title full_name github_id owner_proved_by created_at last_heard_at disconnected_at",
        "id key secret_number previous_until answers asked_at proof_note secret_shown_at look_at "
        "look_tries looked_at look_fault mismatched_at",
    ),
    Part(
        "labs.RegradedSubmission",
        "submission__enrollment__user",
        "Regrades of labs",
        "submission__lab__title submission__number old_points new_points fate",
        "id way old_max old_passed new_max new_passed why problem shadow before",
    ),
    Part(
        "labs.Report",
        "submission__enrollment__user",
        "Results of submissions",
        "submission__lab__title submission__number created_at points max_points passed is_current data notes",
        "id spec_digest engine",
        also="submission__team__members__enrollment__user",
    ),
    Part(
        "labs.Submission",
        "enrollment__user",
        "Submissions",
        f"{COURSE} lab__title number public_id state head head_ref queued_at ended_at is_best rubric_points "
        "late_points "
        "due_at late_days message",
        "id digest queue version tries token lease_until last_fault not_before worker rubric_waiting rubric_passed "
        "review_waiting reviews_owed "
        "late_passed fetching_at checking_at answered_at",
        also="team__members__enrollment__user",
    ),
    Part(
        "labs.Receipt",
        "repository__enrollment__user",
        "Received pushes",
        "repository__lab__title via received_at missed_at claimed_at refs",
        "id digest",
    ),
    Part(
        "labs.Repository",
        "enrollment__user",
        "Repositories",
        f"{COURSE} lab__title host owner name folder created_at",
        "id update_branch update_commit update_merged",
    ),
    Part("labs.TeamInvitation", "enrollment__user", "", "", "id invited_at", whose=invitations),
    Part(
        "labs.TeamMember", "enrollment__user", "Teams", "team__lab__title team__number joined_at", "id", STAY
    ),
    Part("labs.Team", "holder__user", "", "", "id number code made_by created_at", CHANGE),
)
POINT_PARTS = (
    Part("progress.PendingGradeNotice", "enrollment__user", "", "", "id before due_at"),
    Part(
        "progress.CalendarDeadline", "enrollment__user", "", "", "id kind target due_at sequence changed_at"
    ),
    Part("progress.StaffNote", "enrollment__user", "Notes of staff about you", f"{COURSE} text at", "id"),
    Part(
        "progress.StuckMark",
        "enrollment__user",
        "Notes that you were stuck",
        f"{COURSE} lab__title kind note until created_at",
        "id rule",
    ),
    Part(
        "progress.Override",
        "enrollment__user",
        "Scores given by staff",
        f"{COURSE} quiz__title lab__title points out_of reason at is_current",
        "id is_public",
        STAY,
        lambda user: Q(enrollment__user=user, is_public=True),
    ),
    Part(
        "progress.ExternalMark",
        "enrollment__user",
        "Marks from elsewhere",
        f"{COURSE} title points out_of recorded_at",
        "id origin origin_key",
        STAY,
    ),
    Part(
        "lessons.GradeChange",
        "enrollment__user",
        "Changes of grades",
        f"{COURSE} at kind title old new out_of",
        "id item why who",
        STAY,
    ),
    Part(
        "progress.Certificate",
        "enrollment__user",
        "Certificates",
        f"{COURSE} name content issued_at shows_name shows_work wanted_name wanted_because withdrawn_at "
        "withdrawn_because",
        "id key",
        CHANGE,
    ),
    Part(
        "lessons.Enrollment",
        "user",
        "Courses",
        "course__title cohort__title is_active created_at",
        "id",
        CHANGE,
    ),
)
