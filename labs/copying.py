"""The labs of a course that is copied: with the proof of a version, because it depends on its text alone."""

from django.db.models import Max, Q

from labs.models import Lab, LabDeadline, LabVersion
from lessons.clones import clone
from lessons.cohort_dates import Dates, Keys, SameKeys
from lessons.copying import Copy, map_keys, write_with_history
from lessons.search import index

_NOT_CLAIMED = {"proving_until": None, "proving_tries": 0, "proving_fault": "", "proving_told": False}


def copy_labs(copy: Copy) -> None:
    rows = list(Lab.objects.filter(course=copy.old).order_by("pk"))
    made = [
        clone(
            row,
            course_id=copy.new.pk,
            brief=copy.text(row.brief),
            brief_html=copy.html(row.brief_html),
            current_id=None,
            loaded_digest="",
            **copy.released(row),
        )
        for row in rows
    ]
    keys = copy.keys["lab"] = map_keys(rows, write_with_history(made, copy.by))
    versions = _versions(rows)
    copies = [clone(version, lab_id=keys[version.lab_id], **_NOT_CLAIMED) for version in versions]
    by_version = map_keys(versions, LabVersion.objects.bulk_create(copies))
    for row, lab in zip(rows, made, strict=True):
        lab.current_id = by_version[row.current_id] if row.current_id else None
    Lab.objects.bulk_update(made, ["current"])
    _copy_deadlines(copy)
    index.copy("lab", keys, {row.pk: row.title for row in rows})


def _copy_deadlines(copy: Copy) -> None:
    like, days = copy.term.like, copy.days
    if copy.cohort is not None and like is not None and days is not None:
        copy_deadlines(Dates(like, copy.cohort, days), copy.keys["lab"])


def copy_own_deadlines(dates: Dates) -> None:
    """Copy the deadlines of labs to another cohort of the same course."""
    copy_deadlines(dates, SameKeys())


def copy_deadlines(dates: Dates, labs: Keys) -> None:
    rows = dates.like.lab_deadlines.filter(lab__deletion=None).order_by("pk")
    LabDeadline.objects.bulk_create(
        clone(
            row,
            **dates.keys,
            lab_id=labs[row.lab_id],
            closes_at=dates.at(row.closes_at),
            last_at=dates.at(row.last_at),
        )
        for row in rows
    )


def _versions(labs: list[Lab]) -> list[LabVersion]:
    # the version that learners have, and the newest, which may wait for its proof
    newest = LabVersion.objects.filter(lab__in=labs).values("lab").annotate(newest=Max("pk")).values("newest")
    wanted = Q(pk__in=[lab.current_id for lab in labs]) | Q(pk__in=newest)
    return list(LabVersion.objects.filter(wanted).order_by("pk"))
