from labs.models.lab import Lab, LabVersion
from labs.models.needed_work import CohortSize, MetCheck, MetTally, NeededWork
from labs.models.report import OutsideReport, Report
from labs.models.repository import Receipt, Repository, new_public_id, snapshot_digest
from labs.models.submission import ENDED, LEARNER_MAY_REPEAT, RUNNING, Queue, State, Submission
from labs.models.token import AccessToken, token_expiry

__all__ = [
    "ENDED",
    "LEARNER_MAY_REPEAT",
    "RUNNING",
    "AccessToken",
    "CohortSize",
    "Lab",
    "LabVersion",
    "MetCheck",
    "MetTally",
    "NeededWork",
    "OutsideReport",
    "Queue",
    "Receipt",
    "Report",
    "Repository",
    "State",
    "Submission",
    "new_public_id",
    "snapshot_digest",
    "token_expiry",
]
