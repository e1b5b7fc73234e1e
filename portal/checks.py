"""System checks for invalid or contradictory settings."""

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from labs.grader.sandbox.opening import is_address

TAG = "portal"
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
STORES = (
    "PRACTICE_ROOT",
    "MIRROR_ROOT",
    "GRADED_ROOT",
    "ENVIRONMENTS_ROOT",
    "EXPORT_ROOT",
    "STATIC_ROOT",
    "MEDIA_ROOT",
)
BROKERS = ("redis://", "rediss://", "redis+socket://")
MAX_VERSION, MAX_PRIVACY_TEXT = 40, 100_000
TB, YEAR, DAYS = 1 << 40, 365 * 24 * 3600, 100 * 365
GITHUB_APP = ("GITHUB_APP_ID", "GITHUB_APP_SLUG", "GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_WEBHOOK_SECRET")
GITHUB_SIGN_IN = ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
GOOGLE_SIGN_IN = ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")
OIDC_SIGN_IN = ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
RANGES: tuple[tuple[str, float, float], ...] = (
    ("PORT", 1, 65535),
    ("DATABASE_WAIT_SECONDS", 0, 600),
    ("DATABASE_STATEMENT_SECONDS", 0, 3600),
    ("EMAIL_TIMEOUT", 1, 60),
    ("PRACTICE_MAX_BYTES", 1, TB),
    ("PRACTICE_QUOTA_BYTES", 1, TB),
    ("PRACTICE_ROOT_MAX_BYTES", 1, 1000 * TB),
    ("PUSHES_PER_HOUR", 1, 1_000_000),
    ("DISK_RESERVE_BYTES", 0, 1000 * TB),
    ("PRACTICE_WAIT_SECONDS", 0, 600),
    ("PRACTICE_MAX_WAITERS", 0, 10_000),
    ("LOOKUPS_PER_MINUTE", 1, 1_000_000),
    ("SEARCHES_PER_MINUTE", 1, 1_000_000),
    ("NOTES_MODEL_SECONDS", 1, 100),
    ("MIRROR_MAX_BYTES", 1, 1000 * TB),
    ("GRADED_MAX_BYTES", 1, 1000 * TB),
    ("GRADED_DAYS", 1, DAYS),
    ("ENVIRONMENTS_MAX_BYTES", 1, 1000 * TB),
    ("GRADING_LEASE_SECONDS", 1, 24 * 3600),  # a heartbeat must fit into it
    ("GRADING_REAP_SECONDS", 0.1, 24 * 3600),
    ("GRADING_RETRY_SECONDS", 0, 3600),
    ("GITHUB_LOOK_SECONDS", 1, 24 * 3600),
    ("OUTAGE_MINUTES", 1, 24 * 60),
    ("HOUSEKEEPING_SECONDS", 0.1, 7 * 24 * 3600),
    ("SIGN_IN_IDLE_SECONDS", 1, 10 * YEAR),
    ("SIGN_IN_MAX_SECONDS", 1, 10 * YEAR),
    ("STAFF_SIGN_IN_IDLE_SECONDS", 1, 10 * YEAR),
    ("STAFF_SIGN_IN_MAX_SECONDS", 1, 10 * YEAR),
    ("ACCESS_TOKEN_DAYS", 1, DAYS),
    ("AUDIT_DAYS", 1, DAYS),
    ("NOTICE_DAYS", 1, DAYS),
    ("LEAVING_DAYS", 1, 365),
    ("EXPORT_DAYS", 1, 365),
    ("EXPORT_PART_BYTES", 1 << 20, 1000 * TB),
    ("EXPORT_MAX_BYTES", 1 << 20, 1000 * TB),
    ("AUDIT_MAX_ROWS", 1, 1_000_000_000),
)


@register(TAG)
def debug_is_local(**kwargs: object) -> list[CheckMessage]:
    """`portal.E001`: DEBUG shows tracebacks to everyone, so only local hosts may be allowed."""
    public = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]
    if settings.DEBUG and public:
        return [
            Error(
                f"DEBUG is on, but ALLOWED_HOSTS includes public hosts: {', '.join(public)}.",
                hint="Set DEBUG=0, or leave ALLOWED_HOSTS unset.",
                id="portal.E001",
            )
        ]
    return []


@register(TAG)
def public_address_is_allowed(**kwargs: object) -> list[CheckMessage]:
    """`portal.E002`: ALLOWED_HOSTS must include the host of PUBLIC_URL, which terminals and emails show."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    allowed = settings.ALLOWED_HOSTS
    if (
        settings.DEBUG
        or "*" in allowed
        or host in allowed
        or any(a[0] == "." and host.endswith(a) for a in allowed)
    ):
        return []
    return [
        Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL}, but ALLOWED_HOSTS does not include {host}.",
            hint=f"Set ALLOWED_HOSTS={host}, or set PUBLIC_URL to the address that learners use.",
            id="portal.E002",
        )
    ]


@register(TAG)
def repositories_have_a_host(**kwargs: object) -> list[CheckMessage]:
    """`portal.E004`: there must be a default host for repository URLs without one."""
    if settings.REPOSITORY_HOSTS and all(settings.REPOSITORY_HOSTS):
        return []
    hint = "Set REPOSITORY_HOSTS=github.com, or leave it unset."
    return [Error("REPOSITORY_HOSTS is empty or contains an empty name.", hint=hint, id="portal.E004")]


@register(TAG)
def stores_are_apart(**kwargs: object) -> list[CheckMessage]:
    """`portal.E013`: each store is swept by its own rules, so none may be or contain the folder of another."""
    paths = {name: Path(getattr(settings, name)).resolve() for name in STORES}
    deepest_last = sorted(STORES, key=lambda name: len(paths[name].parts))
    said = [
        f"{inner} ({paths[inner]}) is {outer} ({paths[outer]}) or is inside it."
        for outer, inner in combinations(deepest_last, 2)
        if paths[inner].is_relative_to(paths[outer])
    ]
    hint = "Give each of them a folder of its own, outside the others."
    return [Error(text, hint=hint, id="portal.E013") for text in said]


@register(TAG)
def sandbox_has_an_address(**kwargs: object) -> list[CheckMessage]:
    """`portal.E005`: SANDBOX must be unset or the address of a runner's socket."""
    if is_address(settings.SANDBOX):
        return []
    hint = "Leave SANDBOX unset, or set it to an address such as unix:///srv/runner/runner.sock."
    return [
        Error(
            f"SANDBOX is {settings.SANDBOX}, which is not the address of a runner.",
            hint=hint,
            id="portal.E005",
        )
    ]


@register(TAG)
def proxies_are_counted(**kwargs: object) -> list[CheckMessage]:
    """`portal.E006`: limits by IP address need to know which entry of X-Forwarded-For to trust."""
    count = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    behind = settings.SECURE_PROXY_SSL_HEADER is not None
    if count < 0:
        said, hint = (
            f"TRUSTED_PROXY_COUNT is {count}. It must be at least 0.",
            "Set it to the number of proxies in front of the portal, or leave it unset.",
        )
    elif behind and not count:
        said = (
            "BEHIND_TLS_PROXY is set without TRUSTED_PROXY_COUNT: all learners would share one sign-in limit."
        )
        hint = "Set TRUSTED_PROXY_COUNT to the number of proxies that add to X-Forwarded-For, usually 1."
    elif count and not behind:
        said = "TRUSTED_PROXY_COUNT is set without BEHIND_TLS_PROXY: anyone could set X-Forwarded-For."
        hint = "Also set BEHIND_TLS_PROXY=1, or leave TRUSTED_PROXY_COUNT unset."
    else:
        return []
    return [Error(said, hint=hint, id="portal.E006")]


@register(TAG)
def limits_of_pushes_let_a_push_pass(**kwargs: object) -> list[CheckMessage]:
    """`portal.E007`: a quota for several pushes must not be smaller than one push."""
    one, quota, all_together = (
        settings.PRACTICE_MAX_BYTES,
        settings.PRACTICE_QUOTA_BYTES,
        settings.PRACTICE_ROOT_MAX_BYTES,
    )
    if one <= quota <= all_together:
        return []
    hint = "Set them so that PRACTICE_MAX_BYTES <= PRACTICE_QUOTA_BYTES <= PRACTICE_ROOT_MAX_BYTES."
    return [Error("A push of the maximum size would exceed a quota.", hint=hint, id="portal.E007")]


@register(TAG)
def second_factor_is_asked_for(**kwargs: object) -> list[CheckMessage]:
    """`portal.E008`: staff may do without a second factor only if the portal is local."""
    hosts = {*settings.ALLOWED_HOSTS, urlsplit(settings.PUBLIC_URL).hostname or ""}
    is_local = settings.DEBUG and hosts <= {*LOCAL_HOSTS, "::1"}
    if settings.STAFF_SECOND_FACTOR or is_local:
        return []
    return [
        Error(
            "STAFF_SECOND_FACTOR is off, but the portal can be reached from other machines.",
            hint="Unset STAFF_SECOND_FACTOR, or set DEBUG=1 and leave ALLOWED_HOSTS and PUBLIC_URL unset.",
            id="portal.E008",
        )
    ]


@register(TAG)
def sign_ins_end(**kwargs: object) -> list[CheckMessage]:
    """`portal.E009`: the idle limit of a sign-in must not exceed its total limit."""
    pairs = (
        ("SIGN_IN_IDLE_SECONDS", "SIGN_IN_MAX_SECONDS"),
        ("STAFF_SIGN_IN_IDLE_SECONDS", "STAFF_SIGN_IN_MAX_SECONDS"),
    )
    return [
        Error(f"{idle} must be at least 1 and at most {longest}.", id="portal.E009")
        for idle, longest in pairs
        if not 1 <= getattr(settings, idle) <= getattr(settings, longest)
    ]


@register(TAG)
def settings_are_possible(**kwargs: object) -> list[CheckMessage]:
    """`portal.E010`: numbers must be in range, names on one line, and the broker URL a Redis URL."""
    said = [
        f"{name} is {getattr(settings, name)}. It must be from {minimum:,} to {maximum:,}."
        for name, minimum, maximum in RANGES
        if not minimum <= getattr(settings, name) <= maximum
    ]
    said += [
        f"{name} is {getattr(settings, name)!r}. It must be a single line of text."
        for name in ("SITE_NAME", "DEFAULT_FROM_EMAIL")
        if not (getattr(settings, name).strip() and getattr(settings, name).isprintable())
    ]
    if settings.HELP_EMAIL and not re.fullmatch(r"[^@\s]+@[^@\s]+", settings.HELP_EMAIL):
        said.append(f"HELP_EMAIL is {settings.HELP_EMAIL!r}. It must be an email address.")
    if settings.REDIS_URL and not settings.REDIS_URL.startswith(BROKERS):
        said.append("REDIS_URL is not a Redis URL. It must look like redis://broker.example.org:6379/0.")
    return [Error(text, id="portal.E010") for text in said]


@register(TAG)
def model_has_an_address(**kwargs: object) -> list[CheckMessage]:
    """`portal.E011`: a language model needs an address that no key is sent to in the clear, and a name."""
    address, name, key = settings.NOTES_MODEL_URL, settings.NOTES_MODEL_NAME, settings.NOTES_MODEL_KEY
    if not (address or name or key):
        return []
    said = []
    if not _may_get_lessons(address):
        said.append(
            "NOTES_MODEL_URL must be a URL that starts with https://, or with http:// for a server on this machine"
            " or a name without a dot, and have no user, query or fragment."
        )
    if not (name and name.isprintable()):
        said.append("NOTES_MODEL_NAME must be the name of the model.")
    if not (key.isascii() and key.isprintable()):
        said.append("NOTES_MODEL_KEY must be printable ASCII on one line.")
    hint = "Or leave NOTES_MODEL_URL, NOTES_MODEL_NAME and NOTES_MODEL_KEY unset."
    return [Error(text, hint=hint, id="portal.E011") for text in said]


def _may_get_lessons(address: str) -> bool:
    return _is_url_for(address, lambda host: host in ("127.0.0.1", "::1") or "." not in host.strip("."))


def _is_url_for(address: str, may_be_http: Callable[[str], bool]) -> bool:
    # an https URL, or an http one of such a host, without user, query and fragment
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or not address.isprintable() or "@" in parts.netloc or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and may_be_http(host))


@register(TAG)
def github_is_set_up_whole(**kwargs: object) -> list[CheckMessage]:
    """`portal.E012`: the App and the sign-in of GitHub need all of their values, and URLs that no secret leaks by."""
    said = [
        f"{name} must be a URL that starts with https://, without user, query or fragment."
        " A local portal (DEBUG=1) may use http:// on this machine."
        for name in ("GITHUB_WEB_URL", "GITHUB_API_URL")
        if not _may_get_tokens(getattr(settings, name))
    ]
    if missing := _missing(GITHUB_APP):
        said.append(f"The GitHub App also needs {', '.join(missing)}.")
    if missing := _missing(GITHUB_SIGN_IN):
        said.append(f"Signing in with GitHub also needs {', '.join(missing)}.")
    if settings.GITHUB_APP_ID and not re.fullmatch(r"[1-9][0-9]{0,18}", settings.GITHUB_APP_ID):
        said.append("GITHUB_APP_ID must be the number that GitHub shows as App ID.")
    if settings.GITHUB_APP_PRIVATE_KEY and not _is_private_key(settings.GITHUB_APP_PRIVATE_KEY):
        said.append("GITHUB_APP_PRIVATE_KEY is not a private RSA key in PEM format, or it is damaged.")
    hint = "docs/github.md says where each value comes from. Or leave all of them unset."
    return [Error(text, hint=hint, id="portal.E012") for text in said]


@register(TAG)
def providers_are_set_up_whole(**kwargs: object) -> list[CheckMessage]:
    """`portal.E015`: a provider of sign-ins needs all of its values, and a URL without a secret in it."""
    said = []
    if missing := _missing(GOOGLE_SIGN_IN):
        said.append(f"Signing in with Google also needs {', '.join(missing)}.")
    if missing := _missing(OIDC_SIGN_IN):
        said.append(f"Signing in with OpenID Connect also needs {', '.join(missing)}.")
    if settings.OIDC_SERVER_URL and not _may_get_tokens(settings.OIDC_SERVER_URL):
        said.append(
            "OIDC_SERVER_URL must be a URL that starts with https://, without user, query or fragment."
        )
    if not (settings.OIDC_NAME and settings.OIDC_NAME.isprintable()):
        said.append("OIDC_NAME must be a single line of text, such as the name of your organisation.")
    return [Error(text, hint="Or leave all of them unset.", id="portal.E015") for text in said]


@register(TAG)
def certificates_can_be_signed(**kwargs: object) -> list[CheckMessage]:
    """`portal.E014`: the key that signs Open Badges must be an Ed25519 key."""
    if not settings.CERTIFICATE_KEY:
        return []
    # slow to import, and rarely needed
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        is_usable = isinstance(
            load_pem_private_key(settings.CERTIFICATE_KEY.encode(), None), Ed25519PrivateKey
        )
    except (ValueError, TypeError):
        is_usable = False
    text = "CERTIFICATE_KEY is not a private Ed25519 key in PEM format, or it is damaged."
    hint = "Make one with `openssl genpkey -algorithm ed25519`, or leave it unset."
    return [] if is_usable else [Error(text, hint=hint, id="portal.E014")]


def _missing(names: tuple[str, ...]) -> list[str]:
    missing = [name for name in names if not getattr(settings, name)]
    return [] if len(missing) == len(names) else missing


def _may_get_tokens(address: str) -> bool:
    return _is_url_for(address, lambda host: settings.DEBUG and host in ("127.0.0.1", "::1", "localhost"))


def _is_private_key(pem: str) -> bool:
    # slow to import, and rarely needed
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey)
    except (ValueError, TypeError):  # damaged, or with a passphrase
        return False


@register(TAG)
def privacy_text_can_be_read(**kwargs: object) -> list[CheckMessage]:
    """`portal.E016`: PRIVACY_TEXT is the path of a Markdown file, and PRIVACY_VERSION is short."""
    problem = _find_privacy_problem(settings.PRIVACY_TEXT, settings.PRIVACY_VERSION)
    hint = "Set PRIVACY_TEXT to a UTF-8 file that the portal may read, and PRIVACY_VERSION to a name or date."
    return [Error(problem, hint=hint, id="portal.E016")] if problem else []


def _find_privacy_problem(path: str, version: str) -> str:
    if len(version) > MAX_VERSION or not version.isprintable():
        return f"PRIVACY_VERSION must be one line of at most {MAX_VERSION} characters."
    try:
        text = Path(path).read_bytes().decode() if path else ""
    except (OSError, ValueError) as error:
        return f"PRIVACY_TEXT cannot be read: {error}."
    return (
        f"PRIVACY_TEXT has more than {MAX_PRIVACY_TEXT} characters." if len(text) > MAX_PRIVACY_TEXT else ""
    )
