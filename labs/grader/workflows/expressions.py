"""Conditions such as `if: github.ref == 'refs/heads/main'`, as far as they can be known from the file.

Three answers: true, false, and None where it depends on what the file does not tell.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_CHARACTERS = 1_000
MOST_NESTED = 40
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|==|!=|&&|\|\||<=|>=|[!<>(),]|[\w.*\-]+|\S)")
_STATUS = re.compile(r"\b(?:always|failure|cancelled|success)\s*\(")
Data = str | bool | None  # None is unknown


def holds(condition: str, known: Mapping[str, str], *, success: bool = True) -> bool | None:
    """Does a job or step with this `if` run? `known` has contexts such as `github.ref`.

    `success` says whether all before it went well; without a word about that, a condition needs it.
    """
    text = condition.replace("${{", " ").replace("}}", " ").strip()
    if len(text) > MOST_CHARACTERS or text.count("(") + text.count("!") > MOST_NESTED:
        return None
    said = _truth(_Reader(_TOKEN.findall(text), known, success).either()) if text else True
    return said if success or _STATUS.search(text) else False


def runs_after_failure(condition: str) -> bool:
    """Would it run although what it needs has failed? Who looks at `needs.x.result` is trusted."""
    return ".result" not in condition and holds(condition, {}, success=False) is not False


def events_known(event: str, branch: str | None = None, tag: str | None = None) -> dict[str, str]:
    """What conditions can know of an event."""
    known = {"github.event_name": event}
    if event in ("pull_request", "pull_request_target"):
        merge = {"github.ref": "refs/pull/1/merge", "github.ref_name": "1/merge"}
        return {**known, **merge, "github.base_ref": branch or "", "github.ref_type": "branch"}
    if branch or tag:
        ref = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
        known |= {"github.ref": ref, "github.ref_name": tag or branch or ""}
        known["github.ref_type"] = "tag" if tag else "branch"
    return known


def _truth(data: Data) -> bool | None:
    return data if data is None or isinstance(data, bool) else data not in ("", "0")


@dataclass
class _Reader:
    tokens: list[str]
    known: Mapping[str, str]
    success: bool
    at: int = 0

    def either(self) -> Data:
        return self._chain("||", self._both, decides=True)

    def _both(self) -> Data:
        return self._chain("&&", self._comparison, decides=False)

    def _chain(self, operator: str, part: Callable[[], Data], *, decides: bool) -> Data:
        said = part()
        while self._next(operator):
            sides = (_truth(said), _truth(part()))
            said = decides if decides in sides else None if None in sides else not decides
        return said

    def _comparison(self) -> Data:
        left = self._single()
        for operator in ("==", "!=", "<=", ">=", "<", ">"):
            if self._next(operator):
                right = self._single()
                if left is None or right is None or operator not in ("==", "!="):
                    return None
                return (_folded(left) == _folded(right)) == (operator == "==")
        return left

    def _single(self) -> Data:
        if self._next("!"):
            said = _truth(self._single())
            return None if said is None else not said
        if self._next("("):
            inside = self.either()
            self._next(")")
            return inside
        word = self.tokens[self.at] if self.at < len(self.tokens) else ""
        self.at += 1
        if self._next("("):
            return self._call(word)
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if word in ("true", "false"):
            return word == "true"
        return word if word.isdigit() else self.known.get(word)

    def _call(self, name: str) -> Data:
        arguments: list[Data] = []
        while self.at < len(self.tokens) and not self._next(")"):
            before = self.at
            arguments.append(self.either())
            self._next(",")
            self.at = max(self.at, before + 1)
        status: dict[str, Data] = {
            "always": True,
            "success": self.success,
            "failure": not self.success,
            "cancelled": False,
        }
        if name in status:
            return status[name]
        return _compared(name, *map(_folded, arguments)) if len(arguments) == 2 else None

    def _next(self, token: str) -> bool:
        found = self.at < len(self.tokens) and self.tokens[self.at] == token
        self.at += found
        return found


def _folded(data: Data) -> str | None:
    return None if data is None else str(data).casefold()


def _compared(name: str, text: str | None, part: str | None) -> bool | None:
    if text is None or part is None:
        return None
    return {
        "startsWith": text.startswith(part),
        "endsWith": text.endswith(part),
        "contains": part in text,
    }.get(name)
