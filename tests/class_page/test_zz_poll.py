import time
import pytest
from datetime import timedelta
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lessons.pages import meeting as pages
from lessons.meeting_queries import get_meeting
pytestmark = pytest.mark.django_db
def test_poll(group, monkeypatch):
    learner = group.join("A")
    meeting = group.meet(0.3)
    c = Client(); c.force_login(learner.user)
    monkeypatch.setattr("lessons.pages.views.meetings.MAX_POLLS", 10**6)
    found = get_meeting(learner.user, group.cohort.course.slug, group.cohort.slug, meeting.session.slug)
    cursor = pages.class_page(found, learner.user)["cursor"]
    address = f"/courses/{group.cohort.course.slug}/class/{group.cohort.slug}/{meeting.session.slug}/poll/?v={cursor}"
    for kind in ("/healthz", address):
        r = c.get(kind)
        with CaptureQueriesContext(connection) as cap: c.get(kind)
        t, w = time.process_time(), time.perf_counter()
        for _ in range(300): c.get(kind)
        print("POLL", kind[:10], r.status_code, len(cap), (time.process_time()-t)/300*1000, "ms cpu", (time.perf_counter()-w)/300*1000)
