"""Guess the language of a whole piece of code that has a fence, and no language."""

from collections import Counter
from collections.abc import Sequence

from .languages import PROMPT, continues, guess_line
from .programs import terminal_language
from .yaml_lines import KEY

MAX_LOOKED_AT = 200  # lines


def guess_language(texts: Sequence[str]) -> str:
    bare = [text.strip() for text in texts[:MAX_LOOKED_AT] if text.strip()]
    if not bare:
        return ""
    if found := PROMPT.match(bare[0]):
        return terminal_language(found[0])
    if bare[0][0] in "{[" and bare[-1][-1] in "}]" and any('"' in text for text in bare):
        return "json"
    if bare[0].startswith("#!"):
        return "python" if "python" in bare[0] else "bash"
    counts = Counter(language for text in bare if (language := guess_line(text)))
    counts.pop("text", None)
    if counts:
        language, count = counts.most_common(1)[0]
        rest = [text for text in bare if guess_line(text) != language and not text.startswith("#")]
        if count * 2 >= len(bare) or all(continues(language, text) for text in rest) or count > 2:
            return language
    keys = sum(bool(KEY.match(text)) for text in bare)
    listed = sum(text.startswith(("- ", "#")) for text in bare)
    if keys > 1 and keys + listed >= len(bare):
        return "yaml"
    return counts.most_common(1)[0][0] if counts else ""
