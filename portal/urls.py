from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from portal import dev_mail, health, metrics
from portal.accounts import github_views, oidc_views
from portal.accounts import views as accounts
from portal.accounts.first_sign_in_views import first_sign_in
from portal.progress.teaching.views import staff_home

handler400 = "portal.progress.views.bad_request"
handler403 = "portal.progress.views.forbidden"
handler404 = "portal.progress.views.not_found"
handler500 = "portal.progress.views.server_error"

# The admin's own password pages have no rate limit, so allauth handles signing in and changing passwords.
admin.site.login = secure_admin_login(require_safe(admin.site.login))  # type: ignore[method-assign]  # allauth's way
# The start page of the staff site is the courses of the person, not a list of tables.
admin.site.index = staff_home  # type: ignore[method-assign,assignment]  # the same way

urlpatterns = [
    path("", include("portal.progress.urls")),
    path("", include("labs.urls")),
    path("", include("lessons.urls")),
    path("", include("portal.notices.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/github/login/", github_views.start, name="github_login"),
    path("accounts/github/login/callback/", github_views.callback, name="github_callback"),
    path("accounts/oidc/<slug:provider>/login/", oidc_views.start, name="oidc_login"),
    path("accounts/oidc/<slug:provider>/login/callback/", oidc_views.callback, name="oidc_callback"),
    path("account/oidc/<slug:provider>/unlink/", oidc_views.unlink, name="oidc_unlink"),
    path("account/", RedirectView.as_view(pattern_name="settings"), name="account"),
    path("account/settings/", accounts.settings, name="settings"),
    path("account/settings/look/", accounts.save_look, name="settings_look"),
    path("account/settings/shortcuts/", accounts.switch_shortcuts, name="settings_shortcuts"),
    path("account/settings/theme/", accounts.choose_own_theme, name="settings_theme"),
    path("accounts/first/", first_sign_in, name="first_sign_in"),
    path("account/confirm/", accounts.confirm_email, name="confirm_email"),
    path("dev/mail/", dev_mail.inbox, name="dev_mail"),
    path("account/github/unlink/", github_views.unlink, name="github_unlink"),
    path("theme/", accounts.choose_theme, name="theme"),
    path("staff/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("staff/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
