"""The RSGI application for granian: the front, with Django behind it."""

import os
import resource

from django.core.wsgi import get_wsgi_application

from portal.front import PAGE_SECONDS, Front

MAX_OPEN_FILES = 8192


def allow_open_files() -> None:
    """Each connection is an open file, and on many systems a process starts with 1,024 of them allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DATABASE_WAIT_SECONDS", "2")  # a page rather says that it cannot than keeps waiting
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", str(PAGE_SECONDS))
allow_open_files()
application = Front(get_wsgi_application())
