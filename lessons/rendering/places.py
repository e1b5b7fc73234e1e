"""Move objectives to the top of a page and key points to its end."""

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .blocks import BLOCKS
from .state import Page, first_line

PLACED = {f"container_{name}_open": name for name, block in BLOCKS.items() if block.place}


def places(state: StateCore) -> None:
    """Core rule; runs before inline parsing, so that what it moves is numbered where it is shown."""
    page: Page = state.env["page"]
    moved: dict[str, list[Token]] = {}
    kept: list[Token] = []
    open_block: list[Token] | None = None
    for token in state.tokens:
        name = PLACED.get(token.type)
        if name and open_block is None:
            if _may_move(token, name, name in moved, page):
                open_block = moved.setdefault(name, [])
        elif name:
            _report_nested(token, name, page)
        (kept if open_block is None else open_block).append(token)
        if (
            open_block
            and token.nesting < 0
            and token.level == open_block[0].level
            and token.type.startswith("container_")
        ):
            _check_list(open_block, page)
            open_block = None
    first = [token for name, block in moved.items() if BLOCKS[name].place == "first" for token in block]
    last = [token for name, block in moved.items() if BLOCKS[name].place == "last" for token in block]
    state.tokens = [*first, *kept, *last]


def _may_move(token: Token, name: str, is_second: bool, page: Page) -> bool:
    if not page.whole:
        page.report(first_line(token), f"“::: {name}” can only stand in the text of a page.")
    elif token.level:
        _report_nested(token, name, page)
    elif is_second:
        page.report(first_line(token), f"This page already has “::: {name}”. Add the items to that list.")
    else:
        return True
    return False


def _report_nested(token: Token, name: str, page: Page) -> None:
    page.report(
        first_line(token), f"“::: {name}” can’t stand inside a list, quote or other block. Move it out."
    )


def _check_list(block: list[Token], page: Page) -> None:
    # The title comes first: three tokens. Then one list, and the end of the block.
    inside = [token for token in block[4:-1] if token.level == block[0].level + 1]
    if [token.type for token in inside] not in (
        ["bullet_list_open", "bullet_list_close"],
        ["ordered_list_open", "ordered_list_close"],
    ):
        page.report(
            first_line(block[0]), "Write this block as one list, each line starting with - and a space."
        )
