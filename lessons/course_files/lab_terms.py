"""The deadline of a lab in course.yaml, what happens to late submissions, and its bonus."""

from typing import Any

from lessons.course_files.values import DEFAULTS
from lessons.models.deadlines import LATE_FIELDS, Late, rule_values
from lessons.quizzes.front_matter import MAX_BONUS
from lessons.texts.due_rules import EXAMPLE, MAX_DAYS, parse_rule
from lessons.texts.fields import Fields


# Any: values of columns
def read_terms(item: Fields) -> dict[str, Any]:
    """Return the columns of a lab that its entry sets; the portal keeps its own deadline and bonus otherwise."""
    bonus = item.number("bonus", 0, limit=MAX_BONUS)
    return {**_read_deadline(item), **({"bonus": bonus} if bonus else {})}


# Any: values of columns
def _read_deadline(item: Fields) -> dict[str, Any]:
    text, own = item.text("deadline", "", check=_check), DEFAULTS["labs"]
    last_days = item.number("last_days", -1, limit=MAX_DAYS)
    late = {
        "late": item.choice("late", Late.values, own["late"]),
        "late_percent": item.number("late_percent", own["late_percent"], limit=100),
        "late_floor": item.number("late_floor", own["late_floor"], limit=100),
        "last_days": None if last_days < 0 else last_days,
    }
    if not text:
        for name in item.values.keys() & set(LATE_FIELDS):
            item.report(name, "needs a deadline")
        return {}
    try:
        return {**rule_values(parse_rule(text)), **late}
    except ValueError:  # reported by `check`
        return {}


def _check(text: str) -> None:
    rule = parse_rule(text)
    if rule.session is None:
        raise ValueError(f"must name a session, as in “{EXAMPLE}”")
    if str(rule) != text:  # so that the file stays as it is when it is written again
        raise ValueError(f"must be written as “{rule}”")


# Any: a lab, and values of YAML
def terms_values(lab: Any) -> dict[str, Any]:
    """Return what course.yaml says about the deadline and the bonus of a lab; defaults are left out later."""
    bonus = {"bonus": lab.bonus}
    if lab.rule is None:
        return bonus
    return {"deadline": str(lab.rule), **{name: getattr(lab, name) for name in LATE_FIELDS}, **bonus}
