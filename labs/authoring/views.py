"""Views of the lab editor; `labs.admin` checks that the user is course staff."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from labs.authoring.trying import CannotTryError, choices, try_on
from labs.grader.spec import SpecError, load_spec
from labs.grader.words import count
from labs.models import Lab
from labs.queries import Tally
from labs.reports.standing import Standing, check_rows, pass_rule
from labs.reports.verdict import groups
from labs.specs import parse_spec, problems_of
from lessons.pages.previews import Preview
from lessons.points import count_points
from lessons.queries import get_taught_course
from lessons.texts.problem import Problem
from portal.accounts.http import UserRequest


def spec_problems(source: str) -> list[Problem]:
    try:
        parse_spec(source)
    except SpecError as error:
        return problems_of(error)
    return []


@require_POST
def preview_lab(request: UserRequest) -> HttpResponse:
    get_taught_course(request.user, request.POST.get("course", ""))
    source = request.POST.get("content", "").replace("\r\n", "\n")
    try:
        spec = load_spec(source)  # not cached: it changes with every keystroke
    except SpecError as error:
        return Preview(None, problems_of(error)).as_response()
    rule = pass_rule(spec.max_points, spec.pass_mark)
    shown = {"spec": spec, "rule": rule, "checks": check_rows(spec.checks, {}), "rubric": spec.rubric}
    page = render_to_string("authoring/_lab.html", shown)
    return Preview(
        page, facts=f"{count(len(spec.checks), 'check')}, {count_points(spec.max_points)}"
    ).as_response()


@require_POST
def try_lab(request: UserRequest, lab: Lab) -> HttpResponse:
    """Show the page that a learner would get for `_repository` with the posted lab.yaml, saved or not."""
    wanted = request.POST.get("_repository", "")
    choice = next((item for item in choices(lab, request.user) if item.key == wanted), None)
    if choice is None:
        raise Http404
    source = request.POST.get("source", "").replace("\r\n", "\n")
    context = {"lab": lab, "course": lab.course, "choice": choice, "problems": spec_problems(source)}
    if not context["problems"]:
        try:
            report = try_on(choice, source)
            every_hint = {result.id: Tally(earlier=True) for result in report.results}
            context |= {
                "report": report,
                "standing": Standing.of(report),
                "groups": groups(report, lab.course, tallies=every_hint),
            }
        except CannotTryError as error:
            context["reason"] = str(error)
    return render(request, "labs/try.html", context, status=200 if "report" in context else 422)
