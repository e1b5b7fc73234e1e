"""Read a roster: GitHub Classroom's export, or any CSV with a header. No Django here, and nothing is stored."""

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field

MAX_BYTES = 900_000  # a form of at most 1 MB carries it twice: as a file, then as text
MAX_ROWS = 5_000
MAX_FIELD = 254
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
GITHUB_NAME = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
CLASSROOM = ["identifier", "github_username", "github_id", "name"]
# The names of a column in rosters of schools and of other tools.
COLUMNS = {
    "email": ("email", "e-mail", "email address", "mail", "sis login id"),
    "name": ("name", "full name", "student", "learner"),
    "first": ("first_name", "first name", "firstname", "given name"),
    "last": ("last_name", "last name", "lastname", "surname", "family name"),
    "identifier": ("identifier", "roster_identifier", "id", "student id", "sis user id"),
    "github_name": ("github_username", "github username", "github", "username"),
    "github_id": ("github_id", "github id"),
}


class RosterError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class RosterRow:
    """A person in a roster. `line` is the line in the file, 1 is the header. Values are kept as they were written."""

    line: int
    identifier: str = ""
    name: str = ""
    email: str = ""
    github_name: str = ""
    github_id: int | None = None

    @property
    def key(self) -> str:
        """Return the text that finds this person in a second import of the same roster.

        It may become longer than the value: “ß” folds to “ss”. Then the end is a digest, so that two never meet.
        """
        whole = (self.identifier or self.email or self.github_name or self.name).strip().casefold()
        if len(whole) <= MAX_FIELD:
            return whole
        return whole[: MAX_FIELD - 33] + "." + hashlib.sha256(whole.encode()).hexdigest()[:32]

    @property
    def shown(self) -> str:
        return self.name or self.identifier or self.email or self.github_name


@dataclass(frozen=True)
class RowProblem:
    line: int
    message: str


@dataclass
class Roster:
    """The rows that can be imported, and the problems of the others, by line."""

    rows: list[RosterRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    is_classroom: bool = False


def read_roster(data: bytes) -> Roster:
    """Read a CSV file with a header. Raises RosterError."""
    if len(data) > MAX_BYTES:
        raise RosterError("The file is larger than 900 KB. Split it, or remove columns that are not needed.")
    lines = list(_records(_decode(data)))
    if not lines:
        raise RosterError("The file is empty. Choose the CSV file of your roster.")
    (_, header), *records = lines
    columns = _columns(header)
    if not {"email", "identifier", "github_name"} & columns.keys():
        raise RosterError(
            "The first line has no column named email, identifier or github_username. Add a header line, such as "
            "“email,name”."
        )
    if len(records) > MAX_ROWS:
        raise RosterError(f"The file has more than {MAX_ROWS:,} rows. Split it.")
    roster = Roster(is_classroom=[name.strip().lower() for name in header] == CLASSROOM)
    seen: dict[str, int] = {}
    for line, record in records:
        _add(roster, line, record, columns, len(header), seen)
    return roster


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(
            "The file is not UTF-8 text. In a spreadsheet, save it as “CSV UTF-8”, and choose it again."
        ) from error
    if "\0" in text:
        raise RosterError("The file is not text. Choose a CSV file, not a spreadsheet.")
    return text


def _records(text: str) -> list[tuple[int, list[str]]]:
    # Spreadsheets of many countries separate by semicolons or tabs.
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for record in reader:
            if any(cell.strip() for cell in record):  # Classroom's files may have empty lines
                found.append((before + 1, [cell.strip() for cell in record]))
            before = reader.line_num
    except csv.Error as error:
        raise RosterError(f"Line {before + 1} is not CSV: {error}. Check its quotes.") from error
    return found


def _columns(header: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    found = {}
    for column, known in COLUMNS.items():
        at = next((names.index(name) for name in known if name in names), None)
        if at is not None:
            found[column] = at
    return found


def _add(
    roster: Roster,
    line: int,
    record: list[str],
    columns: dict[str, int],
    width: int,
    seen: dict[str, int],
) -> None:
    if len(record) != width:
        words = f"has {len(record)} fields, and the header {width}. A name with a comma needs quotes."
        roster.problems.append(RowProblem(line, words))
        return
    values = {column: record[at] for column, at in columns.items()}
    problem = _problem_of(values)
    if problem:
        roster.problems.append(RowProblem(line, problem))
        return
    row = _row(line, values)
    if row.key in seen:
        roster.problems.append(RowProblem(line, f"is the same person as line {seen[row.key]}."))
        return
    seen[row.key] = line
    roster.rows.append(row)


def _problem_of(values: dict[str, str]) -> str:
    if any(len(value) > MAX_FIELD for value in values.values()):
        return f"has a value of more than {MAX_FIELD} characters."
    if not any(values.get(name) for name in ("email", "identifier", "github_name")):
        return "has neither an email, an identifier nor a GitHub username."
    if (email := values.get("email", "")) and not EMAIL.fullmatch(email):
        return f"has “{email}” as email. An email looks like name@example.org."
    if (name := values.get("github_name", "")) and not (GITHUB_NAME.fullmatch(name) and len(name) <= 39):
        return f"has “{name}” as GitHub username, which GitHub does not allow."
    if (number := values.get("github_id", "")) and not (
        number.isascii() and number.isdigit() and len(number) < 19
    ):
        return f"has “{number}” as GitHub ID, which is not a number."
    return ""


def _row(line: int, values: dict[str, str]) -> RosterRow:
    identifier, email = values.get("identifier", ""), values.get("email", "")
    if not email and EMAIL.fullmatch(identifier):
        email = identifier  # teachers often use emails as identifiers
    whole = " ".join(filter(None, (values.get("first"), values.get("last"))))
    number = values.get("github_id", "")
    return RosterRow(
        line,
        identifier,
        (values.get("name") or whole)[:150],
        email.lower(),
        values.get("github_name", ""),
        int(number) if number else None,
    )
