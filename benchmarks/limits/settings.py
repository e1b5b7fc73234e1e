"""A Django project that has only a sign-in in common with the portal."""

import environ

SECRET_KEY = "limits"  # noqa: S105 - of a database that lives for one run
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.limits.urls"
USE_TZ = True
INSTALLED_APPS = [
    "benchmarks.limits",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {**environ.Env().db_url("DATABASE_URL"), "CONN_MAX_AGE": 600}}
MIGRATION_MODULES = dict.fromkeys(
    ["auth", "contenttypes", "sessions"]
)  # create tables directly, without running migrations
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
