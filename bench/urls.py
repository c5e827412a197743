"""The program's addresses, with the stock admin and two empty pages beside them."""

from django.urls import include, path

from bench.baseline import pages
from bench.baseline.admin import stock

urlpatterns = [
    path("stock/", stock.urls),
    path("empty/", pages.empty_page),
    path("empty/signed-in/", pages.signed_in_page),
    path("", include("icpcases.urls")),
]
