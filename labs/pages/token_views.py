from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from labs.pages.forms import TokenForm
from labs.tokens import NoNewTokenError, new_token, tokens_of
from labs.tokens import revoke_token as revoke
from portal.accounts.http import UserRequest


@never_cache
@login_required
def tokens(request: UserRequest) -> HttpResponse:
    # List the live tokens of the signed-in user. A new token is shown only in the answer to its POST.
    form, token = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            token = new_token(user=request.user, name=form.cleaned_data["name"])
            form = TokenForm()
        except NoNewTokenError as error:
            form.add_error(None, str(error))
    context = {"form": form, "token": token, "tokens": tokens_of(request.user)}
    return render(request, "labs/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: UserRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(tokens_of(request.user), pk=pk)
    revoke(token=token)
    messages.success(request, f"Revoked {token.name}. Anything that used it needs a new token.")
    return redirect("settings" if request.POST.get("next") == "settings" else "tokens")
