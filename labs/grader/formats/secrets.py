"""Recognise credentials by a table of the formats that their providers designed to be recognised.

A format is in the table if it is hard to mistake for anything else: a fixed prefix and a length. Random-looking
values count only in settings files such as `.env` and in URLs of databases. To add a format, add a line. No value
leaves this module.
"""

import math
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

MIN_CHARACTERS = 8  # distinct ones, in a random token
MIN_ENTROPY = 3.0  # bits per character: ten different characters have 3.3, "passwordpassword" has 2.8


@dataclass(frozen=True)
class Rule:
    """`pattern` has the value as its first group; each match contains one of `marks`, which are searched for first.

    `trace` is what `grep -E` finds as long as the value is in a file; it reveals only the format.
    """

    name: str
    remedy: str
    pattern: re.Pattern[str]
    marks: tuple[str, ...]
    trace: str


@dataclass(frozen=True)
class Found:
    """Position of a value in a text, in characters. Reports name only the rule and the line."""

    rule: Rule
    start: int
    end: int


def _token(name: str, provider: str, pattern: str, *marks: str, trace: str = "") -> Rule:
    whole = re.compile(rf"(?<![A-Za-z0-9_-])({pattern})(?![A-Za-z0-9])")
    prefixes = "|".join(mark.replace(".", "[.]") for mark in marks)
    return Rule(
        name, f"revoke it with {provider}", whole, marks, trace or f"({prefixes})[A-Za-z0-9_.-]{{10}}"
    )


def _after(name: str, provider: str, pattern: str, *marks: str, trace: str) -> Rule:
    # for a value without a format of its own, recognised by the text before it
    return Rule(name, f"revoke it with {provider}", re.compile(pattern), marks, trace)


_GITHUB = ("gho_", "ghp_", "ghr_", "ghs_", "ghu_")
_JWT = r"eyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{16,2000}"
_HEX = "[0-9a-f]"
RULES = (
    _token("an AWS access key", "AWS", "(?:AKIA|ASIA)[A-Z2-7]{16}", "AKIA", "ASIA"),
    _after(
        "an AWS secret key",
        "AWS",
        r"""(?i:secret_?access_?key|aws_?secret_?key)["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])""",
        "ecret",
        "ECRET",
        trace="[Ss][Ee][Cc][Rr][Ee][Tt].*[A-Za-z0-9/+]{40}",
    ),
    _token("a GitHub token", "GitHub", rf"gh[oprsu]_(?:[A-Za-z0-9]{{1,40}}_)?{_JWT}", *_GITHUB),
    _token(
        "a GitHub token",
        "GitHub",
        r"gh[oprsu]_(?!\w{0,40}?eyJ[\w-]{8,2000}\.[\w-])[A-Za-z0-9]{36,1000}",
        *_GITHUB,
    ),
    _token("a GitHub token", "GitHub", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59,255}", "github_pat_"),
    _token("a GitLab token", "GitLab", r"glpat-[\w-]{20,300}(?:\.[\w-]{2,40}){0,3}", "glpat-"),
    _token(
        "a GitLab token",
        "GitLab",
        r"gl(?:oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-(?=[a-z_.-]{0,40}[A-Z0-9])[\w.-]{20,300}",
        *("gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-"),
        *("glagent-", "glwt-", "glsoat-", "glffct-"),
    ),
    _token(
        "a Slack token",
        "Slack",
        r"xox[abeoprs][.-](?=[a-z-]{0,40}\d)[A-Za-z0-9-]{20,300}",
        "xox",
        trace="xox[abeoprs][.-][A-Za-z0-9-]{10}",
    ),
    _token("a Slack token", "Slack", r"xapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[0-9a-f]{40,80}", "xapp-"),
    _after(
        "a Slack webhook",
        "Slack",
        r"hooks\.slack\.com/(?:services|workflows)/(T[A-Z0-9]{6,14}/[A-Z0-9]{6,14}/[A-Za-z0-9/]{20,60})",
        "hooks.slack.com",
        trace="hooks[.]slack[.]com/[a-z]+/T[A-Z0-9]{6}",
    ),
    _after(
        "a Discord webhook",
        "Discord",
        r"discord(?:app)?\.com/api/webhooks/(\d{17,20}/[\w-]{60,80})",
        "/api/webhooks/",
        trace="/api/webhooks/[0-9]{17}",
    ),
    _token("a Telegram bot token", "BotFather", r"\d{8,10}:AA[\w-]{33}", ":AA", trace="[0-9]{8}:AA"),
    _token("a Stripe key", "Stripe", "[rs]k_live_[A-Za-z0-9]{20,250}", "k_live_"),
    _token("a Stripe webhook secret", "Stripe", "whsec_[A-Za-z0-9+/]{32,120}={0,2}", "whsec_"),
    _token("a Google API key", "Google Cloud", r"AIza[\w-]{35}", "AIza"),
    _token("a Google client secret", "Google Cloud", r"GOCSPX-[\w-]{28}", "GOCSPX-"),
    _token("a Google access token", "Google", r"ya29\.[\w-]{50,1000}", "ya29."),
    _token("an Anthropic key", "Anthropic", r"sk-ant-[\w-]{40,200}", "sk-ant-"),
    _token(
        "an OpenAI key",
        "OpenAI",
        r"sk-(?:proj|svcacct|admin|None)-[\w-]{40,250}",
        "sk-proj-",
        "sk-svcacct-",
        "sk-admin-",
        "sk-None-",
    ),
    _token("an OpenAI key", "OpenAI", "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", "T3BlbkFJ"),
    _token("an OpenRouter key", "OpenRouter", f"sk-or-v1-{_HEX}{{64}}", "sk-or-v1-"),
    _token("a Groq key", "Groq", "gsk_[A-Za-z0-9]{52}", "gsk_"),
    _token("an xAI key", "xAI", "xai-[A-Za-z0-9]{80}", "xai-"),
    _token("a Perplexity key", "Perplexity", "pplx-[A-Za-z0-9]{48}", "pplx-"),
    _token("a Replicate token", "Replicate", "r8_[A-Za-z0-9]{37}", "r8_"),
    _token("a Databricks token", "Databricks", f"dapi{_HEX}{{32}}(?:-\\d)?", "dapi"),
    _token("a LangSmith key", "LangSmith", f"lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}", "lsv2_"),
    _token("a Pinecone key", "Pinecone", "pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,70}", "pcsk_"),
    _after(
        "a Kaggle key",
        "Kaggle",
        r""""username"\s{0,3}:\s{0,3}"[^"\n]{1,60}"\s{0,3},\s{0,9}"key"\s{0,3}:\s{0,3}"([0-9a-f]{32})\"""",
        '"username"',
        trace=f'"key" *: *"{_HEX}{{32}}"',
    ),
    _token("an npm token", "npm", "npm_[A-Za-z0-9]{36}", "npm_"),
    _token("a PyPI token", "PyPI", r"pypi-AgE[\w-]{50,1000}", "pypi-AgE"),
    _token("a RubyGems key", "RubyGems", f"rubygems_{_HEX}{{48}}", "rubygems_"),
    _token("a Docker Hub token", "Docker Hub", r"dckr_[op]at_[\w-]{27,60}", "dckr_"),
    _token("a Hugging Face token", "Hugging Face", "(?:hf|api_org)_[A-Za-z0-9]{34}", "hf_", "api_org_"),
    _token(
        "a DigitalOcean token",
        "DigitalOcean",
        f"do[opr]_v1_{_HEX}{{64}}",
        "_v1_",
        trace="do[opr]_v1_[0-9a-f]{10}",
    ),
    _token("a Heroku key", "Heroku", r"HRKU-AA[\w-]{50,70}", "HRKU-AA"),
    _token("a Terraform token", "Terraform Cloud", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}", ".atlasv1."),
    _token("a Vault token", "Vault", r"hv[sb]\.[\w-]{80,300}", "hvs.", "hvb."),
    _token(
        "a Grafana token",
        "Grafana",
        f"glsa_[A-Za-z0-9]{{32}}_{_HEX}{{8}}|glc_[A-Za-z0-9+/]{{40,400}}={{0,2}}",
        "glsa_",
        "glc_",
    ),
    _token(
        "a Sentry token", "Sentry", rf"sntryu_{_HEX}{{64}}|sntrys_eyJ[\w+/=-]{{80,400}}", "sntryu_", "sntrys_"
    ),
    _token("a SendGrid key", "SendGrid", r"SG\.[\w-]{22}\.[\w-]{43}", "SG."),
    _token(
        "a Mailchimp key", "Mailchimp", rf"{_HEX}{{32}}-us\d{{1,2}}", "-us", trace=f"{_HEX}{{32}}-us[0-9]"
    ),
    _token("a Notion token", "Notion", "ntn_[A-Za-z0-9]{46}", "ntn_"),
    _token("a Linear key", "Linear", "lin_api_[A-Za-z0-9]{40}", "lin_api_"),
    _token("a Postman key", "Postman", f"PMAK-{_HEX}{{24}}-{_HEX}{{34}}", "PMAK-"),
    _token(
        "a Shopify token",
        "Shopify",
        "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
        "shpat_",
        "shpca_",
        "shppa_",
        "shpss_",
    ),
    _token("an Atlassian token", "Atlassian", r"ATATT3[\w=-]{150,250}", "ATATT3"),
    _token("a Figma token", "Figma", r"figd_[\w-]{40}", "figd_"),
    _token("a Supabase token", "Supabase", f"sbp_{_HEX}{{40}}|sb_secret_[\\w-]{{31}}", "sbp_", "sb_secret_"),
    _token("a New Relic key", "New Relic", "NRAK-[A-Z0-9]{27}", "NRAK-"),
    _token("an Azure client secret", "Microsoft Entra", r"[\w~.-]{3}8Q~[\w~.-]{31,34}", "8Q~"),
    _after(
        "an Azure Storage key",
        "Azure",
        r"AccountKey=([A-Za-z0-9+/]{86}==)",
        "AccountKey=",
        trace="AccountKey=[A-Za-z0-9+/]{20}",
    ),
    Rule(
        "a database password",
        "change it in the database",
        re.compile(
            r"(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?)(?:\+\w{1,20})?://[^\s:/@\"'<>{}$]{0,60}:"
            r"([^\s:/@\"'<>{}$%]{8,100})@(?!localhost|127\.|0\.0\.|\[)[\w-]{1,60}\.[\w.-]{2,200}"
        ),
        ("://",),
        "://[^ :/@]*:[^ :/@${}%<>]{8,}@",
    ),
    Rule(
        "an age key",
        "replace it wherever it is used",
        re.compile("(AGE-SECRET-KEY-1[0-9A-Z]{58})"),
        ("AGE-SECRET-KEY-1",),
        "AGE-SECRET-KEY-1[0-9A-Z]{10}",
    ),
    Rule(
        "a private key",
        "replace it wherever it is used",
        re.compile(
            r"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,200}?"
            r"([A-Za-z0-9+/]{40}[A-Za-z0-9+/=\s\\-]{0,20000})"
        ),
        ("PRIVATE KEY",),
        "PRIVATE KEY( BLOCK)?-----",
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
    "(PASS|SECRET|TOKEN|KEY)[A-Z_]* *= *[^ ]{10}",
)
_WEAK = {"a database password"}  # rules without a fixed format: the value must look random
_PLACEHOLDER = re.compile(
    r"example|placeholder|change[_-]?(?:me|it|this)|your[_-]|dummy|fake|sample|redacted|123456|abcdef"
    r"|[<>{}*]|\.\.\.|(?!a)(\S)\1{5}",  # an OpenSSH private key has runs of A
    re.IGNORECASE,
)
_SETTINGS_FILE = re.compile(r"\.env(?:rc)?(?:\.(?!example|sample|template|dist)[\w-]+)*|[\w.-]+\.env")
_ONLY_SECRETS = re.compile(
    r".+\.(?:pem|key|ppk)|id_(?:rsa|dsa|ecdsa|ed25519)|.*(?:credentials|service[_-]?account).*\.json"
)


def is_settings_file(path: str) -> bool:
    # `.env`, `.env.local` or `prod.env`, but not `.env.example`, which is made to be shown
    return bool(_SETTINGS_FILE.fullmatch(posixpath.basename(path).lower()))


def belongs_outside(path: str) -> bool:
    # the file itself is a secret, unlike code that contains a key
    return is_settings_file(path) or bool(_ONLY_SECRETS.fullmatch(posixpath.basename(path).lower()))


def find_secrets(text: str, *, settings: bool = False) -> Iterator[Found]:
    """Yield the credentials in a text, without placeholders. `settings` is True for a settings file.

    A value that matches two rules is yielded twice.
    """
    for rule in (*RULES, SETTING) if settings else RULES:
        if not any(mark in text for mark in rule.marks):
            continue
        for match in rule.pattern.finditer(text):
            if _is_random(match[1], rule):
                yield Found(rule, *match.span(1))


def masked(text: str, path: str | None = None) -> str:
    """Return the text with each character of a credential as `*`; `path` is the file that it came from."""
    settings = path is not None and is_settings_file(path)
    parts: list[str] = []
    at = 0
    # one pass, since a file may hold thousands; two rules may find parts of the same value
    for found in sorted(find_secrets(text, settings=settings), key=lambda found: found.start):
        start = max(found.start, at)
        parts += text[at:start], re.sub(r"[^\n]", "*", text[start : found.end])
        at = max(at, found.end)
    return "".join(parts) + text[at:]


def _is_random(value: str, rule: Rule) -> bool:
    if _PLACEHOLDER.search(_drawn_part(value)) or len(set(value)) < MIN_CHARACTERS:
        return False
    return (rule is not SETTING and rule.name not in _WEAK) or _entropy(value) >= MIN_ENTROPY


def _drawn_part(value: str) -> str:
    # the start of the random part: for a signed token, its signature, not the number before it
    signature = value.rsplit(".", 1)[-1] if ".eyJ" in value or "_eyJ" in value else value
    return signature[:64]


def _entropy(value: str) -> float:
    shares = (number / len(value) for number in Counter(value).values())
    return -sum(share * math.log2(share) for share in shares)
