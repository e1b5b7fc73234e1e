"""The scores of a learner as files, from the record. No queries here."""

from typing import Any

from lessons.points import show_exactly
from portal.progress.record import Record

HEADS = ("session", "kind", "title", "points", "out_of", "counts", "passed", "url")


# Any: values of JSON
def score_rows(record: Record, root: str) -> list[dict[str, Any]]:
    """Return a row for each quiz and lab. Points are text with all decimals; `root` begins the URL of evidence."""
    found = []
    for part in record.sessions:
        for item in part.items:
            score = record.score_of(item)
            values = (
                *(part.title, item.noun.lower(), item.title),
                *(show_exactly(score.points) if score.has_result else None, show_exactly(score.out_of)),
                *(not score.is_dropped, item.is_done, root + (item.evidence or item.url)),
            )
            found.append(dict(zip(HEADS, values, strict=True)))
    return found


# Any: values of JSON
def score_file(record: Record, root: str) -> dict[str, Any]:
    """Return the scores of a learner as JSON: totals, rules, and each item with its evidence."""
    rules, scores = record.scheme.rules, record.scores
    return {
        "course": record.course.slug,
        "points": show_exactly(scores.points),
        "bonus": show_exactly(scores.bonus),
        "waiting": show_exactly(scores.waiting),
        "pass_mark": rules.pass_mark,
        "passed": scores.is_passed,
        "weights": dict(rules.weights),
        "dropped": dict(rules.drops),
        "kinds": {
            name: {"points": show_exactly(kind.points), "out_of": show_exactly(kind.out_of)}
            for name, kind in scores.kinds.items()
        },
        "items": score_rows(record, root),
        "active_days": sorted(day.isoformat() for day in record.days),
    }
