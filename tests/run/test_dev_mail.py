"""In development, email is read in the browser."""

import pytest
from django.core.mail import send_mail

from portal import dev_mail


@pytest.fixture
def developing(settings, tmp_path):
    settings.DEBUG, settings.VAR, settings.EMAIL_BACKEND = True, tmp_path, dev_mail.BACKEND


@pytest.mark.django_db
def test_email_of_a_development_portal_is_read_in_the_browser(developing, client):
    assert "No emails yet" in client.get("/dev/mail/").content.decode()
    send_mail("Your code <1>", "It is ABC123: http://localhost/x/", None, ["learner@example.org"])
    page = client.get("/dev/mail/").content.decode()
    assert "Your code &lt;1&gt;" in page and "ABC123" in page and 'href="http://localhost/x/"' in page


@pytest.mark.django_db
def test_only_the_newest_emails_are_kept(developing, monkeypatch, tmp_path):
    monkeypatch.setattr(dev_mail, "MAX_KEPT", 2)
    for number in range(4):
        send_mail(f"Number {number}", "text", None, ["learner@example.org"])
    assert len(list((tmp_path / "mail").iterdir())) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["DEBUG", "EMAIL_BACKEND"])
def test_emails_of_a_portal_that_sends_them_are_not_shown(developing, settings, client, name):
    setattr(settings, name, "")
    assert client.get("/dev/mail/").status_code == 404
