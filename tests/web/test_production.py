"""W1 to W5: the real settings file, read as in production."""

import runpy

import pytest
from django.core import checks

from tests.factories import make_user
from tests.run_all import PRODUCTION
from tests.web.headers import lacking

pytestmark = pytest.mark.django_db

HOST = "portal.example.org"
PASSWORD = "correct horse battery"
# The rest belongs to this machine: database, folders, broker.
OF_THE_WEB = (
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
    "DEBUG",
    "SECRET_KEY",
    "SECURE_",
    "SESSION_",
    "CSRF_",
    "X_FRAME_",
    "STAFF_",
)


def settings_read(monkeypatch, settings):
    """Return the settings in this environment, without what the browser tests have set."""
    with monkeypatch.context() as apart:
        apart.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")
        return runpy.run_path(str(settings.BASE_DIR / "portal/settings.py"))


@pytest.fixture
def production(monkeypatch, settings, tmp_path):
    for name, value in {**PRODUCTION, "VAR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    read = settings_read(monkeypatch, settings)
    for name, value in read.items():
        if name.startswith(OF_THE_WEB):
            setattr(settings, name, value)


@pytest.fixture
def get(production, client):
    def get(address, host=HOST, secure=True, **headers):
        return client.get(address, secure=secure, headers={"Host": host, **headers})

    return get


@pytest.fixture
def cookies(production, client):
    """Return the cookies of somebody who has just signed in."""
    make_user("ada@example.org", password=PASSWORD)
    form = {"login": "ada@example.org", "password": PASSWORD}
    client.get("/accounts/login/", secure=True, headers={"Host": HOST})
    response = client.post(
        "/accounts/login/", form, secure=True, headers={"Host": HOST, "Referer": f"https://{HOST}/"}
    )
    assert response.status_code == 302
    return client.cookies


def test_deployment_has_no_warning(production, monkeypatch):
    """W1; `make test` also checks this in a separate process."""
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")
    assert checks.run_checks(include_deployment_checks=True) == []


def test_debug_page_is_never_shown(get, client, monkeypatch):
    """W2."""
    monkeypatch.setattr("portal.progress.views.public_lessons", lambda: 1 / 0)
    client.raise_request_exception = False
    response = get("/")
    assert (response.status_code, b"Sorry" in response.content) == (500, True)
    assert b"ZeroDivisionError" not in response.content


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize(
    "host", ["evil.example", "portal.example.org.evil.example", "portal.example.org@evil.example"]
)
def test_foreign_host_is_refused_in_our_words(get, host, secure):
    """W3."""
    response = get("/", host, secure)
    assert response.status_code == 400
    assert b"<h1>" in response.content
    assert b"evil.example" not in response.content


def test_forwarded_host_is_ignored(get):
    """W3."""
    assert get("/", "evil.example", **{"X-Forwarded-Host": HOST}).status_code == 400


def test_plain_http_is_sent_to_https(get):
    """W4."""
    response = get("/help/?a=b", secure=False)
    assert (response.status_code, response["Location"]) == (301, f"https://{HOST}/help/?a=b")


def test_plain_http_that_claims_a_proxy_is_sent_to_https_too(get):
    """W4: the header is trusted only with BEHIND_TLS_PROXY."""
    assert get("/help/", secure=False, **{"X-Forwarded-Proto": "https"}).status_code == 301


def test_https_is_kept_for_a_year_with_all_subdomains(get):
    """W4."""
    response = get("/help/")
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert lacking(response.headers) == []


@pytest.mark.parametrize("name", ["__Host-sessionid", "__Host-csrftoken"])
def test_cookie_is_bound_to_this_host_over_https(cookies, name):
    """W5."""
    cookie = cookies[name]
    assert (cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_cookies_that_no_script_needs_are_kept_from_scripts(cookies, production, client):
    """W5. The quiz script reads the CSRF token, to continue after a second sign-in."""
    client.post("/theme/", {"theme": "dark"}, secure=True, headers={"Host": HOST})
    readable = {name for name, cookie in cookies.items() if not cookie["httponly"]}
    assert readable == {"__Host-csrftoken"}
    assert cookies["theme"]["secure"]


def test_mails_go_to_the_server_that_the_environment_names(monkeypatch, settings, tmp_path):
    address = "smtp+tls://portal:secret@mail.example.org:587"
    for name, value in {**PRODUCTION, "VAR": str(tmp_path), "EMAIL_URL": address}.items():
        monkeypatch.setenv(name, value)
    read = settings_read(monkeypatch, settings)
    assert read["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("portal", "secret")


def test_a_database_url_may_set_more_options_than_the_settings_do(monkeypatch, settings, tmp_path):
    address = "postgres://portal:secret@db.example.org/portal?sslmode=require"
    for name, value in {**PRODUCTION, "VAR": str(tmp_path), "DATABASE_URL": address}.items():
        monkeypatch.setenv(name, value)
    options = runpy.run_path(str(settings.BASE_DIR / "portal/settings.py"))["DATABASES"]["default"]["OPTIONS"]
    waits = {"connect_timeout": 20, "options": "-c lock_timeout=20000 -c statement_timeout=0"}
    gone = {
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }
    plans = {"server_side_binding": True, "prepare_threshold": 2}
    assert options == {"sslmode": "require", **plans, **waits, **gone}
