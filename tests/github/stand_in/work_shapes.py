"""Statuses, checks, workflow runs, issues and pull requests as GitHub shows them."""

from dataclasses import dataclass
from typing import Any

from . import git
from .records import CheckRun, Comment, Issue, Pull, Repository, Review, Run, Status
from .shapes import Json, Shapes


@dataclass(frozen=True)
class WorkShapes(Shapes):
    def status(self, repository: Repository, status: Status) -> Json:
        return {
            "url": f"{self.api}/repos/{repository.full_name}/statuses/{status.sha}",
            "avatar_url": None,
            "id": status.id,
            "node_id": f"SC_{status.id}",
            "state": status.state,
            "description": status.description,
            "target_url": status.target_url,
            "context": status.context,
            "created_at": status.created_at,
            "updated_at": status.created_at,
            "creator": self.person(status.creator),
        }

    def check_run(self, repository: Repository, run: CheckRun) -> Json:
        at = f"{self.api}/repos/{repository.full_name}/check-runs/{run.id}"
        output = run.fields.get("output") or {}
        return {
            "id": run.id,
            "node_id": f"CR_{run.id}",
            "head_sha": run.sha,
            "name": run.name,
            "url": at,
            "html_url": f"{self.web}/{repository.full_name}/runs/{run.id}",
            "details_url": run.fields.get("details_url"),
            "external_id": run.fields.get("external_id", ""),
            "status": run.fields.get("status", "queued"),
            "conclusion": run.fields.get("conclusion"),
            "started_at": run.started_at,
            "completed_at": run.fields.get("completed_at"),
            "check_suite": {"id": run.app.id},
            "app": self.app(run.app),
            "pull_requests": [],
            "output": {
                "title": output.get("title"),
                "summary": output.get("summary"),
                "text": output.get("text"),
                "annotations_count": len(run.annotations),
                "annotations_url": f"{at}/annotations",
            },
        }

    def run(self, repository: Repository, run: Run, attempt: int | None = None) -> Json:
        at = f"{self.api}/repos/{repository.full_name}/actions/runs/{run.id}"
        attempt = attempt or len(run.attempts)
        is_newest = attempt == len(run.attempts)
        entry = git.log(run.head_repository.folder, run.sha, limit=1)[0]
        simple = self.pushed_commit(repository, entry)
        links = ("jobs", "logs", "cancel", "rerun", "artifacts")
        return {
            "id": run.id,
            "name": run.path.rpartition("/")[2].removesuffix(".yml"),
            "node_id": f"WFR_{run.id}",
            "check_suite_id": run.suite_id,
            "check_suite_node_id": f"CS_{run.suite_id}",
            "check_suite_url": f"{self.api}/repos/{repository.full_name}/check-suites/{run.suite_id}",
            "head_branch": run.branch,
            "head_sha": run.sha,
            "path": run.path,
            "display_title": entry["message"].splitlines()[0] if entry["message"] else "",
            "run_number": run.number,
            "run_attempt": attempt,
            "event": run.event,
            "status": run.status if is_newest else "completed",
            "conclusion": run.attempts[attempt - 1],
            "workflow_id": run.workflow_id,
            "workflow_url": f"{self.api}/repos/{repository.full_name}/actions/workflows/{run.workflow_id}",
            "url": at,
            "html_url": f"{self.web}/{repository.full_name}/actions/runs/{run.id}",
            **{f"{name}_url": f"{at}/{name}" for name in links},
            "pull_requests": [],
            "created_at": run.created_at,
            "updated_at": run.created_at,
            "run_started_at": run.created_at,
            "actor": self.person(run.actor),
            "triggering_actor": self.person(run.actor),
            "head_commit": {
                name: simple[name]
                for name in ("id", "tree_id", "message", "timestamp", "author", "committer")
            },
            "repository": self.minimal_repository(repository),
            "head_repository": self.minimal_repository(run.head_repository),
        }

    def workflow(self, repository: Repository, path: str) -> Json:
        number = repository.workflow_ids[path]
        at = f"{self.api}/repos/{repository.full_name}/actions/workflows/{number}"
        page = f"{self.web}/{repository.full_name}"
        return {
            "id": number,
            "node_id": f"W_{number}",
            "name": path.rpartition("/")[2].removesuffix(".yml"),
            "path": path,
            "state": "active",
            "url": at,
            "html_url": f"{page}/blob/main/{path}",
            "badge_url": f"{page}/workflows/{number}/badge.svg",
            "created_at": repository.created_at,
            "updated_at": repository.created_at,
        }

    def suite(self, repository: Repository, run: Run) -> Json:
        full = self.run(repository, run)
        same = ("head_branch", "head_sha", "status", "conclusion", "head_commit", "created_at", "updated_at")
        return {
            "id": run.suite_id,
            "node_id": f"CS_{run.suite_id}",
            **{name: full[name] for name in same},
            "url": full["check_suite_url"],
            "before": git.NONE,
            "after": run.sha,
            "pull_requests": [],
            "latest_check_runs_count": 1,
            "check_runs_url": f"{full['check_suite_url']}/check-runs",
        }

    def _issue_links(self, repository: Repository, issue: Issue) -> Json:
        at = f"{self.api}/repos/{repository.full_name}"
        return {
            "id": issue.id,
            "node_id": f"I_{issue.id}",
            "number": issue.number,
            "title": issue.title,
            "body": issue.body or None,
            "user": self.person(issue.person),
            "state": issue.state,
            "locked": False,
            "labels": [],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "created_at": issue.created_at,
            "updated_at": issue.closed_at or issue.created_at,
            "closed_at": issue.closed_at,
            "comments_url": f"{at}/issues/{issue.number}/comments",
            "author_association": self._association(repository, issue.person),
        }

    def _association(self, repository: Repository, person: Any) -> str:
        if person is repository.owner:
            return "OWNER"
        return "COLLABORATOR" if person.login in repository.collaborators else "NONE"

    def issue(self, repository: Repository, issue: Issue) -> Json:
        at = f"{self.api}/repos/{repository.full_name}"
        kind = "pull" if isinstance(issue, Pull) else "issues"
        own = f"{at}/issues/{issue.number}"
        return {
            **self._issue_links(repository, issue),
            "comments": len(issue.comments),
            "url": own,
            "events_url": f"{own}/events",
            "labels_url": f"{own}/labels",
            "html_url": f"{self.web}/{repository.full_name}/{kind}/{issue.number}",
            "repository_url": at,
            **(
                {
                    "pull_request": {
                        "url": f"{at}/pulls/{issue.number}",
                        **dict.fromkeys(("html_url", "diff_url", "patch_url")),
                    }
                }
                if kind == "pull"
                else {}
            ),
        }

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> Json:
        at = f"{self.api}/repos/{repository.full_name}"
        return {
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": f"{at}/issues/comments/{comment.id}",
            "html_url": f"{self.web}/{repository.full_name}/issues/{issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{at}/issues/{issue.number}",
            "user": self.person(comment.person),
            "body": comment.body,
            "created_at": comment.created_at,
            "updated_at": comment.created_at,
            "author_association": self._association(repository, comment.person),
        }

    def _end(self, repository: Repository, branch: str, sha: str) -> Json:
        return {
            "label": f"{repository.owner.login}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": self.person(repository.owner),
            "repo": self.sent_repository(repository),
        }

    def pull(self, repository: Repository, pull: Pull, *, is_full: bool = True) -> Json:
        at = f"{self.api}/repos/{repository.full_name}/pulls/{pull.number}"
        page = f"{self.web}/{repository.full_name}/pull/{pull.number}"
        issue = f"{self.api}/repos/{repository.full_name}/issues/{pull.number}"
        ends = (("self", at), ("html", page), ("issue", issue), ("comments", f"{issue}/comments"))
        more = ("review_comments", "commits", "statuses")
        simple = {
            **self._issue_links(repository, pull),
            "url": at,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": issue,
            "commits_url": f"{at}/commits",
            "review_comments_url": f"{at}/comments",
            "review_comment_url": f"{at}/comments{{/number}}",
            "statuses_url": f"{self.api}/repos/{repository.full_name}/statuses/{pull.head_sha}",
            "head": self._end(pull.head_repository or repository, pull.head, pull.head_sha),
            "base": self._end(repository, pull.base, pull.base_sha),
            "merged_at": pull.merged_at,
            "merge_commit_sha": pull.merge_sha,
            "auto_merge": None,
            "draft": False,
            "requested_reviewers": [],
            "requested_teams": [],
            "_links": {
                **{name: {"href": url} for name, url in ends},
                **{name: {"href": f"{at}/{name}"} for name in more},
                "review_comment": {"href": f"{at}/comments{{/number}}"},
            },
        }
        return {**simple, **self._merge_facts(repository, pull)} if is_full else simple

    def _merge_facts(self, repository: Repository, pull: Pull) -> Json:
        base = pull.base_sha or pull.base
        head = pull.head_repository or repository
        commits = (
            git.log(head.folder, pull.head_sha, f"^{base}")
            if head is repository
            else git.log(head.folder, pull.head_sha)
        )
        return {
            "merged": pull.merged_at is not None,
            "merged_by": self.person(pull.merged_by) if pull.merged_by else None,
            "mergeable": None if pull.state == "closed" else True,
            "mergeable_state": "unknown" if pull.state == "closed" else "clean",
            "maintainer_can_modify": False,
            "comments": len(pull.comments),
            "review_comments": 0,
            "commits": len(commits),
            "additions": 0,
            "deletions": 0,
            "changed_files": len(
                {name for entry in commits for name in (*entry["added"], *entry["modified"])}
            ),
        }

    def review(self, repository: Repository, pull: Pull, review: Review) -> Json:
        at = f"{self.api}/repos/{repository.full_name}/pulls/{pull.number}"
        page = f"{self.web}/{repository.full_name}/pull/{pull.number}#pullrequestreview-{review.id}"
        return {
            "id": review.id,
            "node_id": f"PRR_{review.id}",
            "user": self.person(review.person),
            "body": review.body,
            "state": review.state,
            "commit_id": review.sha,
            "submitted_at": review.created_at,
            "html_url": page,
            "pull_request_url": at,
            "author_association": self._association(repository, review.person),
            "_links": {"html": {"href": page}, "pull_request": {"href": at}},
        }
