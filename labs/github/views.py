"""The page on which a learner connects a repository on GitHub with a lab."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from labs import actions
from labs.github import connecting
from labs.github.access import address_of
from labs.github.connecting import NotOnGitHubError
from labs.github.page import connection_page, live_context, words_after_disconnecting
from labs.github.queries import current_connection, newest_connection
from labs.github.signing_in import PURPOSE
from labs.models import Connection, Lab
from labs.pages.forms import ConnectForm
from labs.queries import OpenLab, get_open_lab
from labs.repositories import hosts
from labs.repositories.hosts import LookUpFailedError
from lessons.models import Enrollment
from lessons.templatetags.code import with_code
from portal.accounts.github import begin_linking, check_is_set_up
from portal.accounts.http import UserRequest

PAGE = "github/connection.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: UserRequest, course: str, lab: str) -> HttpResponse:
    found = get_open_lab(request.user, course, lab)
    if found.enrollment is None:
        return redirect(found.lab)
    if request.method == "POST":
        return _connect(request, found, found.enrollment)
    page = connection_page(found.lab, current_connection(found.enrollment, found.lab))
    return render(request, PAGE, page)


def _connect(request: UserRequest, found: OpenLab, enrollment: Enrollment) -> HttpResponse:
    form = ConnectForm(request.POST)
    if form.is_valid():
        try:
            address = form.cleaned_data["address"]
            connecting.connect(enrollment=enrollment, lab=found.lab, address=address)
            return redirect("github_connection", found.lab.course.slug, found.lab.slug)
        except NotOnGitHubError as error:
            form.refuse(str(error))
        except LookUpFailedError as error:
            form.refuse(error.message)
    page = connection_page(found.lab, current_connection(enrollment, found.lab), form=form)
    return render(request, PAGE, page, status=422)


def of_connected(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call `view(request, lab, connection)` for a POST of the learner whose connection it is, else answer 404."""

    @never_cache
    @login_required
    @require_POST
    @wraps(view)
    def call(request: UserRequest, course: str, lab: str) -> HttpResponse:
        found = get_open_lab(request.user, course, lab)
        current = current_connection(found.enrollment, found.lab) if found.enrollment else None
        if current is None:
            raise Http404
        return view(request, found.lab, current)

    return call


@of_connected
def check(request: UserRequest, lab: Lab, connection: Connection) -> HttpResponse:
    try:
        connecting.look_again(connection=connection)
    except LookUpFailedError as error:
        messages.error(request, with_code(error.message))
    else:
        if connection.is_active:
            messages.success(
                request, "GitHub is asked again. If its answer differs, your result changes by itself."
            )
    return redirect("github_connection", lab.course.slug, lab.slug)


@of_connected
def prove(request: UserRequest, lab: Lab, connection: Connection) -> HttpResponse:
    """Redirect to GitHub to sign in, and back to the page of the connection. 404 without the settings for it."""
    check_is_set_up()
    try:
        hosts.check_lookup_rate(request.user.pk)
    except LookUpFailedError as error:
        messages.error(request, with_code(error.message))
        return redirect("github_connection", lab.course.slug, lab.slug)
    back = reverse("github_connection", args=[lab.course.slug, lab.slug])
    return begin_linking(request, next_url=back, purpose={PURPOSE: connection.pk})


@of_connected
def grade(request: UserRequest, lab: Lab, connection: Connection) -> HttpResponse:
    """Submit the newest commit now, without a message."""
    repository = connection.repository
    try:
        submitted = actions.submit_address(
            enrollment=repository.enrollment, lab=lab, address=address_of(connection)
        )
    except LookUpFailedError as error:
        messages.error(request, with_code(error.message))
        return redirect("github_connection", lab.course.slug, lab.slug)
    return redirect(submitted)


@of_connected
def secret(request: UserRequest, lab: Lab, connection: Connection) -> HttpResponse:
    """Show a new secret, in this response only."""
    new = connecting.new_secret(connection=connection)
    connection.refresh_from_db()
    return render(request, PAGE, connection_page(lab, connection, secret=new))


@of_connected
def disconnect(request: UserRequest, lab: Lab, connection: Connection) -> HttpResponse:
    connecting.disconnect(connection=connection)
    messages.success(request, " ".join(words_after_disconnecting(connection)))
    return redirect("github_connection", lab.course.slug, lab.slug)


@never_cache
@login_required
@require_safe
def return_to_connection(request: UserRequest) -> HttpResponse:
    """Lead back from GitHub's page of the App to the connection. Nothing that GitHub adds to the URL is believed."""
    connection = newest_connection(request.user, request.GET.get("state", ""))
    if connection is None:
        return redirect("home")
    with suppress(LookUpFailedError):  # the message about the installation causes a look as well
        connecting.look_for_app(connection=connection)
    lab = connection.repository.lab
    return redirect("github_connection", lab.course.slug, lab.slug)


@never_cache
@require_safe
def live(request: HttpRequest, course: str, lab: str) -> HttpResponse:
    """Return the changes since cursor `v`; 204 if there are none, so that the page keeps focus and selection."""
    if not request.user.is_authenticated:  # signed out meanwhile: reload the whole page
        return HttpResponseClientRefresh()
    found = get_open_lab(request.user, course, lab)
    current = current_connection(found.enrollment, found.lab) if found.enrollment else None
    if current is None:
        raise Http404
    if current.owner_proved_by and "proof" in request.GET:  # the page has more to show now
        return HttpResponseClientRefresh()
    context = live_context(found.lab, current)
    if context["cursor"] == request.GET.get("v"):
        return HttpResponse(status=204)
    return render(request, "github/_live.html", {**context, "say": context["band"].lead})
