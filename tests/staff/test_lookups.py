"""Whatever the URL of a staff list contains, the response is a list or a plain refusal."""

import re

import pytest
from django import forms
from django.contrib.admin import site
from django.db import models
from django.test import Client
from django.urls import reverse

from tests.factories import make_user
from tests.web.world import make_world

ABSURD = ("", "x", "-1", "99999999999", "9" * 400, "1e999", "NaN", "\0", "2026-99-99", "[", "%ed%a0", "1,2,x")
OF_NUMBERS = ("exact", "in", "gt", "lte", "range", "isnull")
OF_TEXTS = ("exact", "icontains", "in", "startswith", "regex", "iregex", "isnull")
OF_DATES = ("exact", "year", "month", "day", "week", "hour", "date", "gte", "range", "isnull", "year__gt")
OTHERS = ("p", "o", "q", "all", "e", "_facets", "_to_field", "_popup", "nonsense", "drf__x")


def lookups_of(options) -> set[str]:
    """Each column of the list with each of its lookups, and the parameters of the list's filters."""
    found = set(OTHERS)
    for field in options.model._meta.concrete_fields:
        if isinstance(field, models.DateField):
            words = OF_DATES
        elif isinstance(field, models.CharField | models.TextField | models.JSONField):
            words = OF_TEXTS
        else:
            words = OF_NUMBERS
        found |= {f"{field.name}__{word}" for word in words}
    for entry in options.list_filter:
        name = entry if isinstance(entry, str) else getattr(entry, "parameter_name", "")
        found |= {name, f"{name}__exact", f"{name}__id__exact", f"{name}__isnull", f"{name}__year"}
    return found


@pytest.mark.heavy
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)  # an error in PostgreSQL would abort the test's transaction
def test_no_parameter_of_a_list_causes_a_server_error():
    """Values alternate, so that each kind of column gets each value."""
    make_world()
    client = Client(raise_request_exception=False)
    client.force_login(make_user("admin@example.org", is_staff=True, is_superuser=True))
    wrong = []
    for number, (model, options) in enumerate(site._registry.items()):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for place, lookup in enumerate(sorted(lookups_of(options))):
            for value in {ABSURD[(place + number) % len(ABSURD)], "99999999999"}:
                answer = client.get(reverse(f"{name}_changelist"), {lookup: value})
                if answer.status_code not in (200, 302, 400, 403, 404):
                    wrong.append((name, lookup, value, answer.status_code))
        for chosen in ("x", "9" * 30):
            data = {"action": "delete_selected", "_selected_action": chosen}
            answer = client.post(reverse(f"{name}_changelist"), data)
            if answer.status_code >= 500:
                wrong.append((name, data, answer.status_code))
    assert wrong == []


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_no_initial_value_of_a_new_form_causes_a_server_error():
    make_world()
    client = Client(raise_request_exception=False)
    client.force_login(make_user("admin@example.org", is_staff=True, is_superuser=True))
    absurd = (*ABSURD, "0001-01-01T00:00Z", "9999-12-31 23:59", "2027-01-09", "[]", '{"a": 1}', "9" * 25)
    wrong, met = [], set()
    for number, model in enumerate(site._registry):
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        page = client.get(address)
        form = page.context["adminform"].form if page.status_code == 200 else None
        for place, name in enumerate(form.fields if form else ()):
            met.add(f"{model._meta.model_name}.{name}")
            several = isinstance(form.fields[name], forms.MultiValueField)
            for value in absurd if several else absurd[(number + place) % 6 :: 6]:
                status = client.get(address, {name: value}).status_code
                if status not in (200, 400):
                    wrong.append((address, name, value, status))
    assert {"meeting.starts_at", "session.prepare", "coursestaff.email", "lab.source"} <= met
    assert wrong == []


@pytest.mark.django_db
def test_new_form_is_filled_in_from_its_url_if_its_fields_accept_the_values(admin_client):
    meeting, fields = make_world().here.cohort.meetings.get(), {"minutes": "x", "nonsense": "1"}
    given = {**fields, "starts_at": "2027-01-09 20:30", "cohort": meeting.cohort_id, "session": "9" * 25}
    answer = admin_client.get(reverse("admin:lessons_meeting_add"), given)
    form = answer.context["adminform"].form
    assert form["cohort"].value() == str(meeting.cohort_id)
    assert form["minutes"].value() == form.fields["minutes"].initial
    assert re.findall(r'name="starts_at_\d" value="([^"]+)', answer.content.decode()) == [
        "2027-01-09",
        "20:30",
    ]
    assert form["session"].value() is None


@pytest.mark.django_db
def test_invalid_year_is_refused_in_words(admin_client):
    answer = admin_client.get(reverse("admin:labs_submission_changelist"), {"queued_at__year": "99999999999"})
    assert answer.status_code in (200, 302, 400)
    answer = admin_client.get(reverse("admin:labs_submission_changelist"), {"head__regex": "(a+)+$"})
    assert answer.status_code == 400
    assert "<h1>We couldn’t read this request</h1>" in answer.content.decode()


@pytest.mark.django_db(transaction=True)  # an error in PostgreSQL would abort the test's transaction
def test_search_for_a_choice_causes_no_server_error():
    client = Client(raise_request_exception=False)
    client.force_login(make_user("admin@example.org", is_staff=True, is_superuser=True))
    choice = {"app_label": "lessons", "model_name": "enrollment", "field_name": "user"}
    for value in ABSURD:
        answer = client.get(reverse("admin:autocomplete"), {**choice, "term": value})
        assert answer.status_code in (200, 400), value
