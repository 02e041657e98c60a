"""The one endpoint."""

from django.urls import path
from rest_framework import generics, serializers

from tests.bench.floor.models import Item


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["id", "workflow", "external_id", "output", "body", "created_at"]


class Items(generics.ListCreateAPIView):
    queryset = Item.objects.order_by("-id")
    serializer_class = ItemSerializer


urlpatterns = [path("items", Items.as_view())]
