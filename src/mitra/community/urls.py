"""This room's doors: signing in and out by allauth (and nothing else of it), my organisation, my preferences."""

from __future__ import annotations

from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.urls import include, path

from mitra.community.views import circles, links, organisations, pages

own_pages = [
    path("organisation", pages.organisation, name="organisation"),
    path("organisation/people", pages.people, name="people"),
    path("organisation/people/new", pages.new_person, name="person-new"),
    path("organisation/people/<slug:ref>/roles", pages.roles, name="roles"),
    path("organisation/people/<slug:ref>/password", pages.new_password, name="password-new"),
    path("organisation/people/<slug:ref>/close", pages.close_account, name="account-close"),
    path("organisation/credentials", pages.credentials, name="credentials"),
    path("organisation/credentials/new", pages.new_credential, name="credential-new"),
    path("organisation/credentials/<slug:ref>/revoke", pages.revoke_credential, name="credential-revoke"),
    path("organisation/clients/<slug:slug>/circles", pages.client_circles, name="client-circles"),
    path("links/<str:token>", links.link, name="link"),
    path("preferences", pages.preferences, name="preferences"),
    path("circles", circles.circles, name="circles"),
    path("circles/new", circles.new_circle, name="circle-new"),
    path("circles/<slug:slug>", circles.circle, name="circle"),
    path("organisations", organisations.organisations, name="organisations"),
    path("organisations/<slug:slug>", organisations.one_organisation, name="organisation-one"),
]

urlpatterns = [
    path("sign-in", LoginView.as_view(template_name="community/sign-in.html"), name="account_login"),
    path("sign-out", LogoutView.as_view(template_name="community/sign-out.html"), name="account_logout"),
    path(
        "preferences/password",
        PasswordChangeView.as_view(template_name="community/password.html"),
        name="account_change_password",
    ),
    path("", include((own_pages, "community"))),
]
