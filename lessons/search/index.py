"""Write the index. What saves a page calls it; nothing is indexed when a page is read or searched."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from django.db import transaction

from lessons.models import SearchEntry, SearchWord
from lessons.rendering import Section
from lessons.search.databases import Indexed, database
from lessons.search.kinds import KINDS, Kind
from lessons.search.words import split, stem

MAX_TEXT = 2_000  # characters of an entry, so that an excerpt costs little
MAX_HEADINGS = 400  # of a page; the text below others is found under the last of these
MIN_LETTERS, MAX_LETTERS = 3, 30  # of a word that a mistyped one may mean
MAX_WORDS = 5_000  # of a page


@transaction.atomic
def write(kind: str, key: int, title: str, sections: Sequence[Section]) -> None:
    """Replace what the index has of a page. The first section has the words before the first heading."""
    SearchEntry.objects.filter(kind=kind, key=key).delete()
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(kind=kind, key=key, anchor=part.id, heading=part.title, text=part.text)
        for part in _divide(sections)
    )
    stems = _stems(title)
    database().add(
        Indexed(entry.pk, kind, stems, _stems(entry.heading), _stems(entry.text)) for entry in entries
    )
    _add_words([title, *(text for section in sections for text in (section.title, section.text))])


def copy(kind: str, keys: Mapping[int, int], titles: Mapping[int, str]) -> None:
    """Index pages like those that they were copied from; `keys` maps the keys of these to theirs."""
    found = list(SearchEntry.objects.filter(kind=kind, key__in=list(keys)).order_by("pk"))
    made = SearchEntry.objects.bulk_create(
        SearchEntry(kind=kind, key=keys[old.key], anchor=old.anchor, heading=old.heading, text=old.text)
        for old in found
    )
    database().add(
        Indexed(new.pk, kind, _stems(titles.get(old.key, "")), _stems(old.heading), _stems(old.text))
        for old, new in zip(found, made, strict=True)
    )


def _stems(text: str) -> str:
    return " ".join(map(stem, split(text)))


def _divide(sections: Sequence[Section]) -> Iterator[Section]:
    own, others = sections[: MAX_HEADINGS + 1], sections[MAX_HEADINGS + 1 :]
    if others:
        texts = [own[-1].text, *(f"{other.title}\n{other.text}" for other in others)]
        own = [*own[:-1], replace(own[-1], text="\n".join(texts))]
    for section in own:
        for part in _parts(section.text):
            yield replace(section, text=part)


def _parts(text: str) -> Iterator[str]:
    # Cut at the end of a line, in a long line at a space.
    while len(text) > MAX_TEXT:
        line_end = text.rfind("\n", 0, MAX_TEXT)
        end = line_end if line_end > 0 else text.rfind(" ", 1, MAX_TEXT)
        end = end if end > 0 else MAX_TEXT
        yield text[:end]
        text = text[end:].lstrip()
    yield text


def _add_words(texts: Iterable[str]) -> None:
    words = (word for text in texts for word in split(text))
    usable = (word for word in words if MIN_LETTERS <= len(word) <= MAX_LETTERS and not word[0].isdigit())
    wanted = list(islice(dict.fromkeys(usable), MAX_WORDS))
    known = set(SearchWord.objects.filter(word__in=wanted).values_list("word", flat=True))
    # Sorted, so that two who write the same new words cannot wait for each other.
    new = [SearchWord(word=word, length=len(word)) for word in sorted(wanted) if word not in known]
    SearchWord.objects.bulk_create(new, ignore_conflicts=True, batch_size=1_000)


def rebuild() -> int:
    """Index all pages again and return how many. Each can be found meanwhile, but fewer typing errors are noticed."""
    SearchWord.objects.all().delete()
    count = 0
    for kind in KINDS.values():
        rows = kind.model._base_manager.all()  # what was deleted may be restored
        SearchEntry.objects.filter(kind=kind.name).exclude(key__in=rows.values("pk")).delete()
        count += _index_all(kind, set())
    return count


def complete() -> int:
    """Index the pages that are not, such as those from before there was an index, and return how many."""
    return sum(
        _index_all(kind, set(SearchEntry.objects.filter(kind=kind.name).values_list("key", flat=True)))
        for kind in KINDS.values()
    )


def _index_all(kind: Kind, known: set[int]) -> int:
    if kind.index is None:
        return 0
    keys = kind.model._base_manager.order_by("pk").values_list("pk", flat=True)
    missing = [key for key in keys if key not in known]
    for key in missing:
        for row in kind.model._base_manager.filter(pk=key):  # it may be gone meanwhile
            kind.index(row)
    return len(missing)
