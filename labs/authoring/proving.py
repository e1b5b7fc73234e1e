"""Prove a posted lab before the transaction of its form, in which nobody else may write to an SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from labs.grader.proof import Proof
from labs.grader.spec import SpecError
from labs.grading import proofs
from labs.grading.apart import ApartError
from labs.models import Lab
from labs.specs import in_newest_schema, parse_spec

_kept: ContextVar[dict[str, Proof | ApartError] | None] = ContextVar("proofs", default=None)


@contextmanager
def _proved_first(request: HttpRequest) -> Iterator[None]:
    """Prove the lab of a posted form if it is to be published; `proof_of` returns the same proof inside."""
    found: dict[str, Proof | ApartError] = {}
    source = in_newest_schema(request.POST.get("source", "").replace("\r\n", "\n")).text
    if request.POST.get("status") in (Lab.Status.SCHEDULED, Lab.Status.PUBLISHED) and _is_unproved(source):
        try:
            found[source] = proofs.proof_apart(source)
        except ApartError as error:
            found[source] = error
    token = _kept.set(found)
    try:
        yield
    finally:
        _kept.reset(token)


def _is_unproved(source: str) -> bool:
    try:
        return proofs.must_be_proved_now(parse_spec(source))
    except SpecError:
        return False


def proof_of(source: str) -> Proof:
    """Return the proof of a valid lab.yaml. Raises ApartError."""
    found = (_kept.get() or {}).get(source)
    if isinstance(found, ApartError):
        raise found
    return found or proofs.proof_apart(source)


class ProvedFirst(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    # Any: as Django declares it
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _proved_first(request):
            return super().changeform_view(request, *args, **kwargs)
