"""Django's settings, read from PULSE_* environment variables; pulse/environment.py lists them all."""

from __future__ import annotations

import os
import sys
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from pulse import environment

env = Env()
if _wrong := environment.wrong_values(dict(os.environ)):
    raise ImproperlyConfigured(" ".join(_wrong))


def _listed(name: str, default: list[str]) -> list[str]:
    return [one.strip() for one in env.list(name, default) if one.strip()]


BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("PULSE_DATA_DIR", str(BASE_DIR / "pulse-data"))).resolve()

# --- the two modes -----------------------------------------------------------------------------

PULSE_DATABASE_URL = env.str("PULSE_DATABASE_URL", "")
PULSE_REDIS_URL = env.str("PULSE_REDIS_URL", "")
PULSE_EMBEDDED = not PULSE_DATABASE_URL and not PULSE_REDIS_URL
if PULSE_REDIS_URL and not PULSE_DATABASE_URL:
    raise ImproperlyConfigured(
        "PULSE_REDIS_URL is set and PULSE_DATABASE_URL is not: several processes need PostgreSQL."
    )
PULSE_HOST = env.str("PULSE_HOST", "127.0.0.1")
PULSE_PORT = env.int("PULSE_PORT", 3000)
PULSE_PUBLIC_URL = env.str("PULSE_PUBLIC_URL", f"http://127.0.0.1:{PULSE_PORT}").rstrip("/")
PULSE_WEB_THREADS = env.int("PULSE_WEB_THREADS", 4)
PULSE_DEMO = env.bool("PULSE_DEMO", PULSE_EMBEDDED)
PULSE_TRUSTED_PROXIES = _listed("PULSE_TRUSTED_PROXIES", [])
PULSE_EVENT_RETENTION_DAYS = env.int("PULSE_EVENT_RETENTION_DAYS", 30)
PULSE_FAILED_KEYS_PER_MINUTE = env.int("PULSE_FAILED_KEYS_PER_MINUTE", 30)
PULSE_HR_RATE_LIMIT = env.int("PULSE_HR_RATE_LIMIT", 1000)
PULSE_FILES_ORIGIN = env.str("PULSE_FILES_ORIGIN", "")
PULSE_RLS = env.bool("PULSE_RLS", False)
PULSE_SOCKET_AUTH_SECONDS = env.float("PULSE_SOCKET_AUTH_SECONDS", 10.0)
# With a sweep every 2.5 s a silent person is gone after 66 to 69 s.
PULSE_SOCKET_SILENT_SECONDS = env.float("PULSE_SOCKET_SILENT_SECONDS", 66.0)
PULSE_SCREENING_REPORT_PROVIDER = env.str("PULSE_SCREENING_REPORT_PROVIDER", "deterministic")
PULSE_SCREENING_CODE_RUNNER = env.str("PULSE_SCREENING_CODE_RUNNER", "")
PULSE_ASHBY_URL = env.str("PULSE_ASHBY_URL", "https://api.ashbyhq.com")
PULSE_WEBHOOK_ALLOW_CIDRS = _listed("PULSE_WEBHOOK_ALLOW_CIDRS", [])
# Receivers on a developer's own machine, unless the operator has said which networks may be called.
PULSE_WEBHOOK_TEST_CIDRS = (
    ["127.0.0.0/8", "::1/128"]
    if PULSE_EMBEDDED and "PULSE_WEBHOOK_ALLOW_CIDRS" not in os.environ
    else []
)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


PULSE_ON_LOOPBACK = _loopback(PULSE_HOST)
PULSE_SIGNUP = env.str("PULSE_SIGNUP", "open" if PULSE_EMBEDDED and PULSE_ON_LOOPBACK else "closed")

# --- secrets -----------------------------------------------------------------------------------

if PULSE_EMBEDDED:
    _secrets = environment.embedded_secrets(DATA_DIR)
else:
    _secrets = {"secret_key": "", "fernet_key": "", "metrics_token": ""}
SECRET_KEY = env.str("PULSE_SECRET_KEY", _secrets["secret_key"])
PULSE_FERNET_KEYS = _listed(
    "PULSE_FERNET_KEYS", [_secrets["fernet_key"]] if _secrets["fernet_key"] else []
)
PULSE_METRICS_TOKEN = env.str("PULSE_METRICS_TOKEN", _secrets["metrics_token"])
if not SECRET_KEY or not PULSE_FERNET_KEYS:
    raise ImproperlyConfigured(
        "Scale mode needs PULSE_SECRET_KEY and PULSE_FERNET_KEYS; see docs/operations.md."
    )

# --- Django ------------------------------------------------------------------------------------

DEBUG = False
TESTING = "pytest" in sys.modules
_public = urlsplit(PULSE_PUBLIC_URL)
ALLOWED_HOSTS = _listed(
    "PULSE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", _public.hostname or ""]
)
ROOT_URLCONF = "pulse.urls"
WSGI_APPLICATION = "pulse.wsgi.application"
ASGI_APPLICATION = "pulse.asgi.application"
AUTH_USER_MODEL = "tenancy.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
APPEND_SLASH = False

INSTALLED_APPS = [
    "pulse.site",  # first: its templates override those of the admin and of allauth
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "pulse.tenancy",
    "pulse.keys",
    "pulse.idempotency",
    "pulse.ratelimits",
    "pulse.audit",
    "pulse.mail",
    "pulse.webhooks",
    "pulse.incidents",
    "pulse.exports",
    "pulse.erasure",
    "pulse.metrics",
    "pulse.requestlog",
    "pulse.start",
    "hr",
    "collab",
    "screening",
    "analytics",
    "traces",
]

# API requests leave this chain at the first door: pulse.http.middleware says why.
MIDDLEWARE = [
    "pulse.http.middleware.ApiGate",
    "django.middleware.security.SecurityMiddleware",
    "pulse.site.compression.CompressedStatic",
    "pulse.http.static.StaticFiles",
    "django.middleware.gzip.GZipMiddleware",
    "pulse.site.policy.AdminPolicy",
    "csp.middleware.CSPMiddleware",
    "pulse.site.refusals.UnreadBody",
    "pulse.site.slashes.WithoutSlash",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "pulse.site.refusals.UnstorableText",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "pulse.site.outage.DatabaseAway",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pulse.site.context.frame",
            ],
        },
    }
]

if PULSE_DATABASE_URL:
    _url = urlsplit(PULSE_DATABASE_URL)
    _long = {"migrate", "restore"} & {*sys.argv}  # takes longer than any request may
    DATABASES = {
        "default": {
            "ENGINE": "pulse.db.postgresql",
            "NAME": _url.path.lstrip("/"),
            "USER": _url.username or "",
            "PASSWORD": _url.password or "",
            "HOST": _url.hostname or "",
            "PORT": str(_url.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "connect_timeout": 3,
                "prepare_threshold": 5,  # of what pulse.db.postgresql lets the server plan
                "options": (
                    f"-c statement_timeout={'0' if _long else '5s'} -c lock_timeout=5s"
                    " -c idle_in_transaction_session_timeout=30s"
                ),
            },
            "TEST": {"TEMPLATE": os.environ.get("PULSE_TEST_TEMPLATE", "")},
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "pulse.db.sqlite",
            "NAME": str(DATA_DIR / "pulse.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                    " PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
                    " PRAGMA wal_autocheckpoint=16000"  # pages; see pulse.db.sqlite.checkpoints
                ),
            },
            "TEST": {"NAME": os.environ.get("PULSE_TEST_SQLITE", str(DATA_DIR / "test.sqlite3"))},
        }
    }

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if PULSE_REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": PULSE_REDIS_URL,
        }
    }

# --- sign-in -----------------------------------------------------------------------------------

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "pulse.site.accounts.SupportPermissions",
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "pulse.site.accounts.ClosedSignup"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,20/15m/ip"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # that mail would carry a sign-up address; sign-up is closed
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Single sign-on, where an OpenID Connect provider is named: for people who have an account, known by
# the address that the provider verified. It makes no accounts.
PULSE_OIDC_ISSUER = env.str("PULSE_OIDC_ISSUER", "").rstrip("/")
SOCIALACCOUNT_ADAPTER = "pulse.site.accounts.ClosedSocialSignup"
SOCIALACCOUNT_PROVIDERS = environment.single_sign_on(
    PULSE_OIDC_ISSUER,
    env.str("PULSE_OIDC_CLIENT_ID", ""),
    env.str("PULSE_OIDC_CLIENT_SECRET", ""),
    env.str("PULSE_OIDC_NAME", "single sign-on"),
)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up here with an address that is another's

_https = _public.scheme == "https"
SESSION_COOKIE_NAME = "pulse_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_SSL_REDIRECT = (
    False  # the balancer in front redirects; behind it every request looks like http
)
X_FRAME_OPTIONS = "DENY"
if _https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{_public.netloc}"]
# W001 looks at one document of everything; ours are five, each checked by the suite.
SILENCED_SYSTEM_CHECKS = ["security.W008", "drf_spectacular.W001"]
if not _https and (PULSE_EMBEDDED or env.bool("PULSE_INSECURE_HTTP", False)):
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W012", "security.W016"]


def _origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],  # Unfold needs inline script; its own policy is set there
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *([_origin(PULSE_OIDC_ISSUER)] if PULSE_OIDC_ISSUER else [])],
        "frame-ancestors": [NONE],
    },
}
CSP_NONCE = NONCE

# --- the operators' admin ------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Pulse",
    "SITE_HEADER": "Pulse",
    "SITE_SUBHEADER": "Operators",
    "SITE_SYMBOL": "monitor_heart",
    "SITE_URL": "/",
    "STYLES": [lambda _: "/static/site/admin.css"],
    "SCRIPTS": [lambda _: "/static/site/admin.js"],
    "DASHBOARD_CALLBACK": "pulse.site.operators.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "navigation": "pulse.site.operators.navigation",
    },
    "COLORS": {
        "primary": {
            "50": "#eef2ff",
            "100": "#e0e7ff",
            "200": "#c7d2fe",
            "300": "#a5b4fc",
            "400": "#818cf8",
            "500": "#6366f1",
            "600": "#4f46e5",
            "700": "#4338ca",
            "800": "#3730a3",
            "900": "#312e81",
            "950": "#1e1b4b",
        }
    },
}

# Without these whoever may look may import, and take the whole table home.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "change"

# --- static files and uploads ------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # the outermost ASGI layer caps bodies, per path
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- mail --------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("PULSE_EMAIL_FROM", "Pulse <pulse@localhost>")
EMAIL_TIMEOUT = 10
if env.str("PULSE_EMAIL_URL", ""):
    # What the address leaves out is None, which would wait for a mail server for ever.
    _said = env.dj_email_url("PULSE_EMAIL_URL")
    vars().update({name: value for name, value in _said.items() if value is not None})
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# --- APIs --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["pulse.http.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["pulse.http.parsing.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "pulse.http.openapi.PulseSchema",
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "pulse.http.handlers.handle",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "COMPONENT_SPLIT_REQUEST": False,
    # Enumerations stay where they are used: equal member names of unlike sets need no invented names.
    "POSTPROCESSING_HOOKS": [],
}

# --- Celery: hints only; the database holds the facts -------------------------------------------

CELERY_BROKER_URL = PULSE_REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 4
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = bool(PULSE_REDIS_URL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "health_check_interval": 15,
        "global_keyprefix": "pulse:",
    }
    if PULSE_REDIS_URL
    else {}
)
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"

# --- logs --------------------------------------------------------------------------------------

PULSE_LOG_LEVEL = env.str("PULSE_LOG_LEVEL", "warning" if PULSE_EMBEDDED else "info").upper()
LOGGING_CONFIG = None  # pulse.logs.configure() is called by whatever starts a process
