from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.http import UserRequest
from portal.notices import actions, choices
from portal.notices.forms import ChoicesForm, TimesForm
from portal.notices.kinds import TIMES
from portal.notices.queries import get_notice, notices_of
from portal.notices.unsubscribing import get_subscription

FIRST = 10
MINUTE = 60


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        actions.mark_all_read(request.user)
        return redirect("notices")
    return _page(request)


# Any: forms with errors
def _page(request: UserRequest, **forms: Any) -> HttpResponse:
    found = notices_of(request.user)
    page = {
        "notices": found if "all" in request.GET else found[:FIRST],
        "count": len(found),
        "unread": sum(notice.read_at is None for notice in found),
        "days": settings.NOTICE_DAYS,
        "choices": ChoicesForm(request.user),
        "times": TimesForm(request.user),
        "names": TIMES,
        **forms,
    }
    return render(request, "notices/notices.html", page, status=422 if forms else 200)


@login_required
@require_POST
def open_notice(request: UserRequest, notice: int) -> HttpResponse:
    found = get_notice(request.user, notice)
    actions.mark_read(found)
    return redirect(found.link or "notices")


@login_required
@require_POST
def choose_mails(request: UserRequest) -> HttpResponse:
    form = ChoicesForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, choices=form)
    choices.choose(user=request.user, emails=form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("notices")


@login_required
@require_POST
def choose_times(request: UserRequest) -> HttpResponse:
    form = TimesForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, times=form)
    choices.save_times(form.filled())
    messages.success(request, "Saved.")
    return redirect("notices")


@login_required
@require_POST
def send_test_mail(request: UserRequest) -> HttpResponse:
    if cache.add(f"test-mail:{request.user.pk}", True, timeout=MINUTE):
        actions.send_test(user=request.user)
        messages.success(request, f"A test email is on its way to {request.user.email}.")
    else:
        messages.info(request, "You have just asked for one. Wait a minute before you ask for another one.")
    return redirect("notices")


@csrf_exempt  # the mail program that sends this form has no cookie; the token is the only right it needs
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that ends emails of one kind; the button, or a mail program itself (RFC 8058), ends them.

    The token in the URL is a secret, so no referrer is sent, and nothing is indexed.
    """
    subscription = get_subscription(token)
    if request.method == "POST":
        choices.turn_off(user=subscription.user, kind=subscription.kind, about=subscription.about)
    page = {"subscription": subscription, "is_off": request.method == "POST"}
    response = render(request, "notices/unsubscribe.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
