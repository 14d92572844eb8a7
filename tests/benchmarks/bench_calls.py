"""The whole call: programs that make it in their own ways, in turn, against nginx on another core."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import bench_documents as documents
from checking import ROOT, Failed
from local_superoffice_certificates import make_certificates

CORES = sorted(os.sched_getaffinity(0))
CLIENT_CORE, SERVER_CORE = {CORES[0]}, {CORES[-1]}

CONFIGURATION = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
worker_processes 1;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    keepalive_timeout 600;
    keepalive_requests 100000000;
    tcp_nodelay on;
    ssl_certificate {folder}/{certificate}.pem;
    ssl_certificate_key {folder}/{certificate}.key;
    ssl_protocols TLSv1.2;
    ssl_session_cache shared:bench:10m;
    server {{
        listen 127.0.0.1:{port} ssl backlog=2048;
        default_type "application/json; charset=utf-8";
        location / {{ return 200 '{body}'; }}
        # The file of a finished task. nginx refuses a POST for a file, but not as the page of an error.
        location = /Cust12345/api/v1/Agents/BLOB/GetOutputFromBatch {{ error_page 405 =200 /output; return 405; }}
        location = /output {{ root {folder}; default_type application/octet-stream; sendfile off; output_buffers 2 64k; }}
    }}
}}
"""


def pinned(cores):
    return lambda: os.sched_setaffinity(0, cores)


def nginx():
    """Installed, or only unpacked by prepare."""
    unpacked = ROOT / "build" / "nginx" / "usr" / "sbin" / "nginx"
    return next((path for path in (shutil.which("nginx"), "/usr/sbin/nginx", unpacked)
                 if path and os.access(path, os.X_OK)), "nginx")


def nginx_version():
    printed = subprocess.run([nginx(), "-v"], text=True, capture_output=True, check=False).stderr
    return printed.strip().rpartition("/")[2] or "?"


def make_rsa_chain(folder):
    """rsa-ca.pem, and rsa-chain.pem for localhost by it: RSA 2048 throughout, as most public services have it."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa-ca.key", "-out", "rsa-ca.pem", "-days", "30",
            "-subj", "/CN=Benchmark authority")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa-chain.key", "-out", "rsa-chain.csr", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    openssl("x509", "-req", "-in", "rsa-chain.csr", "-CA", "rsa-ca.pem", "-CAkey", "rsa-ca.key", "-CAcreateserial", "-days",
            "30", "-copy_extensions", "copyall", "-out", "rsa-chain.pem")


class Server:
    """nginx, giving the documented reply to whatever it is asked; with keys and signatures of ECDSA P-256, or of RSA."""

    host = "localhost"

    def __init__(self, chain="ecdsa"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="superoffice-bench-"))
        os.chmod(self.folder, 0o755)
        make_certificates(self.folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if chain == "rsa":
            make_rsa_chain(self.folder)
        self.ca_file = self.folder / ("rsa-ca.pem" if chain == "rsa" else "ca.pem")
        self.set_output(0)
        settings = self.folder / "nginx.conf"
        settings.write_text(CONFIGURATION.format(folder=self.folder, port=self.port, body=documents.documented(),
                                                 certificate="rsa-chain" if chain == "rsa" else "good"))
        self.process = subprocess.Popen([nginx(), "-p", self.folder, "-c", settings], preexec_fn=pinned(SERVER_CORE))
        self.wait()

    def set_output(self, size):
        """The file of a finished task has so many bytes; it takes no room on the disk."""
        with open(self.folder / "output", "wb") as file:
            file.truncate(size)

    def wait(self):
        for _ in range(200):
            if self.process.poll() is not None:
                raise Failed("nginx ended: " + (self.folder / "error.log").read_text())
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Failed("nginx does not answer")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Peer:
    """One program that makes calls, pinned to the clients' core."""

    def __init__(self, name, program, server):
        self.name = name
        self.process = subprocess.Popen(
            [program, server.host, str(server.port), server.ca_file], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, preexec_fn=pinned(CLIENT_CORE))

    def ask(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} gave up at '{order}'")
        return line.split("\n")[0]

    def cpu_per_call(self, manner, count):
        """CPU time of the process, in ns."""
        cpu, _ = self.ask(f"{manner} {count}").split()
        return int(cpu) / count

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def in_turn(peers, manner, count, rounds):
    """{name: CPU time per call of each round}; in each round every peer has its turn, the first one being another."""
    for peer in peers:
        peer.cpu_per_call(manner, max(count // 4, 2))
    found = {peer.name: [] for peer in peers}
    for turn in range(rounds):
        at = turn % len(peers)
        for peer in peers[at:] + peers[:at]:
            found[peer.name].append(peer.cpu_per_call(manner, count))
    return found
