"""Read the address of a repository as people paste it, strictly, and rebuild it from its parts.

Nothing that a person typed is passed to git: an `Address` has only parts that match in full, and makes its own URL.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..words import quoted

HOSTS = ("github.com",)
_MAX_CHARACTERS = 400
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.IGNORECASE)
_SHORT_SSH = re.compile(r"(?:git@)?([^/:@]+):(?!:|[0-9]*(?:/|$))/?(.*)|git@(.*)", re.IGNORECASE)
_WEB, _SSH = ("", "443", "80"), ("", "22")
_DEFAULT_PORTS = {"https": _WEB[:2], "": _WEB[:2], "http": _WEB, "ssh": _SSH, "git+ssh": _SSH}
# Characters copied along with an address: quotation marks, brackets and zero-width characters.
_AROUND = " \t\r\n<>()[]\"'`,;\u200b\u200c\u200d\u2060\ufeff\u201c\u201d\u2018\u2019"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_OWNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._][A-Za-z0-9._-]{0,99}")

# Invalid parts of an address: the code, the pattern, and the message about the matching part.
_LOOK_ALIKES = (
    (
        "control",
        re.compile(r"[\x00-\x1f\x7f]"),
        "The URL contains {}, a line break or control character.",
    ),
    ("letters", re.compile(r"[^\x00-\x7f]"), "The URL contains {}, which is not an ASCII character."),
    ("blank_inside", re.compile(r"\s"), "The URL contains a space."),
    (
        "option",
        re.compile(r"^-+|//-+|@-+"),
        "A name in the URL starts with {}, like a command-line option.",
    ),
    ("query", re.compile(r"\?"), "Remove the {} and everything after it."),
    ("fragment", re.compile(r"#"), "Remove the {} and everything after it."),
    ("percent", re.compile(r"%\w*"), "The URL contains {}, an encoded character."),
    ("dots", re.compile(r"(?<![^/])\.\.(?![^/])"), "The URL contains {}, which means the parent folder."),
    ("backslash", re.compile(r"\\"), "The URL contains {}. Use {} instead."),
)
_PORT = re.compile(r":[0-9]+")


class AddressError(ValueError):
    """Not the address of a repository. `code` is stable, `message` is for people, `suggestion` is a valid address."""

    def __init__(self, code: str, why: str, suggestion: str | None = None) -> None:
        self.code, self.suggestion = code, suggestion
        more = f" The repository is `{suggestion}`." if suggestion else ""
        self.message = f"Enter a repository URL. {why}{more}"
        super().__init__(self.message)


@dataclass(frozen=True)
class Address:
    """A repository on an allowed host (with its port, if not 443). Raises ValueError for parts that could mislead."""

    host: str
    owner: str
    name: str
    branch: str | None = None

    def __post_init__(self) -> None:
        parts = ((_HOST, self.host), (_OWNER, self.owner), (_NAME, self.name))
        if not all(pattern.fullmatch(part) for pattern, part in parts):
            raise ValueError(
                f"not the parts of a repository URL: {self.host!r}, {self.owner!r}, {self.name!r}"
            )

    @property
    def url(self) -> str:
        return f"{self.page}.git"

    @property
    def page(self) -> str:
        # for browsers, and for suggestions to people
        return f"https://{self}"

    def __str__(self) -> str:
        return f"{self.host}/{self.owner}/{self.name}"


def read_address(text: str, *, hosts: Sequence[str] = HOSTS) -> Address:
    """Return the address in a pasted line; a bare `owner/repo` is on the first of `hosts`.

    An entry of `hosts` is a name, with `:port` if the host does not use port 443. Raises AddressError.
    """
    text = text.strip(_AROUND)
    if not text:
        raise AddressError("blank", f"Enter a URL such as `https://{hosts[0]}/your-name/your-repository`.")
    if len(text) > _MAX_CHARACTERS:
        raise AddressError("long", f"The URL has more than {_MAX_CHARACTERS} characters.")
    _refuse_look_alikes(text, hosts)
    scheme, rest = _split(text, hosts)
    if "://" in rest:
        suggestion = _suggested(text[text.rindex("https://") :], hosts) if "https://" in text else None
        scheme = quoted(rest.split("://")[0] + "://")
        raise AddressError("scheme", f"Use https:// instead of {scheme}.", suggestion)
    host, path = _host_and_path(scheme, rest, hosts)
    return _address(host, path.rstrip("/").split("/"))


def _split(text: str, hosts: Sequence[str]) -> tuple[str, str]:
    # the short SSH form has a colon where others have a slash after the host
    if found := _SCHEME.fullmatch(text):
        scheme, rest = found[1].lower(), found[2]
        if scheme not in _DEFAULT_PORTS:
            why = f"Use https:// instead of {quoted(found[1] + '://')}."
            raise AddressError("scheme", why, _suggested(rest, hosts))
        return scheme, rest.removeprefix("git@") if "ssh" in scheme else rest
    if found := _SHORT_SSH.fullmatch(text):
        return "ssh", found[3] or f"{found[1]}/{found[2]}"
    return "", text


def _refuse_look_alikes(text: str, hosts: Sequence[str]) -> None:
    for code, pattern, why in _LOOK_ALIKES:
        if found := pattern.search(text):
            before = {"query": text[: found.start()], "fragment": text[: found.start()]}
            suggestion = _named_in(text, hosts) if code == "blank_inside" else None
            suggestion = suggestion or _suggested(before.get(code, ""), hosts)
            raise AddressError(code, why.format(quoted(found[0]), "`/`"), suggestion)


def _named_in(text: str, hosts: Sequence[str]) -> str | None:
    # as in a pasted `git clone` command
    words = (word for word in text.split() if any(host in word.lower() for host in hosts))
    return next((found for word in words if (found := _suggested(word, hosts))), None)


def _suggested(text: str, hosts: Sequence[str]) -> str | None:
    try:
        address = read_address(text, hosts=hosts) if text else None
    except AddressError as error:
        return error.suggestion
    if address is None:
        return None
    return f"{address.page}/tree/{address.branch}" if address.branch else address.page


def _at(host: str, path: str, hosts: Sequence[str]) -> str | None:
    return _suggested(f"{host}/{path}", hosts) if host in hosts else None


def _host_and_path(scheme: str, rest: str, hosts: Sequence[str]) -> tuple[str, str]:
    first, _, path = rest.partition("/")
    if not scheme and "." not in first and ":" not in first and "@" not in first:
        return hosts[0], rest
    host = first.lower().removeprefix("www.")
    if known := _known(scheme, host, hosts):
        return known, path
    if "@" in first:
        why = "Remove the name or password before the host."
        raise AddressError("userinfo", why, _at(host.rpartition("@")[2], path, hosts))
    if found := _PORT.search(first):
        suggestion = _at(host.partition(":")[0], path, hosts)
        raise AddressError("port", f"Remove the port {quoted(found[0])}.", suggestion)
    if not _HOST.fullmatch(host):
        raise AddressError("no_address", f"{quoted(rest)} is not the URL of a repository.")
    allowed = " or ".join(hosts)
    raise AddressError(
        "host", f"Only repositories on {allowed} are supported. This one is on {quoted(host)}."
    )


def _known(scheme: str, host: str, hosts: Sequence[str]) -> str | None:
    # the default port counts as no port
    if host in hosts:
        return host
    name, _, port = host.partition(":")
    name = name.removesuffix(".")
    if "ssh" in scheme and port == "443":  # SSH over the HTTPS port, GitHub's way around firewalls
        name, port = name.removeprefix("ssh."), ""
    return name if name in hosts and port in _DEFAULT_PORTS[scheme] else None


def _address(host: str, parts: list[str]) -> Address:
    if len(parts) < 2:
        why = (
            f"{quoted(parts[0])} is not followed by a repository."
            if parts[0]
            else "The URL contains only a host."
        )
        raise AddressError(
            "no_repository", f"{why} Enter a URL such as `https://{host}/your-name/your-repository`."
        )
    owner, name, *inside = parts
    try:
        address = Address(host, owner, name[:-4] if name.lower().endswith(".git") else name)
    except ValueError:
        raise AddressError(
            "no_address", f"{quoted('/'.join(parts))} is not the URL of a repository."
        ) from None
    kind, *more = inside or ["tree"]
    if kind == "tree":
        return Address(host, owner, address.name, "/".join(more) or None)
    if kind in ("blob", "raw", "blame", "edit"):
        raise AddressError("file", "The URL points to a file.", address.page)
    raise AddressError(
        "page", "The URL points to a page in the repository, not to the repository.", address.page
    )
