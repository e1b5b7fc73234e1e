"""The events that a webhook has to send for the checks of a lab."""

from labs.github.messages import Message, mapping
from labs.grader.checks import needs_events
from labs.grader.words import listed, quoted
from labs.models import Lab
from labs.specs import parse_spec


def events_of(lab: Lab) -> tuple[str, ...]:
    """Return GitHub's names of the events that the checks of a lab need: `push`, and the others that a kind names."""
    spec = parse_spec(lab.current.source) if lab.current else None
    return needs_events(check.parameters for check in spec.checks) if spec else ("push",)


def missing_events_words(lab: Lab, ping: Message) -> str:
    """Return a sentence about the events that a new webhook does not send; "" if it sends all that the lab needs."""
    sent = mapping(ping.payload.get("hook")).get("events")
    if not isinstance(sent, list) or "*" in sent:
        return ""
    missing = [event for event in events_of(lab) if event not in sent]
    if not missing:
        return ""
    return (
        f"This lab also needs the event {listed(map(quoted, missing))}. Select it in the webhook on GitHub."
    )
