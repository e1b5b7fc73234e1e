"""Forms for somebody who tries the portal by hand: repositories, pull requests, and simulated failures."""

import re
from html import escape
from subprocess import CalledProcessError
from typing import Any

from .html import form, redirect
from .records import Pull, Repository
from .requests import Answer, RefusedError, Request

FULL_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
REVIEWER = "reviewer"
SWITCHES = {
    "drop": "Lose the next delivery",
    "down": "Simulate an outage",
    "slow": "Answer after 3 seconds",
    "limit": "Simulate a rate limit for a minute",
    "reset": "End all failures",
}


def new_repository_form() -> str:
    return (
        '<form method="post" action="/new"><label>New repository '
        '<input name="name" placeholder="learner/billing" required></label> '
        '<label><input type="checkbox" name="private"> private</label> <button>Create</button></form>'
    )


def create_repository(world: Any, request: Request) -> Answer:
    said = request.form()
    world.create_repository(_free_name(world, said.get("name", "")), private="private" in said)
    return redirect(f"/{said['name']}")


def change_repository(world: Any, request: Request, owner: str, name: str) -> Answer:
    """Rename or transfer a repository, or make it private or public."""
    repository, said = _find(world, owner, name), request.form()
    if said.get("name"):
        world.move(repository, _free_name(world, said["name"]))
    else:
        repository.is_private = not repository.is_private
    return redirect(f"/{repository.full_name}")


def _free_name(world: Any, name: str) -> str:
    found, is_former = world.find(name)
    if not FULL_NAME.fullmatch(name) or (found and not is_former):
        raise RefusedError(422, "The name is in use, or not of the form owner/name.")
    return name


def _find(world: Any, owner: str, name: str) -> Repository:
    repository, _ = world.find(f"{owner}/{name}")
    if repository is None:
        raise RefusedError(404, "Not Found")
    return repository


def switches_forms(world: Any) -> str:
    switches, drops = world.switches, world.deliverer.drops
    limited = bool(switches.secondary_until)
    state = f"down: {switches.is_down}, slow: {switches.slow_seconds} s, limited: {limited}, losing: {drops}"
    buttons = "".join(form("/switches", label, switch=name) for name, label in SWITCHES.items())
    return f"<h2>Failures</h2><p>{state}</p>{buttons}"


def switch(world: Any, request: Request) -> Answer:
    asked = request.form().get("switch")
    if asked == "drop":
        world.drop_deliveries(world.deliverer.drops + 1)
    elif asked == "down":
        world.switches.is_down = True
    elif asked == "slow":
        world.switches.slow_seconds = 3
    elif asked == "limit":
        world.switches.limit_secondary(60)
    else:
        world.switches.reset()
        world.drop_deliveries(0)
    return redirect("/")


def pull_requests(repository: Repository) -> str:
    at = f"/{repository.full_name}"
    rows = [_pull_row(pull, f"{at}/pulls") for pull in repository.issues if isinstance(pull, Pull)]
    fields = (
        ("head", "From branch", "feature"),
        ("base", "into", "main"),
        ("title", "Title", "Change"),
        ("body", "Description", ""),
    )
    inputs = " ".join(
        f'<label>{label} <input name="{name}" value="{value}"></label>' for name, label, value in fields
    )
    visibility = "Make it public" if repository.is_private else "Make it private"
    return (
        f"<h2>Pull requests</h2><table>{''.join(rows)}</table>"
        f'<form method="post" action="{at}/pulls">{inputs} <button>Open a pull request</button></form>'
        f'<h2>Settings</h2><form method="post" action="{at}/settings"><label>New name '
        f'<input name="name" value="{escape(repository.full_name)}"></label> <button>Rename or transfer</button></form>'
        + form(f"{at}/settings", visibility)
    )


def _pull_row(pull: Pull, at: str) -> str:
    state = "merged" if pull.merged_at else pull.state
    reviews = ", ".join(f"{each.person.login}: {each.state.lower()}" for each in pull.reviews)
    number = str(pull.number)
    buttons = form(at, f"Approve as {REVIEWER}", pull=number, do="review")
    if not pull.merged_at:
        ways = ("merge", "squash", "rebase")
        buttons += "".join(form(at, f"{way.capitalize()} as {REVIEWER}", pull=number, do=way) for way in ways)
    words = f"#{number} {pull.title}, {pull.head} into {pull.base}: {state}. {reviews}"
    return f"<tr><td>{escape(words)}<td>{buttons}"


def act_on_pull(world: Any, request: Request, owner: str, name: str) -> Answer:
    """Open a pull request as the owner, or review or merge one as the reviewer."""
    repository, said = _find(world, owner, name), request.form()
    by = world.person(REVIEWER)
    pulls = {str(each.number): each for each in repository.issues if isinstance(each, Pull)}
    pull = pulls.get(said.get("pull", ""))
    try:
        if pull is None:
            world.open_pull(repository, said["head"], said["base"], title=said["title"], body=said["body"])
        elif said.get("do") == "review":
            world.review(repository, pull, by)
        else:
            world.merge(repository, pull, by, said["do"])
    except (KeyError, ValueError, CalledProcessError) as error:
        raise RefusedError(422, f"GitHub would refuse this: {error}.") from error
    return redirect(f"/{repository.full_name}")
