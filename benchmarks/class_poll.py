"""Target 21: a poll of an open class page that changes nothing, compared with a look-up of the signed-in user."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.load import median_poll_ms
from benchmarks.site import Site
from lessons.models import Meeting
from tests.factories import make_enrollment


class ClassPoll(Benchmark):
    """2,000 open pages that poll every 10 seconds make 200 requests a second. Each round is a different learner."""

    target, work, unit = 21, "poll of an open class page, p50", "ms"
    goals = (Goal("ratio", at_most=2.5), Goal("SQL", at_most=3))

    def __init__(self, site: Site) -> None:
        self.site, (self.least, self.least_cookie) = site, site.limits
        self.cohort, session = site.learner.cohort, site.lesson.session
        meeting = Meeting.objects.filter(cohort=self.cohort, session=session).first()
        meeting = meeting or Meeting(cohort=self.cohort, session=session)
        meeting.starts_at, meeting.minutes = timezone.now() - timedelta(minutes=5), 180
        meeting.save()
        names = [self.cohort.course.slug, self.cohort.slug, session.slug]
        page = site.client.get(reverse("meeting", args=names)).content.decode()
        cursor = page.partition("poll/?v=")[2].partition('"')[0]
        self.path = f"{reverse('meeting_poll', args=names)}?v={cursor}"

    def limit(self) -> float:
        return median_poll_ms(f"{self.least}/poll/", self.least_cookie)

    def product(self) -> float:
        client = self.site.client_of(
            make_enrollment(cohort=self.cohort).user
        )  # one person may poll 60 times a minute
        return median_poll_ms(self.site.portal.url + self.path, self.site.cookie_of(client))

    def facts(self) -> dict[str, float]:
        with CaptureQueriesContext(connection) as captured:
            self.site.client.get(self.path)
        return {"SQL": len(captured)}
