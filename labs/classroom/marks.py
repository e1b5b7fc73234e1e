"""Past results: the grades of GitHub Classroom, accepted assignments, and the scores of Classroom 50."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from labs.classroom.documents import Record, clean_line, id_of, line_of, person_of, record, records
from labs.classroom.model import Mark, Person, Reading
from labs.classroom.tables import Row, Table, read_points, read_time

_ADDRESS = re.compile(r"/classrooms/([0-9]{1,20})(?:-([^/?#]*))?/assignments/([^/?#]+)")
_GRADE = re.compile(r"\s*([0-9.]{1,20})\s*/\s*([0-9.]{1,20})\s*")
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class NamedMark:
    """A mark with the names of its assignment, and of its classroom if the file says it."""

    assignment: str
    title: str
    mark: Mark
    classroom: str = ""
    classroom_title: str = ""


def is_grades(table: Table) -> bool:
    return table.has("assignment_name", "points_awarded")


def is_scores(table: Table) -> bool:
    return table.has("score", "max_score") and bool({"username", "usernames"} & set(table.header))


def read_grades(table: Table, where: str, reading: Reading) -> list[NamedMark]:
    """Return the marks of GitHub Classroom, in both forms; rows that cannot be a mark become findings."""
    found = []
    for number, row in enumerate(table.rows, 2):
        points = read_points(row["points_awarded"])
        person = Person(
            clean_line(row.get("roster_identifier", "")), clean_line(row.get("github_username", ""))
        )
        if not row["points_awarded"]:
            continue  # accepted, and never graded
        if points is None or not str(person):
            reading.add(f"{where}:{number}", "the mark was left out", *_fault(person, row["points_awarded"]))
            continue
        found.append(_grade(row, points, person))
    _name_unreadable_times([row.get("submission_timestamp", "") for row in table.rows], where, reading)
    return found


def _fault(person: Person, points: str) -> tuple[str, str]:
    if not str(person):
        return "It names nobody", "Fill in github_username"
    return f"“{clean_line(points)[:30]}” is not a number of points", "Correct the file, and import it again"


def _grade(row: Row, points: Decimal, person: Person) -> NamedMark:
    title = clean_line(row["assignment_name"])
    address = _ADDRESS.search(row.get("assignment_url", "")[:500])
    classroom, classroom_title, slug = address.groups() if address else ("", "", "")
    mark = Mark(
        person,
        points,
        read_points(row.get("points_available", "")) or NOTHING,
        read_time(row.get("submission_timestamp", "")),
        clean_line(row.get("group_name", "")),
    )
    return NamedMark(slug or title, title, mark, classroom, (classroom_title or "").replace("-", " "))


def _name_unreadable_times(times: list[str], where: str, reading: Reading) -> None:
    if any(time and read_time(time) is None for time in times):
        reading.add(
            where,
            "some times could not be read",
            "They do not look like “2022-09-18 23:59:59 UTC”",
            "Their marks have the time of the import",
        )


def read_accepted(value: object, where: str, reading: Reading) -> list[tuple[Mark, list[Person]]]:
    """Return each accepted repository with a grade, and its people, who share it if there are several."""
    found = []
    for item in records(value):
        people = [person_of(student) for student in records(item.get("students"))]
        grade = _GRADE.fullmatch(str(item.get("grade") or ""))
        points, out_of = (read_points(part) for part in grade.groups()) if grade else (None, None)
        if points is not None and out_of is not None and people:
            found.append((Mark(people[0], points, out_of), people))
        elif item.get("grade"):
            said = clean_line(str(item["grade"]))[:30]
            reading.add(
                where, "a mark was left out", f"“{said}” is not a grade of a learner", "Check this file"
            )
    return found


def read_students(value: object) -> list[Person]:
    """Return all people of accepted repositories, who have both a GitHub ID and a name."""
    return [person_of(student) for item in records(value) for student in records(item.get("students"))]


def read_score_rows(table: Table, where: str, reading: Reading) -> Iterator[Mark]:
    """Yield the marks of a scores CSV of Classroom 50, from the web or the CLI."""
    times = []
    for number, row in enumerate(table.rows, 2):
        points, out_of = read_points(row["score"]), read_points(row["max_score"])
        if not row["score"]:
            continue
        if points is None or out_of is None:
            reading.add(f"{where}:{number}", "the mark was left out", *_fault(Person(name="-"), row["score"]))
            continue
        time = row.get("submitted_at") or row.get("datetime") or ""
        times.append(time)
        names = re.split(r"[,;\s]+", (row.get("usernames") or row.get("username") or "").strip())
        group = "group" if len(names) > 1 else ""
        for name in filter(None, names):
            email = row.get("email", "") if len(names) == 1 else ""
            yield Mark(Person(clean_line(email), clean_line(name)), points, out_of, read_time(time), group)
    _name_unreadable_times(times, where, reading)


def read_scores(value: object, where: str, reading: Reading) -> Iterator[NamedMark]:
    """Yield the marks of scores.json of Classroom 50: of each entry the best submission, or what staff set."""
    for slug, bucket in record(record(value).get("assignments")).items():
        for entry in records(record(bucket).get("entries")):
            submissions = records(entry.get("submissions"))
            if submissions:
                chosen = submissions[0] if entry.get("override") is True else max(submissions, key=_score)
                yield from _results(chosen, str(slug), _members(entry), where, reading)


def _score(result: Record) -> Decimal:
    return read_points(result.get("score")) or NOTHING


def _members(entry: Record) -> list[str]:
    members = entry.get("member_usernames")
    names = [name for name in members[:100] if isinstance(name, str)] if isinstance(members, list) else []
    return names or [line_of(entry, "owner")]


def read_result(value: object, where: str, reading: Reading) -> Iterator[NamedMark]:
    """Yield the marks of one result.json of Classroom 50."""
    result = record(value)
    yield from _results(result, line_of(result, "assignment"), [line_of(result, "owner")], where, reading)


def _results(
    result: Record, assignment: str, names: list[str], where: str, reading: Reading
) -> Iterator[NamedMark]:
    points, out_of = read_points(result.get("score")), read_points(result.get("max-score"))
    if points is None or out_of is None or not assignment or not all(names):
        who, why = (
            ", ".join(filter(None, names))[:60] or "nobody",
            "Its score, assignment or owner cannot be read",
        )
        reading.add(where, f"a result of {who} was left out", why, "Check this file")
        return
    pusher = record(result.get("submitted_by"))
    group = "group" if result.get("assignment_type") in ("group", "team") else ""
    for name in names:
        own = line_of(pusher, "username").casefold() == name.casefold()
        person = Person(github_name=clean_line(name), github_id=id_of(pusher, "id") if own else "")
        mark = Mark(person, points, out_of, read_time(line_of(result, "datetime")), group)
        yield NamedMark(clean_line(assignment), clean_line(assignment), mark, line_of(result, "classroom"))
