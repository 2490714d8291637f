"""A small community: the centre, three members, a bank under one of them, a journalist, a body not yet accredited."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from mitra.community import operations, queries
from mitra.community.facts import NewCircle, NewCredential, NewOrganisation, NewPerson
from mitra.community.models import Person

NOW = datetime(2026, 11, 25, 3, 10, tzinfo=UTC)
PASSWORD = "brown-water-buffalo"


@dataclass
class World:
    """The community under test, by short names."""

    ids: dict = field(default_factory=dict)
    circles: dict = field(default_factory=dict)

    def operator(self, slug="centre", **more):
        return queries.actor_of_operator(slug, **more)

    def person(self, email):
        return Person.objects.get(email=email)

    def actor(self, email, now=NOW):
        return queries.actor_of_person(self.person(email), now=now)

    def add_person(self, slug, email, *roles, name="กิตติ สุวรรณ"):
        new = NewPerson(email=email, name=name, roles=roles, password=PASSWORD, time_zone="Asia/Bangkok")
        return operations.add_person(new, by=self.operator(slug), now=NOW).person

    def token(self, slug, *scopes, **more):
        new = NewCredential(label="TAXII client", scopes=scopes or ("exchange:read",), **more)
        return operations.make_credential(new, by=self.operator(slug), now=NOW)


def make_world():
    made = World()
    centre = operations.found_centre(NewOrganisation("centre", "Regional Centre", "international"), now=NOW)
    made.ids["centre"] = centre.id
    bodies = (
        NewOrganisation("cert-th", "ThaiCERT", "csirt", "TH", "ศูนย์ประสานการรักษาความมั่นคงปลอดภัย", "accredited"),
        NewOrganisation("cert-kh", "National CSIRT (KH)", "csirt", "KH", "ក្រុមឆ្លើយតបបន្ទាន់", "accredited"),
        NewOrganisation("cert-la", "LaoCERT", "csirt", "LA", "ສູນຕອບໂຕ້ເຫດສຸກເສີນ", "accredited"),
        NewOrganisation("bank-a", "ธนาคารตัวอย่าง", "private", "TH", "", "listed"),
        NewOrganisation("daily", "Nhật báo", "media", "VN", "", "accredited"),
        NewOrganisation("uni-mm", "တက္ကသိုလ်", "academia", "MM", "", "listed"),
    )
    for body in bodies:
        made.ids[body.slug] = operations.add_organisation(body, by=made.operator(), now=NOW).id
    operations.set_sponsor(made.ids["bank-a"], sponsor=made.ids["cert-th"], by=made.operator(), now=NOW)
    for slug, kind, hidden, members in (
        ("financial", "standing", False, ("cert-th", "cert-kh")),
        ("telecom", "standing", True, ("cert-th", "cert-la")),
        ("case-7", "working", False, ("cert-kh", "uni-mm")),
    ):
        new = NewCircle(slug, slug.title(), "", kind, hidden, 0, tuple(made.ids[member] for member in members))
        made.circles[slug] = operations.make_circle(new, by=made.operator(), now=NOW).id
    return made
