"""The data about people that the portal keeps: one table, which the page shows and the housekeeping follows.

To keep something new about people, add a row. If it has a `setting` and a function `remove`, the hourly task deletes
what is older than that many days.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from labs.github import evidence, intake
from labs.reports import local_report
from labs.tokens import remove_ended
from lessons.models.deletion import KEPT_FOR
from lessons.roster_import import remove_unjoined
from portal.accounts import audit
from portal.notices import actions as notices

logger = logging.getLogger(__name__)

STAFF = "You and the staff of your course"
ACCOUNT = "Until you delete your account"
COURSE = "As long as the course, after you leave under a pseudonym"
WORK = ACCOUNT + "; your points stay as long as the course, under a pseudonym"


@dataclass(frozen=True)
class KeptData:
    """One kind of data. `period` may contain {days}, the value of `setting`."""

    name: str
    what: str
    why: str
    who: str
    period: str
    setting: str = ""
    remove: Callable[[datetime], object] | None = None

    @property
    def period_in_words(self) -> str:
        return self.period.format(days=getattr(settings, self.setting)) if self.setting else self.period


ACCOUNTS = (
    KeptData(
        "Account",
        "Your email addresses, name, time zone, GitHub username, theme and other settings.",
        "To sign in, and to show you pages and times as you chose.",
        "You and the staff of your courses; classmates see your name where you write or work with them",
        ACCOUNT,
    ),
    KeptData(
        "Ways to sign in",
        "A hash of your password, second factors, passkeys, and the names of linked accounts elsewhere.",
        "To make sure that only you sign in.",
        "You; administrators see that they exist, not their secrets",
        ACCOUNT + " or remove them",
    ),
    KeptData(
        "Sign-ins",
        "A cookie with a random number, and when you signed in.",
        "To keep you signed in.",
        "Nobody",
        f"{settings.SIGN_IN_MAX_SECONDS // 86400} days at most",
    ),
    KeptData(
        "Audit log",
        "Sign-ins, refusals, and changes of passwords, roles, tokens, deadlines and grades, with the IP address.",
        "To find out what happened after an attack or a mistake.",
        "Administrators",
        "{days} days",
        "AUDIT_DAYS",
        audit.prune,
    ),
    KeptData(
        "Changes by staff",
        "Which member of staff changed which row of the staff pages, and when.",
        "To find out who changed something.",
        "Administrators",
        "{days} days",
        "AUDIT_DAYS",
        audit.remove_admin_log,
    ),
    KeptData(
        "Accepted versions",
        "The version of this page that you accepted, and when.",
        "To ask again only if it changes.",
        "You and administrators",
        ACCOUNT,
    ),
    KeptData(
        "Access tokens",
        "Their names, a hash, and when they were created, last used (to the hour) and revoked.",
        "To push to labs without your password.",
        "You",
        "{days} days after they end",
        "AUDIT_DAYS",
        remove_ended,
    ),
    KeptData(
        "Notices and emails",
        "What the portal told you, whether you read it, and which emails it sent.",
        "To tell you about results, answers, meetings and deadlines.",
        "You",
        "{days} days, and the newest 100 notices",
        "NOTICE_DAYS",
        notices.remove_old,
    ),
)

COURSES = (
    KeptData(
        "Rosters",
        "Name, email, number and GitHub username that a school gave for people who have not joined.",
        "To recognise you when you join.",
        "Staff of the course",
        "{days} days if you don’t join",
        "AUDIT_DAYS",
        remove_unjoined,
    ),
    KeptData(
        "Waiting marks",
        "Marks from GitHub Classroom for people who have not joined.",
        "To show you your past marks when you join.",
        "Staff of the course",
        "Until you join, or as long as the cohort",
    ),
    KeptData(
        "Progress",
        "Lessons that you read and where you stopped, ticked steps, attendance, signals in class.",
        "To show you what is next, and staff who needs help.",
        STAFF,
        ACCOUNT,
    ),
    KeptData(
        "Staff notes",
        "What the staff of your course write down about you, such as how you like to get feedback.",
        "To help you in a way that suits you.",
        "Staff of your cohort; you in a copy of your data",
        ACCOUNT,
    ),
    KeptData(
        "Quizzes",
        "Attempts, answers, points and marks.",
        "To grade, to give you feedback, and to improve questions.",
        STAFF,
        WORK,
    ),
    KeptData(
        "Labs",
        "What you pushed or submitted, results, comments, reviews, teams, and who pushed when.",
        "To grade and to give you feedback.",
        STAFF + "; your team, and whoever reviews your work",
        WORK,
    ),
    KeptData(
        "Graded states of other hosts",
        "Copies of what was graded from GitHub and other hosts.",
        "So that a result can be explained and graded again.",
        STAFF,
        "{days} days; what counts and the newest longer, as labs",
        "GRADED_DAYS",
    ),
    KeptData(
        "Facts from GitHub",
        "Pull requests, workflow runs and reviews of connected repositories.",
        "To check tasks that happen on GitHub.",
        STAFF,
        f"{evidence.KEPT.days} days; of each repository the newest {intake.MAX_KEPT} messages",
    ),
    KeptData(
        "Results from your computer",
        "Reports that you sent with labcheck.",
        "To compare them with the result here.",
        STAFF,
        f"The newest {local_report.MAX_KEPT} for each lab",
    ),
    KeptData(
        "Grade changes",
        "Each change of a grade: before, after, by whom and why. The record is never changed or cleaned.",
        "So that every grade can be explained and contested.",
        STAFF,
        COURSE,
    ),
    KeptData(
        "Questions and requests for help",
        "What you asked and answered, and the place that it is about.",
        "To answer you, and others with the same question.",
        "You and staff; your cohort if a question is made public, with your name only if you chose so",
        ACCOUNT + "; public ones stay under a pseudonym",
    ),
    KeptData(
        "Answers after class",
        "Your answer to the question after a meeting, without your name if it is anonymous.",
        "To improve the next class.",
        "Staff of the course",
        "As long as the meeting",
    ),
    KeptData(
        "Certificates",
        "The name at the time of issue, course, date and route.",
        "So that others can verify them.",
        "Whoever has the address sees what you switched on",
        "Until you delete your account, unless you ask to keep them valid",
    ),
    KeptData(
        "Deleted content",
        "Lessons, quizzes and labs that staff deleted, with what you did in them.",
        "To undo a deletion by mistake.",
        "Staff of the course",
        f"{KEPT_FOR.days} days",
    ),
)

OWN_DATA = (
    KeptData(
        "Copies of your data",
        "The files that you asked to download.",
        "So that you can download them.",
        "You",
        "{days} days",
        "EXPORT_DAYS",
    ),
    KeptData(
        "Deleted accounts",
        "Your account after you asked to delete it.",
        "So that you can change your mind.",
        "As before",
        "{days} days, then it is deleted",
        "LEAVING_DAYS",
    ),
    KeptData(
        "Server logs",
        "Addresses of pages, IP addresses and errors, without secrets.",
        "To keep the portal running.",
        "Administrators",
        "As the operator has set up",
    ),
)

GROUPS = (("Your account", ACCOUNTS), ("Your courses", COURSES), ("Copies, deletion and logs", OWN_DATA))


def remove_expired() -> None:
    """Delete data older than the period of its row. A row that fails does not stop the others."""
    for row in (row for _, rows in GROUPS for row in rows if row.remove):
        try:
            row.remove(timezone.now() - timedelta(days=getattr(settings, row.setting)))  # type: ignore[misc]  # has one
        except Exception:
            logger.exception("%s could not be cleaned", row.name)
