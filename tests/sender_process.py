"""A sender as a process of its own, on the database of the test, so that it can be killed."""

import json
import os
import subprocess
import sys

from django.db import connection

from node_process import ROOT
from pulse_process import CONNECTION

SENDER = """
import json, sys
from django.conf import settings
settings.DATABASES["default"] = json.load(sys.stdin)
import django
django.setup()
from mitra.messages.facts import Channel
from mitra.messages.reactions import send_all
send_all(Channel(sys.argv[1]))
"""


def start_sender(channel, settings):
    """Start a process that sends all that waits by one channel, and return it."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mitra.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
        "MITRA_HOME": str(settings.MITRA_HOME),
        "MITRA_MAIL": settings.MITRA_MAIL,
        "MITRA_WEBHOOKS_INTO": ",".join(settings.MITRA_WEBHOOKS_INTO),
        "MITRA_PUSH_INTO": ",".join(settings.MITRA_PUSH_INTO),
    }
    process = subprocess.Popen([sys.executable, "-c", SENDER, channel], env=environment, stdin=subprocess.PIPE)
    said = {key: connection.settings_dict[key] for key in CONNECTION}
    process.stdin.write(json.dumps(said, default=str).encode())
    process.stdin.close()
    return process
