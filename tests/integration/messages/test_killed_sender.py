"""A sender that is killed in the middle of a batch loses no mail, and what it may have sent goes again with a sign."""

import time

import pytest
from django.db import transaction

from mail_world import now
from mitra.core.policy.facts import Tlp
from mitra.messages import operations
from mitra.messages.facts import Address, Channel, Rung, Telling
from mitra.messages.models import Sending
from mitra.messages.operations.sending import AT_ONCE
from sender_process import start_sender

MAILS, KILLS = 150, 2
MEMBER = "cert-vn"
MORE = 3
"""Senders afterwards: on PostgreSQL the first may find the lock of the one that was killed."""
WAIT_SECONDS = 60


def tell(world, mails):
    """Tell a member that is in a case, by mails to addresses that nobody else has, so grave that no rate holds them."""
    case = world.cases[0].stix_id
    with transaction.atomic():
        for nth in range(mails):
            telling = Telling(
                f"k{nth}", "cases.news", world.organisations[MEMBER], case, tlp=Tlp.AMBER_STRICT, severity=5
            )
            operations.tell(telling, (Rung((Address(Channel.MAIL, f"p{nth}@x.example"),)),), now=now())


def wait_until(holds, process):
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the sender does not come on"
        assert process.poll() is None, "the sender ended by itself"
        time.sleep(0.001)


@pytest.mark.slow
def test_a_sender_killed_in_the_middle_of_a_batch_loses_nothing_and_marks_what_goes_twice(world, post, settings):
    tell(world, MAILS)
    for _ in range(KILLS):
        before, process = len(post.taken), start_sender(Channel.MAIL, settings)
        try:
            wait_until(lambda before=before: len(post.taken) >= before + AT_ONCE[Channel.MAIL] // 2, process)
        finally:
            process.kill()
            process.wait()
    assert Sending.objects.filter(state=Sending.SENDING).exists(), "no kill fell into a batch"
    for _ in range(MORE):
        if Sending.objects.exclude(state="sent").exists():
            assert start_sender(Channel.MAIL, settings).wait(WAIT_SECONDS) == 0

    came = {f"p{nth}@x.example": [] for nth in range(MAILS)}
    for taken in post.taken:
        came[taken.to].append((taken.mail["Message-ID"], int(taken.mail.get("X-Mitra-Try", "1"))))
    assert [to for to, copies in came.items() if not copies] == []
    twice = {to: copies for to, copies in came.items() if len(copies) > 1}
    assert twice, "no mail was taken by a sender that could not note it any more"
    for to, copies in came.items():
        assert len({message_id for message_id, _ in copies}) == 1, to
        assert [nth for _, nth in copies] == sorted({nth for _, nth in copies}), (to, copies)
