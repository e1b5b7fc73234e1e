"""`python -m labs.grader.runner SOCKET ENVIRONMENTS`: run confined commands for clients of its Unix socket.

The only program of a container that has no network and no secret. Each request is a process of its own, so that a bad
one harms no other, and its command ends with it.
"""

import logging
import select
import signal
import socketserver
import sys
from pathlib import Path
from socket import socket

from .sandbox import SandboxError, wire
from .sandbox.environments import Environments
from .sandbox.local import LocalSandbox
from .sandbox.process import HungUpError
from .sandbox.slots import SLOTS

REQUEST_SECONDS = 10.0
# not fewer: hidden tests hold one slot while they wait for another, for the learner's code
MAX_AT_ONCE = SLOTS
_log = logging.getLogger(__name__)


class Runner(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """Wait for requests; `sandbox` is tested before the first."""

    max_children = MAX_AT_ONCE
    request_queue_size = 64

    def __init__(self, path: Path, sandbox: LocalSandbox) -> None:
        self.sandbox = sandbox
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Handler)
        path.chmod(0o660)


class _Handler(socketserver.BaseRequestHandler):
    server: Runner
    request: socket

    def handle(self) -> None:
        self.request.settimeout(REQUEST_SECONDS)
        signal.alarm(int(2 * REQUEST_SECONDS))  # ends this process if its request arrives a byte at a time
        try:
            request = wire.receive_request(self.request)
            signal.alarm(0)
            self._answer(request)
        except (wire.BadRequestError, SandboxError) as error:
            wire.send(self.request, {"error": str(error)})
        except (HungUpError, OSError) as error:  # the client is gone
            _log.info("dropped a request: %s", error)

    def _answer(self, request: wire.Request) -> None:
        sandbox = self.server.sandbox
        if request.job is None:
            wire.send(self.request, {"unavailable": sandbox.unavailable()})
        elif request.channel is None:
            wire.send(self.request, wire.result_to_json(sandbox.run_for(request.job, self.request)))
        else:
            with sandbox.talking(request.job, request.channel):
                select.select([self.request], [], [], request.job.seconds)


def main(path: str, environments: str) -> int:
    # serves until told to end
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    sandbox = LocalSandbox(Environments(Path(environments)))
    why = sandbox.unavailable()
    _log.log(logging.ERROR if why else logging.INFO, "%s", f"cannot sandbox code: {why}" if why else "ready")
    with Runner(Path(path), sandbox) as runner:
        runner.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
