"""The SuperOffice half of the local SuperOffice: credentials, the calls, representations, control.

`Service` is the application that a `local_superoffice_wire.Server` serves. Section numbers are those of
the service's description; what it leaves open and was decided here is marked (inferred).
"""

import base64
import binascii
import collections
import dataclasses
import datetime
import email.utils
import json
import re
import threading
import time
import urllib.parse
import xml.etree.ElementTree
import xml.sax.saxutils

from local_superoffice_specials import (ERROR_A, ERROR_B, ERROR_C, JSON, SPECIALS, TEXT, WRONG_HOST, Raw, to_json)
from local_superoffice_tasks import (DEFAULTS, SAMPLE, SAMPLE_ID, Clock, Manner, Tasks, course_of, find_zone, write,
                                     BASE_ZONE)
from local_superoffice_wire import FAULTS, FRAMINGS, Reply, parse_weighted

TENANT = "Cust12345"
ONLINE_ROOT = f"/{TENANT}"
ONSITE_ROOTS = ("/superoffice", "/Super", "/crm", "")  # section 2: any virtual directory, or none
BATCH = "/v1/Agents/Batch/"

# ------------------------------------------------------------------------------------- credentials

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

    def __init__(self, basic_online=False):
        self._basic_online = basic_online
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        with self._lock:
            self._names = dict(KNOWN)
            self._expired = {key for key, name in KNOWN.items() if name.endswith("-expired")}
            self._uses_left = {}
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
            if key in self._expired:
                raise Refused(f"The {kind} credential has expired.")
            return name

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
            return secret


def _from_base64(text):
    try:
        return base64.b64decode(text.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise Refused("The Basic credential is not base64 of UTF-8.") from None


# ---------------------------------------------------------------------------------- reading requests

class Malformed(Exception):
    """The body cannot be read: 400 with error object A and this detail."""


class MissingArgument(Exception):
    """The body has no Id: 200 with error object A (section 4)."""


class RefusedArgument(Exception):
    """The service refuses the value: 400 with error object B (section 4)."""


class UnsupportedType(Exception):
    """415; the text names the type."""


def _read_json(body):
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("The body is not a JSON object.")
    return {name.lower(): member for name, member in value.items()}  # names bind without case (section 5)


def _refuse_constant(name):
    raise ValueError(name)


def _read_form(body):
    try:
        pairs = urllib.parse.parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict",
                                       max_num_fields=100)
    except ValueError:
        raise Malformed("The form cannot be read.") from None
    return {name.lower(): value for name, value in pairs}


def _read_xml(body):
    """Inferred (section 11): any root, `Id` as its child, namespaces overlooked; no document type."""
    if b"<!" in body:
        raise Malformed("The XML has a document type or more than elements.")
    try:
        root = xml.etree.ElementTree.fromstring(body)
    except (xml.etree.ElementTree.ParseError, ValueError, LookupError):
        raise Malformed("The body is not XML.") from None
    return {child.tag.rpartition("}")[2].lower(): child.text for child in root}


JSON_TYPES = ("application/json", "text/json", "application/json-patch+json", "application/merge-patch+json")
XML_TYPES = ("application/xml", "text/xml")
REPLY_TYPES = (*JSON_TYPES[:2], *XML_TYPES, *JSON_TYPES[2:])  # section 1.2, its order
BODY_READERS = {
    **{name: _read_json for name in JSON_TYPES},
    **{name: _read_xml for name in XML_TYPES},
    "application/x-www-form-urlencoded": _read_form,
}
INT32 = range(-2 ** 31, 2 ** 31)


def read_arguments(request):
    """The members of a request body by lower-case name; an empty body has none."""
    content_type = request.header("Content-Type")
    name, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    reader = BODY_READERS.get(name)
    if reader is None:  # without Content-Type too (inferred)
        raise UnsupportedType(name or "(none)")
    charset = [value.partition("=")[2].strip('"') for value in parameters if value.startswith("charset")]
    if charset and charset[0] not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedType(content_type)
    return reader(request.body) if request.body.strip() else {}


def read_id(arguments):
    value = arguments.get("id")
    if value is None:
        raise MissingArgument
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,19}\s*", value):
            raise Malformed("Id is not a number.")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in INT32:
        raise Malformed("Id is not a 32-bit integer.")
    if value < 0:
        raise RefusedArgument
    return value


UNTRANSLATED = ("", "*", "x", "-")  # section 8


def read_manner(request):
    language = request.header("SO-Language")
    if language is None:
        wanted = [name for name, weight in parse_weighted(request.header("Accept-Language") or "") if weight > 0]
        language = wanted[0] if wanted else ""
    language = "" if language.strip().lower() in UNTRANSLATED else language.strip()
    zone, offsets = _read_zone(request.header("SO-TimeZone") or "")
    return Manner(language, (request.header("SO-Culture") or "") if language else "", zone, offsets)


def _read_zone(value):
    words = [word.strip() for word in value.split(",") if word.strip()]
    codes = [word for word in words if word.lower() != "includetzoffset"]
    if not codes:
        return "", bool(words)
    zone = find_zone(codes[0])
    if zone is None:
        raise RefusedArgument  # inferred: the documentation names no answer
    return zone, len(words) > len(codes)


# ----------------------------------------------------------------------------------------- $select

def read_select(target):
    """The value of $select as sent, or None."""
    query = urllib.parse.urlsplit(target).query
    for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
        if name.lower() == "$select":
            return value
    return None


def apply_select(info, select, nulled):
    """Keeps what `select` names (without case, nested by /) and nulls out the rest in one of three ways."""
    paths = [path.strip().lower().split("/") for path in (select or "").split(",") if path.strip()]
    return _keep(info, paths, nulled) if paths and nulled != "ignored" else info


def _keep(members, paths, nulled):
    kept = {}
    for name, value in members.items():
        matching = [path[1:] for path in paths if path[0] == name.lower()]
        if matching:
            whole = not isinstance(value, dict) or [] in matching
            kept[name] = value if whole else _keep(value, matching, nulled)
        elif nulled != "absent":
            kept[name] = DEFAULTS.get(name) if nulled == "defaults" else None
    return kept


# ------------------------------------------------------------------------------------------ writing

@dataclasses.dataclass(frozen=True)
class XmlShape:
    """One way in which the XML may look; section 11 documents only plain elements without a namespace."""

    meaning: str
    namespace: str = ""
    prefix: str = ""
    nil: bool = False
    pairs: bool = True  # maps as Key and Value, as the SOAP sibling writes them
    flags: str = ", "


XML_SHAPES = {
    "plain": XmlShape("no namespace, null as an empty element, maps as pairs"),
    "nil": XmlShape("null marked by i:nil", nil=True),
    "soap": XmlShape("as the SOAP sibling: its namespace and a prefix, nil, flags as a list",
                     "http://www.superoffice.net/ws/crm/NetServer/Services88", "so:", True, True, " "),
    "elements": XmlShape("maps as elements named by their keys", pairs=False),
}
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PAIR_NAMES = {"ParameterObject": "StringKeyValuePair", "FieldProperties": "FieldPropertyDictionaryKeyValuePair"}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(root, value, shape):
    spaces = f' xmlns:i="{XSI}"' if shape.nil or value is None else ""
    if shape.namespace:
        spaces += f' xmlns:{shape.prefix.rstrip(":")}="{shape.namespace}"'
    element = _element(root, value, shape).removeprefix(f"<{shape.prefix}{root}")
    if value is None:
        element = ' i:nil="true"/>'
    return f'<?xml version="1.0" encoding="utf-8"?><{shape.prefix}{root}{spaces}{element}'


def _element(name, value, shape):
    tag = shape.prefix + name
    if value is None:
        return f'<{tag} i:nil="true"/>' if shape.nil else f"<{tag}></{tag}>"
    return f"<{tag}>{_content(name, value, shape)}</{tag}>"


def _content(name, value, shape):
    if isinstance(value, Raw):
        value = _parse_raw(value)
    if isinstance(value, dict):
        if name in PAIR_NAMES and shape.pairs:
            return "".join(_element(PAIR_NAMES[name], {"Key": key, "Value": member}, shape)
                           for key, member in value.items())
        return "".join(_element(_xml_name(key), member, shape) for key, member in value.items())
    if isinstance(value, list):
        return "".join(_element("Item", item, shape) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace(", ", shape.flags) if name == "Mask" else str(value)
    return xml.sax.saxutils.escape(NOT_IN_XML.sub("\ufffd", text))


def _parse_raw(text):
    """JSON text as a value; what is no JSON stays as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return str(text)


def _xml_name(key):
    """A key as an element's name, foreign characters as _xHHHH_ (inferred)."""
    name = re.sub(r"[^A-Za-z0-9_.\-]", lambda found: f"_x{ord(found[0]):04X}_", key)
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"


def choose_type(request):
    """The reply type for Accept; JSON when nothing that is served was asked for (inferred)."""
    for wanted, weight in parse_weighted(request.header("Accept") or "*/*"):
        if weight <= 0:
            continue
        for name in REPLY_TYPES:
            if wanted in (name, "*/*", name.partition("/")[0] + "/*"):
                return name
    return JSON_TYPES[0]


# ------------------------------------------------------------------------------------------ service

TENANT_STATES = ("Unknown", "Provisioning", "Running", "Deleted", "Suspended", "OnlineMaintenance",
                 "OfflineMaintenance", "ProvisioningFailed", "Deleting", "DeleteFailed", "MigrationPending")
VERSION = "Release_11.10_2026.02.24-02"


@dataclasses.dataclass
class Settings:
    """What a start option sets and `POST /control/settings` changes."""

    framing: str = "chunked"
    nulled: str = "null"
    xml: str = "plain"
    gzip: bool = True
    delay: float = 0.0
    drip_seconds: float = 0.02
    retry_after: int = 2
    task_seconds: float = 4.0


@dataclasses.dataclass
class Tenant:
    """What the state call says (section 2)."""

    at: str = None  # the listener that serves the tenant; None: every one
    state: str = "Running"
    version: str = VERSION
    valid_seconds: float = 60.0


CHOICES = {"framing": FRAMINGS, "nulled": ("absent", "null", "defaults", "ignored"), "xml": XML_SHAPES,
           "state": TENANT_STATES}


class ControlError(Exception):
    """A control call that cannot be obeyed: 400 with this text."""


class Service:
    """Answers requests. `listeners` maps names to listeners and is filled by whoever opens them."""

    def __init__(self, settings, log, manual_clock=False, basic_online=False, tenant_at=None, on_stop=lambda: None):
        self._initial = (dataclasses.replace(settings), manual_clock, tenant_at)
        self.log, self._on_stop = log, on_stop
        self.listeners, self.counters = {}, dict
        self._lock = threading.Lock()
        self.credentials = Credentials(basic_online)
        self._reset()

    def _reset(self):
        settings, manual_clock, tenant_at = self._initial
        self.settings = dataclasses.replace(settings)
        self.clock = Clock(manual_clock)
        self.tasks = Tasks(self.clock, settings.task_seconds)
        self.tenant = Tenant(tenant_at)
        self._overrides = []
        self.credentials.reset()

    # ---- routing

    def __call__(self, request):
        path = urllib.parse.unquote(urllib.parse.urlsplit(request.target).path)
        if path.startswith("/control/"):
            return self._control(request, path.removeprefix("/control/"))
        reply = self._overridden(request, self._take_override(request), path)
        reply.framing = reply.framing or self.settings.framing
        reply.delay = reply.delay or self.settings.delay
        reply.drip_seconds = self.settings.drip_seconds
        if reply.gzip is None and not self.settings.gzip:
            reply.gzip = False
        reply.log = {"select": read_select(request.target), "id": None, "credential": None, **reply.log}
        return reply

    def _overridden(self, request, override, path):
        """The reply with what `POST /control/next` asked for: a whole reply, or faults in the usual one."""
        if override is None:
            return self._route(request, path)
        whole = override["reply"]
        reply = self._route(request, path) if whole is None else dataclasses.replace(whole, headers=[*whole.headers])
        for name in ("framing", "fault", "delay", "gzip"):
            if override.get(name) is not None:
                setattr(reply, name, override[name])
        return reply

    def _route(self, request, path):
        if path.lower().startswith("/api/state/"):
            return self._tenant_state(request, path[len("/api/state/"):])
        root, rest = _split_root(path)
        if root is None:
            return _page_not_found()
        online = root.lower() == ONLINE_ROOT.lower()
        if not online and re.fullmatch(r"/cust\d+", root.lower()):
            return _text(421, WRONG_HOST)
        if online and self.tenant.at not in (None, request.listener.name):
            return _text(421, WRONG_HOST)
        base = f"{request.listener.root}{root}/api"
        rest = rest.rstrip("/").lower()
        if rest in ("", "/v1"):
            return self._describe_service(request, rest, base)
        name, call = _find_call(rest)
        if call is None:
            return self._rest_sibling(request, rest, online)
        if request.method == "GET":
            return _json(200, _describe_call(name))
        if request.method != "POST":
            return Reply(405, [("Allow", "GET, POST")])
        return self._run_call(call, request, online)

    def _describe_service(self, request, rest, base):
        if request.method != "GET":
            return Reply(405, [("Allow", "GET")])
        if rest:
            return _json(200, [f"{base}{BATCH}{name}" for name in CALLS])
        return _json(200, {"v1": f"{base}/v1", "NetServerVersion": "11.10.0.0", "ServicesCurrent": "Services88",
                           "Version": VERSION})

    def _run_call(self, call, request, online):
        facts = {}
        try:
            facts["credential"] = self.credentials.check(request, online)
            number = read_id(read_arguments(request))
            facts["id"] = number
            reply = call(self, request, number, read_manner(request))
        except Refused as refused:
            reply = _unauthorized(str(refused), online)
        except UnsupportedType as unsupported:
            reply = self._represent(request, "Error", {"Message": f"The media type {unsupported} is not served."}, 415)
        except Malformed as malformed:
            reply = self._represent(request, "Error", {**ERROR_A, "MessageDetail": str(malformed)}, 400)
        except MissingArgument:
            reply = self._represent(request, "Error", ERROR_A)
        except RefusedArgument:
            reply = self._represent(request, "Error", ERROR_B, 400)
        reply.log.update(facts)
        return reply

    def _represent(self, request, root, value, status=200, indent=False):
        """A value in the type that was asked for, with the headers of section 5."""
        chosen = choose_type(request)
        if chosen in XML_TYPES:
            body = to_xml(root, value, XML_SHAPES[self.settings.xml])
        else:
            body = to_json(value, 2 if indent else None)
        return Reply(status, self._headers(request, f"{chosen}; charset=utf-8"), body.encode("utf-8", "surrogatepass"))

    @staticmethod
    def _headers(request, content_type):
        headers = [("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1"),
                   ("Vary", "Accept-Encoding"), ("Date", email.utils.formatdate(usegmt=True)),
                   ("Server", "local-superoffice"), ("x-db-stats", "implementationMS=3&Calls=1&Read=1")]
        if content_type:
            headers.insert(2, ("Content-Type", content_type))
        if request.header("SO-TimeZone") is None:
            headers.append(("SO-TIMEZONE", BASE_ZONE))
        if request.listener.kind != "plain":
            headers.append(("Strict-Transport-Security", "max-age=31536000"))
        return headers

    # ---- the calls

    def _get_batch_task_info(self, request, number, manner):
        if number in SPECIALS:
            return self._special(request, SPECIALS[number], manner)
        if number == SAMPLE_ID:
            info = SAMPLE
        elif course_of(number):
            info, outage = self.tasks.ask(number)
            if outage:
                return self._special(request, SPECIALS[27503], manner)
        else:
            info = None
        return self._info(request, info, manner)

    def _info(self, request, info, manner, nulled=None, status=200, indent=False):
        if info is not None:
            select = read_select(request.target)
            info = apply_select(write(info, manner), select, nulled or self.settings.nulled)
        return self._represent(request, "BatchTaskInfo", info, status, indent)

    def _special(self, request, special, manner):
        if special.body is None:
            changes = {name: value() if callable(value) else value for name, value in special.changes.items()}
            info = {name: value for name, value in {**SAMPLE, **changes}.items() if name not in special.without}
            if special.reverse:
                info = dict(reversed(info.items()))
            reply = self._info(request, info, manner, special.nulled, special.status, special.indent)
        else:
            body = special.body.encode() if isinstance(special.body, str) else special.body
            reply = Reply(special.status, self._headers(request, special.content_type if body else None), body)
        reply.headers += special.headers
        if special.retry:
            reply.headers.append(("Retry-After", self._retry_after(special.retry)))
        reply.framing, reply.fault, reply.gzip = special.framing, special.fault, special.gzip
        return reply

    def _retry_after(self, form):
        seconds = self.settings.retry_after
        return str(seconds) if form == "seconds" else email.utils.formatdate(time.time() + seconds, usegmt=True)

    def _stop_batch_job(self, request, number, _manner):
        return self._represent(request, "boolean", self.tasks.stop(number))

    def _rest_sibling(self, request, rest, online):
        """GET /v1/BatchTask/{id}: the REST form, which answers 404 for an unknown id (section 12)."""
        found = re.fullmatch(r"/v1/batchtask/([0-9]{1,9})", rest)
        if not found or request.method != "GET":
            return _page_not_found()
        try:
            name = self.credentials.check(request, online)
        except Refused as refused:
            return _unauthorized(str(refused), online)
        reply = self._get_batch_task_info(request, int(found[1]), read_manner(request))
        if reply.body == b"null":
            reply = self._represent(request, "Error", ERROR_C, 404)
        reply.log.update(credential=name, id=int(found[1]))
        return reply

    # ---- the tenant's state

    def _tenant_state(self, request, name):
        if request.method != "GET":
            return Reply(405, [("Allow", "GET")])
        if name.lower() != TENANT.lower():
            return _json(200, {"ContextIdentifier": name, "Endpoint": None, "State": "Unknown", "IsRunning": False,
                               "ValidUntil": self._valid_until(), "Api": None})
        listener = self.listeners.get(self.tenant.at, request.listener)
        state = {
            "ContextIdentifier": TENANT,
            "Endpoint": f"{listener.root}/{TENANT}",
            "State": self.tenant.state,
            "IsRunning": self.tenant.state in ("Running", "OnlineMaintenance"),
            "ValidUntil": self._valid_until(),
            "Api": f"{listener.root}/{TENANT}/api",
        }
        if self.tenant.version:  # missing in older replies
            state["Version"] = self.tenant.version
        return _json(200, state)

    def _valid_until(self):
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.tenant.valid_seconds)
        return until.strftime("%Y-%m-%dT%H:%M:%S.%f") + "5Z"

    # ---- control

    def _take_override(self, request):
        with self._lock:
            for override in self._overrides:
                if override["match"] in request.target:
                    override["times"] -= 1
                    if override["times"] <= 0:
                        self._overrides.remove(override)
                    return override
        return None

    def _control(self, request, name):
        control = CONTROLS.get(name)
        try:
            if control is None or request.method != "POST":
                raise ControlError(f"no such control call; there are: {', '.join(CONTROLS)} (POST)")
            try:
                arguments = json.loads(request.body) if request.body.strip() else {}
                answer = control(self, arguments)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
                raise ControlError(f"{type(problem).__name__}: {problem}") from None
        except ControlError as problem:
            return _control_reply(400, {"error": str(problem)})
        self.log.write("control", call=name)
        reply = _control_reply(200, answer)
        reply.after = self._on_stop if name == "stop" else None
        return reply

    def _control_clock(self, arguments):
        self.clock.advance(float(arguments.get("advance", 0)))
        return {"now": self.clock.now()}

    def _control_reset(self, _arguments):
        with self._lock:
            self._reset()
        return {}

    def _control_task(self, arguments):
        if course_of(arguments["id"]) is None:
            raise ControlError("that id does not progress")
        self.tasks.begin(arguments["id"])
        return {}

    def _control_expire(self, arguments):
        kind, after = _checked_kind(arguments), int(arguments.get("after", 0))
        return {"expired": self.credentials.expire(kind, arguments.get("value"), after)}

    def _control_renew(self, arguments):
        kind = _checked_kind(arguments)
        value = self.credentials.renew(kind, arguments.get("value"))
        return {"value": value, "xsrf": xsrf_of(value)} if kind == "session" else {"value": value}

    def _control_requests(self, arguments):
        return {"requests": self.log.last(int(arguments.get("count", 10)), "request")}

    def _control_events(self, arguments):
        return {"events": self.log.last(int(arguments.get("count", 50)), arguments.get("event"))}

    def _control_next(self, arguments):
        override = _read_override(arguments)
        with self._lock:
            self._overrides.append(override)
        return {"waiting": len(self._overrides)}

    def _control_tenant(self, arguments):
        if arguments.get("at") is not None and arguments["at"] not in self.listeners:
            raise ControlError("no such listener")
        return _change(self.tenant, arguments)

    def _control_settings(self, arguments):
        changed = _change(self.settings, arguments)
        self.tasks.seconds = max(self.settings.task_seconds, 0.001)
        return changed

    def _control_listeners(self, _arguments):
        counters = self.counters()
        return {name: {"root": listener.root, "kind": listener.kind, **counters.get(name, {})}
                for name, listener in self.listeners.items()}

    def _control_stop(self, _arguments):
        return {}  # the stop itself follows the reply


CALLS = {"GetBatchTaskInfo": Service._get_batch_task_info, "StopBatchJob": Service._stop_batch_job}
CONTROLS = {name.removeprefix("_control_"): function for name, function in vars(Service).items()
            if name.startswith("_control_")}


# ------------------------------------------------------------------------------------ small helpers

def _split_root(path):
    """("/Cust12345", "/v1/...") of a path below .../api; paths are compared without case, as IIS does."""
    found = re.match(r"(/[^/]+)?/api(?=/|$)", path, re.IGNORECASE)
    if not found:
        return None, None
    root = found[1] or ""
    known = root.lower() in [name.lower() for name in (ONLINE_ROOT, *ONSITE_ROOTS)]
    if not known and not re.fullmatch(r"/cust\d+", root.lower()):
        return None, None
    return root, path[found.end():]


def _find_call(rest):
    for name, call in CALLS.items():
        if rest == (BATCH + name).lower():
            return name, call
    return None, None


def _describe_call(name):
    """What GET gives instead of running the call; that it is JSON of this shape is inferred."""
    return {"Name": name, "Method": "POST", "Path": BATCH.removeprefix("/") + name,
            "Parameters": [{"Name": "Id", "Type": "Int32"}]}


def _json(status, value):
    return Reply(status, [("Content-Type", JSON), ("Cache-Control", "no-cache")], to_json(value).encode())


def _text(status, text):
    return Reply(status, [("Content-Type", TEXT)], text.encode())


def _page_not_found():
    special = SPECIALS[27404]
    return Reply(404, [("Content-Type", special.content_type)], special.body.encode())


def _unauthorized(text, online):
    """401: body and WWW-Authenticate are inferred, the status is documented (section 3)."""
    schemes = ("Bearer", "SoTicket") if online else ("Bearer", "SoTicket", "Basic")
    reply = _json(401, {"Message": text})
    reply.headers += [("WWW-Authenticate", f'{scheme} realm="SuperOffice"') for scheme in schemes]
    return reply


def _control_reply(status, value):
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, [("Content-Type", JSON)], body, framing="content-length", gzip=False, quiet=True)


def _checked_kind(arguments):
    if arguments.get("kind") not in MINTED:
        raise ControlError(f"kind is one of {', '.join(MINTED)}")
    return arguments["kind"]


def _change(target, arguments):
    """Sets the named fields of a dataclass, after checking all of them; gives back the whole."""
    fields = {field.name: field.type for field in dataclasses.fields(target)}
    for name, value in arguments.items():
        if name not in fields:
            raise ControlError(f"{name} is none of {', '.join(fields)}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ControlError(f"{name} is one of {', '.join(CHOICES[name])}")
        if fields[name] in (int, float) and (type(value) not in (int, float) or value < 0):
            raise ControlError(f"{name} is a number from 0 up")
    for name, value in arguments.items():
        setattr(target, name, value)
    return dataclasses.asdict(target)


WHOLE_REPLY = ("status", "reason", "headers", "body", "body_base64")
OVERRIDE = (*WHOLE_REPLY, "framing", "fault", "delay", "gzip", "times", "match")


def _read_override(arguments):
    """What `POST /control/next` asks for, checked."""
    if unknown := sorted(set(arguments) - set(OVERRIDE)):
        raise ControlError(f"{', '.join(unknown)}: none of {', '.join(OVERRIDE)}")
    for name, choices in (("fault", FAULTS), ("framing", FRAMINGS)):
        if arguments.get(name) is not None and arguments[name] not in choices:
            raise ControlError(f"{name} is one of {', '.join(choices)}")
    override = {**arguments, "times": int(arguments.get("times", 1)), "match": str(arguments.get("match", "")),
                "delay": float(arguments.get("delay", 0)), "reply": None}
    if any(name in arguments for name in WHOLE_REPLY):
        body = base64.b64decode(arguments["body_base64"], validate=True) if "body_base64" in arguments \
            else arguments.get("body", "null").encode()
        headers = [(str(name), str(value)) for name, value in arguments.get("headers", [["Content-Type", JSON]])]
        override["reply"] = Reply(int(arguments.get("status", 200)), headers, body, arguments.get("reason"), gzip=False)
    return override
