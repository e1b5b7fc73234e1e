"""Find lines that are titles by where they stand: alone, or above what belongs to them."""

import re
from collections.abc import Mapping, Sequence

from .levels import Item
from .regions import Region
from .rows import Row
from .signs import NEXT, ONLY_ARROW, STRONG, heading_sign, is_plain_title, words_of

COLUMNS = re.compile(r"\S(?:[ \u00a0]{3,}|\t+)\S")
MEANS = re.compile(r"^\S.{0,40}? ?(?:=|:| --?| –) \S")


AGENDA = re.compile(
    r"(?:agenda|contents|tagesordnung|programm|orden del día|ordre du jour)\s*$", re.IGNORECASE
)
MAX_NAME = 2  # words


class Standing:
    """`parents` has the position of the row that each item is indented below, `children` how many are below it."""

    def __init__(self, items: Sequence[Item], parents: Sequence[int], children: Mapping[int, int]) -> None:
        self.items, self.parents, self.children = items, parents, children

    def is_title(self, at: int, row: Row, headings: Mapping[int, object]) -> bool:
        if at + 1 >= len(self.items) or not (is_plain_title(row) or self._is_above_bullets(at, row)):
            return False
        is_open = row.gap or at == 0 or at - 1 in headings or NEXT.match(row.text)
        if not (is_open or self._starts_list(at, row)):
            return False
        after = self.items[at + 1]
        if isinstance(after, Row) and ONLY_ARROW.match(after.text):
            return False  # a step of a flow
        if after.indent > row.indent:
            return isinstance(after, Region) or self.children[at] > 0
        if after.indent < row.indent:
            return False
        if isinstance(after, Region):
            is_short = (
                (row.gap > 0 or at == 0) and len(words_of(row.text)) <= MAX_NAME and after.kind == "command"
            )
            return is_short or after.first > row.number + 1 or row.gap > 1
        if after.mark and not after.gap:
            return after.is_bullet or bool(NEXT.match(row.text))
        if not after.gap and not after.mark and row.gap and (self._opens_rows(at) or self._asks_for(at)):
            return True
        if not after.gap and not after.mark and (self._names_text(row, after) or AGENDA.match(row.text)):
            return True
        if not after.gap or heading_sign(after) in STRONG:
            return False
        return not is_plain_title(after) or len(after.text) > 60 or self._is_title_pair(at)

    @staticmethod
    def _names_text(row: Row, after: Row) -> bool:
        # A short line behind a blank one, right above a sentence.
        is_short = (row.gap > 0 or row.number == 1) and len(words_of(row.text)) <= MAX_NAME
        return (
            is_short
            and len(words_of(after.text)) > 5
            and after.text[-1] == "."
            and not after.text[0].islower()
        )

    def is_chapter(self, at: int) -> bool:
        # A short line behind a blank one, above three or more that are not indented and not the next number.
        row, below = self.items[at], self.items[at + 1 : at + 4]
        if not isinstance(row, Row) or not row.gap or len(row.text) > 60 or row.text[-1] in ".,;!":
            return False
        return (
            len(below) == 3
            and not any(
                item.indent < row.indent or (isinstance(item, Row) and (item.is_numbered or item.is_bullet))
                for item in below[:2]
            )
            and not (isinstance(below[2], Row) and below[2].is_numbered)
        )

    def is_short(self, at: int, row: Row) -> bool:
        # `WBS` or `RISK` between blank lines, if longer titles are in capitals.
        after = self.items[at + 1] if at + 1 < len(self.items) else None
        is_alone = row.gap > 0 and not row.mark and isinstance(after, Row) and after.gap > 0
        return is_alone and len(row.text) > 2 and row.text.isalpha() and row.text.isupper()

    def _starts_list(self, at: int, row: Row) -> bool:
        # At the margin, right below what is indented, with bullets of its own.
        before, after = self.items[at - 1], self.items[at + 1]
        is_back = before.indent > row.indent or isinstance(before, Region)
        is_list = isinstance(after, Row) and after.is_bullet and after.indent > row.indent
        return self.parents[at] < 0 and is_back and is_list

    def _opens_rows(self, at: int) -> bool:
        # A short line above two rows or more of columns, or of terms with their meanings.
        row, below = self.items[at], self.items[at + 1 : at + 3]
        rows = [
            item for item in below if isinstance(item, Row) and not item.mark and item.indent == row.indent
        ]
        if len(rows) < 2 or not isinstance(row, Row):
            return False
        return any(
            not pattern.search(row.text) and all(pattern.search(item.text) for item in rows)
            for pattern in (COLUMNS, MEANS)
        )

    def _asks_for(self, at: int) -> bool:
        # `Homework for Monday` above two tasks or more without bullets.
        row, below = self.items[at], self.items[at + 1 : at + 3]
        is_task = [isinstance(item, Row) and not item.gap and item.indent == row.indent for item in below]
        return isinstance(row, Row) and bool(NEXT.match(row.text)) and len(below) == 2 and all(is_task)

    def _is_above_bullets(self, at: int, row: Row) -> bool:
        # `nth iteration : payment` with bullets indented below it.
        after = self.items[at + 1]
        is_list = isinstance(after, Row) and after.is_bullet and after.indent > row.indent
        return is_list and row.gap > 0 and not row.mark and len(row.text) < 60 and row.text[-1] not in ".;,!"

    def _is_title_pair(self, at: int) -> bool:
        # Two short lines, one after the other: the first is a title if the second is not one itself.
        return at + 2 < len(self.items) and not self._stands_alone(at + 1)

    def _stands_alone(self, at: int) -> bool:
        after = self.items[at + 1]
        return isinstance(after, Region) or (isinstance(after, Row) and after.gap > 0)
