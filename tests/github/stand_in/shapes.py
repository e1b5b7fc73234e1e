"""People, repositories, webhooks and Apps as GitHub shows them, with all fields that its description requires."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .records import App, Delivery, Hook, Installation, Person, Repository

Json = dict[str, Any]
REPOSITORY_LINKS = (
    *(
        "archive",
        "assignees",
        "blobs",
        "branches",
        "collaborators",
        "comments",
        "commits",
        "compare",
        "contents",
    ),
    *(
        "contributors",
        "deployments",
        "downloads",
        "events",
        "forks",
        "git_commits",
        "git_refs",
        "git_tags",
        "hooks",
    ),
    *("issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones"),
    *("notifications", "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags"),
    *("teams", "trees"),
)
ONLY_IN_REST = ("network_count", "subscribers_count", "parent")
PERSON_LINKS = (
    *("events", "followers", "following", "gists", "organizations", "received_events", "repos", "starred"),
    "subscriptions",
)


@dataclass(frozen=True)
class Shapes:
    """`web` and `api` are the base URLs of the stand-in."""

    web: str
    api: str

    def person(self, person: Person) -> Json:
        at = f"{self.api}/users/{person.login}"
        return {
            "login": person.login,
            "id": person.id,
            "node_id": f"U_{person.id}",
            "avatar_url": f"{self.web}/avatar/{person.id}",
            "gravatar_id": "",
            "url": at,
            "html_url": f"{self.web}/{person.login}",
            "type": person.kind,
            "site_admin": False,
            **{f"{name}_url": f"{at}/{name}" for name in PERSON_LINKS},
        }

    def public_person(self, person: Person) -> Json:
        empty = dict.fromkeys(("bio", "blog", "company", "hireable", "location", "twitter_username"))
        return {
            **self.person(person),
            **empty,
            "name": person.login.title(),
            "email": person.email or None,
            "followers": 0,
            "following": 0,
            "public_gists": 0,
            "public_repos": 0,
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        }

    def private_person(self, person: Person) -> Json:
        counts = (
            "collaborators",
            "disk_usage",
            "owned_private_repos",
            "private_gists",
            "total_private_repos",
        )
        return {
            **self.public_person(person),
            **dict.fromkeys(counts, 0),
            "two_factor_authentication": True,
            "user_view_type": "private",
        }

    def repository(self, repository: Repository, viewer: Person | None = None) -> Json:
        at = f"{self.api}/repos/{repository.full_name}"
        page = f"{self.web}/{repository.full_name}"
        permission = repository.permission_of(viewer)
        may = {
            "admin": permission == "admin",
            "maintain": permission == "admin",
            "push": permission in ("admin", "write"),
            "triage": permission in ("admin", "write"),
            "pull": bool(permission),
        }
        zeros = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count")
        zeros = (*zeros, "watchers", "watchers_count", "network_count", "subscribers_count")
        return {
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.is_private,
            "owner": self.person(repository.owner),
            "html_url": page,
            "description": None,
            "fork": repository.parent is not None,
            "url": at,
            **{f"{name}_url": f"{at}/{name}" for name in REPOSITORY_LINKS},
            "clone_url": f"{page}.git",
            "git_url": f"git:{page.partition(':')[2]}.git",
            "ssh_url": f"ssh://git@localhost/{repository.full_name}.git",
            "svn_url": page,
            "homepage": None,
            "language": None,
            "license": None,
            "mirror_url": None,
            "default_branch": "main",
            **dict.fromkeys(zeros, 0),
            **{f"has_{what}": True for what in ("issues", "projects", "wiki", "downloads")},
            "has_pages": False,
            "has_discussions": False,
            "archived": False,
            "disabled": False,
            "visibility": "private" if repository.is_private else "public",
            "pushed_at": repository.pushed_at,
            "created_at": repository.created_at,
            "updated_at": repository.pushed_at,
            **({"permissions": may} if viewer else {}),
            **({"parent": self.repository(repository.parent)} if repository.parent else {}),
        }

    def minimal_repository(self, repository: Repository) -> Json:
        """Return a repository as in a workflow run, in webhooks and in REST."""
        full, last = self.repository(repository), f"{REPOSITORY_LINKS[-1]}_url"
        names = list(full)
        return {name: full[name] for name in names[: names.index(last) + 1]}

    def sent_repository(self, repository: Repository, event: str = "") -> Json:
        """Return a repository as in a webhook: in a push, two of its times are numbers."""
        full = self.repository(repository)
        sent = {name: value for name, value in full.items() if name not in ONLY_IN_REST}
        if event == "push":
            times = ("created_at", "pushed_at")
            sent |= {name: int(datetime.fromisoformat(full[name]).timestamp()) for name in times}
        return sent

    def short_repository(self, repository: Repository) -> Json:
        full = self.repository(repository)
        return {name: full[name] for name in ("id", "node_id", "name", "full_name", "private")}

    def commit(self, repository: Repository, entry: Json) -> Json:
        """Return a commit as REST does; `entry` is from git.log."""
        at, sha = f"{self.api}/repos/{repository.full_name}", entry["id"]
        page = f"{self.web}/{repository.full_name}/commit/{sha}"
        return {
            "sha": sha,
            "node_id": f"C_{sha[:12]}",
            "url": f"{at}/commits/{sha}",
            "html_url": page,
            "comments_url": f"{at}/commits/{sha}/comments",
            "author": None,
            "committer": None,
            "parents": [
                {"sha": parent, "url": f"{at}/commits/{parent}", "html_url": page}
                for parent in entry["parents"]
            ],
            "commit": {
                "url": f"{at}/git/commits/{sha}",
                "author": entry["author"],
                "committer": entry["committer"],
                "message": entry["message"],
                "comment_count": 0,
                "tree": {"sha": entry["tree"], "url": f"{at}/git/trees/{entry['tree']}"},
            },
        }

    def pushed_commit(self, repository: Repository, entry: Json) -> Json:
        """Return a commit as a push event does."""
        people = {
            role: {"name": entry[role]["name"], "email": entry[role]["email"]}
            for role in ("author", "committer")
        }
        return {
            "id": entry["id"],
            "tree_id": entry["tree"],
            "distinct": True,
            "message": entry["message"],
            "timestamp": entry["committer"]["date"],
            "url": f"{self.web}/{repository.full_name}/commit/{entry['id']}",
            **people,
            **{name: entry[name] for name in ("added", "removed", "modified")},
        }

    def hook(self, repository: Repository, hook: Hook) -> Json:
        at = f"{self.api}/repos/{repository.full_name}/hooks/{hook.id}"
        last = hook.deliveries[-1] if hook.deliveries else None
        return {
            "type": "Repository",
            "id": hook.id,
            "name": "web",
            "active": hook.is_active,
            "events": hook.events,
            "config": {"content_type": "json", "insecure_ssl": "0", "url": hook.url, "secret": "********"},
            "updated_at": hook.created_at,
            "created_at": hook.created_at,
            "url": at,
            "test_url": f"{at}/test",
            "ping_url": f"{at}/pings",
            "deliveries_url": f"{at}/deliveries",
            "last_response": {
                "code": last.status_code if last else None,
                "status": ("active" if last.status_code else "timeout") if last else "unused",
                "message": last.status if last else None,
            },
        }

    def delivery(self, delivery: Delivery) -> Json:
        payload = delivery.payload
        return {
            "id": delivery.id,
            "guid": delivery.guid,
            "delivered_at": delivery.at,
            "redelivery": delivery.is_redelivery,
            "duration": round(delivery.seconds, 2),
            "status": delivery.status,
            "status_code": delivery.status_code,
            "event": delivery.event,
            "action": payload.get("action"),
            "installation_id": payload.get("installation", {}).get("id"),
            "repository_id": payload.get("repository", {}).get("id"),
            "throttled_at": None,
        }

    def full_delivery(self, delivery: Delivery) -> Json:
        request = {"headers": delivery.request_headers, "payload": delivery.payload}
        response = {"headers": {}, "payload": delivery.response}
        return {**self.delivery(delivery), "request": request, "response": response}

    def app(self, app: App) -> Json:
        return {
            "id": app.id,
            "slug": app.slug,
            "client_id": app.client_id,
            "node_id": f"A_{app.id}",
            "owner": self.person(app.owner),
            "name": app.name,
            "description": None,
            "external_url": app.callback_urls[0] if app.callback_urls else self.web,
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": app.created_at,
            "updated_at": app.created_at,
            "permissions": app.permissions,
            "events": app.hook.events,
        }

    def installation(self, installation: Installation) -> Json:
        app = installation.app
        return {
            "id": installation.id,
            "account": self.person(installation.account),
            "repository_selection": "all" if installation.repositories is None else "selected",
            "access_tokens_url": f"{self.api}/app/installations/{installation.id}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.web}/settings/installations/{installation.id}",
            "app_id": app.id,
            "app_slug": app.slug,
            "target_id": installation.account.id,
            "target_type": installation.account.kind,
            "permissions": app.permissions,
            "events": app.hook.events,
            "created_at": installation.created_at,
            "updated_at": installation.created_at,
            "single_file_name": None,
            "suspended_by": self.person(installation.account) if installation.is_suspended else None,
            "suspended_at": installation.created_at if installation.is_suspended else None,
        }
