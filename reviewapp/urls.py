"""Every URL of the site."""

from allauth.account.views import login, logout
from django.urls import include, path

from reviewapp.health import livez, readyz
from reviewapp.metrics import metrics

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("metrics", metrics),
    path("accounts/login/", login, name="account_login"),
    path("accounts/logout/", logout, name="account_logout"),
    path("api/v1/", include("escalations.api.urls")),
    path("", include("escalations.web.urls")),
]

handler400 = "reviewapp.failures.bad_request"
handler403 = "reviewapp.failures.forbidden"
handler404 = "reviewapp.failures.not_found"
handler500 = "reviewapp.failures.failed"
