"""The address of a repository as people paste it, read strictly and then rebuilt from its parts.

Nothing that a person typed goes on to git: an `Address` holds only parts that match in full, and makes its own URL.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .words import quoted

HOSTS = ("github.com",)
_MOST_CHARACTERS = 400
_SCHEME = re.compile(r"(https?://|ssh://git@|git@)?(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_OWNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._][A-Za-z0-9._-]{0,99}")

# What no address of a repository holds: the code, the pattern, and what is said about the part that was found.
_LOOK_ALIKES = (
    (
        "control",
        re.compile(r"[\x00-\x1f\x7f]"),
        "This one holds {}, which is a line break or a control character.",
    ),
    ("letters", re.compile(r"[^\x00-\x7f]"), "This one holds {}, which is not one of the letters a to z."),
    ("blank_inside", re.compile(r"\s"), "This one holds a blank in the middle."),
    (
        "option",
        re.compile(r"^-+|//-+|@-+"),
        "This one holds {} where a name should begin, as an option does.",
    ),
    ("query", re.compile(r"\?"), "This one goes on after a {}."),
    ("fragment", re.compile(r"#"), "This one goes on after a {}."),
    ("percent", re.compile(r"%\w*"), "This one holds {}, a character in disguise."),
    ("dots", re.compile(r"(?<![^/])\.\.(?![^/])"), "This one holds {}, the folder above."),
    ("backslash", re.compile(r"\\"), "This one holds {} where {} is meant."),
)
_PORT = re.compile(r":[0-9]+")


class AddressError(ValueError):
    """Not the address of a repository. `code` is stable, `message` for people, `suggestion` an address that is one."""

    def __init__(self, code: str, why: str, suggestion: str | None = None) -> None:
        self.code, self.suggestion = code, suggestion
        more = f" The repository is `{suggestion}`." if suggestion else ""
        self.message = f"Enter the address of a repository. {why}{more}"
        super().__init__(self.message)


@dataclass(frozen=True)
class Address:
    """A repository on an allowed host (with its port, if not 443). ValueError for parts that could mislead."""

    host: str
    owner: str
    name: str
    branch: str | None = None

    def __post_init__(self) -> None:
        parts = ((_HOST, self.host), (_OWNER, self.owner), (_NAME, self.name))
        if not all(pattern.fullmatch(part) for pattern, part in parts):
            raise ValueError(f"no parts of an address: {self.host!r}, {self.owner!r}, {self.name!r}")

    @property
    def url(self) -> str:
        return f"{self.page}.git"

    @property
    def page(self) -> str:
        """What a browser shows, and what is suggested to people."""
        return f"https://{self}"

    def __str__(self) -> str:
        return f"{self.host}/{self.owner}/{self.name}"


def read_address(text: str, *, hosts: Sequence[str] = HOSTS) -> Address:
    """The address in a line that somebody pasted; a bare `owner/repo` is on the first of `hosts`.

    An entry of `hosts` is a name, with `:port` where the host does not answer at 443. Raises AddressError.
    """
    text = text.strip()
    if not text:
        raise AddressError("blank", f"For example `https://{hosts[0]}/your-name/your-repository`.")
    if len(text) > _MOST_CHARACTERS:
        raise AddressError("long", f"This one has more than {_MOST_CHARACTERS} characters.")
    _refuse_look_alikes(text, hosts)
    scheme, rest = _split(text)
    if "://" in rest:
        raise AddressError("scheme", f"{quoted(rest.split('://')[0] + '://')} is not read here, https is.")
    host, path = _host_and_path(scheme, rest, hosts)
    return _address(host, path.rstrip("/").split("/"))


def _split(text: str) -> tuple[str, str]:
    """The scheme, and the rest with a slash after the host also where the short SSH form has a colon."""
    found = _SCHEME.fullmatch(text)
    assert found  # noqa: S101 - the pattern matches any text
    scheme, rest = (found[1] or "").lower(), found[2]
    return scheme, rest.replace(":", "/", 1) if scheme == "git@" else rest


def _refuse_look_alikes(text: str, hosts: Sequence[str]) -> None:
    for code, pattern, why in _LOOK_ALIKES:
        if found := pattern.search(text):
            before = text[: found.start()] if code in ("query", "fragment") else ""
            raise AddressError(code, why.format(quoted(found[0]), "`/`"), _suggested(before, hosts))


def _suggested(text: str, hosts: Sequence[str]) -> str | None:
    try:
        return read_address(text, hosts=hosts).page if text else None
    except AddressError as error:
        return error.suggestion


def _host_and_path(scheme: str, rest: str, hosts: Sequence[str]) -> tuple[str, str]:
    first, _, path = rest.partition("/")
    if not scheme and "." not in first and ":" not in first and "@" not in first:
        return hosts[0], rest
    host = first.lower().removeprefix("www.")
    if host in hosts:
        return host, path
    if "@" in first:
        raise AddressError("userinfo", "This one holds a name or a password before the host.")
    if found := _PORT.search(first):
        raise AddressError("port", f"This one names a port, {quoted(found[0])}, which is not read.")
    if not _HOST.fullmatch(host):
        raise AddressError("no_address", f"{quoted(rest)} is none.")
    allowed = " or ".join(hosts)
    raise AddressError("host", f"Repositories are read from {allowed}, and this one is on {quoted(host)}.")


def _address(host: str, parts: list[str]) -> Address:
    if len(parts) < 2:
        why = f"This one names {quoted(parts[0])} and no repository." if parts[0] else "This one is a host."
        raise AddressError("no_repository", f"{why} For example `https://{host}/your-name/your-repository`.")
    owner, name, *inside = parts
    try:
        address = Address(host, owner, name.removesuffix(".git"))
    except ValueError:
        raise AddressError("no_address", f"{quoted('/'.join(parts))} is none.") from None
    kind, *more = inside or ["tree"]
    if kind == "tree":
        return Address(host, owner, address.name, "/".join(more) or None)
    if kind in ("blob", "raw", "blame", "edit"):
        raise AddressError("file", "This address points to one file.", address.page)
    raise AddressError("page", "This address points to a page about the repository.", address.page)
