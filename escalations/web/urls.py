"""URLs of the API."""

urlpatterns = []
