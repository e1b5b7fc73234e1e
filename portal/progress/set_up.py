"""Steps of a learner before the course starts, computed from facts in the portal."""

from collections.abc import Iterator
from html import unescape

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.html import strip_tags

from labs.github.events import events_of
from labs.models import AccessToken, Lab, Receipt
from lessons.models import Enrollment, Session, Tick
from portal.accounts.github import github_account, has_github_sign_in
from portal.progress.items import Item, checklist_item
from portal.progress.models import CalendarFeed
from portal.progress.standing import Standing, Step

MAX_LABS = 100  # whose checks are read


def read_checklist(session: Session, enrollment: Enrollment) -> Item | None:
    """Return the list to prepare for a session, None if it has none. One query if it has one."""
    if not session.prepare_html:
        return None
    own = Tick.objects.filter(enrollment=enrollment, session=session)
    ticked = set(own.values_list("key", flat=True))
    words = {each["key"]: unescape(strip_tags(each["html"])).strip() for each in session.prepare_html}
    left = [text for key, text in words.items() if key not in ticked]
    address = f"{reverse('course', args=[enrollment.course.slug])}#prepare-{session.slug}"
    return checklist_item(session.title, address, len(words) - len(left), left)


def read_steps(standing: Standing, enrollment: Enrollment) -> list[Step]:
    """Return the steps to get ready before the cohort meets for the first time. At most six queries."""
    return list(_steps(standing, enrollment))


def _steps(standing: Standing, enrollment: Enrollment) -> Iterator[Step]:
    user = enrollment.user
    confirmed = not EmailAddress.objects.filter(user=user, verified=False).exists()
    yield Step("Confirm your email", f"We write to {user.email}", reverse("account_email"), confirmed)
    if has_github_sign_in() and _needs_github(enrollment):
        linked = github_account(user) is not None
        yield Step("Link your GitHub account", "Some labs read your work there", reverse("account"), linked)
    labs = [lab for part in standing.sessions for lab in (*part.labs, *part.later_labs)]
    if labs:
        yield _push_step(
            enrollment, next((lab for lab in labs if not lab.opens_later and lab.is_ready), None)
        )
    if item := standing.to_prepare:
        yield Step(item.title, item.note, item.url, item.state == "done")
    has_feed = CalendarFeed.objects.filter(user=user).exists()
    yield Step("Subscribe to the calendar", "Meetings and your deadlines", reverse("calendar"), has_feed)


def _push_step(enrollment: Enrollment, lab: Item | None) -> Step:
    if lab is None:  # no lab is open, so nobody can push yet
        own = AccessToken.objects.live().filter(user=enrollment.user)
        return Step(
            "Create an access token", "Git asks for it when you push", reverse("tokens"), own.exists()
        )
    has_pushed = Receipt.objects.filter(repository__enrollment=enrollment).exists()
    return Step("Push once for practice", lab.title, lab.url, has_pushed)


def _needs_github(enrollment: Enrollment) -> bool:
    labs = Lab.objects.filter(course=enrollment.course_id).counted().select_related("current")
    return any(len(events_of(lab)) > 1 for lab in labs.order_by("pk")[:MAX_LABS])
