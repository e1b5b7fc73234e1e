from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from portal.accounts.models import User


class UserRequest(HttpRequest):
    """A request behind `login_required`: somebody is signed in."""

    user: User
    htmx: HtmxDetails
