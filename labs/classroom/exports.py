"""The export folder of GitHub Classroom, and the configuration of Classroom 50: classrooms and their assignments."""

from labs.classroom.documents import Record, clean_line, id_of, line_of, number_of, record, records
from labs.classroom.model import Assignment, Classroom, Reading
from labs.classroom.tables import read_time

MAX_ASSIGNMENTS = 200
_FEATURES = {
    "feedback_pull_requests_enabled": "feedback pull requests",
    "students_are_repo_admins": "learners as administrators of their repositories",
    "feedback_pr": "feedback pull requests",
    "allowed_files": "allowed files",
    "release_assets": "release assets",
    "available_from": "the date from which it is available",
    "empty_repo": "empty repositories",
    "runtime": "the runtime (packages and versions)",
}


def is_classroom(value: Record) -> bool:
    return bool(id_of(value, "id") or line_of(value, "short_name")) and "invite_link" not in value


def read_classroom(value: Record) -> Classroom:
    """Return a classroom of GitHub Classroom (`id`), or of Classroom 50 (`short_name`)."""
    short = line_of(value, "short_name")
    key = f"classroom50-{short}" if short else id_of(value, "id")
    title = " ".join(filter(None, (line_of(value, "name") or short, line_of(value, "term") if short else "")))
    return Classroom(title or f"Classroom {key}", key)


def is_assignment(value: Record) -> bool:
    return bool(line_of(value, "slug")) and bool(line_of(value, "title", "name"))


def read_assignment(value: Record, reading: Reading) -> Assignment:
    """Return an assignment of GitHub Classroom or Classroom 50, and name its settings without a counterpart."""
    title = line_of(value, "title", "name")
    made = Assignment(line_of(value, "slug"), title, id_of(value, "id"))
    own, template = record(value.get("starter_code_repository")), record(value.get("template"))
    made.starter = line_of(own, "full_name") or "/".join(
        filter(None, (line_of(template, "owner"), line_of(template, "repo")))
    )
    made.is_group = line_of(value, "type", "mode").lower() in ("group", "team")
    _read_deadline(made, value, reading)
    _read_threshold(made, value, reading)
    _read_tags(made, value)
    _name_features(value, title, reading)
    return made


def _read_deadline(made: Assignment, value: Record, reading: Reading) -> None:
    text = line_of(value, "deadline", "due")
    made.due = read_time(text) if text else None
    if text and made.due is None:
        why = f"“{text[:40]}” is not a readable date"
        reading.add(made.title, "the deadline was not imported", why, "Set it under “Lab deadlines”")


def _read_threshold(made: Assignment, value: Record, reading: Reading) -> None:
    number = number_of(value, "pass_threshold")
    if number is None:
        return
    made.pass_mark = min(round(number * 100 if 0 < number <= 1 else number), 100)
    if number <= 1:
        why = f"The file says {number:g}, which was read as a part of 1"
        reading.add(made.title, f"the pass mark is {made.pass_mark}%", why, "Check it in lab.yaml")


def _read_tags(made: Assignment, value: Record) -> None:
    tags = value.get("submission_tags")
    if line_of(value, "submission_mode").lower() in ("tag", "tags") and isinstance(tags, list):
        made.tags = [clean_line(tag) for tag in tags[:20] if isinstance(tag, str)]


def _name_features(value: Record, title: str, reading: Reading) -> None:
    found = [words for key, words in _FEATURES.items() if value.get(key)]
    if line_of(value, "autograder") not in ("", "default"):
        found.append(f"the autograder “{line_of(value, 'autograder')[:40]}”")
    if found:
        why = "The portal has no matching setting"
        what = f"settings were not imported: {', '.join(dict.fromkeys(found))}"
        reading.add(title, what, why, "If learners need to know, say so in the brief of the lab")


def read_assignments(value: object) -> list[Record]:
    """Return the assignments of a list, or of Classroom 50's file."""
    items = value if isinstance(value, list) else record(value).get("assignments")
    return [item for item in records(items) if is_assignment(item)][:MAX_ASSIGNMENTS]
