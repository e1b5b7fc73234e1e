import re

from django.core import mail


def mailed_code() -> str:
    # New users enter it to confirm their email.
    return re.search(r"^[A-Z0-9-]{6,9}$", mail.outbox[-1].body, re.MULTILINE)[0]
