"""All rows about a person, in the order in which an account loses them: rows before those that they need.

A new model with a foreign key to a person, an enrollment or one of these models needs a line in this package, or in
`MENTIONS` if the key only says who did something for others. `tests/own_data/test_parts.py` fails without one.
"""

from portal.progress.own_data.account_parts import ACCOUNT_PARTS
from portal.progress.own_data.course_parts import COURSE_PARTS
from portal.progress.own_data.work_parts import LAB_PARTS, POINT_PARTS, QUIZ_PARTS

PARTS = (*ACCOUNT_PARTS, *COURSE_PARTS, *QUIZ_PARTS, *LAB_PARTS, *POINT_PARTS)

# These lead to the pseudonym afterwards.
MENTIONS = {
    *("lessons.Deletion.by", "lessons.HistoricalLesson.history_user", "lessons.HistoricalQuiz.history_user"),
    *("lessons.Announcement.author", "lessons.Attendance.marked_by", "lessons.GradeChange.by"),
    *("lessons.QuizExtension.given_by", "lessons.Marking.by", "lessons.LiveQuiz.started_by"),
    *("lessons.ModelDraft.asked_by", "lessons.QuizRegrade.by", "lessons.QuizRegrade.applied_by"),
    *("lessons.QuizRegrade.undone_by", "lessons.QuestionReport.closed_by", "lessons.CourseFetch.asked_by"),
    *("lessons.Thread.taken_by", "lessons.Thread.public_by", "lessons.Message.author"),
    *("labs.HistoricalLab.history_user", "labs.Choice.by", "labs.CourseCommit.asked_by"),
    *("labs.LabExtension.given_by", "labs.Feedback.changed_by", "labs.Feedback.released_by"),
    *("labs.SavedComment.by", "labs.Comment.by", "labs.Comparison.by", "labs.LabRegrade.by"),
    *("labs.Receipt.by", "labs.ReplacedMarks.by", "labs.TeamInvitation.by"),
    *("labs.ReviewRound.drawn_by", "labs.PeerReview.staff", "labs.PeerReview.set_aside_by"),
    *("labs.LabRegrade.applied_by", "labs.LabRegrade.undone_by", "progress.Certificate.withdrawn_by"),
    *(
        "progress.Override.by",
        "progress.Inquiry.answered_by",
        "progress.Leaving.asked_by",
        "progress.StuckMark.by",
        "progress.StaffNote.by",
    ),
}
