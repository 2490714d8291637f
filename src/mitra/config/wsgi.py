"""The WSGI application that granian serves."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
application = get_wsgi_application()

# What is loaded stays: the collector need not walk over it when a request of thousands of values wakes it, nor be woken
# so often, for such a request leaves no cycles behind (measured: 15 % of a look-up of 10,000 values).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
