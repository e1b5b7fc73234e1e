"""Passwords and tokens in the text of a command, such as `curl -u me:pw` or `export TOKEN=abc`."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from ..workflows.commands import Command
from .secret_names import SECRET_NAME, literal_pairs

_ADDRESS = re.compile(r"\b\w{1,20}://[^\s/:@]{0,100}:([^\s/@]{1,500})@")
_HEADER = re.compile(
    r"\b(?:(?:proxy-)?authorization\s*:\s*(?:(?:bearer|basic|token)\s+)?|[\w-]{0,40}(?:token|api-?key)\s*:\s*)([^\s'\"]{1,2000})",
    re.IGNORECASE,
)
_NETRC = re.compile(r"(?:\b|\\n)login\s+\S{1,200}?(?:\s|\\n)+password\s+(\S{1,500})")
_SWITCH = re.compile(
    r"(?:no|disabled?|empty|ask|prompt|without|skip|require|generate|use|allow|with|show)_.*"
)
_BOOLEAN = {"true", "false", "yes", "no", "0", "1"}
_LOGINS = ("docker", "podman", "nerdctl", "buildah", "skopeo", "helm", "oras", "crane", "az", "oc", "heroku")
_CLIENTS = ("mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "mariadb-admin")
_ATTACHED = ("sshpass", "7z", "7za", *_CLIENTS)  # their `-p` and the password are one word
_STORED = ("config", "configure", "auth")
_READS_PASSWORD = {"chpasswd", "passwd", "--password-stdin", "--with-token", "--passphrase-fd", "sudo -S"}
_VALUES: dict[str, tuple[str, ...]] = {
    "curl": ("-u", "--user", "-U", "--proxy-user"),
    "sshpass": ("-p",),
    "useradd": ("-p",),
    "usermod": ("-p",),
    "redis-cli": ("-a", "--pass"),
    "redis-server": ("--requirepass",),
    "keytool": ("-storepass", "-keypass"),
    "zip": ("-P",),
    "unzip": ("-P",),
    "ldapsearch": ("-w",),
    "smbclient": ("-U",),
    "twine": ("-p",),
    "svn": ("--password",),
    "http": ("-a", "--auth"),
    "https": ("-a", "--auth"),
}
_WITH_USER = ("curl", "smbclient", "http", "https")  # the option has a user, and a password after `:` or `%`


def is_literal(value: str) -> bool:
    """Return True if a text is the credential itself, not a variable, file or placeholder."""
    text = value.strip("\"'")
    return bool(text) and not re.search(r"[$`*<>{}()]", text) and not text.startswith(("/", "@"))


def password_in_address(text: str) -> bool:
    return any(is_literal(match[1]) for match in _ADDRESS.finditer(text))


def passwords_of(command: Command) -> Iterator[str]:
    """Yield each place with a credential in a command, without its value: `curl -u`, `export PASSWORD`."""
    for name, value in command.env.items():
        if SECRET_NAME.fullmatch(name) and is_literal(value):
            yield name
    for reader in _READERS:
        yield from reader(command)


def passwords_in_text(text: str) -> Iterator[str]:
    # the names that get a credential in the lines of a file
    yield from (name for name, value in literal_pairs(text) if is_literal(value))
    if password_in_address(text):
        yield "a password in a URL"
    if any(is_literal(match[1]) for match in _HEADER.finditer(text)):
        yield "a header with a token"
    if any(is_literal(match[1]) for match in _NETRC.finditer(text)):
        yield "a netrc password"


def _in_words(command: Command) -> Iterator[str]:
    for text in [*command.words[1:], command.body, command.text]:
        yield from passwords_in_text(text)


def _options(command: Command) -> Iterator[tuple[str, str]]:
    # the value is after `=` or in the next word
    for word, following in zip(command.words[1:], [*command.words[2:], ""], strict=False):
        if word.startswith("-"):
            name, equals, value = word.partition("=")
            yield name, value if equals else "" if following.startswith("-") else following


def _in_options(command: Command) -> Iterator[str]:
    # options named after a credential; `--disabled-password` and the like take no value
    for option, value in _options(command):
        name = option.strip("-").replace("-", "_")
        named = (
            bool(SECRET_NAME.fullmatch(name))
            and not _SWITCH.fullmatch(name)
            and value.lower() not in _BOOLEAN
        )
        if option in ("-pass", "-passin", "-passout"):  # of openssl, which takes `env:` and `file:` as well
            named, value = value.startswith("pass:"), value.removeprefix("pass:")
        if named and is_literal(value):
            yield f"{command.program} {option}"


def _of_programs(command: Command) -> Iterator[str]:
    program, words = command.program, command.words[1:]
    options = _VALUES.get(program, ())
    for option, value in _options(command):
        short = next((one for one in options if len(one) == 2 and _is_short(option, one)), "")
        known = option if option in options else short
        given = option[2:] if short and not value and option.startswith(short) else value
        secret = re.split("[:%]", given, maxsplit=1)[-1] if re.search("[:%]", given) else given
        if known and is_literal(secret) and (program not in _WITH_USER or secret != given):
            yield f"{program} {known}"
        elif program in _LOGINS and "login" in words and option == "-p" and is_literal(value):
            yield f"{program} login -p"
    for word in words:
        if program in _ATTACHED and word.startswith("-p") and is_literal(word[2:]):
            yield f"{program} -p"
        elif program == "curl" and re.match(r"-u.*:", word) and is_literal(word.partition(":")[2]):
            yield "curl -u"


def _is_short(option: str, wanted: str) -> bool:
    # a group of short options, such as `-fsSLu`, whose last one takes the value
    return re.fullmatch(rf"-[A-Za-z]*{wanted[1]}", option) is not None


def _stored(command: Command) -> Iterator[str]:
    # `npm config set _authToken abc`, `poetry config http-basic.x me pw`
    words = [word for word in command.words[1:] if not word.startswith("-")]
    if not words or words[0] not in _STORED:
        return
    basic = next((at for at, word in enumerate(words) if word.startswith("http-basic.")), 0)
    if basic and len(words) > basic + 2 and is_literal(words[basic + 2]):
        yield f"{command.program} {words[0]}"
    for key, value in pairwise(words):
        names = [part for part in re.split(r"[./:]", key.replace("-", "_")) if part]
        if any(map(SECRET_NAME.fullmatch, names)) and is_literal(value):
            yield f"{command.program} {words[0]}"


def _piped(command: Command) -> Iterator[str]:
    # `echo pw | docker login --password-stdin`, `echo root:pw | chpasswd`, also with a here-document
    if command.program in ("echo", "printf"):
        given = command.words[-1] if len(command.words) > 1 else ""
        readers = [words for words in command.pipe if _READS_PASSWORD.intersection(words)]
        if readers and is_literal(given.removesuffix("\\n")):
            yield f"{command.program} … | {readers[0][0]}"
    elif command.program == "chpasswd" and is_literal(command.body.partition(":")[2].strip()):
        yield "chpasswd"


_READERS: tuple[Callable[[Command], Iterator[str]], ...] = (
    _in_words,
    _in_options,
    _of_programs,
    _stored,
    _piped,
)
