"""Find topics and sections among the rows of an evening, by signs and by indentation."""

from collections import Counter
from collections.abc import Sequence

from .habits import LIST, PLAIN, SECTION, TOPIC, Habits
from .levels import Heading, Item, set_levels
from .regions import Region
from .rows import Row
from .signs import EXAMPLE, STRONG, heading_sign
from .standing import Standing


class Outliner:
    """`headings` maps positions in `items` to headings."""

    def __init__(
        self,
        items: Sequence[Item],
        framed: frozenset[int],
        habits: Habits,
        inside: frozenset[int] = frozenset(),
    ) -> None:
        self.items, self.framed, self.habits = items, framed, habits
        self.inside = inside  # positions of rows in figures, which are no headings
        self.parents = self._find_parents()
        self.children = Counter(parent for parent in self.parents if parent >= 0)
        shouted = [
            item for item in items if isinstance(item, Row) and item.gap and heading_sign(item) == "capitals"
        ]
        self.has_capitals = len(shouted) > 2
        self.standing = Standing(items, self.parents, self.children)
        self.groups = self._find_groups()
        self.in_list = bytearray(len(items))
        self.headings: dict[int, Heading] = {}
        self.example = -1  # indent of the example that is open
        self.example_seen = self.example_has_bullets = False

    def run(self) -> dict[int, Heading]:
        for at, item in enumerate(self.items):
            if isinstance(item, Row):
                self._read(at, item)
            elif self.example >= 0 and item.indent < self.example:
                self.example = -1
        set_levels(self.items, self.headings)
        return self.headings

    def _find_parents(self) -> list[int]:
        parents, open_rows = [], list[int]()
        for at, item in enumerate(self.items):
            if isinstance(item, Row) and (item.heading or item.number in self.framed):
                open_rows = []
            # Code is often pasted at the margin, in the middle of what is indented.
            while isinstance(item, Row) and open_rows and self.items[open_rows[-1]].indent >= item.indent:
                open_rows.pop()
            parents.append(open_rows[-1] if open_rows else -1)
            if isinstance(item, Row):
                open_rows.append(at)
                del open_rows[:-40]
        return parents

    def _find_groups(self) -> dict[tuple[int, bool], list[int]]:
        # Rows with a mark by parent; far apart they are no list, so headings end a group.
        groups: dict[tuple[int, bool], list[int]] = {}
        for at, item in enumerate(self.items):
            if isinstance(item, Row) and item.mark:
                groups.setdefault((self.parents[at], item.is_bullet), []).append(at)
        return groups

    def _read(self, at: int, row: Row) -> None:
        parent = self.parents[at]
        if at in self.inside or self._is_in_example(row):
            self.in_list[at] = 1
            return
        if parent >= 0 and self.in_list[parent] and not row.heading:
            self.in_list[at] = 1
            return
        sign = self._sign(at, row)
        form = self._form(sign) if sign else ""
        if sign and form not in (PLAIN, LIST, "term") and self._is_heading(at, row, sign):
            self.headings[at] = Heading(row, sign, form)
            return
        example = EXAMPLE.match(row.text)
        if example and not row.is_numbered:
            self.example = row.indent + (1 if row.mark else 0)
            self.example_seen = bool(row.mark or row.text[example.end() :].strip())
            self.in_list[at] = 1
            return
        self.in_list[at] = bool(row.mark) or (parent >= 0 and parent not in self.headings)

    def _is_in_example(self, row: Row) -> bool:
        if self.example < 0:
            return False
        is_over = row.indent < self.example or row.heading or row.number in self.framed
        is_next = (
            row.indent == self.example and self.example_seen and not (row.mark and self.example_has_bullets)
        )
        is_next = is_next and bool(row.gap or heading_sign(row) in STRONG)
        if is_over or is_next:
            self.example = -1
            return False
        if not self.example_seen:
            self.example_has_bullets = bool(row.mark) and row.indent == self.example
        self.example_seen = True
        return True

    def _sign(self, at: int, row: Row) -> str:
        after = self.items[at + 1] if at + 1 < len(self.items) else None
        if isinstance(after, Row) and after.line.is_markdown and after.text[:2] == ": " and not after.gap:
            return ""  # a term
        if (row.number in self.framed or row.is_decorated) and not row.heading:
            return "framed"
        sign = heading_sign(row)
        if row.is_numbered and sign in ("", "capitals", "asked", "colon"):
            return "number" if self._is_numbered_title(at, row) else sign if sign == "colon" else ""
        if sign:
            return sign
        if self.has_capitals and self.standing.is_short(at, row):
            return "capitals"
        if row.is_bullet and self.children[at] and self._is_among_titles(at):
            return "standalone"
        if row.badge and self._is_badge_title(at, row):
            return "badge"
        return "standalone" if self.standing.is_title(at, row, self.headings) else ""

    def _form(self, sign: str) -> str:
        if sign in ("markdown", "framed", "badge"):
            return TOPIC
        if sign in ("asked", "standalone"):
            return SECTION
        return self.habits.form(sign)

    def _goes_on(self, at: int, row: Row) -> bool:
        # The last line of a wrapped paragraph, which happens to end with a colon.
        before = self.items[at - 1] if at else None
        if row.mark or row.gap or not isinstance(before, Row) or at - 1 in self.headings:
            return False
        return before.indent == row.indent and (len(before.text) >= 60 or row.text[0].islower())

    def _is_heading(self, at: int, row: Row, sign: str) -> bool:
        if sign in ("colon", "asked") and self._goes_on(at, row):
            return False
        if sign in ("markdown", "framed", "number", "badge", "standalone"):
            return True
        if sign == "question" and not row.mark and not self._has_content(at):
            return not self._is_last(at)
        if sign in ("colons", "question"):
            if row.gap and self._has_content(at):
                return True
            return not (row.mark and self._share_of_titles(at, row) < 0.3)
        if sign == "capitals":
            return (
                not row.mark
                and bool(row.gap or at == 0)
                and not self._is_last(at)
                and self._is_open_below(at)
            )
        if sign == "asked":
            return self._has_content(at) and (not row.mark or self._is_among_questions(at, row))
        if row.is_bullet and self._is_single(at):
            return not self._is_last(at)
        if row.is_bullet or row.is_numbered:
            return self._has_content(at) and self._share_of_titles(at, row) > 0.5
        return not self._is_last(at)

    def _share_of_titles(self, at: int, row: Row) -> float:
        # The share of rows beside this one, in the same run, that have something below them.
        group = self.groups.get((self.parents[at], row.is_bullet), [at])
        place = self._place(group, at)
        near = group[max(place - 10, 0) : place + 11]
        near = [
            other for other in near if self.items[other].indent == row.indent and self._is_one_run(at, other)
        ]
        titles = sum(self._has_content(other) or self._looks_strong(other) for other in near)
        return titles / max(len(near), 1)

    def _is_among_titles(self, at: int) -> bool:
        # A bullet with lines below it, where the other bullets at this depth are titles.
        group = self.groups.get((self.parents[at], True), [at])
        place = self._place(group, at)
        near = [other for other in group[max(place - 6, 0) : place + 7] if other != at]
        return len(near) > 1 and sum(self._looks_strong(other) for other in near) * 2 > len(near)

    def _is_among_questions(self, at: int, row: Row) -> bool:
        # A bullet that asks is a title where the bullets beside it ask as well.
        group = self.groups.get((self.parents[at], row.is_bullet), [at])
        place = self._place(group, at)
        near = [self.items[other] for other in group[max(place - 6, 0) : place + 7]]
        asked = sum(isinstance(item, Row) and heading_sign(item) in (*STRONG, "asked") for item in near)
        return asked * 2 > len(near)

    def _is_single(self, at: int) -> bool:
        # A bullet without another one above or below it.
        beside = [self.items[place] for place in (at - 1, at + 1) if 0 <= place < len(self.items)]
        return not any(
            isinstance(item, Row) and item.mark and item.indent == self.items[at].indent for item in beside
        )

    @staticmethod
    def _place(group: list[int], at: int) -> int:
        low, high = 0, len(group)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if group[middle] < at else (low, middle)
        return low

    def _is_one_run(self, one: int, other: int) -> bool:
        first, last = sorted((one, other))
        indent = self.items[one].indent
        between = self.items[first + 1 : min(last, first + 60)]
        return all(
            item.indent > indent or (isinstance(item, Row) and bool(item.mark) and item.indent == indent)
            for item in between
        )

    def _looks_strong(self, at: int) -> bool:
        item = self.items[at]
        return isinstance(item, Row) and heading_sign(item) in ("colons", "question")

    def _has_content(self, at: int) -> bool:
        if at + 1 >= len(self.items):
            return False
        row, after = self.items[at], self.items[at + 1]
        if after.indent > row.indent or isinstance(after, Region):
            return True
        if after.indent < row.indent or not isinstance(row, Row) or row.mark:
            return False
        return not (heading_sign(after) and not after.mark)

    def _is_open_below(self, at: int) -> bool:
        after = self.items[at + 1]
        return (
            isinstance(after, Region) or after.indent > self.items[at].indent or bool(after.gap or after.mark)
        )

    def _is_last(self, at: int) -> bool:
        return at + 1 >= len(self.items)

    def _is_numbered_title(self, at: int, row: Row) -> bool:
        if self.habits.form("number") == LIST or len(row.text) > 90 or row.text[-1:] in (".", ";", ","):
            return False
        group = self.groups.get((self.parents[at], False), [at])
        place = self._place(group, at)
        near = [
            other for other in group[max(place - 5, 0) : place + 6] if self.items[other].indent == row.indent
        ]
        full = sum(self._is_followed_by_text(other) for other in near)
        is_first_level = self.parents[at] < 0 or self.parents[at] in self.headings
        is_among = full * 2 > len(near)
        is_above_code = at + 1 < len(self.items) and isinstance(self.items[at + 1], Region) and full > 1
        is_chapter = self.standing.is_chapter(at)
        return is_first_level and is_among and (self._is_followed_by_text(at) or is_above_code or is_chapter)

    def _is_followed_by_text(self, at: int) -> bool:
        # Children that are short further numbers make a nested list, not a chapter.
        if at + 1 >= len(self.items):
            return False
        row, after = self.items[at], self.items[at + 1]
        if isinstance(after, Region) and isinstance(row, Row) and row.text.isupper():
            return True
        if isinstance(after, Region) or (
            isinstance(after, Row) and not after.mark and after.gap and after.indent >= row.indent
        ):
            return isinstance(after, Row) or self._is_long_step(at) or self.standing.is_chapter(at)
        if after.indent > row.indent:
            is_dotted = isinstance(row, Row) and "." in row.mark.strip(".")
            return self.children[at] > 1 or bool(after.gap) or is_dotted
        is_list = isinstance(after, Row) and after.is_bullet
        return (
            isinstance(row, Row) and after.indent == row.indent and (is_list or self.standing.is_chapter(at))
        )

    def _is_long_step(self, at: int) -> bool:
        # Code below a number is a step of a recipe unless prose follows it too.
        after = self.items[at + 2] if at + 2 < len(self.items) else None
        return isinstance(after, Row) and not after.mark

    def _is_badge_title(self, at: int, row: Row) -> bool:
        # An emoji before a short line with something below it; below each other they are bullets.
        after = self.items[at + 1] if at + 1 < len(self.items) else None
        if not (row.gap or at == 0) or after is None or len(row.text) > 80 or row.text[-1] in ".;,":
            return False
        if isinstance(after, Row) and (after.badge and not after.gap):
            return False
        return after.indent >= row.indent
