"""Prepare the page of a lab: how far the learner is, the commands, the checks and the submissions."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape

from labs import queries, receipt_queries, repository_queries
from labs.addresses import github_address, labcheck_addresses, practice_address
from labs.counted_pushes import submit_commands, tag_words
from labs.grading import counting
from labs.models import Lab, Repository, State, Submission
from labs.pages.forms import AddressForm
from labs.pages.peer_review import review_section
from labs.pages.presentation import history_item, times_in_words, verdict_of
from labs.pages.receipts import receipts_context
from labs.pages.starter import starter_context
from labs.pages.teams import team_context
from labs.reports.late_words import due_words, policy_words, push_now_words, read_bank, rule_of_lab
from labs.reports.standing import CheckRow, Standing, check_rows, pass_rule, to_fix
from labs.repositories.hosts import Offer
from labs.specs import parse_spec
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.templatetags.code import with_code

GAP = '(?:<span class="w"> </span>| )'  # highlighted code has its spaces in spans
COMMAND_WITH_ADDRESS = re.compile(rf"(git{GAP}(?:clone|remote{GAP}add{GAP}origin){GAP})ADDRESS\b")
NOT_GRADED = (State.UNREADABLE, State.FAULT)


@dataclass(frozen=True)
class Band:
    """The sentence above everything else, with one link. `sort` is a CSS class."""

    sort: str
    lead: str
    text: str
    link: str
    url: str


def lab_page(
    found: queries.OpenLab,
    token: str = "",
    *,
    before: int | None = None,
    form: AddressForm | None = None,
    offer: Offer | None = None,
    has_moved: bool = False,
    by_address: bool = False,
) -> Context:
    """Return the context of the lab's page.

    `token` is new and is shown only this once; `offer` is what can be submitted, or `form` says why nothing can.
    """
    lab = found.lab
    due = _due_context(found)  # first: it may count points again
    connected = _connected_repository(found)
    past = queries.history_page(found.enrollment, lab, before) if found.enrollment else []
    newest = past[0] if past and not before else None
    running = next((row for row in past if not row.has_ended), None)
    latest_from = newest.origin if newest else None
    return {
        "lab": lab,
        "course": lab.course,
        "enrollment": found.enrollment,
        "is_staff_here": found.is_staff,
        "closed": closed_reason(lab),
        "brief_html": brief_with_address(lab, connected),
        **due,
        **_standing_context(found, running, newest),
        **_history_context(past, before),
        **_commands_context(lab, token),
        **starter_context(found, connected),
        **_counted_context(found),
        **review_section(found),
        **(receipts_context(lab, found.enrollment) if found.enrollment else {}),
        **team_context(found),
        "running": running,
        "form": form or AddressForm(),
        "offer": offer,
        "has_moved": has_moved,
        "latest_from": latest_from,
        "by_address": by_address or (bool(form or offer or latest_from) and not token),
        "previous": found.previous,
        "next": found.next,
        "crumbs": course_crumbs(lab.course, (lab.title, "")),
    }


def _connected_repository(found: queries.OpenLab) -> Repository | None:
    # only for pages that show commands with its URL
    lab = found.lab
    has_commands = "ADDRESS" in lab.brief_html or bool(lab.current and lab.current.starter)
    return repository_queries.connected_repository(found.enrollment, lab) if has_commands else None


def _standing_context(
    found: queries.OpenLab, running: Submission | None, newest: Submission | None
) -> Context:
    version = found.lab.current
    # Any: a submission that `best_submission` annotated
    best: Any = found.enrollment and queries.best_submission(found.enrollment, found.lab)
    spec = parse_spec(version.source) if version else None
    checks = check_rows(spec.checks if spec else (), best.data if best else {})
    standing = Standing.of(best) if best else None  # with the points that count
    band = running_band(running) or stopped_band(newest)
    if standing and not band:
        band = best_band(best, standing, checks, found)
    return {
        "rule": version and pass_rule(version.max_points, version.pass_mark),
        "checks": checks,
        "rubric": spec.rubric if spec else (),
        "best": best,
        "standing": standing,
        "band": band,
    }


def _due_context(found: queries.OpenLab) -> Context:
    if found.enrollment is None:
        return {"due": rule_of_lab(found.lab)}
    own = counting.counted_terms(found.enrollment, found.lab).get(found.lab.pk)
    if own is None:
        return {}
    course = found.lab.course
    bank = read_bank(found.enrollment, course, found.lab)
    return {
        "due": due_words(own, course),
        "policy": policy_words(own, course, bank),
        "push_now": push_now_words(own, timezone.now(), course, bank),
    }


def _history_context(past: list[Submission], before: int | None) -> Context:
    shown, older = past[: queries.HISTORY_PAGE], past[queries.HISTORY_PAGE :]
    return {
        "history": [history_item(row, verdict_of(row)) for row in shown],
        "older": shown[-1].number if older else None,
        "before": before,
    }


def _commands_context(lab: Lab, token: str) -> Context:
    return {
        "times": times_in_words(queries.times_of(lab)),
        "host_name": host_name(),
        "own_command": own_command(lab),
        "commands": push_commands(lab, practice_address(lab, token)),
        "has_token": bool(token),
    }


def _counted_context(found: queries.OpenLab) -> Context:
    version = found.lab.current
    spec = parse_spec(version.source) if version else None
    if spec is None or not spec.counted_tags:
        return {"submit_commands": "git push origin main"}
    # Any: a receipt that the query annotated
    newest: Any = found.enrollment and receipt_queries.newest_receipt(found.enrollment, found.lab)
    return {
        "counted_tags": with_code(tag_words(spec)),
        "submit_commands": "\n".join(submit_commands(spec, newest.refs if newest else {}, "main")),
        "uncounted": newest if newest and not newest.is_graded else None,
    }


# --- the band -------------------------------------------------------------------------------------------------------


def running_band(running: Submission | None) -> Band | None:
    if running is None:
        return None
    return Band(
        "run",
        f"Submission {running.number} is being graded.",
        "",
        "See its progress",
        running.get_absolute_url(),
    )


def stopped_band(newest: Submission | None) -> Band | None:
    if newest is None or newest.state not in NOT_GRADED:
        return None
    lead, why = f"Submission {newest.number} was not graded.", f"{State(newest.state).label}."
    return Band("warn", lead, why, "See what to do", newest.get_absolute_url())


def best_band(best: Submission, standing: Standing, checks: list[CheckRow], found: queries.OpenLab) -> Band:
    left = to_fix(checks)
    if best.reviews_owed:
        words = "You pass this lab once you have submitted your reviews of others."
        return Band("warn", f"{standing.score}.", words, "Your reviews", queries.reviews_address(found.lab))
    if not standing.passed:
        text = f"{left} to fix." if left else ""
        return Band("warn", standing.distance, text, "See what to fix", best.get_absolute_url())
    text = f"You can still fix {left}." if left else ""
    if found.next:
        return Band("ok", standing.answer, text, f"Next lab: {found.next.title}", found.next.url)
    return Band("ok", standing.answer, text, "Back to the course", found.lab.course.get_absolute_url())


# --- commands -------------------------------------------------------------------------------------------------------


def host_name() -> str:
    """Return the word for repositories elsewhere: GitHub, or the first host of the settings."""
    first: str = settings.REPOSITORY_HOSTS[0]
    return "GitHub" if first == "github.com" else first


def brief_with_address(lab: Lab, connected: Repository | None = None) -> str:
    """Return the HTML of the brief with ADDRESS replaced by a remote URL, so that its command can be pasted.

    It is the learner's connected repository on GitHub, else the practice remote.
    """
    address = escape(github_address(connected) if connected else practice_address(lab))
    return COMMAND_WITH_ADDRESS.sub(lambda found: found[1] + address, lab.brief_html)


def own_command(lab: Lab) -> str:
    """Return the command that runs the checks in a lab's folder, on any machine with Python 3.11, git and curl."""
    at = labcheck_addresses(lab)
    lines = (
        "curl -sSf",
        f"-o ../labcheck.pyz {at['labcheck_address']}",
        f"-o ../lab.yaml {at['source_address']}",
        "&& python3 ../labcheck.pyz grade ../lab.yaml .",
    )
    return " \\\n  ".join(lines)


def closed_reason(lab: Lab) -> str:
    if waits := lab.waiting_word(timezone.now()):
        return f"{waits}: staff only"
    return "" if lab.is_proved else "Not proved yet: staff only"


def push_commands(lab: Lab, address: str) -> dict[str, str]:
    # with and without an existing remote
    has_starter = bool(lab.current and lab.current.starter)
    add = f"git remote add origin {address}\ngit push -u origin main"
    return {
        "first": f"git clone {address} {lab.slug}\ncd {lab.slug}" if has_starter else add,
        "again": f"git remote set-url origin {address}\ngit push -u origin main",
    }
