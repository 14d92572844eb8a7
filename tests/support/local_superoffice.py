#!/usr/bin/env python3
"""A local SuperOffice: its Batch agent and outputs of batch tasks over TLS, for examples, tests and benchmarks.

Needs Python 3.11 or newer, its standard library, and the `openssl` command (not with --plain alone).
Serves loopback only. Any HTTP client can be pointed at it:

    python3 local_superoffice.py --directory work &
    ready https://localhost:40001/Cust12345/api ca=(absolute path of) work/ca.pem

    curl --cacert work/ca.pem -H 'Authorization: Bearer 8A:Cust12345.test-token-good' \\
         --json '{"Id":497}' https://localhost:40001/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo

Documented and inferred
    The description of the service marks what its vendor documents and what nobody states; the modules
    beside this one repeat those marks, by section:
    local_superoffice_service.py       addresses, settings, the tenant's state, control
    local_superoffice_credentials.py   which credentials are good
    local_superoffice_messages.py      arguments, $select, JSON and XML
    local_superoffice_batch.py         the calls of the Batch agent, outputs, the REST forms
    local_superoffice_store.py         which tasks there are, long lists, what outputs hold
    local_superoffice_login.py         tokens, codes, system users, metadata
    local_superoffice_tasks.py         the documented sample, progressing tasks, dates, languages
    local_superoffice_specials.py      ids that answer in a special way
    local_superoffice_wire.py          listeners, HTTP/1.1, framings, faults, the log
    local_superoffice_certificates.py  the authority and the certificates, good and bad

Addresses on every listener
    /Cust12345/api/...              a tenant's Online rules: a ticket needs SO-AppToken, Basic is refused
                                    (unless --basic-online)
    /superoffice/api/..., /Super/api/..., /crm/api/..., /api/...
                                    onsite rules: Basic works, SO-AppToken is not looked at
    .../api and .../api/v1          version facts and the list of calls, without a credential
    .../api/v1/Agents/Batch/NAME    POST: the call; GET: a description of it. All fifteen: GetBatchTaskInfo, nine lists,
                                    StartBatchJob, StopBatchJob, UpdateBatchTask, DeleteBatchTask, DeleteBatchTasks
    .../api/v1/Agents/BLOB/GetOutputFromBatch  POST: bytes, or base64 where JSON is asked for
    .../api/v1/Agents/BLOB/CleanupBatchTask    POST: removes task and output
    .../api/v1/User/currentPrincipal           GET: who the credential stands for; AssociateId is 426
    .../api/v1/BatchTask/ID         GET, PUT, DELETE and POST .../Stop: the REST forms, 404 for an unknown id
    .../api/v1/BatchTask/STATE      GET: a list
    .../api/v1/BatchTask            POST: starts a job; GET: a row set of the archive, as .../api/v1/archive/BatchTasks
    /api/state/Cust12345            GET: the tenant's state, without a credential
    /CustN/api/... with another N   421
    /login/common/oauth/tokens      POST: refresh_token and authorization_code, as form or query
    /login/common/oauth/authorize   GET: sends the browser back at once, with a code
    /Login/api/PartnerSystemUser/Authenticate  POST: a system user's signed token for a JWT that holds a ticket
    /login/.well-known/openid-configuration, /login/.well-known/jwks, /login/logout    GET

Log, DIR/requests.log
    A JSON object per line, flushed at once; `event` says what it is:
    connection, handshake, failed-handshake, first-byte (the first byte of HTTP on a connection: absent
    when a client refused the certificate), request, bad-request, incomplete-request, control, closed,
    internal-error (a defect of this service: a test may assert that there is none).
    A request is logged before its reply is sent. Credentials are never logged: headers keep the scheme,
    `credential` is a name such as bearer-good.

Control, POST /control/NAME with a JSON object (or nothing); answers JSON, 400 with {"error"} if it cannot
    clock      {"advance"?: seconds, "utc"?: "2026-11-29T20:00:00Z"}    moves the clock by which tasks run and tokens
                                            end, the only thing that does with --manual-clock; sets the time of day
    login      {"expires_in", "expires_in_as", "token_type", "token_length", "rotate", "failure", "skew_minutes",
                "refusal_status", "issuer", "context", "jwt_key"}    any of them; answers all
    revoke     {"refresh_token"?}           one refresh token, or all
    task       {"id": 1000}                 starts that task's clock now
    reset      {}                           all state as at the start; the log stays
    expire     {"kind": "bearer", "value"?, "after"?: n}    one credential, or all of a kind (basic, ticket, bearer,
                                            session), now or after n more uses
    renew      {"kind": "bearer", "value"?} makes a value good again, or makes a new one: answers {"value"}
    requests   {"count": 10}                the last requests of the log; `events` {"count", "event"?} for all kinds
    listeners  {}                           each listener's root, kind and counters
    tasks      {}                           {"started": {id: name}, "deleted": [id]}: a call that came twice made two
    list       {"count": N, "state"?, "associate"?, "name"?}    N further tasks that lists have; their ids begin at
                                            200000000
    output     {"id", "bytes", "stop_after"?, "ending"?}    the size of a task's output; it breaks off after so many
                                            bytes by close, reset, cut or stall
    tenant     {"at": NAME, "state"?, "version"?, "valid_seconds"?}    which listener serves the tenant: the others
                                            answer 421 and the state call names that one; null: every listener
    settings   {"framing", "nulled", "xml", "gzip", "delay", "drip_seconds", "retry_after", "task_seconds",
                "output_bytes", "no_output"}    any of them; answers all
    next       {"status", "reason", "headers": [[name, value], ...], "body" or "body_base64",
                "framing", "fault", "delay", "gzip", "times": 1, "match": part of the target}
                                            changes the next reply: with only framing, fault, delay or gzip it is
                                            the usual one so changed, otherwise one made of what is given
    stop       {}                           ends the service
"""

import sys

sys.dont_write_bytecode = True  # leaves nothing beside the sources

import argparse  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import select  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402

import local_superoffice_batch as batch  # noqa: E402
import local_superoffice_certificates as certificates  # noqa: E402
import local_superoffice_login as login  # noqa: E402
import local_superoffice_service as service  # noqa: E402
import local_superoffice_specials as specials  # noqa: E402
import local_superoffice_store as store  # noqa: E402
import local_superoffice_tasks as tasks  # noqa: E402
import local_superoffice_wire as wire  # noqa: E402

BAD_CERTIFICATES = ("expired", "not-yet-valid", "self-signed", "wrong-name", "unknown-authority")
OTHER_KINDS = {
    "wants-client": "as good, and takes only clients with a certificate by ca.pem",
    "plain": "http without TLS",
    "no-handshake": "takes a connection and never answers the handshake",
    "reset-handshake": "resets the connection in the handshake",
}
KINDS = (*certificates.CERTIFICATES, *OTHER_KINDS)
HOSTS = {"127.0.0.1": (["127.0.0.1"], "localhost"), "::1": (["::1"], "[::1]"),
         "both": (["127.0.0.1", "::1"], "localhost")}


# ---------------------------------------------------------------------------------------------- help

def _table(title, rows):
    width = max(len(str(name)) for name, _ in rows)
    return "\n".join([f"{title}:", *(f"  {name:<{width}}  {meaning}" for name, meaning in rows)])


def _epilog():
    parts = [
        _table("good credentials", [
            ("Basic", f"{service.BASIC_GOOD}  {service.BASIC_SAMPLE}  {service.BASIC_UNICODE}   (user:password)"),
            ("SOTicket", f"{service.TICKET_GOOD}  {service.TICKET_LONG}<any text>"),
            ("Bearer", f"{service.BEARER_GOOD}  {service.BEARER_LONG}<any text>"),
            ("session", f"Cookie: <any name>={service.SESSION_GOOD}"
                        f" with X-XSRF-TOKEN: {service.xsrf_of(service.SESSION_GOOD)}"),
            ("SO-AppToken", f"{service.APP_TOKEN}   (beside a ticket below /{service.TENANT})"),
        ]),
        _table("expired credentials (401, as anything unknown)", [
            ("Basic", service.BASIC_EXPIRED), ("SOTicket", service.TICKET_EXPIRED),
            ("Bearer", service.BEARER_EXPIRED),
            ("session", f"{service.SESSION_EXPIRED} with {service.xsrf_of(service.SESSION_EXPIRED)}")]),
        _table("log-in", [
            (f"client {login.WEB_CLIENT}", f"with client_secret {service.APP_TOKEN}"),
            (f"client {login.NATIVE_CLIENT}", "without a secret"),
            ("redirect_uri", f"begins with {', '.join(login.REDIRECTS)}"),
            ("system user", f"{login.SYSTEM_TOKEN}, signed by DIR/system-user.key (.xml, -pkcs8.key)"),
            *((token, name) for token, name in login.SYSTEM_TOKENS.items() if name)]),
        _table("refresh tokens, each filled up with 0 to 64 characters", [
            (token.rstrip("0"), each.meaning) for token, each in login.REFRESH_TOKENS.items()]),
        _table("failures of the token endpoint (control login, failure)", list(login.FAILURES.items())),
        _table("kinds of listener (--certificate, --listen NAME=KIND or NAME=KIND@1.2, KIND@1.3)", [
            *((name, each.meaning) for name, each in certificates.CERTIFICATES.items()), *OTHER_KINDS.items()]),
        _table("framings", [(name, each.meaning) for name, each in wire.FRAMINGS.items()]),
        _table("XML shapes", [(name, each.meaning) for name, each in service.XML_SHAPES.items()]),
        _table("jobs that StartBatchJob knows by Name; any other is 400, error object B", [
            *((name, scenario.meaning) for name, scenario in store.JOBS.items()),
            ("Output-N", "as ManualCleanupExport; its output has N bytes")]),
        _table("names for which a list call answers as many tasks as wanted", [
            ("List-N", "N tasks, all in the state and of the associates that were asked for")]),
        _table("what GetOutputFromBatch answers without an output (setting no_output)", list(batch.NO_OUTPUT.items())),
        "An output is every byte from 0 to 255, then lines of 16 bytes, each of which says at which byte it begins;\n"
        "after a mebibyte the same again.",
        _table("ids", [
            (tasks.SAMPLE_ID, "the documented sample, whose own Id is 547"), (547, "the same task"),
            *((f"{first}-{first + 999}", each.meaning) for first, each in tasks.SCENARIOS.items()),
            (f"{store.FIRST_JOB} and up", "what StartBatchJob started"),
            (f"{store.LIST_START} + n", "task n of a long list"),
            (f"{store.OUTPUT_START} + n", f"finished, with an output of n bytes, at most {store.OUTPUT_LIMIT}"),
            ("below 0", "400, error object B"), ("no Id", "200, error object A"), ("any other", "null")]),
        *(_table(title, [(number, special.meaning) for number, special in group.items()])
          for title, group in specials.GROUPS.items()),
        "A special id answers as the sample (its Id is 547), but for what the table says. Those whose body is\n"
        "fixed do so in JSON whatever Accept says.",
    ]
    return "\n\n".join(parts)


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=_epilog(), formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s --directory DIR [options]")
    ready = "prints `ready URL ca=FILE` when it can be asked; further listeners print `listening NAME URL` before"
    parser.add_argument("--directory", required=True, metavar="DIR",
                        help=f"where certificates and the log go; made when missing. The service {ready}")
    parser.add_argument("--host", choices=HOSTS, default="127.0.0.1", help="address of all listeners (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="of the main listener (0: any free one)")
    parser.add_argument("--certificate", choices=KINDS, default="good", metavar="KIND",
                        help="of the main listener, see below (good)")
    parser.add_argument("--plain", action="store_true", help="the main listener speaks http: --certificate plain")
    parser.add_argument("--tls", choices=wire.TLS_VERSIONS, help="pins the TLS version of the main listener")
    parser.add_argument("--listen", action="append", default=[], metavar="NAME=KIND[@TLS]",
                        help="a further listener on a free port; may be repeated")
    parser.add_argument("--bad-certificates", action="store_true",
                        help=f"a further listener for each of: {', '.join(BAD_CERTIFICATES)}")
    parser.add_argument("--log", metavar="FILE", help="instead of DIR/requests.log; appended to")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stops when standard input ends")
    parser.add_argument("--max-seconds", type=float, help="stops after that time")
    parser.add_argument("--manual-clock", action="store_true", help="tasks move by the control call only")
    parser.add_argument("--time", type=service.parse_utc, metavar="UTC",
                        help="time of day of the service at its start, as 2026-11-29T20:00:00Z (this machine's)")
    parser.add_argument("--task-seconds", type=float, default=4, help="length of a task that progresses (4)")
    parser.add_argument("--tasks", type=int, default=0, metavar="N", help="further tasks that lists have (0)")
    parser.add_argument("--output-bytes", type=int, default=4096, metavar="N",
                        help="size of an output that nothing else says the size of (4096)")
    parser.add_argument("--framing", choices=wire.FRAMINGS, default="chunked", metavar="NAME",
                        help="of replies (chunked)")
    parser.add_argument("--nulled", choices=service.CHOICES["nulled"], default="null",
                        help="how a property that was not selected looks (null)")
    parser.add_argument("--xml", choices=service.XML_SHAPES, default="plain", help="the shape of XML replies (plain)")
    parser.add_argument("--no-gzip", action="store_true", help="never gzip, whatever Accept-Encoding allows")
    parser.add_argument("--delay", type=float, default=0, help="seconds before each reply (0)")
    parser.add_argument("--drip-seconds", type=float, default=0.02, help="between the bytes of a slow reply (0.02)")
    parser.add_argument("--retry-after", type=int, default=2, help="seconds that Retry-After names (2)")
    parser.add_argument("--idle-seconds", type=float, default=120, help="until a silent connection is closed (120)")
    parser.add_argument("--max-connections", type=int, default=wire.MAX_CONNECTIONS, metavar="N",
                        help=f"at the same time; more are closed at once ({wire.MAX_CONNECTIONS})")
    parser.add_argument("--handshake-seconds", type=float, default=wire.HANDSHAKE_SECONDS,
                        help=f"until a handshake is given up ({wire.HANDSHAKE_SECONDS})")
    parser.add_argument("--basic-online", action="store_true", help="Basic works below the tenant's root too")
    parser.add_argument("--tenant-at", metavar="NAME", help="the listener that serves the tenant; others answer 421")
    options = parser.parse_args(arguments)
    if options.plain:
        options.certificate = "plain"
    if options.task_seconds <= 0:
        parser.error("--task-seconds must be above 0")
    if not 0 <= options.tasks <= store.LIST_LIMIT or not 0 <= options.output_bytes <= store.OUTPUT_LIMIT:
        parser.error(f"--tasks is at most {store.LIST_LIMIT}, --output-bytes at most {store.OUTPUT_LIMIT}")
    options.listeners = _wanted_listeners(options, parser)
    if options.tenant_at not in (None, *(name for name, _, _ in options.listeners)):
        parser.error(f"--tenant-at {options.tenant_at}: no such listener")
    return options


def _wanted_listeners(options, parser):
    """(name, kind, TLS version) of each listener, the main one first."""
    wanted = [("main", options.certificate, options.tls)]
    for text in options.listen:
        name, _, kind = text.partition("=")
        kind, _, version = kind.partition("@")
        if not name or kind not in KINDS or version not in ("", *wire.TLS_VERSIONS):
            parser.error(f"--listen {text}: NAME=KIND[@TLS] with KIND one of {', '.join(KINDS)}")
        wanted.append((name, kind, version or None))
    if options.bad_certificates:
        wanted += [(kind, kind, None) for kind in BAD_CERTIFICATES]
    names = [name for name, _, _ in wanted]
    if len(set(names)) < len(names):
        parser.error("two listeners have the same name")
    return wanted


# ----------------------------------------------------------------------------------------------- run

def open_listeners(options, directory):
    hosts, url_host = HOSTS[options.host]
    for name, kind, version in options.listeners:
        context = None
        if kind in certificates.CERTIFICATES:
            context = wire.make_context(directory / f"{kind}.pem", directory / f"{kind}.key", version)
        if kind == "wants-client":
            context = wire.make_context(directory / "good.pem", directory / "good.key", version,
                                        clients_by=directory / "ca.pem")
        sockets = _open_sockets(hosts, options.port if name == "main" else 0)
        yield wire.Listener(name, kind, sockets, context, url_host)


def _open_sockets(hosts, port):
    # Port 0 on two addresses: the port that the first was given may be taken on the second.
    for attempts_left in (4, 3, 2, 1, 0):
        try:
            return wire.open_sockets(hosts, port)
        except OSError:
            if port or len(hosts) < 2 or not attempts_left:
                raise
    raise AssertionError


class Stop:
    """What ends the service. A pipe, because a signal must neither be missed just before a wait begins
    nor take the lock of a threading.Event in its handler."""

    def __init__(self):
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # it is the byte in the pipe that counts

    def set(self):
        try:
            os.write(self._write_end, b"x")
        except BlockingIOError:
            pass  # full: it has been set often enough

    def wait(self, seconds, until_stdin_closes):
        """Returns when set, when the seconds (None: no limit) are over, or when standard input ends."""
        deadline = None if seconds is None else time.monotonic() + seconds
        sources = [self._read_end, *([0] if until_stdin_closes else [])]
        while True:
            left = None if deadline is None else max(0, deadline - time.monotonic())
            ready, _, _ = select.select(sources, [], [], left)
            if not ready or self._read_end in ready or not self._more_input():
                return

    @staticmethod
    def _more_input():
        try:
            return bool(os.read(0, 4096))
        except OSError:
            return False


def announce(server, ca):
    main, *others = server.listeners.values()
    for listener in others:
        print(f"listening {listener.name} {listener.root}/{service.TENANT}/api")
    print(f"ready {main.root}/{service.TENANT}/api ca={ca}", flush=True)


def run(options):
    if options.until_stdin_closes:
        os.fstat(0)  # fails when there is none; a pipe of ours would take its number
    stop = Stop()
    directory = pathlib.Path(options.directory).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    if any(kind in certificates.CERTIFICATES or kind == "wants-client" for _, kind, _ in options.listeners):
        certificates.make_certificates(directory)
        certificates.make_login_keys(directory)
    log = wire.Log(options.log or directory / "requests.log")
    settings = service.Settings(
        framing=options.framing, nulled=options.nulled, xml=options.xml, gzip=not options.no_gzip,
        delay=options.delay, drip_seconds=options.drip_seconds, retry_after=options.retry_after,
        task_seconds=options.task_seconds, output_bytes=options.output_bytes)
    application = service.Service(settings, log, manual_clock=options.manual_clock, tenant_at=options.tenant_at,
                                  basic_online=options.basic_online, on_stop=stop.set, listed=options.tasks,
                                  directory=directory, utc=options.time)
    server = wire.Server(application, log, options.idle_seconds, max_connections=options.max_connections,
                         handshake_seconds=options.handshake_seconds)
    for listener in open_listeners(options, directory):
        server.add(listener)
    application.listeners, application.counters = server.listeners, server.counters
    server.start()
    announce(server, directory / "ca.pem")
    stop.wait(options.max_seconds, options.until_stdin_closes)
    server.stop()
    log.close()


def main():
    try:
        run(parse_arguments())
    except (certificates.CertificateError, OSError) as problem:
        sys.exit(f"local_superoffice: {problem}")


if __name__ == "__main__":
    main()
