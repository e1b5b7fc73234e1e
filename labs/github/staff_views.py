"""The staff's side of connections with GitHub."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from labs.github import connecting
from labs.queue_queries import connections_that_need_a_person
from lessons.pages.views.staff import staff_only
from portal.accounts.http import UserRequest


@never_cache
@staff_only
@require_POST
def retry_look(request: UserRequest, connection: int) -> HttpResponse:
    found = get_object_or_404(connections_that_need_a_person(request.user), pk=connection)
    connecting.retry_look(connection=found, by=request.user)
    messages.success(request, f"{found.repository.address} is looked at again.")
    return redirect("teach_queue")
