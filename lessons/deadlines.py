"""Decide the deadline of a quiz or lab for a cohort or one of its learners. No other module does.

It is computed whenever it is needed, so that a moved meeting, a new rule and an extension take effect at once.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lessons.models.deadlines import Late, to_rule
from lessons.texts.due_rules import Rule, due_at


class Deadline(NamedTuple):
    """`at` is None for something without a deadline, and while it `waits` for the date of the cohort's meeting.

    `before` is the deadline of the cohort if the learner has an extension, which has a `reason`.
    """

    at: datetime | None
    waits: bool = False
    refuses: bool = True
    rule: Rule | None = None
    before: datetime | None = None
    reason: str = ""

    def has_passed(self, now: datetime) -> bool:
        return self.at is not None and self.at <= now

    def refuses_at(self, now: datetime) -> bool:
        """Return True if no attempt can be started any more."""
        return self.refuses and self.has_passed(now)

    def extend(self, until: datetime, reason: str) -> "Deadline":
        """Return the deadline with an extension, which never shortens it."""
        if self.at is None or until <= self.at:
            return self
        reasons = dict.fromkeys(filter(None, (self.reason, reason)))
        return self._replace(at=until, before=self.before or self.at, reason=" ".join(reasons))

    def lengthen(self, by: timedelta, reason: str) -> "Deadline":
        return self.extend(self.at + by, reason) if self.at else self


NO_DEADLINE = Deadline(None)


# Any: a row with the annotations of `due_parts`, `late` and `time_zone`
def deadline_of(row: Any) -> Deadline:
    refuses, rule = row.late != Late.MARK, to_rule(row.due_session, row.due_days, row.due_time)
    if row.closes_at is not None or rule is None:
        found = Deadline(row.closes_at, refuses=refuses)
    elif row.met_at is None:
        return Deadline(None, waits=True, refuses=refuses, rule=rule)
    else:
        at = due_at(rule, row.met_at, row.met_minutes, row.time_zone)
        found = Deadline(at, refuses=refuses, rule=rule)
    return found.extend(row.extended_to, row.extension_reason) if row.extended_to else found
