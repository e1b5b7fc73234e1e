from django.contrib import admin
from django.urls import include, path

from portal.accounts import views as accounts

handler400 = "portal.progress.views.bad_request"
handler403 = "portal.progress.views.forbidden"
handler404 = "portal.progress.views.not_found"
handler500 = "portal.progress.views.server_error"

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("account/", accounts.account, name="account"),
    path("theme/", accounts.choose_theme, name="theme"),
    path("staff/", admin.site.urls),
    path("", include("labs.urls")),
    path("", include("portal.progress.urls")),
    path("", include("lessons.urls")),
]
