"""The people of a cohort, for its staff: places, waiting list, roster, moving and ending. And leaving, for learners."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lessons import joining, people_queries
from lessons.invitations import send_again
from lessons.models import Cohort, Enrollment, WaitingPlace
from lessons.pages.breadcrumb import course_crumbs, staff_crumbs
from lessons.pages.forms import LeaveForm, MoveForm, RosterForm
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import AnyView, staff_only
from lessons.queries import active_enrollment, get_course
from lessons.roster_import import Step, import_roster, plan_import
from portal.accounts.http import UserRequest

STEPS = {"up": -1, "down": 1}


def of_staff(view: AnyView) -> AnyView:
    return never_cache(staff_only(require_http_methods(["GET", "HEAD", "POST"])(view)))


@of_staff
def people(request: UserRequest, course: str, cohort: str) -> HttpResponse:
    found = people_queries.get_cohort_taught(request.user, course, cohort)
    if request.method == "POST":
        act = _send_again if request.POST.get("do") == "send_again" else _change_line
        act(request, found)
        return redirect("cohort_people", course, cohort)
    learners = list(people_queries.learners_by_name(found))
    context = {
        "course": found.course,
        "cohort": found,
        "learners": learners[: people_queries.MAX_LISTED],
        "is_cut": len(learners) > people_queries.MAX_LISTED,
        "count": joining.count_learners(found),
        "line": list(people_queries.line_of(found)),
        "invited": list(people_queries.roster_without_account(found)),
        "crumbs": staff_crumbs(found.course, (found.title, "")),
    }
    return render(request, "lessons/people.html", context)


def _change_line(request: UserRequest, cohort: Cohort) -> None:
    place = cohort.waiting.filter(pk=read_number(request.POST.get("place", ""))).first()
    if place is None:  # got a place, or gave up meanwhile
        messages.info(request, "This person is no longer on the waiting list.")
        return
    do = request.POST.get("do", "")
    if do in STEPS:
        joining.move_in_line(place=place, step=STEPS[do])
    elif do == "admit":
        _admit(request, place)
    elif do == "remove":
        joining.stop_waiting(place=place)
        messages.success(request, f"{place.user.get_full_name()} is no longer on the waiting list.")
    else:
        raise Http404


def _send_again(request: UserRequest, cohort: Cohort) -> None:
    entry = cohort.roster.filter(pk=read_number(request.POST.get("entry", "")), enrollment=None).first()
    if entry is None or not entry.email:  # joined meanwhile
        messages.info(request, "This person has joined, or has no email address.")
        return
    send_again(entry=entry)
    messages.success(request, f"The invitation to {entry.email} is being sent again.")


def _admit(request: UserRequest, place: WaitingPlace) -> None:
    name = place.user.get_full_name()
    if joining.admit(place=place, by=request.user):
        messages.success(request, f"{name} is now in {place.cohort.title}.")
    else:
        words = (
            f"{name} was not enrolled: the account is closed, or they joined another cohort of the course."
        )
        messages.error(request, words)


@of_staff
def change_learner(request: UserRequest, course: str, learner: int) -> HttpResponse:
    """Move a learner to another cohort, or end their enrollment. The page says first what happens to their work."""
    found = people_queries.get_learner_taught(request.user, course, learner)
    form = MoveForm(request.POST if request.method == "POST" else None, enrollment=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        cohort = found.cohort
        try:
            words = _change(request, found, form)
            messages.success(request, words)
            return redirect("cohort_people", course, cohort.slug)
        except joining.CannotJoinError as error:
            form.add_error("to", str(error))
    context = {
        "course": found.cohort.course,
        "learner": found,
        "form": form,
        "crumbs": staff_crumbs(found.cohort.course, (found.user.get_full_name(), "")),
    }
    return render(request, "lessons/change_learner.html", context, status=422 if form.errors else 200)


def _change(request: UserRequest, learner: Enrollment, form: MoveForm) -> str:
    to, reason, name = form.cleaned_data["to"], form.cleaned_data["reason"], learner.user.get_full_name()
    if to is None:
        joining.end_enrollment(enrollment=learner, reason=reason, by=request.user)
        return f"{name} is no longer in {learner.cohort.title}. Their work is kept."
    joining.move_learner(enrollment=learner, to=to, reason=reason, by=request.user)
    return f"{name} is now in {to.title}, with all their work."


@of_staff
def roster(request: UserRequest, course: str, cohort: str) -> HttpResponse:
    """Read a roster file, show the step for each row, and import it if asked."""
    found = people_queries.get_cohort_taught(request.user, course, cohort)
    form = RosterForm(*(request.POST, request.FILES) if request.method == "POST" else ())
    plan = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("action") == "import" and form.is_kept:
            return _import(request, found, form)
        plan = plan_import(found, form.roster)
    context = {
        "course": found.course,
        "cohort": found,
        "form": form,
        "plan": plan,
        "roster": form.roster if plan is not None else None,
        "crumbs": staff_crumbs(found.course, (found.title, ""), ("Roster", "")),
    }
    return render(request, "lessons/roster.html", context, status=422 if form.errors else 200)


def _import(request: UserRequest, cohort: Cohort, form: RosterForm) -> HttpResponse:
    counts = import_roster(cohort=cohort, roster=form.roster, by=request.user)
    enrolled, invited = counts.get(Step.ENROLL, 0), counts.get(Step.INVITE, 0)
    unchanged = sum(counts.values()) - enrolled - invited
    words = f"Enrolled: {enrolled}. Invited by email: {invited}. Unchanged: {unchanged}."
    if enrolled + invited:
        words += " This takes a few minutes. Reload the page to see who is done."
    messages.success(request, words)
    return redirect("cohort_people", cohort.course.slug, cohort.slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: UserRequest, course: str) -> HttpResponse:
    found = get_course(request.user, course).course
    enrollment = active_enrollment(request.user, found)
    if enrollment is None:
        raise Http404
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        joining.end_enrollment(enrollment=enrollment, reason=reason, by=request.user)
        messages.success(request, f"You left {found}. Your work is kept.")
        return redirect("home")
    context = {
        "course": found,
        "cohort": enrollment.cohort,
        "form": form,
        "crumbs": course_crumbs(found, ("Leave", "")),
    }
    return render(request, "lessons/leave.html", context, status=422 if form.errors else 200)
