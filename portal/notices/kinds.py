"""The kinds of notices. `notify` takes no other, and each person chooses for each kind when to get an email.

To add one, add a line here. A kind that is not `is_usual` is in a person's settings once they had such a notice.
Emails of a kind that is not `is_optional` are always sent at once.
"""

from dataclasses import dataclass
from datetime import timedelta

NOW, DAILY, OFF = "now", "daily", "off"
TIMES = {NOW: "Now", DAILY: "Daily", OFF: "Off"}
AT_ONCE = timedelta(0)
GLYPHS = {"date": {"meeting", "deadline"}, "talk": {"reply", "announcement", "inquiry", "question", "help"}}


@dataclass(frozen=True)
class Kind:
    """A kind of notice; `email` is its default. An email waits for `pause` without another notice of its kind.

    If there is a pause, notices that were read in the meantime are left out.
    """

    id: str
    name: str
    hint: str
    email: str = NOW
    pause: timedelta = AT_ONCE
    is_usual: bool = True
    is_optional: bool = True

    @property
    def glyph(self) -> str:
        return next((glyph for glyph, kinds in GLYPHS.items() if self.id in kinds), "bell")


_KINDS = (
    Kind(
        "lab_result",
        "Lab graded",
        "If you left the page, or it took over 2 minutes",
        pause=timedelta(minutes=1),
    ),
    Kind("reply", "Answer to your question", "And replies to a thread that you follow"),
    Kind("meeting", "Meeting moved or cancelled", "With the new date for your calendar"),
    Kind("deadline", "Due tomorrow", "If you haven’t finished it"),
    Kind("regrade", "Result changed by a regrade", "With your points before and after"),
    Kind(
        "grade",
        "Grade or comment by staff",
        "Sent once they have stopped writing for 10 minutes",
        pause=timedelta(minutes=10),
    ),
    Kind("announcement", "Announcement", "From the staff of your course"),
    Kind("inquiry", "Question about a grade", "Asked or answered", is_usual=False),
    Kind("question", "Question by a learner", "In a course that you teach", DAILY, is_usual=False),
    Kind("help", "Help", "About your requests, or those of learners you teach", is_usual=False),
    Kind("joining", "Joining a course", "The waiting list, or a change of your cohort", is_usual=False),
    Kind("account", "Your account", "Its data and its deletion", is_usual=False, is_optional=False),
    Kind("team", "Team", "Changes in your team", is_usual=False),
    Kind("review", "Peer review", "A review to write, or one that you received", is_usual=False),
)
KINDS = {kind.id: kind for kind in _KINDS}


def kind_of(name: str) -> Kind:
    """Return the kind. Raises ValueError for a name that is not in the registry."""
    if name not in KINDS:
        raise ValueError(f"{name!r} is not a kind of notice. Kinds: {', '.join(KINDS)}.")
    return KINDS[name]
