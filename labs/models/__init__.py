from labs.models.choice import Choice
from labs.models.commit_status import CommitStatus
from labs.models.course_commit import CourseCommit
from labs.models.deadline import LabDeadline, LabExtension, Outage, Recount
from labs.models.failed_check import CohortSize, FailedCheck, MetCheck, MetTally
from labs.models.feedback import Comment, Feedback, ReplacedMarks, SavedComment
from labs.models.github import Connection, Delivery, Installation
from labs.models.github_answer import GitHubAnswer
from labs.models.lab import Lab, LabVersion, StarterFiles, TeamsBy
from labs.models.lab_times import LabTimes
from labs.models.likeness import Comparison, SimilarPair
from labs.models.regrade import LabRegrade, RegradedSubmission
from labs.models.report import LocalReport, Report
from labs.models.repository import Receipt, Repository, new_public_id, snapshot_digest
from labs.models.review import PeerReview, ReviewedWork, ReviewNote, ReviewRound
from labs.models.submission import ENDED, LEARNER_MAY_REPEAT, RUNNING, Queue, State, Submission
from labs.models.team import Team, TeamInvitation, TeamMember
from labs.models.token import AccessToken, token_expiry

__all__ = [
    "ENDED",
    "LEARNER_MAY_REPEAT",
    "RUNNING",
    "AccessToken",
    "Choice",
    "CohortSize",
    "Comment",
    "CommitStatus",
    "Comparison",
    "Connection",
    "CourseCommit",
    "Delivery",
    "FailedCheck",
    "Feedback",
    "GitHubAnswer",
    "Installation",
    "Lab",
    "LabDeadline",
    "LabExtension",
    "LabRegrade",
    "LabTimes",
    "LabVersion",
    "LocalReport",
    "MetCheck",
    "MetTally",
    "Outage",
    "PeerReview",
    "Queue",
    "Receipt",
    "Recount",
    "RegradedSubmission",
    "ReplacedMarks",
    "Report",
    "Repository",
    "ReviewNote",
    "ReviewRound",
    "ReviewedWork",
    "SavedComment",
    "SimilarPair",
    "StarterFiles",
    "State",
    "Submission",
    "Team",
    "TeamInvitation",
    "TeamMember",
    "TeamsBy",
    "new_public_id",
    "snapshot_digest",
    "token_expiry",
]
