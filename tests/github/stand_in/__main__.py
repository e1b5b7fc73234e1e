"""`make github`: the stand-in on this machine, with an App for the portal of `make run`."""

import errno
import os
import shlex
import signal
import sys
import tempfile
import threading
from pathlib import Path

from .server import GitHub, start

PORT = int(os.environ.get("GITHUB_PORT", "9000"))
PORTAL_PORT = os.environ.get("PORT") or "8000"
PORTAL = os.environ.get("PUBLIC_URL", f"http://localhost:{PORTAL_PORT}")
EVENTS = ("push", "workflow_run", "check_suite", "pull_request", "pull_request_review")
PERMISSIONS = {
    "contents": "read",
    "actions": "read",
    "pull_requests": "read",
    "issues": "read",
    "statuses": "write",
    "checks": "write",
}
SECRET = "stand-in"


def settings_of(github: GitHub) -> dict[str, str]:
    """Create the App, and return the portal's settings for it."""
    app = github.create_app(
        "Portal",
        hook_url=f"{PORTAL}/github/app/",
        secret=SECRET,
        events=EVENTS,
        permissions=PERMISSIONS,
        callback_urls=(f"{PORTAL}/accounts/github/login/callback/",),
        setup_url=f"{PORTAL}/github/installed/",
    )
    return {
        "GITHUB_WEB_URL": github.url,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_APP_ID": str(app.id),
        "GITHUB_APP_SLUG": app.slug,
        "GITHUB_APP_PRIVATE_KEY": str(github.folder / f"{app.slug}.pem"),
        "GITHUB_APP_WEBHOOK_SECRET": SECRET,
        "GITHUB_CLIENT_ID": app.client_id,
        "GITHUB_CLIENT_SECRET": app.client_secret,
        "GITHUB_LOOK_SECONDS": "30",  # a lost push is found while somebody watches
        "REPOSITORY_HOSTS": github.host,
        "TEST_GIT_SERVER": f"127.0.0.1,{github.certificate}",
    }


def main() -> None:
    # make sends it once more, which must not interrupt the end
    stopped = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory(prefix="github-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the uid that fetches reads the certificate
        with start(folder, PORT) as github:
            learner = github.person("learner")
            repository = github.create_repository("learner/first-repository")
            github.person("reviewer")
            values = settings_of(github)
            lines = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in values.items())
            environment = folder / "environment"
            environment.write_text(lines)
            print(
                f"A stand-in for GitHub is at {github.url}. Press Ctrl-C to stop it; it forgets everything.\n"
            )
            run = "make run" if PORTAL_PORT == "8000" else f"make run PORT={PORTAL_PORT}"
            print(f"Start the portal in another terminal:\n\n    . {environment} && {run}\n")
            print(f"Push to it:\n\n    git remote add origin {github.address(repository, learner.token)}")
            print("    git push -u origin main\n", flush=True)
            stopped.wait()
    print("Stopped.")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {PORT} is in use. Try another one: GITHUB_PORT={PORT + 1} make github")
