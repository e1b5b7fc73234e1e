from django.conf import settings
from django.db import models


class Answer(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    key = models.CharField(max_length=100)
    response = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key


class Message(models.Model):
    guid = models.CharField(max_length=36, unique=True)
    received_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.guid
