"""The web pages that an installation needs: signing in with OAuth, making an App, installing it, a repository."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from html import escape
from urllib.parse import urlencode

from . import git, trying
from .html import form, page, redirect
from .records import App, Hook, Repository
from .requests import Answer, RefusedError, Request
from .work import Work


def answer(world: Work, request: Request) -> Answer:
    for method, pattern, function in ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            return function(world, request, *match.groups())
    raise RefusedError(404, "Not Found")


# --- OAuth ----------------------------------------------------------------------------------------------------------


def _client(world: Work, client_id: str) -> App:
    for app in world.apps:
        if app.client_id == client_id:
            return app
    raise RefusedError(404, "Not Found")


def ask_authorization(world: Work, request: Request) -> Answer:
    asked = request.parameters
    app = _client(world, asked.get("client_id", ""))
    target = asked.get("redirect_uri") or (app.callback_urls or [""])[0]
    if target not in app.callback_urls:
        return page("Be careful!", "<p>The redirect_uri is not associated with this application.</p>")
    people = [person for person in world.people.values() if person.kind == "User"]
    asked = {**asked, "redirect_uri": target}
    buttons = [
        form("/login/oauth/authorize", f"Continue as {one.login}", login=one.login, **asked) for one in people
    ]
    denied = form("/login/oauth/authorize", "Cancel", **asked)
    return page(f"Authorize {app.name}", *buttons, denied)


def authorize(world: Work, request: Request) -> Answer:
    said = request.form()
    state = {"state": said["state"]} if "state" in said else {}
    if "login" not in said:
        return redirect(said["redirect_uri"], error="access_denied", **state)
    code = secrets.token_hex(10)
    world.codes[code] = {**said, "person": said["login"]}
    return redirect(said["redirect_uri"], code=code, **state)


def exchange_code(world: Work, request: Request) -> Answer:
    said = request.form()
    if request.headers.get("Content-Type", "").startswith("application/json"):
        said = {name: str(value) for name, value in request.json().items()}
    asked = world.codes.pop(said.get("code", ""), None)
    app = next((app for app in world.apps if app.client_id == said.get("client_id")), None)
    if app is None or said.get("client_secret") != app.client_secret:
        body = {"error": "incorrect_client_credentials", "error_description": "The client_id is incorrect."}
    elif asked is None or not _is_proved(asked, said.get("code_verifier", "")):
        body = {"error": "bad_verification_code", "error_description": "The code is incorrect or expired."}
    else:
        token = world.grant(world.person(asked["person"]), scope=asked.get("scope", ""), app=app)
        body = {"access_token": token, "token_type": "bearer", "scope": asked.get("scope", "")}
    if "json" in (request.headers.get("Accept") or ""):
        return Answer(200, body)
    return Answer(200, urlencode(body).encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def _is_proved(asked: dict[str, str], verifier: str) -> bool:
    challenge = asked.get("code_challenge")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return not challenge or digest == challenge


# --- Apps -----------------------------------------------------------------------------------------------------------


def show_manifest(world: Work, request: Request, organization: str | None = None) -> Answer:
    said = request.form()
    try:
        manifest = json.loads(said.get("manifest", ""))
        name = manifest["name"]
    except (ValueError, KeyError, TypeError):
        return Answer(422, "The manifest is not valid.")
    owner = organization or "school"
    state = said.get("state") or request.parameters.get("state", "")
    own = form("/settings/apps/create", f"Create GitHub App for {owner}", owner=owner, state=state, **said)
    return page(f"Create GitHub App {name}", f"<pre>{escape(json.dumps(manifest, indent=2))}</pre>", own)


def create_app(world: Work, request: Request) -> Answer:
    said = request.form()
    manifest = json.loads(said["manifest"])
    hook = manifest.get("hook_attributes") or {}
    app = world.create_app(
        manifest["name"],
        said["owner"],
        hook_url=hook.get("url", "") if hook.get("active", True) else "",
        secret=secrets.token_hex(20),
        events=tuple(manifest.get("default_events") or ()),
        permissions=manifest.get("default_permissions") or {},
        callback_urls=tuple(manifest.get("callback_urls") or ()),
        setup_url=manifest.get("setup_url", ""),
    )
    code = secrets.token_hex(20)
    world.conversions[code] = app
    return redirect(manifest["redirect_url"], code=code, state=said.get("state", ""))


def ask_installation(world: Work, request: Request, slug: str) -> Answer:
    app = next((app for app in world.apps if app.slug == slug), None)
    if app is None:
        raise RefusedError(404, "Not Found")
    asked = request.parameters
    buttons = [
        form(
            f"/apps/{slug}/installations/new",
            f"Install on {repository.full_name}",
            name=repository.full_name,
            **asked,
        )
        for repository in world.repositories.values()
    ]
    return page(f"Install {app.name}", *buttons)


def install_app(world: Work, request: Request, slug: str) -> Answer:
    said = request.form()
    app = next(app for app in world.apps if app.slug == slug)
    repository, _ = world.find(said["name"])
    assert repository
    for installation in world.installations.values():
        if installation.app is app and installation.account is repository.owner:
            world.change_repositories(installation, (repository,))
            break
    else:
        installation = world.install(app, repository.owner.login, repository)
    if not app.setup_url:
        return page("Installed", f"<p>{escape(app.name)} is installed on {escape(repository.full_name)}.</p>")
    state = {"state": said["state"]} if "state" in said else {}
    return redirect(app.setup_url, installation_id=str(installation.id), setup_action="install", **state)


# --- repositories ---------------------------------------------------------------------------------------------------


def show_everything(world: Work, request: Request) -> Answer:
    rows = [
        f'<tr><td><a href="/{escape(each.full_name)}">{escape(each.full_name)}</a>'
        f"<td>{'private' if each.is_private else 'public'}"
        for each in world.repositories.values()
    ]
    people = [f"<tr><td>{escape(one.login)}<td><code>{one.token}</code>" for one in world.people.values()]
    return page(
        "Stand-in for GitHub",
        f"<h2>Repositories</h2><table>{''.join(rows)}</table>",
        trying.new_repository_form(),
        f"<h2>People, and their tokens</h2><table>{''.join(people)}</table>",
        trying.switches_forms(world),
    )


def show_repository(world: Work, request: Request, owner: str, name: str) -> Answer:
    repository, moved = world.find(f"{owner}/{name}")
    if repository is None:
        raise RefusedError(404, "Not Found")
    if moved:
        return Answer(301, b"", {"Location": f"/{repository.full_name}"})
    refs = git.refs_of(repository.folder)
    commits = git.log(repository.folder, *refs.values(), limit=20)[::-1] if refs else []
    rows = [_commit_row(repository, entry) for entry in commits]
    at = f"/{repository.full_name}/actions"
    hooks = [_hook_rows(repository, hook, at) for hook in repository.hooks]
    runs = [
        f"<p>{escape(run.path)} on {run.sha[:7]}: {escape(run.attempts[-1] or run.status)}"
        + "".join(
            form(at, f"Finish with {end}", run=str(run.id), conclusion=end) for end in ("success", "failure")
        )
        for run in repository.runs
    ]
    start = form(at, "Run .github/workflows/ci.yml", start=commits[0]["id"]) if commits else ""
    return page(
        repository.full_name,
        f"<p>Clone: <code>{escape(world.url)}/{escape(repository.full_name)}.git</code></p>",
        f"<h2>Commits</h2><table><tr><th>Commit<th>Message<th>Statuses and checks{''.join(rows)}</table>",
        f"<h2>Workflow runs</h2>{''.join(runs)}{start}",
        trying.pull_requests(repository),
        f"<h2>Webhooks</h2>{''.join(hooks)}",
        f'<form method="post" action="{at}"><label>Payload URL <input name="hook" size="60"></label> '
        '<label>Secret <input name="secret"></label> <button>Add webhook</button></form>',
    )


def _commit_row(repository: Repository, entry: dict[str, str]) -> str:
    sha = entry["id"]
    newest = {status.context: status for status in repository.statuses if status.sha == sha}
    statuses = [
        f'<a href="{escape(one.target_url or "")}">{escape(one.context)}: {one.state}</a> '
        f"{escape(one.description or '')}"
        for one in newest.values()
    ]
    checks = [
        f"{escape(run.name)}: {run.fields.get('conclusion')} ({len(run.annotations)} annotations)"
        for run in repository.check_runs
        if run.sha == sha
    ]
    words = "<br>".join([*statuses, *checks])
    return f"<tr><td><code>{sha[:7]}</code><td>{escape(entry['message'][:60])}<td>{words}"


def _hook_rows(repository: Repository, hook: Hook, at: str) -> str:
    rows = [
        f"<tr><td>{one.at}<td>{escape(one.event)}<td>{one.status_code} {escape(one.status)}<td>"
        + form(at, "Redeliver", redeliver=str(one.id))
        for one in reversed(hook.deliveries[-20:])
    ]
    return f"<p>{escape(hook.url)}</p><table>{''.join(rows)}</table>"


def act(world: Work, request: Request, owner: str, name: str) -> Answer:
    repository, _ = world.find(f"{owner}/{name}")
    if repository is None:
        raise RefusedError(404, "Not Found")
    said = request.form()
    if said.get("hook"):
        events = ("push", "workflow_run", "check_suite", "pull_request", "pull_request_review")
        world.add_hook(repository, said["hook"], said.get("secret", ""), events)
    elif "redeliver" in said:
        for hook in repository.hooks:
            world.redeliver(hook, int(said["redeliver"]), repository)
    elif "start" in said:
        world.start_run(repository, said["start"])
    elif "run" in said:
        run = next(run for run in repository.runs if str(run.id) == said["run"])
        if run.status == "completed":
            world.rerun(repository, run)
        world.finish_run(repository, run, said["conclusion"])
    return redirect(f"/{repository.full_name}")


Page = Callable[..., Answer]
ROUTES: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/", show_everything),
    ("GET", "/login/oauth/authorize", ask_authorization),
    ("POST", "/login/oauth/authorize", authorize),
    ("POST", "/login/oauth/access_token", exchange_code),
    ("POST", "/settings/apps/new", show_manifest),
    ("POST", "/organizations/([^/]+)/settings/apps/new", show_manifest),
    ("POST", "/settings/apps/create", create_app),
    ("GET", "/apps/([^/]+)/installations/new", ask_installation),
    ("POST", "/apps/([^/]+)/installations/new", install_app),
    ("POST", "/new", trying.create_repository),
    ("POST", "/switches", trying.switch),
    ("GET", "/([^/]+)/([^/]+)", show_repository),
    ("POST", "/([^/]+)/([^/]+)/actions", act),
    ("POST", "/([^/]+)/([^/]+)/pulls", trying.act_on_pull),
    ("POST", "/([^/]+)/([^/]+)/settings", trying.change_repository),
)
