"""Views: a constant, a page for the signed-in user, an answer that is saved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt

from benchmarks.limits.models import Answer

READY_HTML = mark_safe("<p>Some words of a lesson, ready since it was saved.</p>\n" * 480)  # noqa: S308 - 26 KB
NAMES = ["course", "progress", "account", "help", "previous", "next"]


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(READY_HTML)


def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    return render(request, "page.html", {"names": NAMES, "user": request.user, "body": READY_HTML})


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    Answer.objects.create(user=request.user, key=request.POST["key"], response=[request.POST["choice"]])
    return HttpResponse("Saved")


urlpatterns = [path("constant/", constant), path("page/", page), path("answer/", answer)]
