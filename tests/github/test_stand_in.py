"""The stand-in for GitHub behaves as GitHub's documentation says."""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from openapi_core.exceptions import OpenAPIError

from tests.github.description.checking import check
from tests.github.stand_in import Exchange
from tests.plain_git import git


class Listener(http.server.ThreadingHTTPServer):
    """A web server that keeps the webhooks it gets, and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.received = 204, []
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def events(self) -> list[str]:
        return [headers["X-GitHub-Event"] for headers, _ in self.received]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        self.server.received.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.shutdown()
    server.server_close()


def ask(github, method: str, path: str, body=None, token: str = ""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(github.api_url + path, data, headers, method=method)) as answer:
        content = answer.read()
        return json.loads(content) if content else None


def test_a_push_over_http_sends_a_signed_event_with_its_commits(github, listener, tmp_path):
    repository = github.create_repository("learner/billing")
    hook = ask(
        github,
        "POST",
        "/repos/learner/billing/hooks",
        {"config": {"url": listener.url, "secret": "s", "content_type": "json"}, "events": ["push"]},
        repository.owner.token,
    )
    work = tmp_path / "work"
    git(tmp_path, "clone", "-q", github.address(repository, repository.owner.token), str(work))
    (work / "README.md").write_text("Billing\n")
    git(work, "add", ".")
    git(work, "commit", "-qm", "Describe the project")
    git(work, "push", "-q", "origin", "HEAD:refs/heads/main")
    github.wait_for_deliveries()

    assert listener.events() == ["ping", "push"]
    headers, body = listener.received[1]
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()
    assert headers["X-GitHub-Hook-ID"] == str(hook["id"])
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(repository.id)
    said = json.loads(body)
    assert (said["ref"], said["created"], said["forced"]) == ("refs/heads/main", True, False)
    assert said["after"] == git(work, "rev-parse", "HEAD")
    assert [entry["added"] for entry in said["commits"]] == [["README.md"]]
    assert said["repository"]["id"] == repository.id


def test_a_push_needs_a_token_of_somebody_who_may_write(github, tmp_path):
    repository = github.create_repository("learner/billing")
    github.commit(repository, {"README.md": "Billing\n"})
    git(tmp_path, "clone", "-q", github.address(repository), "work")
    for token in ("", github.person("stranger").token):
        pushed = git(tmp_path / "work", "push", github.address(repository, token), "main", check=False)
        assert pushed == ""
    hidden = github.create_repository("learner/hidden", private=True)
    with pytest.raises(AssertionError, match="could not read Username"):
        git(tmp_path, "clone", "-q", github.address(hidden), "hidden")


def test_a_dropped_delivery_is_listed_and_can_be_sent_again(github, listener):
    repository = github.create_repository("learner/billing")
    hook = github.add_hook(repository, listener.url)
    github.wait_for_deliveries()
    github.drop_deliveries(1)
    github.commit(repository, {"README.md": "Billing\n"})
    github.wait_for_deliveries()
    assert listener.events() == ["ping"]

    at, token = f"/repos/learner/billing/hooks/{hook.id}/deliveries", repository.owner.token
    lost = ask(github, "GET", at, token=token)[0]
    assert (lost["event"], lost["status"], lost["status_code"]) == ("push", "timed out", 0)
    ask(github, "POST", f"{at}/{lost['id']}/attempts", token=token)
    github.wait_for_deliveries()
    assert listener.events() == ["ping", "push"]
    again = ask(github, "GET", at, token=token)[0]
    assert (again["guid"], again["redelivery"], again["status_code"]) == (lost["guid"], True, 204)


def test_pull_requests_are_reviewed_and_merged_in_three_ways(github, listener):
    repository, reviewer = github.create_repository("learner/billing"), github.person("reviewer")
    github.commit(repository, {"README.md": "Billing\n"})
    github.add_hook(repository, listener.url, events=("pull_request", "pull_request_review"))
    for method, parents in (("merge", 2), ("squash", 1), ("rebase", 1)):
        git(repository.folder, "branch", method, "main")
        github.commit(repository, {f"{method}.txt": "1\n"}, branch=method)
        github.commit(repository, {f"{method}.txt": "2\n"}, branch=method)
        pull = github.open_pull(repository, method, title=f"Try {method}")
        github.review(repository, pull, reviewer)
        sha = github.merge(repository, pull, method=method)
        assert len(git(repository.folder, "rev-list", "--parents", "-1", sha).split()) == 1 + parents
        said = ask(github, "GET", f"/repos/learner/billing/pulls/{pull.number}")
        assert (said["merged"], said["merge_commit_sha"], said["commits"]) == (True, sha, 2)
        (review,) = ask(github, "GET", f"/repos/learner/billing/pulls/{pull.number}/reviews")
        assert (review["user"]["login"], review["state"]) == ("reviewer", "APPROVED")
    assert len(ask(github, "GET", "/repos/learner/billing/pulls?state=all")) == 3
    github.wait_for_deliveries()
    assert listener.events() == ["ping", *["pull_request", "pull_request_review", "pull_request"] * 3]


def test_a_run_of_a_workflow_has_attempts(github, listener):
    repository = github.create_repository("learner/billing")
    sha = github.commit(repository, {".github/workflows/ci.yml": "on: push\n"})
    github.add_hook(repository, listener.url, events=("workflow_run", "check_suite"))
    run = github.start_run(repository, sha)
    github.finish_run(repository, run, "failure")
    github.rerun(repository, run)
    github.finish_run(repository, run, "success")
    at = "/repos/learner/billing/actions/runs"
    (said,) = ask(github, "GET", f"{at}?head_sha={sha}")["workflow_runs"]
    assert (said["run_attempt"], said["conclusion"], said["path"]) == (2, "success", run.path)
    assert ask(github, "GET", f"{at}/{run.id}/attempts/1")["conclusion"] == "failure"
    github.wait_for_deliveries()
    assert listener.events() == ["ping", *["workflow_run", "workflow_run", "check_suite"] * 2]


def test_a_request_that_github_would_not_understand_is_found(github):
    github.create_repository("learner/billing")
    body = json.dumps({"state": "passed"}).encode()
    wrong = Exchange(
        "POST", f"/api/v3/repos/learner/billing/statuses/{'1' * 40}", {}, body, "x", 422, {}, b""
    )
    with pytest.raises(OpenAPIError):
        check(wrong)


def test_somebody_tries_repositories_pull_requests_and_failures_on_its_pages(github, listener):
    def press(path: str, **fields: str) -> str:
        with urlopen(Request(github.url + path, urlencode(fields).encode())) as answer:
            return answer.read().decode()

    press("/new", name="learner/prices", private="on")
    (repository,) = github.repositories.values()
    assert repository.is_private
    press("/learner/prices/settings")  # made public
    github.commit(repository, {"README.md": "x"}, branch="main")
    git(repository.folder, "branch", "feature", "main")
    github.commit(repository, {"a.txt": "x"}, branch="feature")
    press("/learner/prices/pulls", head="feature", base="main", title="Change", body="")
    press("/learner/prices/pulls", pull="1", do="review")
    assert "merged. reviewer: approved" in press("/learner/prices/pulls", pull="1", do="squash")
    with pytest.raises(HTTPError, match="422"):
        press("/learner/prices/pulls", head="nothing", base="main", title="", body="")
    with pytest.raises(HTTPError, match="422"):
        press("/new", name="learner/prices")
    press("/learner/prices/settings", name="learner/invoices")
    assert (repository.full_name, repository.is_private) == ("learner/invoices", False)

    assert "down: True" in press("/switches", switch="down")
    with pytest.raises(HTTPError, match="502"):
        ask(github, "GET", "/repos/learner/invoices")
    press("/switches", switch="drop")
    assert "down: False" in press("/switches", switch="reset")
    assert github.deliverer.drops == 0
    press("/switches", switch="drop")
    hook = github.add_hook(repository, listener.url, "secret")
    github.wait_for_deliveries()
    assert (hook.deliveries[-1].status_code, listener.received) == (0, [])
