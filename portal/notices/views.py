from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.http import UserRequest
from portal.notices import actions
from portal.notices.queries import get_notice, notices_of


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        actions.mark_all_read(request.user)
        return redirect("notices")
    found = notices_of(request.user)
    unread = sum(notice.read_at is None for notice in found)
    return render(request, "notices/notices.html", {"notices": found, "unread": unread})


@login_required
@require_POST
def open_notice(request: UserRequest, notice: int) -> HttpResponse:
    found = get_notice(request.user, notice)
    actions.mark_read(found)
    return redirect(found.link or "notices")
