"""REST: commit statuses, check runs, workflow runs, pull requests and issues."""

from typing import Any

from . import git
from .records import CheckRun, Issue, Pull, Repository, Run, Status
from .requests import Answer, RefusedError, Request
from .rest_repositories import REPO, find_repository, paginate
from .work import Work

MAX_ANNOTATIONS = 50
MAX_TEXT = 65_535
STATES = ("error", "failure", "pending", "success")


def create_status(world: Work, request: Request, owner: str, repo: str, sha: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "statuses", "write")
    said, viewer = request.json(), request.viewer
    if said.get("state") not in STATES:
        raise RefusedError(422, "Validation Failed: state is not included in the list")
    if git.commit_of(repository.folder, sha) != sha:
        raise RefusedError(422, f"No commit found for SHA: {sha}")
    if len(said.get("description") or "") > 140:
        raise RefusedError(422, "Validation Failed: description is too long (maximum is 140 characters)")
    creator = viewer.person or (viewer.installation.app.owner if viewer.installation else repository.owner)
    status = Status(
        sha,
        said["state"],
        said.get("context", "default"),
        said.get("description"),
        said.get("target_url"),
        creator,
    )
    repository.statuses.append(status)
    return Answer(201, world.shapes.status(repository, status))


def list_statuses(world: Work, request: Request, owner: str, repo: str, ref: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "statuses")
    sha = git.commit_of(repository.folder, ref)
    newest = [each for each in reversed(repository.statuses) if each.sha == sha]
    return paginate(world, request, [world.shapes.status(repository, status) for status in newest])


# --- check runs -----------------------------------------------------------------------------------------------------


def create_check_run(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "checks", "write")
    installation, said = request.viewer.installation, request.json()
    if installation is None:
        raise RefusedError(403, "You must authenticate via a GitHub App.")
    sha = str(said.get("head_sha"))
    if git.commit_of(repository.folder, sha) != sha:
        raise RefusedError(422, f"No commit found for SHA: {sha}")
    run = CheckRun(installation.app, sha, str(said.get("name")), {})
    _fill(run, said)
    repository.check_runs.append(run)
    return Answer(201, world.shapes.check_run(repository, run))


def update_check_run(world: Work, request: Request, owner: str, repo: str, run_id: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "checks", "write")
    run = _check_run(repository, run_id)
    if request.viewer.installation is None or request.viewer.installation.app is not run.app:
        raise RefusedError(403, "Invalid app_id")
    _fill(run, request.json())
    return Answer(200, world.shapes.check_run(repository, run))


def _fill(run: CheckRun, said: dict[str, Any]) -> None:
    output = said.get("output") or {}
    annotations = output.get("annotations") or []
    if len(annotations) > MAX_ANNOTATIONS:
        raise RefusedError(422, "Invalid request. No more than 50 items are allowed.")
    if any(len(output.get(name) or "") > MAX_TEXT for name in ("summary", "text")):
        raise RefusedError(422, "Invalid request. Only 65535 characters are allowed.")
    for each in annotations:
        has_columns = "start_column" in each or "end_column" in each
        if has_columns and each.get("start_line") != each.get("end_line"):
            raise RefusedError(422, "Invalid request. Columns are allowed only on a one-line annotation.")
        if len((each.get("message") or "").encode()) > 64 << 10 or len(each.get("title") or "") > 255:
            raise RefusedError(422, "Invalid request. An annotation is too long.")
    run.annotations += annotations
    run.fields |= {name: value for name, value in said.items() if name not in ("head_sha", "name")}
    if said.get("conclusion"):
        run.fields["status"] = "completed"


def _check_run(repository: Repository, run_id: str) -> CheckRun:
    for run in repository.check_runs:
        if str(run.id) == run_id:
            return run
    raise RefusedError(404, "Not Found")


def get_check_run(world: Work, request: Request, owner: str, repo: str, run_id: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "checks")
    return Answer(200, world.shapes.check_run(repository, _check_run(repository, run_id)))


def list_annotations(world: Work, request: Request, owner: str, repo: str, run_id: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "checks")
    run = _check_run(repository, run_id)
    empty = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
    at = f"{world.url}/{repository.full_name}/blob/{run.sha}"
    return paginate(
        world, request, [{**empty, "blob_href": f"{at}/{each['path']}", **each} for each in run.annotations]
    )


def list_check_runs(world: Work, request: Request, owner: str, repo: str, ref: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "checks")
    sha = git.commit_of(repository.folder, ref)
    found = [world.shapes.check_run(repository, run) for run in repository.check_runs if run.sha == sha]
    page = paginate(world, request, found)
    return Answer(200, {"total_count": len(found), "check_runs": page.body}, page.headers)


# --- workflow runs --------------------------------------------------------------------------------------------------


def list_runs(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "actions")
    wanted = request.parameters
    names = (("head_sha", "sha"), ("branch", "branch"), ("event", "event"))
    runs = [
        run
        for run in reversed(repository.runs)
        if all(getattr(run, own) == wanted[name] for name, own in names if name in wanted)
        and wanted.get("status", run.status) in (run.status, run.attempts[-1])
    ]
    page = paginate(world, request, [world.shapes.run(repository, run) for run in runs])
    return Answer(200, {"total_count": len(runs), "workflow_runs": page.body}, page.headers)


def _run(repository: Repository, run_id: str) -> Run:
    for run in repository.runs:
        if str(run.id) == run_id:
            return run
    raise RefusedError(404, "Not Found")


def get_run(world: Work, request: Request, owner: str, repo: str, run_id: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "actions")
    return Answer(200, world.shapes.run(repository, _run(repository, run_id)))


def get_attempt(world: Work, request: Request, owner: str, repo: str, run_id: str, attempt: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "actions")
    run = _run(repository, run_id)
    if not attempt.isdigit() or not 1 <= int(attempt) <= len(run.attempts):
        raise RefusedError(404, "Not Found")
    return Answer(200, world.shapes.run(repository, run, int(attempt)))


def list_workflows(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "actions")
    found = [world.shapes.workflow(repository, path) for path in repository.workflow_ids]
    page = paginate(world, request, found)
    return Answer(200, {"total_count": len(found), "workflows": page.body}, page.headers)


# --- pull requests and issues ---------------------------------------------------------------------------------------


def _issue(repository: Repository, number: str, kind: type[Issue] = Issue) -> Any:
    for issue in repository.issues:
        if str(issue.number) == number and isinstance(issue, kind):
            return issue
    raise RefusedError(404, "Not Found")


def list_pulls(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "pull_requests")
    state, head, base = (request.parameters.get(name, "") for name in ("state", "head", "base"))
    found = [
        pull
        for pull in reversed(repository.pulls)
        if state == "all" or pull.state == (state or "open")
        if not base or pull.base == base
        if not head or head == f"{(pull.head_repository or repository).owner.login}:{pull.head}"
    ]
    return paginate(world, request, [world.shapes.pull(repository, pull, is_full=False) for pull in found])


def get_pull(world: Work, request: Request, owner: str, repo: str, number: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "pull_requests")
    return Answer(200, world.shapes.pull(repository, _issue(repository, number, Pull)))


def list_reviews(world: Work, request: Request, owner: str, repo: str, number: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "pull_requests")
    pull = _issue(repository, number, Pull)
    return paginate(
        world, request, [world.shapes.review(repository, pull, review) for review in pull.reviews]
    )


def list_review_comments(world: Work, request: Request, owner: str, repo: str, number: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "pull_requests")
    _issue(repository, number, Pull)
    return paginate(world, request, [])


def list_pull_commits(world: Work, request: Request, owner: str, repo: str, number: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "pull_requests")
    pull = _issue(repository, number, Pull)
    folder = (pull.head_repository or repository).folder
    excluded = [f"^{pull.base_sha}"] if git.commit_of(folder, pull.base_sha) else []
    entries = git.log(folder, pull.head_sha, *excluded)
    return paginate(world, request, [world.shapes.commit(repository, entry) for entry in entries])


def get_issue(world: Work, request: Request, owner: str, repo: str, number: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "issues")
    return Answer(200, world.shapes.issue(repository, _issue(repository, number)))


def list_comments(world: Work, request: Request, owner: str, repo: str, number: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "issues")
    issue = _issue(repository, number)
    return paginate(
        world, request, [world.shapes.comment(repository, issue, each) for each in issue.comments]
    )


CHECK_RUN = f"{REPO}/check-runs/{{run_id}}"
PULL = f"{REPO}/pulls/{{number}}"
CONTENT = (create_status, create_check_run, update_check_run)
ROUTES = (
    ("POST", f"{REPO}/statuses/{{sha}}", create_status),
    ("GET", f"{REPO}/commits/{{ref}}/statuses", list_statuses),
    ("GET", f"{REPO}/commits/{{ref}}/check-runs", list_check_runs),
    ("POST", f"{REPO}/check-runs", create_check_run),
    ("PATCH", CHECK_RUN, update_check_run),
    ("GET", CHECK_RUN, get_check_run),
    ("GET", f"{CHECK_RUN}/annotations", list_annotations),
    ("GET", f"{REPO}/actions/runs", list_runs),
    ("GET", f"{REPO}/actions/runs/{{run_id}}", get_run),
    ("GET", f"{REPO}/actions/runs/{{run_id}}/attempts/{{attempt}}", get_attempt),
    ("GET", f"{REPO}/actions/workflows", list_workflows),
    ("GET", f"{REPO}/pulls", list_pulls),
    ("GET", PULL, get_pull),
    ("GET", f"{PULL}/reviews", list_reviews),
    ("GET", f"{PULL}/comments", list_review_comments),
    ("GET", f"{PULL}/commits", list_pull_commits),
    ("GET", f"{REPO}/issues/{{number}}", get_issue),
    ("GET", f"{REPO}/issues/{{number}}/comments", list_comments),
)
