"""Django's WSGI handler on its own, for tools that ask for one; the server runs pulse.asgi."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")
application = get_wsgi_application()
