"""Changes of files by a step, and the options that all steps which make a commit share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime

from ..git.history import Person
from ..git.trees import Entry
from ..parameters import Bytes, Content, FilePath, ObjectId
from ..words import listed, quoted
from .objects import Files, StepError, encode
from .world import Author, World

_LINE = b"0123456789abcde\n"


class Step(ABC):
    """One step: a frozen dataclass whose fields are its keys. Its docstring becomes its documentation."""

    @classmethod
    def word(cls) -> str:
        """Return the key that names the step: the first field that the class declares itself."""
        return next(iter(cls.__annotations__))

    @property
    def is_complete(self) -> bool:
        """False if the step needs something that the text does not have."""
        return True

    @abstractmethod
    def do(self, world: World) -> None:
        """Apply the step to the model. Raises StepError."""


@dataclass(frozen=True)
class FileContent:
    """An entry of `files` that needs more than a text. Exactly one of the first four fields is set."""

    text: Content | None = None
    size: Bytes | None = None
    link_to: Content | None = None
    submodule: ObjectId | None = None
    executable: bool = False

    def entry(self, world: World) -> Entry:
        given = [self.text, self.size, self.link_to, self.submodule]
        if sum(value is not None for value in given) != 1:
            raise StepError("a file needs exactly one of text, size, link_to and submodule")
        if self.submodule:
            return Entry(b"160000", self.submodule)
        if self.link_to:
            return Entry(b"120000", world.objects.add("blob", encode(self.link_to)))
        data = encode(self.text or "") if self.size is None else _filled(self.size)
        return Entry(b"100755" if self.executable else b"100644", world.objects.add("blob", data))


def _filled(size: int) -> bytes:
    return (_LINE * (size // len(_LINE) + 1))[:size]


@dataclass(frozen=True, kw_only=True)
class CommitStep(Step):
    """A step that creates a commit. Files are moved, deleted, appended to and written, in this order."""

    move: dict[FilePath, FilePath] = field(default_factory=dict)
    delete: tuple[FilePath, ...] = ()
    append: dict[FilePath, Content] = field(default_factory=dict)
    files: dict[FilePath, Content | FileContent] = field(default_factory=dict)
    author: Author | None = None
    date: datetime | None = None
    signed: bool = False

    def changed(self, world: World, files: Files) -> Files:
        files = dict(files)
        for old, new in self.move.items():
            for path in _below(files, old):
                files[new.rstrip("/") + path.removeprefix(old.rstrip("/"))] = files.pop(path)
        for gone in self.delete:
            for path in _below(files, gone):
                del files[path]
        for path, text in self.append.items():
            files[path] = _appended(world, files.get(path), text)
        for path, content in self.files.items():
            if path.endswith("/"):
                raise StepError(f"{quoted(path)} is a folder: list its files instead")
            given = content if isinstance(content, FileContent) else FileContent(text=content)
            files[path] = given.entry(world)
        return files

    def resolved(self, world: World, files: Files, conflicts: list[str]) -> Files:
        """Return the files of a merge after this step's changes. Raises StepError for a conflict that it does not
        resolve.
        """
        done = {*self.files, *self.delete}
        if left := [path for path in conflicts if path not in done]:
            raise StepError(
                f"merge conflict in {listed(map(quoted, left))}: "
                "give the resolved content in files, or list the path in delete"
            )
        return self.changed(world, files)

    def people(self, world: World, original: Person | None = None) -> dict[str, Person]:
        # `original` is the author of a commit that is copied or amended
        now = world.now()
        person = (self.author or world.learner).at(self.date or now)
        keeps = original is not None and self.author is None and self.date is None
        return {"author": original if keeps and original else person, "committer": person}


def _below(files: Files, path: str) -> list[str]:
    # raises StepError if there is none
    found = [other for other in files if f"{other}/".startswith(path.rstrip("/") + "/")]
    if not found:
        raise StepError(f"the file or folder {quoted(path)} does not exist at this step")
    return found


def _appended(world: World, entry: Entry | None, text: str) -> Entry:
    if entry and not entry.is_file:
        raise StepError("append works only on a file")
    data = world.objects.data(entry.id) if entry else b""
    return Entry(entry.mode if entry else b"100644", world.objects.add("blob", data + encode(text)))
