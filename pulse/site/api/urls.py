"""Addresses of the console's API, under /developers/api/."""

from __future__ import annotations

from django.urls import path

from pulse.site.api import views

urlpatterns = [
    path("requests", views.RequestsView.as_view()),
    path("events", views.EventsView.as_view()),
    path("endpoints", views.EndpointsView.as_view()),
    path("endpoints/<str:endpoint_id>", views.EndpointView.as_view()),
    path("endpoints/<str:endpoint_id>/test", views.EndpointTestView.as_view()),
    path("deliveries", views.DeliveriesView.as_view()),
    path("deliveries/<str:delivery_id>", views.DeliveryView.as_view()),
]
