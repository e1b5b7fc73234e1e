"""The work of people and workflows on GitHub: issues, pull requests, reviews, and runs of workflows."""

from typing import Any

from . import git
from .records import Comment, Issue, Person, Pull, Repository, Review, Run, next_id, now
from .world import World


class Work(World):
    def open_issue(
        self, repository: Repository, title: str, body: str = "", by: Person | None = None
    ) -> Issue:
        issue = Issue(len(repository.issues) + 1, title, body, by or repository.owner)
        repository.issues.append(issue)
        return issue

    def comment(self, issue: Issue, body: str, by: Person) -> Comment:
        comment = Comment(by, body)
        issue.comments.append(comment)
        return comment

    def open_pull(
        self,
        repository: Repository,
        head: str,
        base: str = "main",
        *,
        title: str = "Change",
        body: str = "",
        by: Person | None = None,
        head_repository: Repository | None = None,
    ) -> Pull:
        """Open a pull request from branch `head`, of a fork if `head_repository` is given."""
        source = head_repository or repository
        ends = [
            git.commit_of(source.folder, f"refs/heads/{head}"),
            git.commit_of(repository.folder, f"refs/heads/{base}"),
        ]
        if None in ends:
            raise ValueError(f"no branch {head} or {base}")
        pull = Pull(
            len(repository.issues) + 1,
            title,
            body,
            by or source.owner,
            head=head,
            base=base,
            head_sha=str(ends[0]),
            base_sha=str(ends[1]),
            head_repository=source,
        )
        repository.issues.append(pull)
        self._tell_pull(repository, pull, "opened", pull.person)
        return pull

    def review(
        self, repository: Repository, pull: Pull, by: Person, state: str = "APPROVED", body: str = ""
    ) -> Review:
        """Review a pull request; `state` is APPROVED, CHANGES_REQUESTED or COMMENTED."""
        review = Review(by, body, state=state, sha=pull.head_sha)
        pull.reviews.append(review)
        payload = {
            "action": "submitted",
            "review": {
                **self.shapes.review(repository, pull, review),
                "state": state.lower(),
                "body": body or None,
            },
            "pull_request": self.shapes.pull(repository, pull, is_full=False),
        }
        self.emit("pull_request_review", payload, repository, by)
        return review

    def merge(
        self, repository: Repository, pull: Pull, by: Person | None = None, method: str = "merge"
    ) -> str:
        """Merge a pull request by `merge`, `squash` or `rebase`; the ID of the new commit of the base branch."""
        person, source = by or repository.owner, pull.head_repository or repository
        message = f"Merge pull request #{pull.number} from {source.owner.login}/{pull.head}\n\n{pull.title}"
        if method == "squash":
            message = f"{pull.title} (#{pull.number})"
        own = git.author(person.login, person.email)
        with repository.lock:
            before = git.refs_of(repository.folder)
            pull.base_sha = before[f"refs/heads/{pull.base}"]
            sha = git.merge(repository.folder, pull.base, source.folder, pull.head, method, message, own)
        pull.state, pull.merged_at, pull.closed_at = "closed", now(), now()
        pull.merged_by, pull.merge_sha = person, sha
        self.announce(repository, before, person)
        self._tell_pull(repository, pull, "closed", person)
        return sha

    def close_pull(self, repository: Repository, pull: Pull, by: Person | None = None) -> None:
        pull.state, pull.closed_at = "closed", now()
        self._tell_pull(repository, pull, "closed", by or pull.person)

    def _tell_pull(self, repository: Repository, pull: Pull, action: str, sender: Person) -> None:
        payload = {
            "action": action,
            "number": pull.number,
            "pull_request": self.shapes.pull(repository, pull),
        }
        self.emit("pull_request", payload, repository, sender)

    # --- workflows ---

    def start_run(
        self,
        repository: Repository,
        sha: str,
        *,
        path: str = ".github/workflows/ci.yml",
        branch: str = "main",
        event: str = "push",
        by: Person | None = None,
        head_repository: Repository | None = None,
    ) -> Run:
        """Start a run of a workflow for a commit, of a fork if `head_repository` is given."""
        workflow = repository.workflow_ids.setdefault(path, next_id())
        number = len([run for run in repository.runs if run.path == path]) + 1
        source = head_repository or repository
        run = Run(path, sha, branch, event, by or source.owner, source, number, workflow, "in_progress")
        repository.runs.append(run)
        self._tell_run(repository, run, "requested")
        return run

    def finish_run(self, repository: Repository, run: Run, conclusion: str = "success") -> None:
        """Complete the newest attempt: success, failure, cancelled, timed_out, skipped …"""
        run.status, run.attempts[-1] = "completed", conclusion
        self._tell_run(repository, run, "completed")
        suite = {"action": "completed", "check_suite": self.shapes.suite(repository, run)}
        self.emit("check_suite", suite, repository, run.actor)

    def rerun(self, repository: Repository, run: Run) -> None:
        """Start another attempt of a run."""
        run.status = "in_progress"
        run.attempts.append(None)
        self._tell_run(repository, run, "requested")

    def run_payload(
        self, repository: Repository, run: Run, action: str, attempt: int | None = None
    ) -> dict[str, Any]:
        """Return a `workflow_run` event; of an older attempt if `attempt` is given."""
        return {
            "action": action,
            "workflow_run": self.shapes.run(repository, run, attempt),
            "workflow": self.shapes.workflow(repository, run.path),
        }

    def _tell_run(self, repository: Repository, run: Run, action: str) -> None:
        self.emit("workflow_run", self.run_payload(repository, run, action), repository, run.actor)
