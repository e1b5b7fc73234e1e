"""The RSGI application for granian: Django behind the front end."""

import os
import resource

from django.core.wsgi import get_wsgi_application

from portal.front import PAGE_SECONDS, Front

MAX_OPEN_FILES = 8192


def allow_open_files() -> None:
    # Every connection is an open file, and many systems limit a process to 1,024 by default.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DATABASE_WAIT_SECONDS", "2")  # a page answers 503 rather than waiting longer
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", str(PAGE_SECONDS))
allow_open_files()
application = Front(get_wsgi_application())
