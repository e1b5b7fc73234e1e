from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from labs import actions
from labs.pages.queue import queue_page
from lessons.pages.views.staff import staff_only
from portal.accounts.http import UserRequest


@never_cache
@staff_only
@require_safe
def queue(request: UserRequest) -> HttpResponse:
    return render(request, "labs/queue.html", queue_page(request.user))


@never_cache
@staff_only
@require_POST
def retry_faults(request: UserRequest) -> HttpResponse:
    count = actions.retry_faults(by=request.user)
    messages.success(request, f"{count} submission{'' if count == 1 else 's'} queued again.")
    return redirect("teach_queue")
