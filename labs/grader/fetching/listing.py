"""Branches and tags as a server lists them."""

import re
from dataclasses import dataclass

from .address import Address
from .bounded_process import FetchLimits
from .refusals import no_branch_refusal, refusal_of

HEADS = "refs/heads/"
_REF = re.compile(
    r"(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)|[/.]$))refs/(?:heads|tags)/[^\x00-\x20\x7f~^:?*\[\\]+"
)
# as `git ls-remote` and the helper print them
_LINE = re.compile(r"([0-9a-f]{40})[\t ](.+)")
_SHA256_LINE = re.compile(r"[0-9a-f]{64}[\t ].+")
_HEAD_LINE = re.compile(r"(?:ref: |@)refs/heads/(.+)[\t ]HEAD")


@dataclass(frozen=True)
class Listing:
    """Branches and tags as a server lists them, at least one branch; `head` is its default branch."""

    refs: dict[str, str]
    head: str

    @property
    def branches(self) -> list[str]:
        return [name.removeprefix(HEADS) for name in self.refs if name.startswith(HEADS)]

    def meant_by(self, address: Address) -> str:
        """Return the branch of the address, even if a folder's path follows it; else the default branch."""
        if address.branch is None:
            return self.head
        parts = address.branch.split("/")
        names = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
        branch = next((name for name in names if HEADS + name in self.refs), None)
        if branch is None:
            raise no_branch_refusal(address, self.branches)
        return branch

    def first(self, branch: str, limit: int) -> dict[str, str]:
        """Return at most `limit` refs, always including the branch that is graded."""
        meant = HEADS + branch
        names = [meant, *(name for name in self.refs if name != meant)]
        return {name: self.refs[name] for name in names[:limit]}

    def left_out(self, refs: dict[str, str]) -> list[str]:
        if len(refs) == len(self.refs):
            return []
        return [f"Only the first {len(refs):,} of {len(self.refs):,} branches and tags were read."]


def read_listing(listed: bytes, address: Address, limits: FetchLimits) -> Listing:
    """Return the refs that `git ls-remote` or the helper printed. Raises FetchRefusedError if there is no branch."""
    lines = listed.decode("utf-8", "replace").split("\n")
    heads = [found[1] for line in lines if (found := _HEAD_LINE.fullmatch(line))]
    pairs = [found.groups() for line in lines if (found := _LINE.fullmatch(line))]
    refs = {
        name: object_id for object_id, name in sorted(pairs, key=lambda pair: pair[1]) if _REF.fullmatch(name)
    }
    default = next((name for name in (*heads, "main", "master") if HEADS + name in refs), None)
    head = default or next((name.removeprefix(HEADS) for name in refs if name.startswith(HEADS)), None)
    if head is None:
        sha256 = any(map(_SHA256_LINE.fullmatch, lines))
        raise refusal_of("sha256" if sha256 else "only_tags" if refs else "empty", address, limits)
    return Listing(refs, head)
