"""Django's settings of a node; everything that differs between nodes lives in its home, not here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mitra.config.database import database_of
from mitra.config.home import folder, home, secret
from mitra.config.logs import logging_of
from mitra.config.node import find_node

if TYPE_CHECKING:
    from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
MITRA_HOME = home()

SECRET_KEY = secret("web").hex()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MITRA_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("MITRA_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_cotton.apps.SimpleAppConfig",
    "mitra.ledger",
    "mitra.pulse",
    "mitra.store",
    "mitra.web",
    "mitra.community",
    "mitra.messages",
    "mitra.exchange",
    "mitra.cases",
    "mitra.home",
    "mitra.upkeep",
]

MIDDLEWARE = [
    "mitra.web.stack.in_one_piece",
    "mitra.web.middleware.AccessLog",
    "mitra.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mitra.web.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "mitra.web.middleware.FormTokens",
    "mitra.web.middleware.SignedIn",
    "mitra.web.middleware.Messages",
    "allauth.account.middleware.AccountMiddleware",
    "mitra.web.middleware.Clock",
    "mitra.community.middleware.WhoIsAsking",
    "mitra.community.fair_share.FairShare",
    "mitra.web.middleware.BodyLimit",
    "mitra.web.middleware.AnticipatedErrors",
]

ROOT_URLCONF = "mitra.config.urls"
WSGI_APPLICATION = "mitra.config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "mitra.web.frame.frame",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "mitra.web.templatetags.show"],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": database_of(os.environ, MITRA_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "community.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "mitra.community.adapter.ClosedSignUp"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("MITRA_PROXIES", "0"))
# Tries at signing in count for the whole node, whichever process they meet; nothing else is cached.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "community_attempt",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_COOKIES = os.environ.get("MITRA_HTTPS") == "1"
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "mitra.web.errors.stale_form"

LANGUAGE_CODE = "en"
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder", "mitra.web.sheets.Sheets"]
STATIC_ROOT = MITRA_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = MITRA_HOME / "files"
FILE_UPLOAD_TEMP_DIR = folder("tmp")
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING = logging_of(os.environ.get("MITRA_LOG", "words"), tells_access=os.environ.get("MITRA_ACCESS_LOG") == "1")

MITRA_URL = os.environ.get("MITRA_URL", "http://localhost:8000").rstrip("/")
MITRA_MAIL = os.environ.get("MITRA_MAIL", "")
MITRA_MAIL_FROM = os.environ.get("MITRA_MAIL_FROM", "")
MITRA_MAIL_FOLDER = os.environ.get("MITRA_MAIL_FOLDER", "")
MITRA_MAIL_VOUCHED_BY = os.environ.get("MITRA_MAIL_VOUCHED_BY", "")
MITRA_DKIM_SELECTOR = os.environ.get("MITRA_DKIM_SELECTOR", "")
MITRA_WEBHOOKS_INTO, MITRA_PUSH_INTO = (
    [one for one in os.environ.get(name, "").split(",") if one] for name in ("MITRA_WEBHOOKS_INTO", "MITRA_PUSH_INTO")
)

MITRA_VERSION = "0.1.0"
for _role in ("log", "witness", "credentials"):
    secret(_role)  # made with the node; mitra.ledger.keys reads them, and those that follow them
MITRA_SECRETS = {name: secret(name) for name in ("refs", "cursors", "atoms", "push")}
MITRA_METRICS_TOKEN = secret("metrics").hex()
MITRA_NODE = find_node(MITRA_HOME)
