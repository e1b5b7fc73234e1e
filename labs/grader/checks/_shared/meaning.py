"""Base class of the kinds that interpret a file: read it at a commit and turn findings into a verdict."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...findings import Answer, Finding, Place
from ...git.repository import Tip, TooLargeError
from ...parameters import FilePath, Revision
from ...report import Drawing, Evidence
from ...words import decoded, excerpt, quoted, size, visible
from .base import Kind, Run, Verdict, at_tip, needs_work, not_known, passed
from .contents import as_text, file_or_answer, lines_of, text_or_answer
from .exact_edits import exact_edits, in_its_file
from .fixes import edit_and_push
from .named_refs import commit_or_answer
from .not_text import UTF_16, utf_16_answer
from .shell import Line, make_folder_of, write_lines

MAX_EVIDENCE = 6
MAX_BYTES = 256 * 1024


@dataclass(frozen=True)
class Texts:
    """Files at a tip as text; None for a missing path. Raises TooLargeError for a file that is not read."""

    run: Run
    tip: Tip
    changed: Mapping[str, str] = field(default_factory=dict)
    """Edited texts by path, which replace those of the repository."""

    def files(self) -> list[str]:
        there = [
            decoded(path) for path, entry in self.run.repository.files(self.tip).items() if entry.is_file
        ]
        return [*there, *(path for path in self.changed if path not in there)]

    def __call__(self, path: str) -> str | None:
        if path in self.changed:
            return self.changed[path]
        entry = self.run.repository.files(self.tip).get(path.encode("utf-8", "surrogateescape"))
        if entry is None:
            return None
        if not entry.is_file:
            raise TooLargeError(f"{quoted(path)} is {entry.noun}. Such entries are not read")
        content = self.run.repository.content(entry.id)
        if content is None or len(content) > MAX_BYTES:
            raise TooLargeError(f"{quoted(path)} is over {size(MAX_BYTES)}. Such files are not read")
        return as_text(content)


def texts_or_answer(run: Run, path: FilePath, at: Revision, *fill: Line) -> tuple[Texts, str] | Verdict:
    """Return the files and the text of a required one, or the verdict if it is missing."""
    file = text_or_answer(run, file_or_answer(run, path, at, *fill), MAX_BYTES)
    if isinstance(file, Verdict):
        return file
    if (run.repository.content(file.entry.id) or b"")[:2] in UTF_16:
        return utf_16_answer(run, file.tip, path)
    return Texts(run, file.tip), file.text


def write_missing(
    run: Run, at: Revision, files: Mapping[str, str], ask: Callable[[Texts], Answer]
) -> list[Line]:
    """Return commands that write `files` so that the first one passes; none if the first one exists."""
    tip, path = commit_or_answer(run, at), next(iter(files))
    if isinstance(tip, Verdict) or run.repository.entry(tip.commit, path.encode()):
        return []
    texts = Texts(run, tip, changed=files)
    answer = ask(texts)
    if answer.findings:
        _, text = exact_edits(
            texts, answer, lambda path, text: ask(replace(texts, changed={**files, path: text}))
        )
        files = {**files, answer.findings[0].place.path: text} if text else files
    lines: list[Line] = []
    for name, text in files.items():
        make = make_folder_of(name) if name != path else []
        add: list[Line] = [["git", "add", "--", name]] if name != path else []
        lines += [*make, write_lines(lines_of(text), name), *add]
    return lines


def question_problems(kind: Kind, questions: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield a problem if a check asks more than one of its questions."""
    asked = [name for name in questions if getattr(kind, name) is not None]
    if len(asked) > 1:
        yield asked[1], f"cannot be combined with {quoted(asked[0])}: a check asks one question"


def verdict_of(
    texts: Texts,
    answer: Answer,
    *,
    ask: Callable[[Texts], Answer] | None = None,
    drawing: Drawing | None = None,
    hidden: Callable[[str], set[int]] = lambda path: set(),
) -> Verdict:
    """Return the verdict with its evidence. `hidden` returns the lines of a file that must not be shown.

    `ask` answers the same question about edited texts, so that an edit is tried before it is suggested.
    """
    if answer.unknown:
        return not_known(answer.unknown)
    if not answer.findings:
        seen = list(dict.fromkeys(answer.seen))[:MAX_EVIDENCE]
        evidence = [_evidence(texts, place, hidden) for place in seen] or [at_tip(texts.tip)]
        return replace(passed(answer.holds, *evidence, looked_at=answer.judged), drawing=drawing)
    first, more = answer.findings[0], len(answer.findings) - 1
    others = f" There {'is' if more == 1 else 'are'} {more:,} more like it." if more else ""
    return needs_work(
        first.says + others,
        expected=first.expected,
        found=first.found,
        fix=_fix(texts, answer, ask),
        evidence=[
            _evidence(texts, one.place, hidden, shown=not one.hidden)
            for one in answer.findings[:MAX_EVIDENCE]
        ],
        drawing=drawing,
    )


def _evidence(
    texts: Texts, place: Place, hidden: Callable[[str], set[int]], *, shown: bool = True
) -> Evidence:
    found = at_tip(texts.tip, place.path.encode("utf-8", "surrogateescape"))
    if not place.line:
        return found
    text, secret = texts(place.path) if shown else None, hidden(place.path)
    lines = excerpt(lines_of(text), place.line) if text is not None else ()
    shown_lines = tuple(
        (number, "(this line contains a credential)" if number in secret else line) for number, line in lines
    )
    return replace(found, line=place.line, excerpt=shown_lines)


def _fix(texts: Texts, answer: Answer, ask: Callable[[Texts], Answer] | None) -> str:
    # exact edits if they are known, else a sentence for each place
    edits: list[str] = []
    if ask is not None:
        again = ask
        edits, _ = exact_edits(texts, answer, lambda path, text: again(replace(texts, changed={path: text})))
    shown = answer.findings[:MAX_EVIDENCE]
    paths = dict.fromkeys(finding.place.path for finding in shown)
    if edits:
        paths = {in_its_file(answer.findings[0]).place.path: None}
    told = edits or [part for finding in shown for part in _edit(finding)]
    add = ["git", "add", "--", *paths]
    return edit_and_push(texts.run, texts.tip, f"Fix {next(iter(paths))}", "\n\n".join(told), add)


def _edit(finding: Finding) -> Iterator[str]:
    place = finding.place
    line = f", line {place.line}" if place.line else ""
    column = f", column {place.column}" if place.column else ""
    end = ":" if finding.add else "."
    yield visible(f"Edit `{place.path}`{line}{column}. Expected: {finding.expected}{end}")
    if finding.add:
        yield "\n".join(visible(f"    {line}") for line in finding.add)
