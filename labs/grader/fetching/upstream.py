"""Run git against an untrusted server, to list refs and fetch objects.

Reads no machine configuration, connects to one checked address over https, follows no redirects, runs no helpers or
hooks, rejects objects that fail git's checks, and does not fetch files over 1 MB.
"""

import base64
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..git.objects import ObjectReader
from ..git.processes import ENVIRONMENT, RepositoryError
from ..words import cut, visible
from . import bounded_process
from .address import Address
from .bounded_process import Ended, FetchLimits, Reply
from .listing import Listing, read_listing
from .mirrors import Mirror
from .network import Network
from .refusals import FetchError, FetchRefusedError, failure_of, refusal_of

FILTER = "blob:limit=1m"
# fsck messages about dates, names and modes: old tools wrote such values, and nothing here depends on them
DATA = (
    *("badDate", "badDateOverflow", "badTimezone", "missingSpaceBeforeDate", "zeroPaddedDate"),
    *("badEmail", "badName", "missingEmail", "missingNameBeforeEmail", "missingSpaceBeforeEmail"),
    *("badFilemode", "zeroPaddedFilemode", "nulInCommit"),
)
_ENVIRONMENT = ENVIRONMENT | {
    "GIT_ALLOW_PROTOCOL": "https",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_ASKPASS": "/bin/false",
    "SSH_ASKPASS": "/bin/false",
    "GIT_SSH_COMMAND": "/bin/false",
    "GIT_PROXY_COMMAND": "/bin/false",
    "GIT_LFS_SKIP_SMUDGE": "1",
}
_SETTINGS = (
    "protocol.allow=never",
    "protocol.https.allow=always",
    "protocol.version=2",
    "http.followRedirects=false",
    "http.sslVerify=true",
    "http.cookieFile=",
    "http.extraHeader=",
    "http.userAgent=git/labcheck",
    "credential.helper=",
    "core.askPass=",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.bigFileThreshold=2m",
    "core.packedGitWindowSize=16m",
    "core.packedGitLimit=64m",
    "core.deltaBaseCacheLimit=32m",
    "pack.threads=1",
    "transfer.fsckObjects=true",
    "fetch.fsckObjects=true",
    "transfer.unpackLimit=1",
    "fetch.unpackLimit=1",
    "transfer.credentialsInUrl=die",
    "transfer.bundleURI=false",
    "fetch.uriProtocols=",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "submodule.recurse=false",
    "advice.graftFileDeprecated=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "safe.bareRepository=explicit",
)
# in version 0 the server answers the first request with the list of refs
_HELPER = ("-c", "protocol.version=0", "--git-dir=.", "remote-https", "origin")
_LIST = ["--git-dir=/nonexistent", "ls-remote", "--symref", "--end-of-options", "origin"]
_OPENING = (
    f"option verbosity 0\noption progress false\noption from-promisor true\noption filter {FILTER}\nlist\n"
)


@dataclass(frozen=True)
class FetchResult:
    """The fetched `refs`, a part of those listed that always includes `branch`."""

    listing: Listing
    branch: str
    refs: dict[str, str]


class Server:
    """A repository on its server, with one deadline for all requests."""

    def __init__(self, address: Address, limits: FetchLimits, network: Network) -> None:
        self.address, self._limits = address, limits
        self._deadline = time.monotonic() + limits.seconds
        settings = [
            *_SETTINGS,
            f"remote.origin.url={address.url}",
            f"http.curloptResolve={network.pin(address.host)}",
            f"http.lowSpeedLimit={limits.low_speed}",
            f"http.lowSpeedTime={limits.low_speed_seconds}",
            *([f"http.sslCAInfo={network.ca_file}"] if network.ca_file else []),
        ]
        self._git = [shutil.which("git") or "git", *(part for each in settings for part in ("-c", each))]
        self._environment = _ENVIRONMENT | _authorization(address, network.token)
        self.uid = limits.uid if bounded_process.drops_to_uid() else None

    def listing(self) -> Listing:
        try:
            return read_listing(self._run(_LIST, Path("/")).output, self.address, self._limits)
        except FetchRefusedError as refusal:
            raise self._before_fetching(refusal) from refusal

    def fetch_refs(self, folder: Path, limit: int) -> FetchResult:
        """Fetch at most `limit` branches and tags into a bare repository.

        A filtered fetch cannot be told to accept odd dates. If git rejects only those, fetch again without its checks
        and run them afterwards.
        """
        try:
            return self._fetch_refs(folder, limit)
        except FetchRefusedError as refusal:
            if refusal.fsck_id not in DATA:
                raise
        for rest in folder.glob("objects/pack/tmp_*"):
            rest.unlink()
        result = self._fetch_refs(
            folder, limit, "-c", "transfer.fsckObjects=false", "-c", "fetch.fsckObjects=false"
        )
        self._check_objects(folder)
        return result

    def _check_objects(self, folder: Path) -> None:
        settings = (
            "core.commitGraph=false",
            "core.multiPackIndex=false",
            *(f"fsck.{name}=ignore" for name in DATA),
        )
        ignored = (part for setting in settings for part in ("-c", setting))
        options = ("--strict", "--no-dangling", "--no-reflogs", "--no-progress")
        absent_objects = 2  # a bit in the exit status of `git fsck`; large files are missing on purpose
        self._run(
            [*ignored, "--git-dir=.", "fsck", *options], folder, ends=(0, absent_objects), watched=folder
        )

    def _fetch_refs(self, folder: Path, limit: int, *options: str) -> FetchResult:
        # Talking to git's own remote helper (gitremote-helpers) lets us choose refs between list and fetch on one
        # connection.
        results: list[FetchResult] = []

        def choose(said: bytes) -> bytes | None:
            if not said.endswith(b"\n\n"):
                return None
            listing = read_listing(said, self.address, self._limits)
            branch = listing.meant_by(self.address)
            results.append(FetchResult(listing, branch, listing.first(branch, limit)))
            wanted = (f"fetch {object_id} {name}\n" for name, object_id in results[0].refs.items())
            return "".join([*wanted, "\n\n"]).encode()

        try:
            arguments = [*options, *_HELPER, self.address.url]
            self._run(arguments, folder, _OPENING, reply=choose, watched=folder)
        except FetchRefusedError as refusal:
            if not results:
                raise self._before_fetching(refusal) from refusal
            raise
        if not results:
            raise FetchError(f"git listed no refs for {self.address}")
        for lock in folder.glob("objects/pack/*.keep"):
            lock.unlink()
        return results[0]

    def _before_fetching(self, refusal: FetchRefusedError) -> FetchRefusedError:
        if refusal.code == "too_big" and refusal.limit != "disk":
            refusal = refusal_of("too_many_refs", self.address, self._limits)
        elif refusal.code == "empty" and not self._speaks_git():
            refusal = refusal_of("no_git", self.address, self._limits)
        refusal.before_transfer = True
        return refusal

    def _speaks_git(self) -> bool:
        # git accepts lines without refs from a plain file server, so an empty list may be a web page
        with suppress(FetchRefusedError, FetchError):
            return "packet:" in self._run(_LIST, Path("/"), trace=True).messages
        return True

    def subject(self, commit: str) -> str | None:
        """Fetch one commit and return the first line of its message, None if it cannot be fetched in time."""
        with (
            tempfile.TemporaryDirectory(prefix="labcheck-") as name,
            suppress(FetchRefusedError, FetchError, RepositoryError),
        ):
            folder = Path(name)
            with Mirror(folder).filling(self.uid):
                if self.uid is not None:
                    os.chown(folder, self.uid, self.uid)  # git records there that the history is shallow
                self._fetch(folder, [commit], "tree:0", "--depth=1")
                return _subject(folder, commit)
        return None

    def _fetch(self, folder: Path, object_ids: list[str], what: str, *options: str) -> None:
        quiet = ("--quiet", "--no-progress", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance")
        # a setting, since git would store the option in the repository and use it to fetch missing objects
        arguments = [
            *("-c", f"remote.origin.partialclonefilter={what}", "--git-dir=.", "fetch", *quiet, *options),
            *("--no-write-fetch-head", "--stdin", "--end-of-options", "origin"),
        ]
        self._run(arguments, folder, "".join(f"{object_id}\n" for object_id in object_ids), watched=folder)

    def _run(
        self,
        arguments: list[str],
        cwd: Path,
        stdin: str = "",
        *,
        reply: Reply | None = None,
        watched: Path | None = None,
        trace: bool = False,
        ends: tuple[int, ...] = (0,),
    ) -> Ended:
        try:
            ended = bounded_process.run(
                [*self._git, *arguments],
                cwd=cwd,
                environment=self._environment | ({"GIT_TRACE_PACKET": "2"} if trace else {}),
                limits=self._limits,
                deadline=self._deadline,
                stdin=stdin.encode("ascii"),
                reply=reply,
                watched=watched,
            )
        except OSError as error:
            raise FetchError(f"could not start git: {error}") from error
        if ended.status not in ends or ended.limit:
            reason = failure_of(ended, self.address, self._limits)
            reason.limit = ended.limit
            raise reason
        return ended


def _authorization(address: Address, token: str) -> dict[str, str]:
    # Not an argument, which every process on the machine can read, and not in a file. For this URL only, which is more
    # specific than the setting above that removes headers.
    if not token:
        return {}
    credentials = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{address.url}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
    }


def _subject(folder: Path, commit: str) -> str:
    reader = ObjectReader(folder)
    try:
        data = reader.read(commit, 1 << 20).data or b""
    finally:
        reader.close()
    message = data.partition(b"\n\n")[2].decode("utf-8", "replace").strip()
    return cut(visible(message.split("\n", 1)[0]), 200)
