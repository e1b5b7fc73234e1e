"""Index the titles and briefs of labs for search."""

from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from labs.models import Lab
from labs.queries import open_labs
from lessons.queries import lab_homes
from lessons.rendering import Section, TooComplexError, render
from lessons.search import index
from lessons.search.kinds import Described, Kind


def index_lab(lab: Lab) -> None:
    index.write("lab", lab.pk, lab.title, _sections(lab))


def _sections(lab: Lab) -> list[Section]:
    try:
        return render(lab.brief, link=lambda *_: None).sections
    except TooComplexError:  # of a draft; its page is empty as well
        return [Section("", "", "")]


def _describe(keys: Collection[int]) -> dict[int, Described]:
    now = timezone.now()
    # Any: annotated
    rows: list[Any] = list(
        Lab.objects.filter(pk__in=keys).select_related("course").annotate(proved=F("current__proved"))
    )
    homes = lab_homes({lab.course_id for lab in rows})
    return {
        lab.pk: Described(
            lab.title,
            reverse("lab", args=[lab.course.slug, lab.slug]),
            lab.course.title,
            homes.get((lab.course_id, lab.slug), ""),
            state=lab.waiting_word(now) or ("" if lab.proved else "Draft"),
        )
        for lab in rows
    }


LABS = Kind("lab", "Labs", Lab, open_labs, _describe, index=index_lab)
