"""Find the requirements that are missing for a certificate. No queries here."""

from dataclasses import dataclass
from decimal import Decimal

from lessons.points import show_points
from portal.progress.items import plural
from portal.progress.models import CertificateRule


@dataclass(frozen=True)
class Facts:
    """A learner's results, as the rules look at them. `pass_mark` and `points` are of 100."""

    points: Decimal
    pass_mark: Decimal
    is_passed: bool
    labs_to_pass: tuple[str, ...]  # titles of the labs that are not passed
    attended: int
    meetings: int  # that took place
    has_confirmed_email: bool = True


def list_missing(rule: CertificateRule, facts: Facts) -> list[str]:
    """Return a sentence for each thing that is missing; an empty list if the certificate is earned."""
    missing = []
    if not facts.is_passed:
        missing.append(f"{show_points(facts.points)} of 100 points: you need {show_points(facts.pass_mark)}.")
    if rule.needs_every_lab:
        missing += [f"The lab “{title}” is not passed." for title in facts.labs_to_pass]
    needed = -(-rule.least_attendance * facts.meetings // 100)
    if facts.attended < needed:
        missing.append(
            f"You attended {facts.attended} of {facts.meetings} {plural('meeting', facts.meetings)}: you need {needed}."
        )
    if rule.least_attendance and not facts.meetings:
        missing.append("No meeting has taken place yet.")
    if not facts.has_confirmed_email:
        missing.append("Your email address is not confirmed. Confirm it in your settings.")
    return missing


def describe_rule(rule: CertificateRule, pass_mark: Decimal) -> str:
    """Return the rules in words, for the page and the badge."""
    parts = [f"at least {show_points(pass_mark)} of 100 points"]
    if rule.needs_every_lab:
        parts.append("every lab passed")
    if rule.least_attendance:
        parts.append(f"at least {rule.least_attendance}% of the meetings attended")
    return f"For the certificate: {', '.join(parts)}."
