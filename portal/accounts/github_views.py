"""Sign in with GitHub, link an account on GitHub, and unlink it. Without the two settings, all answer 404."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import github, github_provider, unlinking
from portal.accounts.http import UserRequest
from portal.accounts.linked_accounts import OTHER, TAKEN


@never_cache
@require_POST
@rate_limit(action="login")
def start(request: UserRequest) -> HttpResponse:
    """Redirect to GitHub: a visitor to sign in, a user to link an account."""
    if request.user.is_authenticated:
        return github.begin_linking(request, next_url=reverse("settings"), purpose={})
    return github.begin_sign_in(request, next_url=get_next_redirect_url(request))


@never_cache
@require_safe
def callback(request: UserRequest) -> HttpResponse:
    """Take a person back from GitHub."""
    github.check_is_set_up()
    try:
        answer: HttpResponse = github_provider.finish(request)
    except IntegrityError:  # somebody else linked it, or the same person another one, at the same moment
        _explain_race(request)
        return redirect("settings")
    tell_if_linked(request)
    return answer


def _explain_race(request: UserRequest) -> None:
    # Any: allauth's SocialLogin, which the provider left
    came: Any = getattr(request, "came_from_github", None)
    new = github.account_of(came.account)
    linked = github.github_account(request.user)
    if linked is None:
        messages.error(request, TAKEN.format(login=new.login))
    elif linked.id != new.id:
        messages.error(request, OTHER.format(linked=linked.login, login=new.login))


def tell_if_linked(request: UserRequest) -> None:
    # Any: allauth's SocialLogin, which the provider left
    came: Any = getattr(request, "came_from_github", None)
    if came is None or not came.state.get("data") or came.account.user_id != request.user.pk:
        return
    purpose = came.state["data"]["purpose"]
    github.tell_linked(request, github.account_of(came.account), came.token.token, purpose)


@never_cache
@login_required
@require_POST
def unlink(request: UserRequest) -> HttpResponse:
    """Remove the link. Repositories that were connected with it stay connected."""
    linked = github.linked_accounts(request.user).first()
    if linked is None:
        raise Http404
    try:
        unlinking.unlink(user=request.user, account=linked, provider_name="GitHub")
    except unlinking.LastWayError as error:
        messages.error(request, str(error))
    else:
        login = github.account_of(linked).login
        messages.success(request, f"The GitHub account {login} is no longer linked.")
    return redirect("settings")
