"""Drafts of a language model for lessons of notes, shown beside the other suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lessons.models import ModelDraft, Notes
from lessons.notes import LessonDraft

BUTTONS = {ModelDraft.Kind.QUESTIONS: "Draft quiz questions", ModelDraft.Kind.SUMMARY: "Draft a summary"}
TITLES = {ModelDraft.Kind.QUESTIONS: "Ask in the quiz", ModelDraft.Kind.SUMMARY: "Use as the summary"}


@dataclass(frozen=True)
class Item:
    """`lines` of a question are without its key. `name` is that of `model_drafts.ITEM`."""

    name: str
    title: str
    lines: list[str]
    answer: bool | None


@dataclass
class DraftedByModel:
    """One kind of draft of a lesson: its button, and what came of it. `state` is "" before it was asked for."""

    kind: str
    button: str
    state: str = ""
    problem: str = ""
    items: list[Item] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class HasModelDrafts(Protocol):
    lesson: LessonDraft
    by_model: list[DraftedByModel]


def add_model_drafts(drafts: Sequence[HasModelDrafts], notes: Notes) -> None:
    """Give each draft its buttons, and what the model made, with one query."""
    keys = [draft.lesson.key for draft in drafts]
    rows = {(row.key, row.kind): row for row in notes.model_drafts.filter(key__in=keys).defer("text")}
    for draft in drafts:
        for kind, button in BUTTONS.items():
            row = rows.get((draft.lesson.key, kind.value))
            draft.by_model.append(_shown(row) if row else DraftedByModel(kind.value, button))


def _shown(row: ModelDraft) -> DraftedByModel:
    kind = ModelDraft.Kind(row.kind)
    items = [
        Item(f"drafted-{row.pk}-{number}", TITLES[kind], _lines(item["text"]), item["answer"])
        for number, item in enumerate(row.items)
    ]
    return DraftedByModel(row.kind, BUTTONS[kind], row.state, row.problem, items, row.dropped)


def _lines(text: str) -> list[str]:
    first, *rest = text.split("\n")
    return [first.rpartition(" {#")[0].removeprefix("## ") if first.startswith("## ") else first, *rest]
