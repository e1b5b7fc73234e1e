"""Decide what a single row looks like: a heading by its own signs, an example, a note, a relation."""

import re

from .dates import is_date
from .rows import Row, ending, without_ending
from .words import word_list

MAX_HEADING = 110  # characters
MAX_HEADING_WORDS = 14
STOP = frozenset(
    word_list("the a an is are was we you it this that to of in on for with and or as by be can will ")
)
# A line that starts with one of these is a sentence, however short.
OPENING = frozenset(
    word_list(
        "then now so and but if also after before here this that there it we you i in on for to open run "
        "check use do go "
        "see only today yes no ok note add make create set put click download type enter select choose fix "
        "dann danach "
        "jetzt und aber wenn hier das es wir man bitte luego ahora y pero si aqui puis alors et mais"
    )
)
ARTICLES = frozenset(word_list("the a an these those der die das ein eine"))
EXAMPLE = re.compile(
    r"(?:eg|e\.g\.?|ex|for (?:example|instance)|examples?(?=\s*\d{0,2}\s*[:=>–-])"
    r"|z\.?\s?b\.?|(?:zum beispiel|beispiele?|por ejemplo|ejemplos?|par exemple|exemples?)(?=\s*:))"
    r"\s?\d{0,2}\s*(?::+-?|[-–—=]\s|\.\s|-->"
    r"|=>|$)\s*",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(?P<word>notes?|nb|n\.b\.|imp|important|tips?|hint|warning|caution|attention|remember|reminder|hinweis|wichtig|nota|ojo|remarque"
    r"|achtung)\s*(?::+-?|[-–—!]+\s|\*\s)\s*(?=\S)|(?P<alone>notes?|important|tip|warning|caution)\s*:+\s*$",
    re.IGNORECASE,
)
ARROW = re.compile(
    r"➡\ufe0f?|(?:^|(?<=\s)|(?<=[\w)\]\"'?.]))(?:-{1,40}>{1,3}|={1,40}>{1,3}|<-{1,40}(?![>\w])|<={2,40}|~>"
    r"|[→⇒➜➔⟶←⇐])(?=\s|$|[\w(\[\"'])"
)
ONLY_ARROW = re.compile(r"(?:\|+|[vV]{1,3}|↓+|⬇️?|[|!]+[vV]?|\\/|-{1,3}>|={1,3}>|→)$")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+$")
DEFINED = re.compile(
    r"(?P<term>[^:=]{1,60}?)(?:\s*(?P<colon>:{1,3}-?)\s+|\s+(?P<dash>--?|[–—=])\s+|\s*:-\s*|\s*(?:::"
    r"|:=)\s*)(?P<text>\S.*)$"
)
CAPITALS = re.compile(r"[A-Z][A-Z0-9 &/,.'()+!-]{2,70}$")
CHAT = re.compile(r"\[?\d{1,2}:\d\d(?::\d\d)?\]?\s+(?:from\s+)?[^\W\d].{0,80}:$", re.IGNORECASE)
QUESTION_WORD = re.compile(
    r"¿?(?:what|why|how|when|which|who|where|is|are|can|do|does|should|was|wie|warum|wozu|wann|welche[rs]?|wer|wo|qué"
    r"|cómo|por qué|cuándo|quand|comment|pourquoi|qu.est-ce)\b|.{0,40}\b(?:kya|kyu|kyun|kyon|kaise|kab|kaun)\b",
    re.IGNORECASE,
)
NEXT = re.compile(
    r"(?:(?:reading|tasks?|exercises?|to[-\s]?dos?|prepare|practice|home\s?work|assignments?)"
    r"\s+(?:for|until|till|before|by)\s.{1,40}|(?:hausaufgaben?|aufgaben|zu tun)\s+(?:für|bis)\s.{1,40}"
    r"|(?:deberes|tareas?)\s+para\s.{1,40}|devoirs\s+pour\s.{1,40}"
    r"|next(?: (?:class|session|day|steps?|week|time|meeting))?|to-?\s?dos?|home\s?work|assignments?"
    r"|hw|practice (?:at home|questions?|exercises?|problems?)|home tasks?|try at home"
    r"|(?:assignments?|home\s?work|tasks?|exercises?) \d{1,2}|tasks?|action items?|lab (?:requirements?|set-?up|tasks?)"
    r"|(?:pre-?)?requirements?|pre-?requisites?(?: for .{1,40})?|things? to do .{1,40}|set-?up"
    r"|things? to (?:do|install)|software (?:required"
    r"|to install|requirements?)|tools (?:required|to install)"
    r"|before (?:the )?next (?:class|session|time)|for next (?:class|session|time|week)|check-?list"
    r"|preparation|hausaufgaben?|tareas?|deberes|requisitos|aufgaben|devoirs|à faire(?: pour .{1,40})?|compiti|गृहकार्य"
    r"|होमवर्क)(?:\s*\([^()]{1,40}\))?$",
    re.IGNORECASE,
)
ANSWERED = re.compile(r"(?:ans(?:wer)?|sol(?:ution)?|[qa])\s?\d{0,2}\s?[:.)]", re.IGNORECASE)
TWO_SENTENCES = re.compile(r"[^\W\d_]{2}[.!] [A-ZÄÖÜ]")
STEP = re.compile(r"(?:step|schritt|étape|paso)\s*\d{1,2}\s*[:.)–-]\s*\S.{0,80}$", re.IGNORECASE)
PROCESS = re.compile(
    r"pipeline|life\s?-?cycle|process|phases?|stages?|work\s?flow|flow|\bsteps\b|\bSDLC\b|procedure"
    r"|waterfall|iteration|roadmap",
    re.IGNORECASE,
)
# Signs of a heading that need nothing around them.
STRONG = ("markdown", "framed", "colons", "question", "capitals")
WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
SPACED_COLON = re.compile(r"\s+:\s+")
BOLD = re.compile(r"(?:\*\*|__)(?P<words>[^*_]{1,110})(?:\*\*|__)\s*:?$")


def words_of(text: str) -> list[str]:
    return WORDS.findall(text)


def heading_sign(row: Row) -> str:
    """Return the habit by which a row may be a heading; "" if it is none by its own signs."""
    if row.heading:
        return "markdown"
    text = row.text
    if (
        not text
        or len(text) > MAX_HEADING
        or row.box
        or ADDRESS.match(text)
        or CHAT.match(text)
        or text[0] == "|"
        or text[0] == ">"
    ):
        return ""
    words = words_of(text)
    if not words or len(words) > MAX_HEADING_WORDS or EXAMPLE.match(text) or is_note(text):
        return ""
    sign = ending(text)
    if row.line.is_markdown and not row.mark and BOLD.match(text):
        return "colon"
    if sign == "colon":
        return "" if _is_sentence(text, words) or ARROW.match(text) else "colon"
    if sign == "asked":
        return (
            "asked" if QUESTION_WORD.match(text) and len(words) > 1 and "." not in text.rstrip(".? ") else ""
        )
    if sign == "question" and ARROW.search(text):
        return ""
    if sign:
        return sign
    is_capital = bool(CAPITALS.match(text)) and sum(letter.isalpha() for letter in text) > 3
    return "capitals" if is_capital and (len(words) > 1 or len(text) > 4) else ""


def _is_sentence(text: str, words: list[str]) -> bool:
    starts_sentence = words[0].lower() in OPENING or words[0].lower() in ARTICLES
    if TWO_SENTENCES.search(text) or ("," in text and len(words) > 5) or (starts_sentence and len(words) > 3):
        return True
    common = sum(word.lower() in STOP for word in words)
    return len(words) > 10 or (len(words) > 5 and common >= 3 and common * 2 >= len(words))


def is_note(text: str) -> bool:
    return bool(NOTE.match(text))


def is_plain_title(row: Row) -> bool:
    """Tell if a row without signs could be a title: short, capital first, no sentence."""
    text, words = row.text, words_of(row.text)
    if STEP.match(text) and not row.mark and text[-1] != ".":
        return True
    if ANSWERED.match(text):
        return False
    if NEXT.match(text) and not row.mark:
        return True
    if row.mark or not 0 < len(words) <= 8 or len(text) > 70 or text[-1] in ".;,!:)" or ADDRESS.match(text):
        return False
    if text[0].isdigit() and is_date(text):
        return False
    if text.count(",") > 2 or not re.search(r"[^\W\d_]", text):
        return False
    if ARROW.search(text) or "\t" in text or not text[0].isalnum() or text[0].islower() or " = " in text:
        return False
    if words[0].lower() in OPENING or EXAMPLE.match(text) or is_note(text):
        return False
    common = sum(word in STOP for word in words)
    return (
        common <= len(words) / 2 if QUESTION_WORD.match(text) or len(words) <= 6 else common <= len(words) / 3
    )


def clean(text: str) -> str:
    """Return the words of a heading: no colons at the end, one question mark if it asks."""
    bare = without_ending(text)
    bold = BOLD.match(bare)
    bare = SPACED_COLON.sub(": ", " ".join((bold["words"] if bold else bare).split()).strip())
    marks = text[len(without_ending(text)) :].strip()
    asks = marks == "?" or ("?" in marks and QUESTION_WORD.match(bare))
    return f"{bare}?" if asks else bare
