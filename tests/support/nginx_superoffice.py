#!/usr/bin/env python3
"""A real nginx that answers the call: the documented reply for every POST, over TLS, connections kept without limit.

    python3 nginx_superoffice.py --directory DIR --certificate FILE --key FILE [--tls 1.2|1.3]

Its configuration, log and scratch files are in DIR; it listens on a free port of the loopback and needs no rights. Prints
`ready PORT` when it answers, and ends with its standard input. DIR/access.log has a line for each request:

    CONNECTION NUMBER REUSED VERSION STATUS    (41 2 r TLSv1.2 200: second request of a connection whose session was
                                                resumed; "." instead of "r": it was not)
"""

import sys

sys.dont_write_bytecode = True  # leaves nothing beside the sources

import argparse  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402

UNPACKED = pathlib.Path(__file__).resolve().parents[2] / "build" / "nginx" / "usr" / "sbin"  # by `prepare`
PATH = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo"
REPLY = ('{"Id":547,"Name":"ContactExport","State":"Succeeded","ProgressPercent":100,'
         '"LastStarted":"2024-11-27T09:15:00+01:00","TableRight":null}')

CONFIGURATION = """\
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 4096; }}
http {{
    log_format facts '$connection $connection_requests $ssl_session_reused $ssl_protocol $status';
    access_log {directory}/access.log facts;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    keepalive_requests 1000000;
    keepalive_timeout 1h;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols {protocols};
        ssl_session_cache shared:sessions:1m;
        location = {path} {{
            default_type "application/json; charset=utf-8";
            return 200 '{reply}';
        }}
    }}
}}
"""


def program():
    return shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(UNPACKED)]))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def started(options):
    """The process and its port. Another program may take the port first: then it tries again with another port."""
    directory = pathlib.Path(options.directory).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    protocols = {"1.2": "TLSv1.2", "1.3": "TLSv1.3"}.get(options.tls, "TLSv1.2 TLSv1.3")
    for _ in range(5):
        port = free_port()
        (directory / "nginx.conf").write_text(CONFIGURATION.format(
            directory=directory, port=port, certificate=pathlib.Path(options.certificate).absolute(),
            key=pathlib.Path(options.key).absolute(), protocols=protocols, path=PATH, reply=REPLY), encoding="utf-8")
        server = subprocess.Popen(
            [program(), "-p", str(directory), "-e", str(directory / "error.log"), "-c", str(directory / "nginx.conf")],
            stdin=subprocess.DEVNULL, stdout=sys.stderr)
        for _ in range(600):
            if server.poll() is not None:
                break
            if answers(port):
                return server, port
            time.sleep(0.05)
        stop(server)
    raise SystemExit(f"nginx does not start:\n{(directory / 'error.log').read_text()}")


def stop(server):
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("directory", "certificate", "key"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--tls", choices=("1.2", "1.3"))
    options = parser.parse_args()
    if program() is None:
        raise SystemExit("nginx is missing: tests/support/prepare tests unpacks it (Debian: package nginx)")
    server, port = started(options)
    try:
        print(f"ready {port}", flush=True)
        while os.read(0, 4096):
            pass
    finally:
        stop(server)


if __name__ == "__main__":
    main()
