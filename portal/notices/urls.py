from django.urls import path

from portal.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<int:notice>/", views.open_notice, name="open_notice"),
]
