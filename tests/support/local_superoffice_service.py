"""The SuperOffice half of the local SuperOffice: addresses, settings, the tenant's state, control.

`Service` is the application that a `local_superoffice_wire.Server` serves. Section numbers are those of
the service's description; what it leaves open and was decided here is marked (inferred).
"""

import base64
import dataclasses
import datetime
import email.utils
import json
import re
import threading
import urllib.parse

import local_superoffice_batch as batch
import local_superoffice_login as login
from local_superoffice_credentials import (  # noqa: F401 - tests look for the secrets here
    APP_TOKEN, BASIC_EXPIRED, BASIC_GOOD, BASIC_SAMPLE, BASIC_UNICODE, BEARER_EXPIRED, BEARER_GOOD, BEARER_LONG, MINTED,
    SESSION_EXPIRED, SESSION_GOOD, TENANT, TICKET_EXPIRED, TICKET_GOOD, TICKET_LONG, Credentials, Refused, xsrf_of)
from local_superoffice_messages import (  # noqa: F401
    JSON_TYPES, REPLY_TYPES, XML_SHAPES, XML_TYPES, XSI, Malformed, MissingArgument, RefusedArgument, UnsupportedType,
    apply_select, choose_type, read_arguments, read_manner, read_select, to_xml)
from local_superoffice_specials import (ERROR_A, ERROR_B, JSON, SPECIALS, TEXT, WRONG_HOST, to_json)
from local_superoffice_store import (ALL_STATES, LIST_LIMIT, LIST_STATES, OUTPUT_LIMIT, LongList, Output, Tasks)
from local_superoffice_tasks import BASE_ZONE, SAMPLE, Clock, scenario_of, write
from local_superoffice_wire import FAULTS, FRAMINGS, Reply

ONLINE_ROOT = f"/{TENANT}"
ONSITE_ROOTS = ("/superoffice", "/Super", "/crm", "")  # section 2: any virtual directory, or none

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
    output_bytes: int = 4096  # of an output that nothing else says the size of
    no_output: str = "as-asked"


@dataclasses.dataclass
class Tenant:
    """What the state call says (section 2)."""

    at: str = None  # the listener that serves the tenant; None: every one
    state: str = "Running"
    version: str = VERSION
    valid_seconds: float = 60.0


CHOICES = {"framing": FRAMINGS, "nulled": ("absent", "null", "defaults", "ignored"), "xml": XML_SHAPES,
           "state": TENANT_STATES, "no_output": batch.NO_OUTPUT,
           **login.CHOICES}


class ControlError(Exception):
    """A control call that cannot be obeyed: 400 with this text."""


class Service:
    """Answers requests. `listeners` maps names to listeners and is filled by the code that opens them."""

    def __init__(self, settings, log, manual_clock=False, basic_online=False, tenant_at=None, on_stop=lambda: None,
                 listed=0, directory=None, utc=None):
        self._initial = (dataclasses.replace(settings), manual_clock, tenant_at, listed, utc)
        self.log, self._on_stop = log, on_stop
        self.listeners, self.counters = {}, dict
        self._lock = threading.Lock()
        self.credentials = Credentials(basic_online, lambda: self.clock.now())
        self.login = login.Login(self, directory)
        self._reset()

    def _reset(self):
        settings, manual_clock, tenant_at, listed, utc = self._initial
        self.settings = dataclasses.replace(settings)
        self.clock = Clock(manual_clock, utc)
        self.tasks = Tasks(self.clock, settings.task_seconds)
        self.tasks.long_list = LongList(listed)
        self.tenant = Tenant(tenant_at)
        self._overrides = []
        self.credentials.reset()
        self.login.reset()

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
        if path.lower().startswith("/login/"):  # with the secrets in query and body left out
            reply.log.update(login.redacted(request), select=None)
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
        if path.lower().startswith("/login/"):
            return self.login.answer(request, path) or _page_not_found()
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
        call = batch.CALLS.get(rest)
        if call is None:
            return self._resource(request, rest, online)
        if request.method == "GET":
            return _json(200, call.describe())
        if request.method != "POST":
            return Reply(405, [("Allow", "GET, POST")])
        return self._run(request, online, lambda arguments, manner: call.run(self, request, arguments, manner),
                         with_arguments=True)

    def _resource(self, request, rest, online):
        found, known = batch.find_resource(request.method, rest)
        if not known:
            return _page_not_found()
        if found is None:
            return Reply(405)
        run, argument = found
        return self._run(request, online, lambda _, manner: run(self, request, argument, manner), number=argument)

    def _describe_service(self, request, rest, base):
        if request.method != "GET":
            return Reply(405, [("Allow", "GET")])
        if rest:
            return _json(200, [base + call.path for call in batch.CALLS.values()])
        return _json(200, {"v1": f"{base}/v1", "NetServerVersion": "11.10.0.0", "ServicesCurrent": "Services88",
                           "Version": VERSION})

    def _run(self, request, online, call, with_arguments=False, number=""):
        """What `call` answers, once the credential is good; what is wrong with the request as an error object."""
        facts = {"id": int(number)} if number.isdigit() else {}
        try:
            facts["credential"] = self.credentials.check(request, online)
            arguments = read_arguments(request) if with_arguments else {}
            facts.update(_number_in(arguments))
            reply = call(arguments, read_manner(request))
        except Refused as refused:
            reply = _unauthorized(str(refused), online)
        except UnsupportedType as unsupported:
            reply = self.represent(request, "Error", {"Message": f"The media type {unsupported} is not served."}, 415)
        except Malformed as malformed:
            reply = self.represent(request, "Error", {**ERROR_A, "MessageDetail": str(malformed)}, 400)
        except MissingArgument as missing:
            detail = f"The parameter '{missing}' has no value."
            reply = self.represent(request, "Error", {**ERROR_A, "MessageDetail": detail})
        except RefusedArgument as refused:
            reply = self.represent(request, "Error", {**ERROR_B, "Message": str(refused)}, 400)
        reply.log = {**facts, **reply.log}
        return reply

    @staticmethod
    def read_arguments(request):
        return read_arguments(request)

    def represent(self, request, root, value, status=200, indent=False):
        """A value in the type that was asked for, with the headers of section 5."""
        chosen = choose_type(request)
        if chosen in XML_TYPES:
            body = to_xml(root, value, XML_SHAPES[self.settings.xml])
        else:
            body = to_json(value, 2 if indent else None)
        return Reply(status, self.headers(request, f"{chosen}; charset=utf-8"), body.encode("utf-8", "surrogatepass"))

    def headers(self, request, content_type):
        headers = [("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1"),
                   ("Vary", "Accept-Encoding"), ("Date", email.utils.format_datetime(self.clock.utc(), usegmt=True)),
                   ("Server", "local-superoffice"), ("x-db-stats", "implementationMS=3&Calls=1&Read=1")]
        if content_type:
            headers.insert(2, ("Content-Type", content_type))
        if request.header("SO-TimeZone") is None:
            headers.append(("SO-TIMEZONE", BASE_ZONE))
        if request.listener.kind != "plain":
            headers.append(("Strict-Transport-Security", "max-age=31536000"))
        return headers

    # ---- the calls

    def get_batch_task_info(self, request, number, manner):
        if number in SPECIALS:
            return self._special(request, SPECIALS[number], manner)
        info, outage = self.tasks.ask(number)
        if outage:
            return self._special(request, SPECIALS[27503], manner)
        return self.info_reply(request, info, manner)

    def info_reply(self, request, info, manner, nulled=None, status=200, indent=False):
        if info is not None:
            select = read_select(request.target)
            info = apply_select(write(info, manner), select, nulled or self.settings.nulled)
        return self.represent(request, "BatchTaskInfo", info, status, indent)

    def _special(self, request, special, manner):
        if special.body is None:
            changes = {name: value() if callable(value) else value for name, value in special.changes.items()}
            info = {name: value for name, value in {**SAMPLE, **changes}.items() if name not in special.without}
            if special.reverse:
                info = dict(reversed(info.items()))
            reply = self.info_reply(request, info, manner, special.nulled, special.status, special.indent)
        else:
            body = special.body.encode() if isinstance(special.body, str) else special.body
            reply = Reply(special.status, self.headers(request, special.content_type if body else None), body)
        reply.headers += special.headers
        if special.retry:
            reply.headers.append(("Retry-After", self._retry_after(special.retry)))
        reply.framing, reply.fault, reply.gzip = special.framing, special.fault, special.gzip
        return reply

    def _retry_after(self, form):
        seconds = self.settings.retry_after
        until = self.clock.utc() + datetime.timedelta(seconds=seconds)
        return str(seconds) if form == "seconds" else email.utils.format_datetime(until, usegmt=True)

    # ---- the tenant's state

    def _tenant_state(self, request, name):
        if request.method != "GET":
            return Reply(405, [("Allow", "GET")])
        if name.lower() != TENANT.lower():
            return _json(200, {"ContextIdentifier": name, "Endpoint": None, "State": "Unknown", "IsRunning": False,
                               "ValidUntil": self._valid_until(), "Api": None})
        listener = self.tenant_listener(request)
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

    def tenant_listener(self, request):
        """The one that serves the tenant; where every one does, that of the request."""
        return self.listeners.get(self.tenant.at, request.listener)

    def _valid_until(self):
        until = self.clock.utc() + datetime.timedelta(seconds=self.tenant.valid_seconds)
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
        _check_names(arguments, ("advance", "utc"))
        if arguments.get("utc") is not None:
            self.clock.set_utc(parse_utc(arguments["utc"]))
        self.clock.advance(float(arguments.get("advance", 0)))
        return {"now": self.clock.now(), "utc": self.clock.utc().isoformat()}

    def _control_login(self, arguments):
        return _change(self.login.settings, arguments)

    def _control_revoke(self, arguments):
        return {"revoked": self.login.revoke(arguments.get("refresh_token"))}

    def _control_tasks(self, _arguments):
        return {"started": self.tasks.started(), "deleted": self.tasks.deleted()}

    def _control_list(self, arguments):
        _check_names(arguments, ("count", "state", "associate", "name"))
        count, state = _number(arguments, "count", LIST_LIMIT), arguments.get("state")
        if state not in (None, ALL_STATES, *LIST_STATES):
            raise ControlError(f"state is one of {', '.join(LIST_STATES)}")
        default = LongList()
        owners = default.associates if arguments.get("associate") is None else (int(arguments["associate"]),)
        self.tasks.long_list = LongList(count, str(arguments.get("name", default.name)),
                                        default.states if state in (None, ALL_STATES) else (state,), owners)
        return {"count": count}

    def _control_output(self, arguments):
        _check_names(arguments, ("id", "bytes", "stop_after", "ending"))
        ending = arguments.get("ending", "close")
        if ending not in ("close", "reset", "cut", "stall"):
            raise ControlError("ending is one of close, reset, cut, stall")
        size = _number(arguments, "bytes", OUTPUT_LIMIT)
        stop_after = None if arguments.get("stop_after") is None else _number(arguments, "stop_after", OUTPUT_LIMIT)
        self.tasks.outputs[int(arguments["id"])] = Output(size, stop_after, ending)
        return {}

    def _control_reset(self, _arguments):
        with self._lock:
            self._reset()
        return {}

    def _control_task(self, arguments):
        if scenario_of(arguments["id"]) is None:
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


def _number_in(arguments):
    """The id that a request names, for the log."""
    for name in ("id", "batchtaskid"):
        try:
            return {"id": int(arguments[name])}
        except (KeyError, TypeError, ValueError):
            continue
    return {}


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


def parse_utc(text):
    """A time of day as "2026-11-29T20:00:00Z"."""
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def _check_names(arguments, known):
    if unknown := sorted(set(arguments) - set(known)):
        raise ControlError(f"{', '.join(unknown)}: none of {', '.join(known)}")


def _number(arguments, name, limit):
    value = arguments.get(name)
    if type(value) is not int or not 0 <= value <= limit:
        raise ControlError(f"{name} is a number from 0 to {limit}")
    return value


WHOLE_REPLY = ("status", "reason", "headers", "body", "body_base64")
OVERRIDE = (*WHOLE_REPLY, "framing", "fault", "delay", "gzip", "times", "match")


def _read_override(arguments):
    """What `POST /control/next` asks for, checked."""
    _check_names(arguments, OVERRIDE)
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
