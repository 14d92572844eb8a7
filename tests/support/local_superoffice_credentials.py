"""Which credentials the local SuperOffice takes (section 3 of the service's description)."""

import base64
import binascii
import collections
import threading

TENANT = "Cust12345"

BASIC_GOOD = "test-user:test-password"
BASIC_SAMPLE = "tje0:Tje0"  # the one in the documented sample request
BASIC_UNICODE = "j\u00f8rgen:p\u00e5ssord-\u20ac"
BASIC_EXPIRED = "expired-user:test-password"
TICKET_GOOD = "7T:test-ticket-good"
TICKET_EXPIRED = "7T:test-ticket-expired"
TICKET_LONG = "7T:test-ticket-long."  # and any text after it
BEARER_GOOD = f"8A:{TENANT}.test-token-good"
BEARER_EXPIRED = f"8A:{TENANT}.test-token-expired"
BEARER_LONG = f"8A:{TENANT}.test-token-long."  # and any text after it
SESSION_GOOD = "test-session-good"  # Cookie: ANY-NAME=test-session-good, X-XSRF-TOKEN: test-xsrf-good
SESSION_EXPIRED = "test-session-expired"
APP_TOKEN = "test-app-token"

KNOWN = {  # (kind, secret) -> the name that the log shows in its place
    ("basic", BASIC_GOOD): "basic-good",
    ("basic", BASIC_SAMPLE): "basic-sample",
    ("basic", BASIC_UNICODE): "basic-unicode",
    ("basic", BASIC_EXPIRED): "basic-expired",
    ("ticket", TICKET_GOOD): "ticket-good",
    ("ticket", TICKET_EXPIRED): "ticket-expired",
    ("bearer", BEARER_GOOD): "bearer-good",
    ("bearer", BEARER_EXPIRED): "bearer-expired",
    ("session", SESSION_GOOD): "session-good",
    ("session", SESSION_EXPIRED): "session-expired",
}
LONG = {("ticket", TICKET_LONG): "ticket-long", ("bearer", BEARER_LONG): "bearer-long"}
SCHEMES = {"basic": "basic", "soticket": "ticket", "bearer": "bearer"}
MINTED = {"basic": "renewed-user-{}:test-password", "ticket": "7T:test-ticket-renewed-{}",
          "bearer": f"8A:{TENANT}.test-token-renewed-{{}}", "session": "test-session-renewed-{}"}


def xsrf_of(session):
    return session.replace("session", "xsrf", 1)


class Refused(Exception):
    """No credential, or not a good one: 401 with this text."""


class Credentials:
    """Which secrets are good; control calls expire and renew them."""

    def __init__(self, basic_online=False, now=lambda: 0.0):
        self._basic_online, self._now = basic_online, now
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        with self._lock:
            self._names = dict(KNOWN)
            self._expired = {key for key, name in KNOWN.items() if name.endswith("-expired")}
            self._uses_left = {}
            self._until = {}  # of what was issued: (when it ends on the service's clock, by how long a use puts it off)
            self._minted = collections.Counter()

    def check(self, request, online):
        """The name of the good credential that a request carries; raises Refused."""
        kind, secret = self._find(request, online)
        with self._lock:
            name = self._names.get((kind, secret))
            key = (kind, secret)
            for (long_kind, prefix), long_name in LONG.items():
                if long_kind == kind and secret.startswith(prefix):
                    name, key = long_name, (kind, prefix)
            if name is None:
                raise Refused(f"The {kind} credential is not known.")
            if key in self._uses_left:
                self._uses_left[key] -= 1
                if self._uses_left[key] < 0:
                    self._expired.add(key)
                    del self._uses_left[key]
            if self._is_over(key):
                self._expired.add(key)
            if key in self._expired:
                raise Refused(f"The {kind} credential has expired.")
            return name

    def _is_over(self, key):
        until, sliding = self._until.get(key, (None, 0))
        if until is None:
            return False
        if self._now() >= until:
            return True
        if sliding:
            self._until[key] = (self._now() + sliding, sliding)
        return False

    def issue(self, kind, secret, name, until=None, sliding=0):
        """Makes a secret good until then; with `sliding`, each use makes it good for so many seconds more."""
        with self._lock:
            self._names[(kind, secret)] = name
            self._until[(kind, secret)] = (until, sliding)

    def _find(self, request, online):
        authorization = request.header("Authorization")
        if authorization is None:
            return "session", self._find_session(request)
        scheme, _, secret = authorization.partition(" ")
        kind = SCHEMES.get(scheme.lower())  # schemes are compared without case (section 3)
        if kind is None:
            raise Refused("The authentication scheme is not one that is served here.")
        if kind == "ticket" and online and request.header("SO-AppToken") != APP_TOKEN:
            raise Refused("An Online ticket needs SO-AppToken beside it.")
        if kind == "basic":
            if online and not self._basic_online:
                raise Refused("Basic works onsite only.")
            secret = _from_base64(secret)
        return kind, secret.strip()

    @staticmethod
    def _find_session(request):
        cookie, xsrf = request.header("Cookie"), request.header("X-XSRF-TOKEN")
        if cookie is None:
            raise Refused("A credential is missing.")
        if xsrf is None:
            raise Refused("A cookie alone is not enough: X-XSRF-TOKEN is missing.")
        values = [pair.partition("=")[2].strip() for pair in cookie.split(";")]
        for value in values:
            if value.startswith("test-session-") and xsrf == xsrf_of(value):
                return value
        raise Refused("X-XSRF-TOKEN does not belong to the session.")

    def expire(self, kind, secret=None, after=0):
        with self._lock:
            keys = [key for key in (*self._names, *LONG) if key[0] == kind and secret in (None, key[1])]
            for key in keys:
                if after > 0 and key not in self._expired:
                    self._uses_left[key] = after
                else:
                    self._expired.add(key)
            return len(keys)

    def renew(self, kind, secret=None):
        with self._lock:
            if secret is None:
                self._minted[kind] += 1
                secret = MINTED[kind].format(self._minted[kind])
            key = (kind, secret)
            self._names.setdefault(key, f"{kind}-renewed-{self._minted[kind]}")
            self._expired.discard(key)
            self._uses_left.pop(key, None)
            self._until.pop(key, None)
            return secret


def _from_base64(text):
    try:
        return base64.b64decode(text.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise Refused("The Basic credential is not base64 of UTF-8.") from None
