"""Draft quiz questions out of what the notes ask, define, put in order, and say cannot be done."""

import re
from collections.abc import Iterable, Iterator, Sequence

from .decisions import Decisions, fingerprint
from .inline import escape
from .model import Block, Question
from .pieces import Piece
from .signs import clean, words_of
from .source import Line
from .writing import make_key

ASKED = re.compile(
    r"\s*(?:#{1,6}\s+)?(?:[-*•–]\s+)?(?:\d{1,3}(?:\.\d{1,3}){0,2}[.)]?\s+)?(?:Q\s?\d{0,3}\s?[.:)-]\s*)?"
    r"(?P<question>(?:what|why|how|when|which|who|where|is|are|can|does|do|should)\b[^?]{2,200}\?)[\s?:]*$",
    re.IGNORECASE,
)
WHAT = re.compile(r"what (?:is|are)\s", re.IGNORECASE)
ANSWER = re.compile(r"\s*(?:A\s?\d{0,3}\s?[.:)-]\s*)")
CANNOT = re.compile(r"\bwe\s+(?:cannot|can\s?not|can['’]t)\b", re.IGNORECASE)
CAN = re.compile(r"\bwe\s+can\b(?!\s?(?:not|['’]t))", re.IGNORECASE)
MAX_ANSWER = 240  # characters
MAX_OPTIONS = 8
MAX_QUESTIONS = 40  # of a lesson
BLANK = "Write a wrong answer here"
RIGHT_BLANK = "Write the right answer here"
HEADINGS = ("topic", "section", "label")
Pairs = Sequence[tuple[Block, Piece]]
Draft = tuple[int, int, str, str]  # first and last line, what the page says, Markdown without the key


def offer_questions(lines: Sequence[Line], blocks: Pairs, decisions: Decisions) -> tuple[Question, ...]:
    """Return the questions that the trainer accepted; none is taken without being asked for."""
    accepted: list[Question] = []
    keys: dict[str, int] = {}
    drafts = sorted(_drafts(lines, blocks), key=lambda draft: draft[:2])[:MAX_QUESTIONS]
    for first, last, says, markdown in drafts:
        name = fingerprint(lines, first, last)[:6]
        heading, _, body = markdown.partition("\n")
        key = make_key(f"{' '.join(words_of(heading)[:6])}-{name}", keys)
        question = Question(key, f"{heading} {{#{key}}}\n{body}", first, last)
        if decisions.offer("question", first, last, says, default=False, question=question):
            accepted.append(question)
    return tuple(accepted)


def _drafts(lines: Sequence[Line], blocks: Pairs) -> Iterator[Draft]:
    title = ""
    answers = _answers(lines, blocks)
    for first, last, question, answer in answers:
        others = [other for *_, other in answers if other and other != answer][:3]
        yield first, last, "Ask this in the quiz?", _choice(question, answer, others)
    for place, (block, piece) in enumerate(blocks):
        if block.kind in HEADINGS:
            title = clean(block.title)
            if CANNOT.search(title) and (draft := _can_and_cannot(blocks, place)):
                yield draft
            continue
        if piece.ordered and len({*_folded(piece.ordered)}) == len(piece.ordered) >= 3:
            yield piece.first, piece.last, "Ask for the order of these?", _order(title, piece.ordered)
        if piece.terms:
            yield piece.first, piece.last, "Ask for these definitions?", _terms(piece.terms)
        if block.kind in ("list", "paragraph", "note", "example"):
            yield from _denials(lines, piece)


def _answers(lines: Sequence[Line], blocks: Pairs) -> list[tuple[int, int, str, str]]:
    """Return line range, question and answer of what the notes ask; the answer may be empty."""
    found = []
    for place, (block, piece) in enumerate(blocks):
        if block.kind in ("code", "command", "drawing", "head", "banner", "fold", "table"):
            continue
        for number in range(piece.first, piece.last + 1):
            text = lines[number - 1].text
            if block.kind in HEADINGS and WHAT.match(clean(block.title)):
                text = f"{clean(block.title).rstrip('?')}?"
            asked = ASKED.match(text) if "?" in text else None
            if asked is None:
                continue
            answer = _next_text(lines, number, piece.last) or _first_text(lines, blocks, place)
            question = " ".join(asked["question"].split())
            found.append((number, number, question[0].upper() + question[1:], answer))
    return found


def _next_text(lines: Sequence[Line], number: int, last: int) -> str:
    for line in lines[number : min(last, number + 3)]:
        if line.text.strip():
            return "" if ASKED.match(line.text) else _shorten(ANSWER.sub("", line.text, count=1))
    return ""


def _first_text(lines: Sequence[Line], blocks: Pairs, place: int) -> str:
    # The first words below a heading.
    for block, piece in blocks[place + 1 : place + 4]:
        if block.kind in ("paragraph", "list", "note", "quote"):
            return _shorten(
                " ".join(line.text for line in lines[piece.first - 1 : min(piece.last, piece.first + 2)])
            )
        if block.kind in HEADINGS and block.kind != "label" and block.level <= 1:
            break
    return ""


def _shorten(text: str) -> str:
    words = " ".join(re.sub(r"^\s*[-*•–]\s+", "", text).split())
    sentence = re.match(r".{20,}?[.!](?=\s|$)", words)
    words = sentence[0] if sentence else words
    return words if len(words) <= MAX_ANSWER else f"{words[:MAX_ANSWER].rsplit(' ', 1)[0]} …"


def _choice(question: str, answer: str, others: Sequence[str]) -> str:
    right = answer or RIGHT_BLANK
    wrong = list(others) or [BLANK]
    options = [f"- [x] {_plain(right)}", *(f"- [ ] {_plain(other)}" for other in wrong)]
    return "\n".join([f"## {_plain(question)}", *options, f"> {_plain(right)}"])


def _order(title: str, items: Sequence[str]) -> str:
    rows = [f"{number}. {_plain(item)}" for number, item in enumerate(items[:12], start=1)]
    return "\n".join(
        [f"## Put these in order: {_plain(title or 'the steps')}", *rows, "> This is the order of the notes."]
    )


def _terms(terms: Sequence[tuple[str, str]]) -> str:
    known: dict[str, str] = {}
    for term, meaning in terms:
        if meaning.casefold() not in _folded(known.values()) and term.casefold() not in _folded(known):
            known[term] = meaning
    if len(known) == 1:
        ((term, meaning),) = known.items()
        shown = _plain(_shorten(meaning))
        return f"## Which term is meant? “{shown}”\n= {term}\n> {_plain(term)}: {shown}"
    rows = [
        f"| {_cell(term)} | {_cell(_shorten(meaning))} |" for term, meaning in [*known.items()][:MAX_OPTIONS]
    ]
    return "\n".join(
        ["## Match each term to its meaning.", "| Term | Meaning |", "|---|---|", *rows, "> As in the notes."]
    )


def _can_and_cannot(blocks: Pairs, place: int) -> Draft | None:
    # Two headings with a list each: what can, and what cannot be done.
    can = _list_below(blocks, place, back=True)
    cannot = _list_below(blocks, place)
    if not can or not cannot:
        return None
    right, wrong = _top(can), _top(cannot)
    options = [f"- [x] {_plain(item)}" for item in right] + [f"- [ ] {_plain(item)}" for item in wrong]
    if len({*_folded([*right, *wrong])}) < len(options):
        return None
    title = clean(blocks[place][0].title)
    asked = f"## Which of these can we do? The others belong to “{_plain(title)}”."
    text = "\n".join([asked, *options, f"> {_plain(title)}: {_plain(', '.join(wrong))}"])
    return blocks[place][1].first, cannot.last, "Ask what can be done, and what cannot?", text


def _list_below(blocks: Pairs, place: int, *, back: bool = False) -> Piece | None:
    around = blocks[max(place - 3, 0) : place] if back else blocks[place + 1 : place + 2]
    lists = [piece for block, piece in around if block.kind == "list"]
    if back and not any(block.kind in HEADINGS and CAN.search(block.title) for block, _ in around):
        return None
    return lists[-1] if lists else None


def _top(piece: Piece) -> list[str]:
    items = [line[2:] for line in piece.text.split("\n") if line[:2] in ("- ", "* ")]
    return [re.sub(r"[*`\\]", "", item) for item in items][: MAX_OPTIONS // 2]


def _denials(lines: Sequence[Line], piece: Piece) -> Iterator[Draft]:
    for number in range(piece.first, piece.last + 1):
        text = lines[number - 1].text.strip()
        if CANNOT.search(text) and not text.endswith((":", "?")) and len(text) <= MAX_ANSWER:
            words = _plain(re.sub(r"^[-*•–]\s+", "", text))
            asked = f"## Is this right? {words}\n- [x] Yes {{pin}}\n- [ ] No {{pin}}\n> {words}"
            yield number, number, "Ask if this can be done?", asked


def _folded(words: Iterable[str]) -> list[str]:
    return [" ".join(word.split()).casefold() for word in words]


def _plain(text: str) -> str:
    return escape(" ".join(text.split()))


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")
