from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from lessons import actions
from lessons.forms import JoinForm
from portal.accounts.http import UserRequest


@login_required
def join(request: UserRequest, code: str = "") -> HttpResponse:
    form = JoinForm(request.POST or None, initial={"code": code})
    if request.method == "POST" and form.is_valid():
        cohort = form.cleaned_data["code"]
        try:
            actions.join_cohort(user=request.user, cohort=cohort)
        except actions.CannotJoinError as error:
            return render(request, "lessons/cannot_join.html", {"reason": error}, status=409)
        messages.success(request, f"You are in {cohort}.")
        return redirect(cohort.course)
    return render(request, "lessons/join.html", {"form": form}, status=422 if form.errors else 200)
