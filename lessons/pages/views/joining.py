from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lessons import joining
from lessons.models import Cohort, Enrollment
from lessons.pages.forms import UNKNOWN_CODE, JoinForm
from lessons.people_queries import is_learner_of, own_waiting_place
from lessons.queries import cohort_by_code
from portal.accounts.http import UserRequest


def join(request: UserRequest, code: str = "") -> HttpResponse:
    # People who follow an invitation signed out rarely have an account: sign-up names the course and cohort.
    cohort = cohort_by_code(code) if code else None
    if cohort and not cohort.is_joinable:
        return _cannot_join(request, joining.closed_cohort_message(cohort))
    if not request.user.is_authenticated:
        if code and not cohort:
            return _cannot_join(request, UNKNOWN_CODE, status=404)
        page = reverse("account_signup") if cohort else None
        return redirect_to_login(request.get_full_path(), page)
    # An unknown code is reported at once, with the code still in its field.
    form = JoinForm(request.POST or ({"code": code} if code and not cohort else None))
    if request.method == "POST" and form.is_valid():
        return _join(request, form.cleaned_data["code"])
    if cohort and is_learner_of(request.user, cohort):
        return redirect(cohort.course)
    place, number = own_waiting_place(request.user, cohort) if cohort else (None, 0)
    page = {"form": form, "cohort": cohort, "place": place, "number": number}
    return render(request, "lessons/join.html", page, status=422 if form.errors else 200)


def _join(request: UserRequest, cohort: Cohort) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "stop":
        place, _ = own_waiting_place(request.user, cohort)
        if place:
            joining.stop_waiting(place=place)
            messages.success(request, f"You left the waiting list for {cohort}.")
        return redirect("join_with_code", cohort.invite_code)
    act = joining.wait_for_place if do == "wait" else joining.join_cohort
    try:
        made = act(user=request.user, cohort=cohort)
    except joining.CohortFullError as error:
        messages.info(request, f"{error} You can join the waiting list.")
        return redirect("join_with_code", cohort.invite_code)
    except joining.CannotJoinError as error:
        return _cannot_join(request, str(error))
    if isinstance(made, Enrollment):
        messages.success(request, f"You’ve joined {cohort}.")
        return redirect(cohort.course)
    return redirect("join_with_code", cohort.invite_code)


def _cannot_join(request: HttpRequest, reason: str, status: int = 409) -> HttpResponse:
    return render(request, "lessons/cannot_join.html", {"reason": reason}, status=status)
