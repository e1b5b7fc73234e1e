"""The page of a first sign-in with an account elsewhere: link an account of the portal, or create one."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.signup import complete_signup
from allauth.account.models import Login
from allauth.decorators import rate_limit
from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.first_sign_in import Arrival, check_password, create_account, find_arrival, forget, link
from portal.accounts.first_sign_in_forms import FirstSignInForm, LinkForm
from portal.accounts.models import User

EXPIRED = "This sign-in began more than 20 minutes ago, or is finished. Start it again."
LINKED = "This account was linked a moment ago. Sign in with it again."
LINKED_TO_ANOTHER = (
    "Your account is linked to another {name} account. Sign in with your email, and unlink it first."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="signup")
def first_sign_in(request: HttpRequest) -> HttpResponse:
    arrival = find_arrival(request)
    if request.user.is_authenticated or arrival is None:
        if not request.user.is_authenticated:
            messages.error(request, EXPIRED)
        return redirect("account" if request.user.is_authenticated else "account_login")
    owner = arrival.find_owner()
    if owner is not None:
        return _link(request, arrival, owner)
    form = FirstSignInForm(request.POST if request.method == "POST" else None, needs_email=not arrival.email)
    if request.method == "POST" and form.is_valid():
        return _create(request, arrival, form)
    return _page(request, arrival, form)


def _create(request: HttpRequest, arrival: Arrival, form: FirstSignInForm) -> HttpResponse:
    try:
        user = create_account(request, arrival, form)
    except IntegrityError:  # the address or the account elsewhere was taken in another tab
        messages.error(request, LINKED)
        return redirect("account_login")
    forget(request)
    answer: HttpResponse = complete_signup(
        request, user=user, redirect_url=arrival.next_url or reverse("home")
    )
    return answer


def _link(request: HttpRequest, arrival: Arrival, owner: User) -> HttpResponse:
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if check_password(request, arrival, form.cleaned_data["password"]):
                return _sign_in(request, arrival, owner)
            form.add_error("password", "The password is not correct.")
        except forms.ValidationError as error:
            form.add_error("password", error)
    return _page(request, arrival, form, owner)


def _sign_in(request: HttpRequest, arrival: Arrival, owner: User) -> HttpResponse:
    try:
        link(request, arrival, owner)
    except IntegrityError:
        messages.error(request, LINKED_TO_ANOTHER.format(name=arrival.provider_name))
        return redirect("account_login")
    forget(request)
    login = Login(user=owner, redirect_url=arrival.next_url or reverse("home"), email=owner.email)
    answer: HttpResponse = perform_password_login(request, {"email": owner.email}, login)
    return answer


def _page(
    request: HttpRequest, arrival: Arrival, form: forms.Form, owner: User | None = None
) -> HttpResponse:
    context = {"arrival": arrival, "form": form, "owner": owner}
    return render(request, "accounts/first_sign_in.html", context, status=422 if form.errors else 200)
