"""Attach assignments, marks and people to the classroom that they belong to."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import PurePosixPath

from labs.classroom.documents import Record, id_of
from labs.classroom.exports import MAX_ASSIGNMENTS
from labs.classroom.marks import NamedMark
from labs.classroom.model import Assignment, Classroom, Mark, Person, Reading, names_of

MAX_SLUG = 40
_UNNAMED = "Imported classroom"


class Attacher:
    """Classrooms by the folders of their files. Files outside of these folders belong to the only classroom."""

    def __init__(self, reading: Reading, title: str) -> None:
        self._reading, self._title = reading, title
        self._classrooms: list[Classroom] = []
        self._folders: dict[str, Classroom] = {}
        self._lost = Classroom(
            ""
        )  # takes what belongs to one of several classrooms, and does not say to which

    def add_classroom(self, made: Classroom, folder: str) -> None:
        known = self._folders.get(folder) or next(
            (each for each in self._classrooms if each.key == made.key), None
        )
        if known is None:
            self._classrooms.append(made)
        self._folders[folder] = known or made

    def classroom_for(self, path: str, named: Record | None = None) -> Classroom:
        """Return the classroom of a path: the one of its folder, the one that the record names, or the only one."""
        for parent in PurePosixPath(path).parents:
            if str(parent) in self._folders:
                return self._folders[str(parent)]
        key = id_of(named or {}, "id")
        found = next((each for each in self._classrooms if key and each.key == key), None)
        return found or self._only(path)

    def _only(self, path: str) -> Classroom:
        if not self._classrooms:
            self._classrooms.append(Classroom(self._title or _UNNAMED, has_title=bool(self._title)))
        if len(self._classrooms) == 1:
            return self._classrooms[0]
        self._reading.add(
            path,
            "the file was not imported",
            "There are several classrooms, and the file does not say which one it belongs to",
            "Put it into the folder of its classroom (classroom-…), and import again",
        )
        return self._lost

    def names(self) -> set[str]:
        """Return the names of all assignments and their starters."""
        return {name for room in self._classrooms for each in room.assignments for name in names_of(each)}

    def add_assignment(self, home: Classroom, made: Assignment) -> Assignment:
        """Add an assignment, or complete the one with the same key or slug."""
        known = next((each for each in home.assignments if _is_same(each, made)), None)
        if known is not None:
            for name in ("key", "starter", "due"):
                setattr(known, name, getattr(known, name) or getattr(made, name))
            known.is_group = known.is_group or made.is_group
            return known
        if len(home.assignments) >= MAX_ASSIGNMENTS:
            why = f"A classroom can have {MAX_ASSIGNMENTS} assignments here"
            self._reading.add(home.title, f"“{made.title}” was not imported", why, "Import fewer at a time")
            return made
        home.assignments.append(made)
        return made

    def assignment_for(self, path: str, name: str) -> Assignment:
        """Return the assignment with this name, in the classroom of the path or in any; a new one if there is none."""
        rooms = [room for room in self._classrooms if room.assignment(name)]
        if len(rooms) == 1:
            return rooms[0].assignment(name) or Assignment(name, name)
        home = self.classroom_for(path)
        return home.assignment(name) or self.add_assignment(home, Assignment(slug_of(name), name))

    def add_people(self, path: str, found: list[Person]) -> None:
        self.classroom_for(path).people.extend(found)

    def add_named(self, path: str, found: list[NamedMark]) -> None:
        """Add marks to the assignments that they name."""
        for item in found:
            home = self._home_of(item, path)
            made = home.assignment(item.assignment) or home.assignment(item.title)
            own = _assignment_of_folder(path, home)
            made = own or made or self.add_assignment(home, Assignment(slug_of(item.assignment), item.title))
            self.add_marks(made, [item.mark])

    def _home_of(self, item: NamedMark, path: str) -> Classroom:
        keys = (item.classroom, f"classroom50-{item.classroom}")
        known = next((each for each in self._classrooms if item.classroom and each.key in keys), None)
        if known is None and item.classroom.isdigit() and not self._folders:
            known = next((each for each in self._classrooms if not each.key), None) or Classroom("")
            known.key = item.classroom
            known.title = self._title or item.classroom_title.strip() or _UNNAMED
            known.has_title = bool(self._title)
            if known not in self._classrooms:
                self._classrooms.append(known)
        return known or self.classroom_for(path)

    def add_marks(self, made: Assignment, found: list[Mark]) -> None:
        """Add marks; of two for the same person, the later and then the higher one counts."""
        by_person = {_who(mark.person): mark for mark in made.marks}
        for mark in found:
            who = _who(mark.person)
            known = by_person.get(who)
            if known is None or _rank(mark) > _rank(known):
                by_person[who] = _joined(mark, known)
            made.is_group = made.is_group or bool(mark.group)
        made.marks = list(by_person.values())

    def finish(self) -> list[Classroom]:
        """Return the classrooms that are not empty, with each person once."""
        for room in self._classrooms:
            room.people = merge_people(room.people)
            _name_people(room)
        return [room for room in self._classrooms if room.assignments or room.people]


def _assignment_of_folder(path: str, home: Classroom) -> Assignment | None:
    key = re.search(r"/assignment-([0-9]{1,20})/[^/]+$", path)
    return next((each for each in home.assignments if key and each.key == key[1]), None)


def _is_same(one: Assignment, other: Assignment) -> bool:
    if one.key and other.key:
        return one.key == other.key
    return one.slug == other.slug


def _who(person: Person) -> str:
    return person.github_name.casefold() or person.email or person.identifier or person.github_id


def _rank(mark: Mark) -> tuple[datetime, Decimal]:
    return mark.recorded_at or datetime.min.replace(tzinfo=UTC), mark.points


def _joined(mark: Mark, other: Mark | None) -> Mark:
    if other is None:
        return mark
    person = merge_people([mark.person, other.person])[0]
    return Mark(person, mark.points, mark.out_of, mark.recorded_at, mark.group or other.group)


def _name_people(room: Classroom) -> None:
    # A grade names an account, and the roster has its number and the email behind it.
    by_key = {key: person for person in room.people for key in _keys(person)}
    for assignment in room.assignments:
        assignment.marks = [replace(mark, person=_known(mark.person, by_key)) for mark in assignment.marks]


def _known(person: Person, by_key: dict[str, Person]) -> Person:
    found = next((by_key[key] for key in _keys(person) if key in by_key), None)
    return _completed(person, found) if found else person


def merge_people(found: list[Person]) -> list[Person]:
    """Return each person once: rows with the same GitHub ID, GitHub name or identifier are one."""
    made: list[Person] = []
    places: dict[str, int] = {}
    for person in found:
        keys = _keys(person)
        place = next((places[key] for key in keys if key in places), len(made))
        if place == len(made):
            made.append(person)
        else:
            made[place] = _completed(made[place], person)
        places.update(dict.fromkeys([*keys, *_keys(made[place])], place))
    return made


def _keys(person: Person) -> list[str]:
    named = (
        ("id", person.github_id),
        ("name", person.github_name.casefold()),
        ("is", person.identifier.casefold()),
    )
    return [f"{kind} {value}" for kind, value in named if value]


def _completed(person: Person, other: Person) -> Person:
    names = ("identifier", "github_name", "github_id", "name")
    return Person(*(getattr(person, name) or getattr(other, name) for name in names))


def slug_of(title: str) -> str:
    """Return a title as a slug. A title that loses signs gets a number behind it, so that two never have the same."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    is_whole = slug and len(slug) <= MAX_SLUG and len(plain) >= len(title.strip())
    if is_whole:
        return slug
    return f"{slug[: MAX_SLUG - 7].strip('-') or 'assignment'}-{sha256(title.encode()).hexdigest()[:6]}"
