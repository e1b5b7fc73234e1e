"""Settings. Everything that differs between installations is read here, with its type, from the environment."""

import hashlib
import os
import tempfile
from email.utils import formataddr
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.typed import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

VAR = Path(env.str("VAR", default=str(BASE_DIR / "var"))).absolute()
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to 50 or more random characters, or set DEBUG=1."
        )
    SECRET_KEY = "development-only-" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest()
ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", default=[])]
PORT = env.int("PORT", default=8000)
RUN_LOCK = VAR / "run.lock"
HOUR = 3600
# The portal's name on pages and in emails. Courses have their own names.
SITE_NAME = env.str("SITE_NAME", default="Portal")


def local_address() -> str:
    # Commands in another terminal do not get the port of `make run PORT=8123`, so the running portal's is used.
    told = RUN_LOCK.read_text() if RUN_LOCK.exists() and "PORT" not in os.environ else ""
    return told or f"http://localhost:{PORT}"  # browsers allow no passkeys for an IP address


# The URL printed in terminals and emails; never taken from a request's Host header.
PUBLIC_URL = env.str("PUBLIC_URL", default=local_address()).rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []

INSTALLED_APPS = [
    "portal.accounts",
    "portal.notices",
    "lessons",
    "labs",
    "portal.progress",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.humanize",
    "django_htmx",
    "simple_history",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.content_policy.ContentPolicyMiddleware",  # outermost, so that every response has a policy
    "django.middleware.security.SecurityMiddleware",
    "portal.outages.OutageMiddleware",  # outside everything that may query the database
    "portal.accounts.middleware.page_methods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.sign_in_limits",
    "portal.accounts.middleware.staff_second_factor",
    "portal.accounts.middleware.confirmed_email",
    "portal.accounts.middleware.ask_to_accept",
    "portal.accounts.middleware.audit_denials",
    "portal.accounts.middleware.TimeZoneMiddleware",
    "portal.accounts.middleware.show_own_404",
    "lessons.admin.lookups.ImpossibleLookups",
    "lessons.pages.redirects.former_addresses",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.accounts.context_processors.page",
                "portal.accounts.context_processors.person",
                "portal.progress.context_processors.own_course",
            ],
            "builtins": ["lessons.templatetags.points"],  # points have one format on every page
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------------------------

# Maximum wait for a lock or a connection; `portal.rsgi` sets 2, so that a page answers 503 quickly.
DATABASE_WAIT_SECONDS = env.float("DATABASE_WAIT_SECONDS", default=20.0)
# Maximum time of a statement; 0 is no limit. `portal.rsgi` sets 10: nobody waits longer for a page.
DATABASE_STATEMENT_SECONDS = env.float("DATABASE_STATEMENT_SECONDS", default=0.0)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # With these, eight concurrent writers got no "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": DATABASE_WAIT_SECONDS,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        # Pages have more statements than the default of 128; a long one takes as long to parse as to run.
        "cached_statements": 1000,
    }
else:
    # Plan each query once per connection: planning takes longer than most queries of a page. DATABASE_URL may add
    # options, such as ?sslmode=require.
    own_options = DATABASES["default"].get("OPTIONS", {})
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 2,
        "connect_timeout": max(2, int(DATABASE_WAIT_SECONDS)),  # libpq treats 1 as 2
        # If the server's machine is gone, the kernel's keepalives notice within 20 s.
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "options": f"-c lock_timeout={int(DATABASE_WAIT_SECONDS * 1000)}"
        f" -c statement_timeout={int(DATABASE_STATEMENT_SECONDS * 1000)}",
        **own_options,
    }
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# `default` is only for rate limits, in the database, so that signing in works while the broker is down. `pages` is
# for pages that are the same for everyone, per web process; a withdrawn lesson may stay visible for its TIMEOUT.
# `searches` counts searches, also per web process, so that a search writes nothing.
CACHES = {
    "default": {
        "BACKEND": "portal.limits.LimitCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # beyond this, active limits would be dropped
    },
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 10,
        "OPTIONS": {"MAX_ENTRIES": 600},  # about 25 KB each; a course may have more than 300 lessons
    },
    "searches": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "searches",
        "TIMEOUT": 120,
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    # GitHub's tokens for an hour: only in the memory of the process that asked, never in a database.
    "tokens": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "tokens",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}

# --- Queue ----------------------------------------------------------------------------------------------------------


def private_broker_socket() -> str:
    # Short, because the path of a Unix socket is limited to 107 bytes.
    digest = hashlib.sha256(f"{VAR}:{os.getuid()}".encode()).hexdigest()[:16]
    return str(Path(tempfile.gettempdir()) / f"portal-{digest}" / "broker.sock")


PRIVATE_BROKER_SOCKET = private_broker_socket()
REDIS_URL = env.str("REDIS_URL", default="")

CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{PRIVATE_BROKER_SOCKET}"
# Two queues, each with its own worker processes. Tasks go to `later` unless they are named here. On Redis, 0 is the
# default and the highest priority, and there are four: 0 to 2, 3 to 5, 6 to 8, and 9. Looks at repositories go before
# the wake-ups that submissions send, and the turn of grading that each look asks for goes before further looks.
CELERY_TASK_DEFAULT_QUEUE = "later"
CELERY_TASK_ROUTES = {
    "labs.grading.tasks.reap": {"queue": "live"},
    "labs.grading.tasks.grade_after_looks": {"queue": "live"},
    "labs.github.tasks.look": {"queue": "live", "priority": 3},
    "labs.github.tasks.look_again": {"queue": "live", "priority": 6},
    "labs.grading.tasks.grade_next": {"queue": "live", "priority": 6},
    "labs.file_questions.tasks.judge_waiting": {"queue": "live", "priority": 6},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the reaper requeues a lost submission, a limited number of times
# Seconds: 60 to fetch, 180 for checks that run code, and a margin for a busy machine (check_specs.MAX_CODE_SECONDS)
CELERY_TASK_SOFT_TIME_LIMIT = 360
CELERY_TASK_TIME_LIMIT = 390
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 10,
    "socket_timeout": 30,
    "socket_connect_timeout": 2,
    "socket_keepalive": bool(REDIS_URL),
}

# --- Grading --------------------------------------------------------------------------------------------------------

PRACTICE_ROOT = Path(env.str("PRACTICE_ROOT", default=str(VAR / "practice"))).absolute()
PRACTICE_MAX_BYTES = env.int("PRACTICE_MAX_BYTES", default=50 * 1024 * 1024)
# Limits for one learner's repository of a lab and for all together; a push adds at most PRACTICE_MAX_BYTES.
PRACTICE_QUOTA_BYTES = env.int("PRACTICE_QUOTA_BYTES", default=250 * 1024 * 1024)
PRACTICE_ROOT_MAX_BYTES = env.int("PRACTICE_ROOT_MAX_BYTES", default=50 * 1024 * 1024 * 1024)
PUSHES_PER_HOUR = env.int("PUSHES_PER_HOUR", default=60)
# Disk space that pushes leave for the database and everything else.
DISK_RESERVE_BYTES = env.int("DISK_RESERVE_BYTES", default=256 * 1024 * 1024)
# Without git the portal still starts, and reports it at /readyz.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
PRACTICE_WAIT_SECONDS = env.float("PRACTICE_WAIT_SECONDS", default=20.0)
PRACTICE_MAX_WAITERS = env.int("PRACTICE_MAX_WAITERS", default=200)  # per web process
# Hosts of repository URLs that may be pasted; the first is the default for a URL without a host.
REPOSITORY_HOSTS = [
    host.strip().lower().removesuffix(":443") for host in env.list("REPOSITORY_HOSTS", default=["github.com"])
]
# GitHub: each part that is not set up is absent from the pages. docs/github.md says how to get these values.
GITHUB_WEB_URL = env.str("GITHUB_WEB_URL", default="https://github.com").strip().rstrip("/")
GITHUB_API_URL = env.str("GITHUB_API_URL", default="https://api.github.com").strip().rstrip("/")
GITHUB_HOST = urlsplit(GITHUB_WEB_URL).netloc.lower()  # as in REPOSITORY_HOSTS
# A connected repository that nobody looked at for so long is looked at.
GITHUB_LOOK_SECONDS = env.float("GITHUB_LOOK_SECONDS", default=1800.0)
GITHUB_APP_ID = env.str("GITHUB_APP_ID", default="").strip()
GITHUB_APP_SLUG = env.str("GITHUB_APP_SLUG", default="").strip()
GITHUB_APP_PRIVATE_KEY = env.pem("GITHUB_APP_PRIVATE_KEY")
GITHUB_APP_WEBHOOK_SECRET = env.str("GITHUB_APP_WEBHOOK_SECRET", default="").strip()
# Certificates: an Ed25519 key that signs Open Badges (default: derived from SECRET_KEY), and folders with fonts for
# the scripts that the packaged font lacks.
CERTIFICATE_KEY = env.pem("CERTIFICATE_KEY")
CERTIFICATE_FONTS = env.list("CERTIFICATE_FONTS", default=["/usr/share/fonts", "/usr/local/share/fonts"])
# Signing in with GitHub, to prove whose a repository is. If unset, its buttons and addresses are absent.
GITHUB_CLIENT_ID = env.str("GITHUB_CLIENT_ID", default="").strip()
GITHUB_CLIENT_SECRET = env.str("GITHUB_CLIENT_SECRET", default="").strip()
# Signing in with Google, and with one more OpenID Connect provider, such as that of a school.
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", default="").strip()
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", default="").strip()
OIDC_NAME = env.str("OIDC_NAME", default="your organisation").strip()
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="").strip().rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="").strip()
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="").strip()
LOOKUPS_PER_MINUTE = env.int("LOOKUPS_PER_MINUTE", default=10)
SEARCHES_PER_MINUTE = env.int(
    "SEARCHES_PER_MINUTE", default=60
)  # of a user, or of an IP address; per web process
# A language model that drafts questions and summaries, with an OpenAI-compatible API. If unset, nothing is sent.
NOTES_MODEL_URL = env.str("NOTES_MODEL_URL", default="").strip()
NOTES_MODEL_NAME = env.str("NOTES_MODEL_NAME", default="").strip()
NOTES_MODEL_KEY = env.str("NOTES_MODEL_KEY", default="").strip()
NOTES_MODEL_SECONDS = env.int("NOTES_MODEL_SECONDS", default=60)
MIRROR_ROOT = Path(env.str("MIRROR_ROOT", default=str(VAR / "mirrors"))).absolute()
MIRROR_MAX_BYTES = env.int("MIRROR_MAX_BYTES", default=2 * 1024 * 1024 * 1024)
# Graded states of repositories on other hosts. One that neither counts nor is the newest is removed after GRADED_DAYS.
GRADED_ROOT = Path(env.str("GRADED_ROOT", default=str(VAR / "graded"))).absolute()
GRADED_MAX_BYTES = env.int("GRADED_MAX_BYTES", default=10 * 1024 * 1024 * 1024)
GRADED_DAYS = env.int("GRADED_DAYS", default=90)
# URL and CA file of the server that replaces every host in tests; it may be in a private network.
TEST_GIT_SERVER = env.list("TEST_GIT_SERVER", default=[])
if TEST_GIT_SERVER and not DEBUG:
    raise ImproperlyConfigured("TEST_GIT_SERVER is for tests. Unset it, or set DEBUG=1.")
# Where learners' code runs: "" for this machine, or a runner's socket such as unix:///srv/runner/runner.sock.
SANDBOX = env.str("SANDBOX", default="")
ENVIRONMENTS_ROOT = Path(env.str("ENVIRONMENTS_ROOT", default=str(VAR / "environments"))).absolute()
ENVIRONMENTS_MAX_BYTES = env.int("ENVIRONMENTS_MAX_BYTES", default=4 * 1024 * 1024 * 1024)
GRADING_LEASE_SECONDS = env.float("GRADING_LEASE_SECONDS", default=60.0)
GRADING_REAP_SECONDS = env.float("GRADING_REAP_SECONDS", default=15.0)
GRADING_MAX_TRIES = 3
GRADING_RETRY_SECONDS = env.float("GRADING_RETRY_SECONDS", default=10.0)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# A submission that waits longer for its first verdict was hit by an outage, which lengthens its deadline.
OUTAGE_MINUTES = env.int("OUTAGE_MINUTES", default=15)
HOUSEKEEPING_SECONDS = env.float("HOUSEKEEPING_SECONDS", default=600.0)

CELERY_BEAT_SCHEDULE = {
    "send-announcements": {
        "task": "lessons.tasks.send_announcements",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "judge-files": {
        "task": "labs.file_questions.tasks.judge_waiting",
        "schedule": 60,
    },
    "compare-submissions": {
        "task": "labs.likeness.tasks.compare_next",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "keep-review-rounds": {
        "task": "labs.peer_review.tasks.keep_rounds",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "prove-quizzes": {
        "task": "lessons.quiz_proofs.prove_quizzes",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "reap": {
        "task": "labs.grading.tasks.reap",
        "schedule": GRADING_REAP_SECONDS,
        "options": {"expires": GRADING_REAP_SECONDS},
    },
    "tidy": {
        "task": "labs.grading.tasks.tidy",
        "schedule": HOUSEKEEPING_SECONDS,
        "options": {"expires": HOUSEKEEPING_SECONDS},
    },
    "look-at-github": {
        "task": "labs.github.tasks.look_at_due",
        "schedule": GRADING_REAP_SECONDS,
        "options": {"expires": GRADING_REAP_SECONDS},
    },
    "look-at-quiet-repositories": {
        "task": "labs.github.tasks.look_at_quiet_repositories",
        "schedule": min(60, GITHUB_LOOK_SECONDS),
        "options": {"expires": min(60, GITHUB_LOOK_SECONDS)},
    },
    "repeat-failed-deliveries": {
        "task": "labs.github.tasks.repeat_failed_deliveries",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "confirm-times": {
        "task": "labs.github.tasks.confirm_times",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "count-times": {
        "task": "labs.grading.tasks.count_times",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "send-statuses": {
        "task": "labs.github.tasks.send_statuses",
        "schedule": 30,
        "options": {"expires": 30},
    },
    # if a wake-up was lost, or GitHub asked to wait
    "commit-courses": {
        "task": "labs.github.tasks.commit_courses",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "ask-github": {
        "task": "labs.github.tasks.ask_github",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # if a wake-up was lost
    # for people whose invitation the mail server did not take, or if a wake-up was lost
    "work-on-rosters": {
        "task": "lessons.invitations.work_on_rosters",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "read-repositories": {
        "task": "lessons.tasks.read_repositories",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "send-grade-notices": {
        "task": "portal.progress.tasks.send_grade_notices",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "work-on-notes": {
        "task": "lessons.tasks.work_on_notes",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "close-attempts": {
        "task": "lessons.tasks.close_attempts",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "remove-deleted": {
        "task": "lessons.tasks.remove_deleted",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "attach-past-marks": {
        "task": "portal.progress.tasks.attach_past_marks",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "work-on-classrooms": {
        "task": "portal.progress.tasks.work_on_classrooms",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "work-on-regrades": {
        "task": "lessons.tasks.work_on_regrades",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "work-on-lab-regrades": {
        "task": "labs.grading.tasks.work_on_lab_regrades",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "remind-of-deadlines": {
        "task": "portal.progress.tasks.remind_of_deadlines",
        "schedule": 300,
        "options": {"expires": 300},
    },
    # if a wake-up was lost, for emails that waited, and for daily ones
    "send-mails": {
        "task": "portal.notices.tasks.send_mails",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "remove-expired": {
        "task": "portal.progress.tasks.remove_expired",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "remove-unused-files": {
        "task": "lessons.tasks.remove_unused_files",
        "schedule": 24 * HOUR,
        "options": {"expires": HOUR},
    },
    "make-exports": {
        "task": "portal.progress.tasks.make_exports",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "delete-accounts": {
        "task": "portal.progress.tasks.delete_accounts",
        "schedule": 600,
        "options": {"expires": 600},
    },
}

# --- People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# The second is for sign-ins that began before the first was added.
AUTHENTICATION_BACKENDS = ["lessons.backends.Backend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.accounts.passwords.GuessableValidator"},
    {"NAME": "portal.accounts.credentials.PasswordChange"},
]
# Maximum idle and total time of a sign-in; shorter for those who may open staff pages.
SIGN_IN_IDLE_SECONDS = env.int("SIGN_IN_IDLE_SECONDS", default=12 * HOUR)
SIGN_IN_MAX_SECONDS = env.int("SIGN_IN_MAX_SECONDS", default=30 * 24 * HOUR)
STAFF_SIGN_IN_IDLE_SECONDS = env.int("STAFF_SIGN_IN_IDLE_SECONDS", default=4 * HOUR)
STAFF_SIGN_IN_MAX_SECONDS = env.int("STAFF_SIGN_IN_MAX_SECONDS", default=12 * HOUR)
SESSION_COOKIE_AGE = SIGN_IN_MAX_SECONDS
# Staff sign in with a second factor. Only a local portal may turn this off.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "portal.accounts.allauth_forms.ActivateTOTPForm",
    "authenticate": "portal.accounts.allauth_forms.AuthenticateForm",
    "reauthenticate": "portal.accounts.allauth_forms.ReauthenticateWithCodeForm",
}
SOCIALACCOUNT_ADAPTER = "portal.accounts.linked_accounts.LinkedAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "github": {"provider_class": "portal.accounts.github_provider.GitHubProvider"},
    "openid_connect": {"provider_class": "portal.accounts.oidc.Provider"},
}
ACCESS_TOKEN_DAYS = env.int("ACCESS_TOKEN_DAYS", default=180)
AUDIT_DAYS = env.int("AUDIT_DAYS", default=400)
NOTICE_DAYS = env.int("NOTICE_DAYS", default=90)
# The page of what is kept: a Markdown file of the operator, shown above the table. If PRIVACY_VERSION is set, everybody
# accepts it at sign-up, and again whenever it changes.
PRIVACY_TEXT = env.str("PRIVACY_TEXT", default="").strip()
PRIVACY_VERSION = env.str("PRIVACY_VERSION", default="").strip()
# Days in which the deletion of an account can be taken back, and in which a copy of one's data can be downloaded.
LEAVING_DAYS = env.int("LEAVING_DAYS", default=14)
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
EXPORT_ROOT = Path(env.str("EXPORT_ROOT", default=str(VAR / "exports"))).absolute()
EXPORT_PART_BYTES = env.int("EXPORT_PART_BYTES", default=200 * 1024 * 1024)  # of one ZIP file
EXPORT_MAX_BYTES = env.int("EXPORT_MAX_BYTES", default=5 * 1024 * 1024 * 1024)  # of all files of a copy
AUDIT_MAX_ROWS = env.int("AUDIT_MAX_ROWS", default=1_000_000)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
# The number of our proxies that add to X-Forwarded-For; rate limits use the IP address that they saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# New users confirm their email with a code; otherwise sign-up would reveal who is already registered.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = HOUR
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_FORMS = {
    "signup": "portal.accounts.sign_up.SignUpForm",
    "login": "portal.accounts.allauth_forms.LoginForm",
    "add_email": "portal.accounts.allauth_forms.AddEmailForm",
    "change_password": "portal.accounts.allauth_forms.ChangePasswordForm",
    "set_password": "portal.accounts.allauth_forms.SetPasswordForm",
    "reset_password": "portal.accounts.allauth_forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.allauth_forms.ResetPasswordKeyForm",
    "confirm_email_verification_code": "portal.accounts.allauth_forms.ConfirmEmailForm",
    "reauthenticate": "portal.accounts.allauth_forms.ReauthenticateForm",
}
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignUpForm"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
# Such as smtp+tls://user:password@mail.example.org:587; sets EMAIL_BACKEND, EMAIL_HOST and the rest.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
if DEBUG and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "portal.dev_mail.Backend"  # read at /dev/mail/
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=5)  # seconds; a page waits for it
HELP_EMAIL = env.str("HELP_EMAIL", default="")  # where learners may ask; the help page shows it
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=formataddr((SITE_NAME, "portal@localhost")))

LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# --- Pages ----------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR / "static"))).absolute()
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = not DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Lesson images only; `lessons.pages.views.authoring.image` is the only view that serves them.
MEDIA_URL = "media/"
MEDIA_ROOT = VAR / "media"

# Browsers apply form-action to redirects after a form, too.
FORM_TARGETS = [SELF]
if GITHUB_CLIENT_ID:
    FORM_TARGETS.append(GITHUB_WEB_URL)
if GOOGLE_CLIENT_ID:
    FORM_TARGETS.append("https://accounts.google.com")
if OIDC_CLIENT_ID and OIDC_SERVER_URL:
    FORM_TARGETS.append("{0.scheme}://{0.netloc}".format(urlsplit(OIDC_SERVER_URL)))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": FORM_TARGETS,
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.progress.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # probes come from behind the proxy
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"tokens": {"()": "portal.logs.HideTokens"}},
    # Django's own handlers would log each line twice.
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # At DEBUG it would print GitHub's answers, and one of them is a token.
        "github": {"level": "INFO"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]},
    },
    "root": {"handlers": ["stderr"], "level": env.log_level("LOG_LEVEL", default="INFO")},
}
