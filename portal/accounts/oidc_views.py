"""Sign in with an OpenID Connect provider, link an account there, unlink it: 404 without the settings of it."""

import logging

from allauth.account.utils import get_next_redirect_url
from allauth.decorators import rate_limit
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import oidc, unlinking
from portal.accounts.http import UserRequest

logger = logging.getLogger(__name__)


@never_cache
@require_POST
@rate_limit(action="login")
def start(request: UserRequest, provider: str) -> HttpResponse:
    is_signed_in = request.user.is_authenticated
    next_url = reverse("settings") if is_signed_in else get_next_redirect_url(request)
    try:
        return oidc.begin(request, provider, next_url=next_url)
    except (OSError, KeyError, ValueError) as error:  # its configuration could not be read
        logger.warning("sign-in with %s: %r", provider, error)
        name = oidc.get_choice(provider).name
        messages.error(request, f"{name} did not answer. Sign in with your email instead.")
        return redirect("settings" if is_signed_in else "account_login")


@never_cache
@require_safe
def callback(request: UserRequest, provider: str) -> HttpResponse:
    try:
        return oidc.finish(request, provider)
    except (KeyError, ValueError) as error:  # an answer without the fields that the standard requires
        logger.warning("sign-in with %s: %r", provider, error)
        messages.error(request, f"{oidc.get_choice(provider).name} gave an incomplete answer. Try again.")
        return redirect("account_login")
    except IntegrityError:  # linked in another tab at the same moment
        messages.error(request, "This account was linked a moment ago. Reload the page.")
        return redirect("settings")


@never_cache
@login_required
@require_POST
def unlink(request: UserRequest, provider: str) -> HttpResponse:
    choice = oidc.get_choice(provider)
    linked = SocialAccount.objects.filter(user=request.user, provider=choice.id).first()
    if linked is None:
        raise Http404
    try:
        unlinking.unlink(user=request.user, account=linked, provider_name=choice.name)
    except unlinking.LastWayError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Your {choice.name} account is no longer linked.")
    return redirect("settings")
