"""Calendars for download, and the page and the address of the one to subscribe to."""

import re

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons.meeting_queries import get_cohort_meetings, get_meeting
from lessons.pages.limits import MINUTE, is_over_limit
from portal.accounts.http import UserRequest
from portal.progress.calendar.entries import feed_entries, meeting_entry
from portal.progress.calendar.feeds import feed_address, feed_of, get_feed_owner, renew_feed, revoke_feed
from portal.progress.calendar.ics import Entry, to_ics

MAX_FETCHES = 120  # a minute, from one address: calendar services ask for many people


@login_required
@require_safe
def meeting_ics(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    found = get_meeting(request.user, course, cohort, session).meeting
    return _calendar(found.session.title, [meeting_entry(found)], f"{session}.ics")


@login_required
@require_safe
def cohort_ics(request: UserRequest, course: str, cohort: str) -> HttpResponse:
    found, meetings = get_cohort_meetings(request.user, course, cohort)
    return _calendar(str(found), [meeting_entry(each) for each in meetings], f"{course}-{cohort}.ics")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program. The token in the URL is a secret, so no referrer is sent, and nothing is indexed."""
    if is_over_limit(request, "calendar", MAX_FETCHES):
        response = HttpResponse("Too many requests. Try again in a minute.", status=429)
        response["Content-Type"], response["Retry-After"] = "text/plain; charset=utf-8", str(MINUTE)
    else:
        response = _calendar(settings.SITE_NAME, feed_entries(get_feed_owner(token)), "calendar.ics")
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: UserRequest) -> HttpResponse:
    """Show the address to subscribe to; a form makes, renews or revokes it."""
    if request.method == "POST":
        if request.POST.get("action") == "revoke":
            revoke_feed(user=request.user)
            messages.success(request, "Revoked. Calendars that used the address get no more updates.")
        elif request.POST.get("action") == "renew":
            renew_feed(user=request.user)
            messages.success(request, "This is your new address. Earlier ones no longer work.")
        return redirect("calendar")
    found = feed_of(request.user)
    address = feed_address(found) if found else ""
    webcal = re.sub("^https?:", "webcal:", address)
    context = {"address": address, "webcal": webcal, "feed": found}
    return render(request, "progress/calendar.html", context)


def _calendar(name: str, entries: list[Entry], file: str) -> HttpResponse:
    response = HttpResponse(to_ics(name, entries), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    response["Cache-Control"] = "private, no-store"
    return response
