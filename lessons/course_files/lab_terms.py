"""The deadline, late rules, bonus and teams of a lab in course.yaml."""

from typing import Any

from lessons.course_files.values import DEFAULTS
from lessons.models.deadlines import LATE_FIELDS, Late, rule_values
from lessons.quizzes.front_matter import MAX_BONUS
from lessons.texts.due_rules import EXAMPLE, MAX_DAYS, parse_rule
from lessons.texts.fields import Fields
from lessons.texts.team_rules import MAX_TEAM, TEAMS_BY

TEAM_FIELDS = ("team_most", "team_least", "teams_by")


# Any: values of columns
def read_terms(item: Fields) -> dict[str, Any]:
    """Return the columns of a lab that its entry sets; the portal keeps its own deadline, bonus and teams otherwise."""
    bonus = item.number("bonus", 0, limit=MAX_BONUS)
    return {**_read_deadline(item), **({"bonus": bonus} if bonus else {}), **_read_teams(item)}


# Any: values of columns
def _read_teams(item: Fields) -> dict[str, Any]:
    own = DEFAULTS["labs"]
    most = item.number("team_most", 0, limit=MAX_TEAM)
    least = item.number("team_least", own["team_least"], limit=MAX_TEAM)
    by = item.choice("teams_by", TEAMS_BY, own["teams_by"])
    if "team_most" not in item.values:
        for name in sorted(item.values.keys() & {"team_least", "teams_by"}):
            item.report(name, "needs team_most")
        return {}
    if most < 2:
        item.report("team_most", "must be 2 or more")
    elif not 1 <= least <= most:
        item.report("team_least", f"must be from 1 to {most}, which is team_most")
    return {"team_most": most, "team_least": least, "teams_by": by}


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
    """Return the terms of a lab as an entry of course.yaml; defaults are left out later."""
    more = {
        "bonus": lab.bonus,
        **({name: getattr(lab, name) for name in TEAM_FIELDS} if lab.team_most else {}),
    }
    if lab.rule is None:
        return more
    return {"deadline": str(lab.rule), **{name: getattr(lab, name) for name in LATE_FIELDS}, **more}
