"""Read stored notes once per process and state: an import of 100,000 lines takes seconds."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from lessons.models import Notes
from lessons.notes import Import, Kept, count_kept
from lessons.notes_import.planning import read_notes

MAX_STATES = 4  # an import of 100,000 lines takes some 200 MB


@dataclass(frozen=True)
class ReadNotes:
    """The drafts of notes, and how many of their words the drafts have."""

    imported: Import
    kept: Kept


_lock = Lock()
_states: OrderedDict[str, ReadNotes] = OrderedDict()


def read_once(notes: Notes, habits: Mapping[str, object] | None = None) -> ReadNotes:
    """Return what stored notes give, with `habits` in place of the course's. Raises NotesError."""
    if habits is not None:
        notes.course.notes_habits = dict(habits)  # of this instance; nothing is saved
    key = _key(notes)
    with _lock:  # a second request for the same state waits for the first
        found = _states.get(key)
        if found is None:
            imported = read_notes(notes)
            found = ReadNotes(imported, count_kept(imported))
            _states[key] = found
            while len(_states) > MAX_STATES:
                _states.popitem(last=False)
        _states.move_to_end(key)
    return found


def _key(notes: Notes) -> str:
    settings = json.dumps(
        [notes.name, notes.encoding, notes.course.notes_habits, notes.decisions], sort_keys=True
    )
    return sha256(settings.encode() + b"\0" + bytes(notes.data)).hexdigest()
