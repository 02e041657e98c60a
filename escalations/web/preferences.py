"""How the pages look to this browser: kept in cookies, written into the page by the server, so nothing flashes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from escalations.rules.appearance import CHOICES

YEAR_SECONDS = 60 * 60 * 24 * 365


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the theme and the density, and go back to the page."""
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if is_ours else "/")
    for name, allowed in CHOICES.items():
        if request.POST.get(name) in allowed:
            response.set_cookie(name, request.POST[name], max_age=YEAR_SECONDS, samesite="Lax")
    return response
