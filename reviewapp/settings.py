"""Settings. Everything that differs between installations is an environment variable; see docs for the list."""

import os
import sys
import warnings

import environ
from django.core.exceptions import ImproperlyConfigured

from reviewapp import databases, state

env = environ.Env()
BASE_DIR = state.REPOSITORY
VAR = state.VAR
RUNNING = state.read_pairs(state.SERVERS_FILE)  # the servers of a running `bin/dev`, if there is one
PROCESS = os.environ.get("REVIEWAPP_PROCESS", "command")  # set by wsgi.py ("web") and celery.py ("worker")
NO_SERVER = f"postgresql:///reviewapp?host={VAR}"  # fails with the sentence that no server listens there

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY") or state.read_text(state.SECRET_KEY_FILE) or ("debug" if DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])


def require_secret_key() -> None:
    """Refuse to serve on a key that nobody chose. Raises ImproperlyConfigured."""
    if not DEBUG and not os.environ.get("SECRET_KEY"):
        raise ImproperlyConfigured("SECRET_KEY is not set: web, worker and beat do not start without it.")


# Servers
WEB_THREADS = env.int("WEB_THREADS", default=8)  # per web process
DATABASE_URL = os.environ.get("DATABASE_URL") or RUNNING.get("DATABASE_URL") or NO_SERVER
DATABASE_OWNER_URL = (
    os.environ.get("DATABASE_OWNER_URL")
    or (os.environ.get("DATABASE_URL") and DATABASE_URL)
    or RUNNING.get("DATABASE_OWNER_URL")
    or DATABASE_URL
)
DATABASES = {
    # The runtime role: reads and writes rows, appends to the ledger, cannot change the schema.
    "default": databases.database(DATABASE_URL, process=PROCESS, pool_size=WEB_THREADS if PROCESS == "web" else 0),
    # The role that owns the schema and migrates: `migrate --database owner`.
    "owner": databases.database(DATABASE_OWNER_URL, process="command"),
}
REDIS_URL = os.environ.get("REDIS_URL") or RUNNING.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "web_cache"}}

# Application
INSTALLED_APPS = [
    "reviewapp",
    "escalations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "reviewapp.middleware.identified",
    "reviewapp.middleware.secure_cookies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
API_MIDDLEWARE = [  # see reviewapp.wsgi
    "reviewapp.middleware.identified",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "reviewapp.urls"
WSGI_APPLICATION = "reviewapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # bytes; the web front refuses longer bodies, the API has its own limits
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# People and sign-in
AUTH_USER_MODEL = "escalations.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None  # guardian: no row for people who are not signed in
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "reviewapp.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
# A whole office signs in from one address each morning; guessing passwords stays slow.
ACCOUNT_RATE_LIMITS = {"login": "1200/m/ip", "login_failed": "30/m/ip,5/5m/key"}

# Sessions, cookies, headers. Cookies are marked Secure on https (reviewapp.middleware.secure_cookies).
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 7  # seconds
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365  # sent on https only
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains is the installation's own decision
    "security.W021",  # … and so is preloading
    "security.W008",  # the redirect to https is the proxy's work
    "security.W012",  # see secure_cookies
    "security.W016",  # see secure_cookies
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Static files: hashed names once `collectstatic` has run (`up` runs it), plain names from the sources until then.
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "reviewapp.staticfiles.ForgivingManifestStorage"},
}
WHITENOISE_USE_FINDERS = True
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)  # not collected yet
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["escalations.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "escalations.api.negotiation.OneAnswer",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "escalations.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Reviewapp",
    "DESCRIPTION": "Hand outputs over, wait for people, get decisions back.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "POSTPROCESSING_HOOKS": ["escalations.api.schema.add_refusals"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Mail: printed unless EMAIL_URL names a server, e.g. smtp+tls://user:password@mail.example.com:587
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="reviewapp@localhost")

# Operations
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # opens /metrics; without it there is no such address
LOG_FORMAT = env.str("LOG_FORMAT", default="")  # json or text
if LOG_FORMAT not in ("json", "text"):
    LOG_FORMAT = "text" if DEBUG or PROCESS == "command" or sys.stdout.isatty() else "json"
LOG_STREAM = "ext://sys.stderr" if PROCESS == "command" else "ext://sys.stdout"  # a command's output is its answer
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "reviewapp.logs.formatter", "kind": LOG_FORMAT}},
    "handlers": {"stream": {"class": "logging.StreamHandler", "stream": LOG_STREAM, "formatter": "lines"}},
    "root": {"handlers": ["stream"], "level": env.str("LOG_LEVEL", default="") or "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # a refused request is the sender's news; its line tells the status
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can send one
        "celery": {"level": "WARNING"},  # reviewapp.job_logs tells what becomes of jobs
        "celery.app.trace": {"level": "CRITICAL"},  # … failures too, without the values in their messages
        "httpx": {"level": "WARNING"},  # it tells every request
        "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
