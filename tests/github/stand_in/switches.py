"""Ways in which GitHub misbehaves, and its rate limits."""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from .requests import RefusedError, Request, Viewer

HOUR = 3600
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass
class Switches:
    """`slow_seconds` delays each answer, `is_down` makes each one 502; limits are per viewer.

    `secondary_until` and `primary_until` (in `time.time()`) refuse everything until then, as GitHub's two limits do.
    """

    slow_seconds: float = 0.0
    is_down: bool = False
    primary_until: float = 0.0
    secondary_until: float = 0.0
    requests_per_hour: int = 5000
    anonymous_per_hour: int = 60
    content_per_minute: int = 80
    content_per_hour: int = 500
    _requests: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _content: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def reset(self) -> None:
        """Behave well again."""
        self.__init__()  # type: ignore[misc]

    def limit_primary(self, seconds: float) -> None:
        self.primary_until = time.time() + seconds

    def limit_secondary(self, seconds: float) -> None:
        self.secondary_until = time.time() + seconds

    def count(self, request: Request) -> None:
        now = time.time()
        if now < self.secondary_until:
            raise RefusedError(403, SECONDARY, retry_after=str(int(self.secondary_until - now) + 1))
        recent = self._recent(self._requests, request.viewer, HOUR)
        if now < self.primary_until or len(recent) >= self._most(request.viewer):
            raise RefusedError(403, f"API rate limit exceeded for {request.viewer.name}.")
        recent.append(now)

    def count_content(self, viewer: Viewer) -> None:
        recent = self._recent(self._content, viewer, HOUR)
        in_minute = [at for at in recent if at > time.time() - 60]
        if len(in_minute) >= self.content_per_minute or len(recent) >= self.content_per_hour:
            raise RefusedError(403, SECONDARY, retry_after="60")
        recent.append(time.time())

    def set_forward(self, seconds: float) -> None:
        """Let everything counted so far be older by this."""
        for times in (*self._requests.values(), *self._content.values()):
            times[:] = [at - seconds for at in times]

    def headers(self, viewer: Viewer) -> dict[str, str]:
        used, most = len(self._recent(self._requests, viewer, HOUR)), self._most(viewer)
        limited = time.time() < self.primary_until
        reset = self.primary_until if limited else time.time() + HOUR
        return {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": "0" if limited else str(max(most - used, 0)),
            "X-RateLimit-Used": str(most if limited else used),
            "X-RateLimit-Reset": str(int(reset) + 1),
            "X-RateLimit-Resource": "core",
        }

    def _most(self, viewer: Viewer) -> int:
        return self.anonymous_per_hour if viewer.name == "anonymous" else self.requests_per_hour

    def _recent(self, times: dict[str, list[float]], viewer: Viewer, seconds: float) -> list[float]:
        own = times[viewer.name]
        own[:] = [at for at in own if at > time.time() - seconds]
        return own
