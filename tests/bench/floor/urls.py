"""Insert one, insert many, claim the oldest, list: as a toy would do it with generic views and the plain ORM."""

from django.db import transaction
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.bench.floor.models import Item


class ItemList(serializers.ListSerializer):
    def create(self, validated_data):
        return Item.objects.bulk_create([Item(**one) for one in validated_data])


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["id", "workflow", "external_id", "status", "output", "body", "created_at"]
        list_serializer_class = ItemList


class Items(generics.ListCreateAPIView):
    queryset = Item.objects.order_by("-id")
    serializer_class = ItemSerializer

    def create(self, request):
        many = isinstance(request.data, list)
        serializer = self.get_serializer(data=request.data, many=many)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response({"stored": len(request.data)} if many else serializer.data, status=201)


class Claims(APIView):
    def post(self, request):
        with transaction.atomic():
            waiting = Item.objects.select_for_update(skip_locked=True).filter(status="waiting")
            item = waiting.order_by("id").first()
            item.status = "claimed"
            item.save(update_fields=["status"])
        return Response(ItemSerializer(item).data)


urlpatterns = [path("items", Items.as_view()), path("claims", Claims.as_view())]
