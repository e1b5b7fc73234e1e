"""Views: a constant, a page for the signed-in user, an answer and a signed message that are saved."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt

from benchmarks.limits.models import Answer, Message

READY_HTML = mark_safe("<p>Some words of a lesson, ready since it was saved.</p>\n" * 480)  # noqa: S308 - 26 KB
NAMES = ["course", "progress", "account", "help", "previous", "next"]


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(READY_HTML)


def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    return render(request, "page.html", {"names": NAMES, "user": request.user, "body": READY_HTML})


def poll(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204 if request.user.is_authenticated else 403)


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    Answer.objects.create(user=request.user, key=request.POST["key"], response=[request.POST["choice"]])
    return HttpResponse("Saved")


@csrf_exempt
def hook(request: HttpRequest) -> HttpResponse:
    mac = hmac.digest(settings.SECRET_KEY.encode(), request.body, "sha256").hex()
    if not hmac.compare_digest(f"sha256={mac}", request.headers["X-Hub-Signature-256"]):
        return HttpResponse(status=403)
    Message.objects.create(guid=request.headers["X-GitHub-Delivery"])
    return HttpResponse(status=202)


urlpatterns = [
    path("constant/", constant),
    path("page/", page),
    path("poll/", poll),
    path("answer/", answer),
    path("hook/", hook),
]
