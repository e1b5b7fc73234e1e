from django.urls import path

from portal.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<int:notice>/", views.open_notice, name="open_notice"),
    path("notices/email/", views.choose_mails, name="choose_mails"),
    path("notices/times/", views.choose_times, name="choose_mail_times"),
    path("notices/test/", views.send_test_mail, name="send_test_mail"),
    path("notices/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
