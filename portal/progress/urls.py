from django.urls import path

from portal.progress import views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/as-learner/", views.course_as_learner, name="course_as_learner"),
    path("courses/<slug:course>/progress/", views.progress, name="progress"),
]
