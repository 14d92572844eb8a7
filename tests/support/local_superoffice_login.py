"""Logging in to the local SuperOffice: OAuth tokens, authorization codes with PKCE, system users, the metadata.

Sections are those of what is known about logging in. Documented ("D"): addresses, metadata, parameters, members of
replies, that there is no client_credentials grant, how a system user's token is signed, claims. Observed ("O"): parameters in a
form as well as in the query string, no secret with PKCE, `expires_in` as text, that all three members of the system
user's reply are there. Inferred ("I"): errors of the token endpoint (by RFC 6749), their texts, how far a clock may be
off, what a refused system user reads, rotation of refresh tokens, and that nobody is asked anything by `authorize`.
"""

import base64
import dataclasses
import datetime
import email.utils
import hashlib
import html
import json
import re
import secrets
import threading
import urllib.parse

import local_superoffice_certificates as certificates
from local_superoffice_credentials import APP_TOKEN, TENANT
from local_superoffice_messages import Malformed, UnsupportedType, read_arguments
from local_superoffice_specials import ERROR_A, HTML, JSON, to_json
from local_superoffice_store import OWN_ASSOCIATE
from local_superoffice_wire import Reply

# ----------------------------------------------------------------------------------- what is known here

WEB_CLIENT = "test-client"  # has a secret: APP_TOKEN, which is what SO-AppToken carries as well (D)
NATIVE_CLIENT = "test-native-client"  # has none
CLIENTS = {WEB_CLIENT: APP_TOKEN, NATIVE_CLIENT: None}
REDIRECTS = ("http://127.0.0.1:", "http://[::1]:", "https://app.example/")  # beginnings; D for the first two
SERIAL = "1801550193"
SYSTEM_TOKEN = "Local Test App-2d2D5KmBji"  # may contain blanks (D)
SYSTEM_TOKENS = {  # what becomes of each; the names of the refusals are D, where they occur is I
    SYSTEM_TOKEN: None,
    "Local Test App-revoked": "Revoked",
    "Local Test App-denied": "Denied",
    "Local Test App-reapproval": "NeedsReapproval",
}
REFUSALS = {
    "InvalidTimestamp": "The time in the signed system user token is too far from the service's.",
    "InvalidSignature": "The signature of the system user token is not by the application's key.",
    "Revoked": "The application's access was revoked.",
    "Denied": "The application's access is denied.",
    "NeedsReapproval": "An administrator has to approve the application again.",
}
CODE_SECONDS = 600  # D
TICKET_SECONDS = 6 * 3600  # D, begun anew by each use
ID_TOKEN_SECONDS = 360  # as in the documented sample


def refresh_token(name):
    return f"test-refresh-token-{name}-".ljust(64, "0")  # 64 characters (D by samples)


@dataclasses.dataclass(frozen=True)
class Refreshing:
    """The answers to one refresh token, if they differ from the settings."""

    meaning: str
    changes: dict = dataclasses.field(default_factory=dict)


REFRESH_TOKENS = {refresh_token(name): each for name, each in {
    "good": Refreshing("an access token for an hour, no new refresh token (D)"),
    "rotating": Refreshing("a new refresh token each time; the old one is refused from then on (I)", {"rotate": True}),
    "text": Refreshing("expires_in as text, token_type bearer (O)", {"expires_in_as": "text", "token_type": "bearer"}),
    "endless": Refreshing("no expires_in", {"expires_in_as": "absent"}),
    "short": Refreshing("good for 60 s", {"expires_in": 60}),
    "twenty": Refreshing("good for 20 minutes (D on another page)", {"expires_in": 1200}),
    "large": Refreshing("an access token of 8 KB", {"token_length": 8192}),
    "revoked": Refreshing("400 invalid_grant: the consent was revoked (I)", {"failure": "invalid_grant"}),
    "unauthorized": Refreshing("400 unauthorized_client (I)", {"failure": "unauthorized_client"}),
    "unavailable": Refreshing("503, an HTML page (I)", {"failure": "503"}),
    "busy": Refreshing("429 with Retry-After (I)", {"failure": "429"}),
    "broken": Refreshing("500, an HTML page (I)", {"failure": "500"}),
    "page": Refreshing("200 with an HTML page (I)", {"failure": "page"}),
    "empty": Refreshing("200 with {} (I)", {"failure": "empty"}),
}.items()}

OAUTH_ERRORS = {  # RFC 6749 section 5.2, and a text for a person
    "invalid_request": "The request lacks a parameter or has one twice.",
    "invalid_client": "The client is not known, or its secret is wrong.",
    "invalid_grant": "The refresh token or code was revoked, has been used, or is not known.",
    "unauthorized_client": "The client may not use this grant.",
    "unsupported_grant_type": "The grant type is not served.",
    "invalid_scope": "The scope is not openid.",
}
FAILURES = {
    **{name: f"{401 if name == 'invalid_client' else 400}, {text}" for name, text in OAUTH_ERRORS.items()},
    "500": "an HTML page", "503": "an HTML page", "429": "an HTML page, with Retry-After",
    "page": "200 with an HTML page", "empty": "200 with an object without members",
}


@dataclasses.dataclass
class LoginSettings:
    """What `POST /control/login` changes."""

    expires_in: int = 3600
    expires_in_as: str = "number"
    token_type: str = "Bearer"
    token_length: int = 774  # D by samples
    rotate: bool = False
    failure: str = None  # of FAILURES: every answer of the token endpoint
    skew_minutes: int = 5  # how far the time in a signed token may be off (I)
    refusal_status: int = 200  # of a refused system user: 200 with IsSuccessful false, or this status with the same body
    issuer: str = "SuperOffice AS"  # of the system user's JWT (D), to be changed to a wrong one
    context: str = TENANT  # its ctx claim
    jwt_key: str = "login.key"  # signs the JWTs; the other one is not in jwks


CHOICES = {"expires_in_as": ("number", "text", "absent"), "failure": (None, *FAILURES),
           "jwt_key": ("login.key", "system-user.key")}


class OAuthError(Exception):
    """An error of the token endpoint by its name."""


class Page(Exception):
    """authorize cannot send the browser back: a page with this text."""


@dataclasses.dataclass
class _Code:
    client: str
    redirect: str
    challenge: str
    method: str
    nonce: str
    until: float


def claim(name):
    return f"http://schemes.superoffice.net/identity/{name}"


# --------------------------------------------------------------------------------------------- log-in

class Login:
    """Answers what lies below /login. `service` gives the clock, the credentials and the listeners' roots."""

    def __init__(self, service, directory):
        self._service, self._directory = service, directory
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        self.settings = LoginSettings()
        self._refresh_tokens = {value: token.changes for value, token in REFRESH_TOKENS.items()}
        self._codes = {}
        self._count = 0

    def answer(self, request, path):
        """The reply; None if there is nothing at that path."""
        for end, method, run in ROUTES:
            if path.lower().rstrip("/") == end:
                if request.method not in method:
                    return Reply(405, [("Allow", ", ".join(method))])
                return run(self, request)
        return None

    # ---- metadata

    def _metadata(self, request):
        """D, but for end_session_endpoint (O)."""
        root = request.listener.root
        return self._json(200, {
            "issuer": root, "authorization_endpoint": f"{root}/login/common/oauth/authorize",
            "token_endpoint": f"{root}/login/common/oauth/tokens", "jwks_uri": f"{root}/login/.well-known/jwks",
            "end_session_endpoint": f"{root}/login/logout", "scopes_supported": ["openid"],
            "response_modes_supported": ["form_post", "fragment", "query"],
            "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "grant_types_supported": ["implicit", "authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"]})

    def _jwks(self, _request):
        number, exponent = certificates.public_numbers(self._key("login.key"))
        return self._json(200, {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._key_id(),
                                          "n": _url64(_to_bytes(number)), "e": _url64(_to_bytes(exponent))}]})

    def _logout(self, request):
        back = _parameters(request, allow_many=True).get("post_logout_redirect_uri")
        return Reply(302, [("Location", back)]) if back else _page("Logged out", 200)

    # ---- the token endpoint

    def _tokens(self, request):
        try:
            return self._granted(request)
        except OAuthError as error:
            return self._oauth_error(str(error), request)

    def _granted(self, request):
        parameters = _parameters(request)
        if self.settings.failure:
            return self._failure(self.settings.failure, request)
        grant = parameters.get("grant_type", "")
        if grant not in ("refresh_token", "authorization_code"):  # D: no client_credentials, no password
            raise OAuthError("unsupported_grant_type" if grant else "invalid_request")
        client = self._authenticated(request, parameters)
        if grant == "refresh_token":
            return self._refresh(request, parameters)
        return self._exchange(request, parameters, client)

    def _authenticated(self, request, parameters):
        client, secret = parameters.get("client_id"), parameters.get("client_secret")
        scheme, _, text = (request.header("Authorization") or "").partition(" ")
        if scheme.lower() == "basic":
            if secret is not None:
                raise OAuthError("invalid_request")  # two ways at once
            try:
                client, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
            except ValueError:
                raise OAuthError("invalid_client") from None
            client, secret = urllib.parse.unquote_plus(client), urllib.parse.unquote_plus(secret)
        if client is None:
            raise OAuthError("invalid_request")
        if client not in CLIENTS or (CLIENTS[client] is not None and secret != CLIENTS[client]):
            raise OAuthError("invalid_client")
        return client

    def _refresh(self, request, parameters):
        token = parameters.get("refresh_token")
        if not token:
            raise OAuthError("invalid_request")
        if parameters.get("scope", "openid") != "openid":
            raise OAuthError("invalid_scope")
        with self._lock:
            if token not in self._refresh_tokens:
                raise OAuthError("invalid_grant")
            settings = dataclasses.replace(self.settings, **self._refresh_tokens[token])
            if settings.failure:
                return self._failure(settings.failure, request)
            members = self._access_token(settings)
            if settings.rotate:
                changes = self._refresh_tokens.pop(token)
                members["refresh_token"] = self._new_refresh_token(changes)
        members["id_token"] = self._id_token(request, parameters.get("client_id", WEB_CLIENT))
        return self._json(200, members)

    def _exchange(self, request, parameters, client):
        redirect = parameters.get("redirect_uri", parameters.get("redirect_url"))
        if not parameters.get("code") or redirect is None:
            raise OAuthError("invalid_request")
        with self._lock:
            code = self._codes.pop(parameters["code"], None)
            if (code is None or code.until < self._service.clock.now() or code.client != client
                    or code.redirect != redirect or not _proves(code, parameters.get("code_verifier"))):
                raise OAuthError("invalid_grant")
            members = {**self._access_token(self.settings), "refresh_token": self._new_refresh_token({})}
        members["id_token"] = self._id_token(request, client, code.nonce)
        return self._json(200, members)

    def _access_token(self, settings):
        """A new one and its members; under the lock."""
        self._count += 1
        value = f"8A:{TENANT}." + _text_of(f"access {self._count}", settings.token_length - len(TENANT) - 4)
        until = None if settings.expires_in_as == "absent" else self._service.clock.now() + settings.expires_in
        self._service.credentials.issue("bearer", value, f"bearer-issued-{self._count}", until)
        expires = {"number": {"expires_in": settings.expires_in}, "text": {"expires_in": str(settings.expires_in)},
                   "absent": {}}[settings.expires_in_as]
        return {"token_type": settings.token_type, "access_token": value, **expires}

    def _new_refresh_token(self, changes):
        self._count += 1
        value = refresh_token(f"issued-{self._count}")
        self._refresh_tokens[value] = changes
        return value

    def revoke(self, token=None):
        """One refresh token, or all; answers how many."""
        with self._lock:
            gone = [value for value in self._refresh_tokens if token in (None, value)]
            for value in gone:
                del self._refresh_tokens[value]
            return len(gone)

    def _oauth_error(self, name, request):
        reply = self._json(401 if name == "invalid_client" else 400,
                           {"error": name, "error_description": OAUTH_ERRORS[name]})
        if name == "invalid_client" and request.header("Authorization"):
            reply.headers.append(("WWW-Authenticate", 'Basic realm="SuperOffice"'))
        return reply

    def _failure(self, name, request):
        if name in OAUTH_ERRORS:
            return self._oauth_error(name, request)
        if name == "empty":
            return self._json(200, {})
        if name == "page":
            return _page("Log in", 200)
        reply = _page({"500": "Server Error", "503": "Service Unavailable", "429": "Too Many Requests"}[name], int(name))
        if name == "429":
            reply.headers.append(("Retry-After", str(self._service.settings.retry_after)))
        return reply

    # ---- authorize

    def _authorize(self, request):
        """Sends the browser back at once, as if a person had agreed; with login_hint=deny, as if not (I)."""
        try:
            parameters = _parameters(request)
            client, redirect = parameters.get("client_id"), parameters.get("redirect_uri", "")
            if client not in CLIENTS:
                raise Page("The application is not known.")
            if not redirect.startswith(REDIRECTS):
                raise Page("The redirect address is not registered.")
        except (Page, OAuthError) as problem:
            return _page(html.escape(str(problem)), 400)
        answer = self._authorized(parameters, client, redirect)
        if "state" in parameters:
            answer["state"] = parameters["state"]
        return _sent_back(redirect, answer, parameters.get("response_mode", "query"))

    def _authorized(self, parameters, client, redirect):
        method = parameters.get("code_challenge_method", "plain")  # D: default plain
        if parameters.get("response_type") != "code":
            return {"error": "unsupported_response_type"}
        if "openid" not in parameters.get("scope", "").split():
            return {"error": "invalid_scope"}
        if method not in ("S256", "plain") or ("code_challenge_method" in parameters
                                               and "code_challenge" not in parameters):
            return {"error": "invalid_request", "error_description": "The code challenge cannot be used."}
        tenant = parameters.get("acr_values", f"tenant:{TENANT}")
        if parameters.get("login_hint") == "deny" or tenant.lower() != f"tenant:{TENANT}".lower():
            return {"error": "access_denied", "error_description": REFUSALS["Denied"]}
        value = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[value] = _Code(client, redirect, parameters.get("code_challenge"), method,
                                       parameters.get("nonce"), self._service.clock.now() + CODE_SECONDS)
        return {"code": value}

    # ---- system users

    def _authenticate(self, request):
        try:
            arguments = read_arguments(request)
            values = [arguments.get(name.lower()) for name in
                      ("SignedSystemToken", "ApplicationToken", "ContextIdentifier", "ReturnTokenType")]
            if not all(isinstance(value, str) and value for value in values):
                raise Malformed("A member is missing.")  # I
        except Malformed as malformed:
            return self._json(400, {**ERROR_A, "MessageDetail": str(malformed)})
        except UnsupportedType as unsupported:
            return self._json(415, {"Message": f"The media type {unsupported} is not served."})
        signed, application, context, kind = values
        refusal = self._refusal(signed, application, context, kind)
        if refusal:
            return self._json(self.settings.refusal_status,
                              {"IsSuccessful": False, "Token": None, "ErrorMessage": refusal})
        return self._json(200, {"IsSuccessful": True, "Token": self._system_jwt(request), "ErrorMessage": None})

    def _refusal(self, signed, application, context, kind):
        """Why the system user is not let in, or None. The order of the questions is inferred."""
        if application != APP_TOKEN:
            return "The application token is not known."
        if context.lower() != TENANT.lower():
            return "The context identifier is not known."
        if kind.lower() != "jwt":
            return "The return token type is not served here: JWT."
        data, _, signature = signed.rpartition(".")
        token, _, stamp = data.rpartition(".")
        if token not in SYSTEM_TOKENS or not re.fullmatch(r"[0-9]{12}", stamp):
            return f"InvalidSignature: {REFUSALS['InvalidSignature']}"
        try:
            signature = base64.b64decode(signature, validate=True)
        except ValueError:
            signature = b""
        if not certificates.is_signed(self._key("system-user-public.pem"), data.encode(), signature):
            return f"InvalidSignature: {REFUSALS['InvalidSignature']}"
        if not self._is_timely(stamp):
            return f"InvalidTimestamp: {REFUSALS['InvalidTimestamp']}"
        name = SYSTEM_TOKENS[token]
        return f"{name}: {REFUSALS[name]}" if name else None

    def _is_timely(self, stamp):
        try:
            signed_at = datetime.datetime.strptime(stamp, "%Y%m%d%H%M").replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            return False
        now = self._service.clock.utc().replace(second=0, microsecond=0)
        return abs(now - signed_at) <= datetime.timedelta(minutes=self.settings.skew_minutes)

    def _system_jwt(self, request):
        with self._lock:
            self._count += 1
            ticket = "7T:" + _text_of(f"ticket {self._count}", 86) + "=="
            self._service.credentials.issue("ticket", ticket, f"ticket-issued-{self._count}",
                                            self._service.clock.now() + TICKET_SECONDS, TICKET_SECONDS)
        return self._jwt({
            **self._tenant_claims(request), claim("ticket"): ticket, claim("ctx"): self.settings.context,
            **self._times(), "iss": self.settings.issuer, "aud": f"spn:{SERIAL}"})

    # ---- tokens of the log-in host

    def _id_token(self, request, client, nonce=None):
        """The claims are D; their values are of no real person."""
        user = "test-user@client.example"
        return self._jwt({
            "sub": user, claim("associateid"): str(OWN_ASSOCIATE), claim("identityprovider"): "central-superid",
            claim("email"): user, claim("upn"): user, claim("is_administrator"): "True", claim("ctx"): TENANT,
            claim("company_name"): "Local Test Company", **self._tenant_claims(request),
            claim("system_token"): SYSTEM_TOKEN, claim("initials"): "TU", claim("so_primary_email_address"): user,
            **({"nonce": nonce} if nonce else {}), **self._times(), "iss": request.listener.root, "aud": client})

    def _tenant_claims(self, request):
        base = f"{self._service.tenant_listener(request).root}/{TENANT}"
        return {claim("serial"): SERIAL, claim("netserver_url"): f"{base}/Remote/Services88/",
                claim("webapi_url"): f"{base}/api/"}

    def _times(self):
        now = int(self._service.clock.unix())
        return {"iat": str(now), "nbf": now - 60, "exp": now + ID_TOKEN_SECONDS - 60}  # iat is a text (D by sample)

    def _jwt(self, claims):
        header = {"alg": "RS256", "kid": self._key_id(), "typ": "JWT"}
        text = f"{_url64(json.dumps(header).encode())}.{_url64(json.dumps(claims).encode())}"
        return f"{text}.{_url64(certificates.sign(self._key(self.settings.jwt_key), text.encode()))}"

    def _key_id(self):
        return hashlib.sha1(_to_bytes(certificates.public_numbers(self._key("login.key"))[0])).hexdigest().upper()

    def _key(self, name):
        certificates.make_login_keys(self._directory)  # where the service speaks no TLS they are not there yet
        return self._directory / name

    def _json(self, status, value):
        return Reply(status, [
            ("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache"),
            ("Date", email.utils.format_datetime(self._service.clock.utc(), usegmt=True))], to_json(value).encode())


TOKENS, AUTHENTICATE = "/login/common/oauth/tokens", "/login/api/partnersystemuser/authenticate"
ROUTES = (  # in lower case: paths are compared without case
    ("/login/.well-known/openid-configuration", ("GET",), Login._metadata),
    ("/login/.well-known/jwks", ("GET",), Login._jwks),
    ("/login/common/oauth/authorize", ("GET",), Login._authorize),
    (TOKENS, ("POST",), Login._tokens),
    ("/login/logout", ("GET",), Login._logout),
    (AUTHENTICATE, ("POST",), Login._authenticate),
)


# ------------------------------------------------------------------------------------ small helpers

def _pairs(request):
    """The parameters of the query and of a form, in order."""
    query = urllib.parse.urlsplit(request.target).query
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs += urllib.parse.parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return pairs


def _parameters(request, allow_many=False):
    pairs = _pairs(request)
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names) and not allow_many:
        raise OAuthError("invalid_request")
    return dict(pairs)


def _proves(code, verifier):
    """PKCE, RFC 7636 section 4.6; a verifier without a challenge proves nothing."""
    if code.challenge is None:
        return verifier is None
    if verifier is None or not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier):
        return False
    proof = _url64(hashlib.sha256(verifier.encode()).digest()) if code.method == "S256" else verifier
    return secrets.compare_digest(proof, code.challenge)


def _sent_back(redirect, answer, mode):
    text = urllib.parse.urlencode(answer)
    if mode == "form_post":
        fields = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
                         for name, value in answer.items())
        body = (f'<html><body onload="document.forms[0].submit()"><form method="post" action="{html.escape(redirect)}">'
                f"{fields}</form></body></html>")
        return Reply(200, [("Content-Type", HTML)], body.encode())
    mark = "#" if mode == "fragment" else "&" if "?" in redirect else "?"
    return Reply(302, [("Location", redirect + mark + text), ("Cache-Control", "no-store")])


def _page(title, status):
    page = f"<!DOCTYPE html>\r\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\r\n"
    return Reply(status, [("Content-Type", HTML)], page.encode())


def _text_of(seed, length):
    """Text of the characters that tokens have; the same for the same seed."""
    text = ""
    while len(text) < length:
        text += base64.b64encode(hashlib.sha512(f"{seed} {len(text)}".encode()).digest()).decode().rstrip("=")
    return text[:length]


def _url64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _to_bytes(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


LOGGED = ("grant_type", "client_id", "redirect_uri", "redirect_url", "response_type", "response_mode", "scope",
          "code_challenge_method", "acr_values", "contextidentifier", "returntokentype")


def redacted(request):
    """What of a request the log may show: names of all parameters, values of those that are no secret."""
    def shown(pairs):
        return "&".join(f"{name}={value if name.lower() in LOGGED else '(redacted)'}" for name, value in pairs)
    target, _, query = request.target.partition("?")
    body = request.body.decode("utf-8", "replace")
    try:
        members = json.loads(body)
        body = shown((str(name), value) for name, value in members.items())
    except (ValueError, AttributeError, RecursionError):
        body = shown(urllib.parse.parse_qsl(body, keep_blank_values=True))
    if query:
        target += "?" + shown(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return {"target": target, "body": body}
