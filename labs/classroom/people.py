"""Rosters: of GitHub Classroom, of Classroom 50, and the list that is pasted into classmoji."""

from collections.abc import Callable

from labs.classroom.documents import clean_line
from labs.classroom.model import Person, Reading
from labs.classroom.tables import Row, Table

CLASSROOM = ("identifier", "github_username", "github_id", "name")
STAFF_ROLES = {"teacher", "instructor", "ta", "head ta", "head-ta", "head_ta", "assistant", "staff", "owner"}


def is_roster(table: Table) -> bool:
    return table.has("identifier", "github_username") or _is_classroom50(table) or is_pasted(table)


def _is_classroom50(table: Table) -> bool:
    return table.has("username", "first_name", "last_name") and not table.has("score")


def is_pasted(table: Table) -> bool:
    """Return True for two columns, a name and an email, with or without a header."""
    lines = [table.header, *(tuple(row.values()) for row in table.rows)]
    emails = [len(line) == 2 and _is_email(line[1]) for line in lines]
    return (
        len(table.header) == 2
        and all(emails[1:])
        and (emails[0] or "mail" in table.header[1])
        and any(emails)
    )


def _is_email(text: str) -> bool:
    before, at, after = text.strip().partition("@")
    return bool(before and at and "." in after and " " not in text.strip())


def read_roster(table: Table, where: str, reading: Reading) -> list[Person]:
    """Return the learners of a roster; staff, sections and rows without a name become findings."""
    if table.has("identifier", "github_username"):
        return _people(table, where, reading, _classroom_person)
    if _is_classroom50(table):
        return _people(table, where, reading, _classroom50_person)
    return _pasted_people(table)


def _people(table: Table, where: str, reading: Reading, person_in: Callable[[Row], Person]) -> list[Person]:
    found = []
    for number, row in enumerate(table.rows, 2):
        person = person_in(row)
        if not str(person):
            reading.add(
                f"{where}:{number}", "the row was left out", "It names nobody", "Fill it in, or delete it"
            )
        elif row.get("role", "").lower() in STAFF_ROLES:
            reading.add(
                where,
                f"{person} was left out",
                f"Their role is {clean_line(row['role'])}",
                "Add them under “Course staff”",
            )
        else:
            found.append(person)
    if any(row.get("section") for row in table.rows):
        reading.add(
            where,
            "sections were not imported",
            "The portal creates one cohort for each classroom",
            "Create a cohort for each section, and move the learners",
        )
    return found


def _classroom_person(row: Row) -> Person:
    # The identifier is text: it may have leading zeros.
    return Person(
        clean_line(row.get("identifier", "")),
        clean_line(row.get("github_username", "")),
        _digits(row.get("github_id", "")),
        clean_line(row.get("name", "")),
    )


def _classroom50_person(row: Row) -> Person:
    names = (row.get("first_name", ""), row.get("last_name", ""))
    return Person(
        clean_line(row.get("email", "")),
        clean_line(row.get("username", "")),
        _digits(row.get("github_id", "")),
        clean_line(" ".join(names)),
    )


def _pasted_people(table: Table) -> list[Person]:
    lines = [tuple(row.values()) for row in table.rows]
    if _is_email(table.header[1]):
        lines.insert(0, table.header)
    return [Person(identifier=clean_line(email), name=clean_line(name)) for name, email in lines]


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) <= 20 else ""
