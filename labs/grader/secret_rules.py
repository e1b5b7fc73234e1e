"""What credentials look like, as a table of formats that their providers make to be recognised.

A format is in the table when it is hard to mistake for anything else: a fixed beginning and a length. What only
looks random counts in files of settings alone, such as `.env`. To add a format, add a line. A value never leaves here.
"""

import math
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

FEWEST_CHARACTERS = 8  # different ones, in a token that was drawn at random
LEAST_ENTROPY = 3.0  # bits per character: ten different characters have 3.3, "passwordpassword" has 2.8


@dataclass(frozen=True)
class Rule:
    """`pattern` has the value as its first group; one of `marks` is in each match, and is looked for first."""

    name: str
    remedy: str
    pattern: re.Pattern[str]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """Where a value stands in a text, in characters. Whoever reports it names the rule and the line only."""

    rule: Rule
    start: int
    end: int


def _token(name: str, provider: str, pattern: str, *marks: str) -> Rule:
    whole = re.compile(rf"(?<![A-Za-z0-9_-])({pattern})(?![A-Za-z0-9])")
    return Rule(name, f"revoke it with {provider}", whole, marks)


RULES = (
    _token("an AWS access key", "AWS", "(?:AKIA|ASIA)[A-Z2-7]{16}", "AKIA", "ASIA"),
    Rule(
        "an AWS secret key",
        "revoke it with AWS",
        re.compile(
            r"""(?i:secret_?access_?key|aws_?secret_?key)["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"""
        ),
        ("ecret", "ECRET"),
    ),
    _token(
        "a GitHub token", "GitHub", "gh[oprsu]_[A-Za-z0-9]{36,255}", "gho_", "ghp_", "ghr_", "ghs_", "ghu_"
    ),
    _token("a GitHub token", "GitHub", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", "github_pat_"),
    _token("a GitLab token", "GitLab", r"glpat-[\w-]{20,300}", "glpat-"),
    _token("a Slack token", "Slack", r"xox[abeoprs][.-](?=[a-z-]{0,40}\d)[A-Za-z0-9-]{20,300}", "xox"),
    _token("a Stripe key", "Stripe", "[rs]k_live_[A-Za-z0-9]{20,250}", "k_live_"),
    _token("a Google API key", "Google Cloud", r"AIza[\w-]{35}", "AIza"),
    _token("an Anthropic key", "Anthropic", r"sk-ant-[\w-]{40,200}", "sk-ant-"),
    _token(
        "an OpenAI key",
        "OpenAI",
        r"sk-(?:proj|svcacct|admin)-[\w-]{40,250}",
        "sk-proj-",
        "sk-svcacct-",
        "sk-admin-",
    ),
    _token("an OpenAI key", "OpenAI", "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", "T3BlbkFJ"),
    _token("an npm token", "npm", "npm_[A-Za-z0-9]{36}", "npm_"),
    _token("a PyPI token", "PyPI", r"pypi-AgE[\w-]{50,1000}", "pypi-AgE"),
    _token("a Docker Hub token", "Docker Hub", r"dckr_[op]at_[\w-]{27,60}", "dckr_"),
    _token("a Hugging Face token", "Hugging Face", "hf_[A-Za-z0-9]{34}", "hf_"),
    Rule(
        "a private key",
        "replace it wherever it is used",
        re.compile(
            r"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,200}?"
            r"([A-Za-z0-9+/]{40}[A-Za-z0-9+/=\s\\-]{0,20000})"
        ),
        ("PRIVATE KEY",),
    ),
)
SETTING = Rule(
    "a password or key",
    "change it wherever it is used",
    re.compile(
        r"""^[ \t]{0,20}(?:export[ \t]{1,9})?\w{0,60}"""
        r"""(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY)"""
        r"""[ \t]{0,9}=[ \t]{0,9}["']?(?!\$|\.?/|https?:)([^\s"'#]{10,500})""",
        re.IGNORECASE | re.MULTILINE,
    ),
    ("=",),
)
_PLACEHOLDER = re.compile(
    r"example|placeholder|change[_-]?(?:me|it|this)|your[_-]|dummy|fake|sample|redacted|123456|abcdef"
    r"|[<>{}*]|\.\.\.|(?!a)(\S)\1{5}",  # a private key of OpenSSH has runs of A
    re.IGNORECASE,
)
_SETTINGS_FILE = re.compile(r"\.env(?:rc)?(?:\.(?!example|sample|template|dist)[\w-]+)*|[\w.-]+\.env")
_ONLY_SECRETS = re.compile(
    r".+\.(?:pem|key|ppk)|id_(?:rsa|dsa|ecdsa|ed25519)|.*(?:credentials|service[_-]?account).*\.json"
)


def is_settings_file(path: str) -> bool:
    """`.env`, `.env.local` or `prod.env`, but not `.env.example`, which is made to be shown."""
    return bool(_SETTINGS_FILE.fullmatch(posixpath.basename(path).lower()))


def belongs_outside(path: str) -> bool:
    """Is this a file that has no place in a repository at all, rather than code with a key in it?"""
    return is_settings_file(path) or bool(_ONLY_SECRETS.fullmatch(posixpath.basename(path).lower()))


def find_secrets(text: str, *, settings: bool = False) -> Iterator[Found]:
    """Where the text holds credentials; placeholders are none. `settings` says that it is a settings file.

    What two rules find is there twice.
    """
    for rule in (*RULES, SETTING) if settings else RULES:
        if not any(mark in text for mark in rule.marks):
            continue
        for match in rule.pattern.finditer(text):
            if _is_random(match[1], rule):
                yield Found(rule, *match.span(1))


def masked(text: str, path: str | None = None) -> str:
    """The text with each character of a credential as `*`; `path` is where it was read."""
    for found in find_secrets(text, settings=path is not None and is_settings_file(path)):
        stars = re.sub(r"[^\n]", "*", text[found.start : found.end])
        text = text[: found.start] + stars + text[found.end :]
    return text


def _is_random(value: str, rule: Rule) -> bool:
    if _PLACEHOLDER.search(value[:64]) or len(set(value)) < FEWEST_CHARACTERS:
        return False
    return rule is not SETTING or _entropy(value) >= LEAST_ENTROPY


def _entropy(value: str) -> float:
    shares = (number / len(value) for number in Counter(value).values())
    return -sum(share * math.log2(share) for share in shares)
