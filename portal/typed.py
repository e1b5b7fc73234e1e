"""Read the environment with types. An invalid value is reported in one line with its name and what is expected."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

WANTED: dict[object, str] = {int: "a whole number", float: "a number", bool: "1 or 0"}
BOOLEANS = {*environ.Env.BOOLEAN_TRUE_STRINGS, "0", "false", "off", "n", "no", ""}
DATABASES = {"sqlite", "postgres", "postgresql", "psql", "pgsql"}
DATABASE_URL = "a URL such as postgres://user:password@db.example.org/portal"
EMAIL_URL = "a URL such as smtp+tls://user:password@mail.example.org:587"


class Env(environ.Env):
    """Raises only ImproperlyConfigured. The value of a URL is not shown, because it may contain a password."""

    def get_value(self, var: str, cast: Any = None, *arguments: Any, **options: Any) -> Any:
        value = self.ENVIRON.get(var, "")
        try:
            if cast is bool and value.strip().lower() not in BOOLEANS:
                raise ValueError
            return super().get_value(var, cast, *arguments, **options)
        except ValueError:
            wanted = WANTED.get(cast, "a URL")
            raise ImproperlyConfigured(f"{var} is {value!r}. It must be {wanted}.") from None

    def db_url(self, var: str, *arguments: Any, **options: Any) -> Any:
        try:
            if var in self.ENVIRON and urlsplit(self.ENVIRON[var]).scheme not in DATABASES:
                raise ValueError
            return super().db_url(var, *arguments, **options)
        except ValueError:
            raise ImproperlyConfigured(f"{var} is not a database URL. It must be {DATABASE_URL}.") from None

    def email_url(self, var: str, *arguments: Any, **options: Any) -> Any:
        try:
            return self.email_url_config(super().get_value(var, **options))
        except (ValueError, ImproperlyConfigured):
            raise ImproperlyConfigured(f"{var} is not an email URL. It must be {EMAIL_URL}.") from None

    def pem(self, var: str) -> str:
        """Return the PEM that a variable contains, with "\\n" for line breaks if need be, or whose path it is."""
        value: str = self.str(var, default="").strip()
        if not value or value.startswith("-----BEGIN "):
            return value.replace("\\n", "\n").strip()
        try:
            return Path(value).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise ImproperlyConfigured(
                f"{var} must be a key in PEM format, or the path of its file."
            ) from None

    def log_level(self, var: str, default: str) -> str:
        level: str = self.str(var, default=default)
        if level not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{var} is {level!r}. It must be DEBUG, INFO, WARNING or ERROR.")
        return level
