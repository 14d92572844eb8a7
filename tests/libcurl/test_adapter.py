"""The adapter over libcurl against the local SuperOffice, directly, through a real proxy, and through nginx with HTTP/2."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("cli", "support")]

import nginx_superoffice  # noqa: E402
import running  # noqa: E402

ADAPTER = os.environ.get("SUPEROFFICE_CURL_ADAPTER", "adapter")
EXAMPLE = os.environ.get("SUPEROFFICE_CURL_EXAMPLE", "main")


def port_of(base):
    return urllib.parse.urlsplit(base).port


@contextlib.contextmanager
def serving(port, *command):
    """Runs the command, waits until it accepts connections at the port, and ends it after the block."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if child.poll() is not None:
                break
            time.sleep(0.1)
        if child.poll() is not None:
            raise AssertionError(child.stderr.read().decode(errors="replace"))
        yield
    finally:
        child.terminate()
        child.wait(timeout=running.LONGEST)
        child.stderr.close()


def ask(*arguments, program=ADAPTER, **variables):
    """What the program prints, which is never a secret."""
    made = running.environment(**{"SUPEROFFICE_CA_FILE": running.main.ca, **variables})
    for name in [name for name in made if name.lower().endswith("_proxy") and name not in variables]:
        del made[name]
    done = subprocess.run([program, *map(str, arguments)], env=made, capture_output=True, text=True, check=False,
                          timeout=10 * running.LONGEST)
    printed = done.stdout + done.stderr
    leaked = [secret for secret in running.SECRETS if secret in printed]
    if done.returncode not in (0, 1) or leaked or "Sanitizer" in printed:
        raise AssertionError(f"{arguments} ended with {done.returncode}, leaked {leaked}:\n{printed}")
    return printed.strip()


class Adapter(unittest.TestCase):
    def setUp(self):
        running.main.control("reset")

    def test_a_thousand_calls_over_one_connection(self):
        self.assertEqual(ask("reuse", 1000), "good 1000 connections 1 http 1 type application/json; charset=utf-8")

    def test_cancelled_anywhere_the_next_call_is_good(self):
        self.assertEqual(ask("cancel"), "cancelled some good 12")

    def test_the_deadline_ends_a_call_whose_server_says_nothing(self):
        running.main.control("next", delay=running.LONGEST)
        self.assertRegex(ask("late"), r"^pending 20 deadline_exceeded$")

    def test_each_failure_has_its_error(self):
        bases = running.main.bases
        closed = f"https://localhost:{running.free_port()}/Cust12345/api"
        cases = [
            ("a good one", {}, 497, 16384, "ok none 0"),
            ("nobody there", {"SUPEROFFICE_BASE_URL": closed}, 497, 4096, "connection_refused connect 0"),
            ("no such name", {"SUPEROFFICE_BASE_URL": "https://unknown.outcomes.test/api"}, 497, 4096,
             "name_not_found resolve 0"),
            ("unknown authority", {"SUPEROFFICE_CA_FILE": "/etc/ssl/certs/ca-certificates.crt"}, 497, 4096,
             "certificate_unknown_authority handshake 0"),
            ("no authorities", {"SUPEROFFICE_CA_FILE": "/nowhere"}, 497, 4096, "bad_authorities handshake 0"),
            ("another name", {"SUPEROFFICE_BASE_URL": bases["wrong-name"]}, 497, 4096,
             "certificate_wrong_name handshake 0"),
            ("expired", {"SUPEROFFICE_BASE_URL": bases["expired"]}, 497, 4096, "certificate_expired handshake 0"),
            ("a full memory", {}, 497, 700, "reply_too_large http 200"),
            ("a body without end", {}, 8025, 4096, "reply_too_large http 200"),
            ("another credential", {"SUPEROFFICE_TOKEN": "8A:Cust12345.never-good"}, 497, 4096, "unauthorized service 401"),
            ("no such task", {}, 9000, 4096, "no_such_task service 200"),
        ]
        for subject, variables, number, memory, expected in cases:
            with self.subTest(subject):
                self.assertEqual(ask("ask", number, memory, **variables), expected)

    def test_each_outcome_is_that_of_the_other_ways(self):
        self.assertRegex(ask("outcomes"), r"^(\d+) of \1$")

    def test_too_little_memory_says_how_much_is_enough(self):
        for number, memory in ((497, 700), (497, 1000), (6304, 4096), (6310, 1024)):  # chunks of up to 8 KB
            with self.subTest(number=number, memory=memory):
                self.assertEqual(ask("grow", number, memory), "reply_too_large again ok")

    def test_the_example(self):
        self.assertEqual(ask(program=EXAMPLE), "100 %, HTTP/1")

    def test_a_plain_call_to_this_machine_goes_through_no_proxy(self):
        with socket.create_server(("127.0.0.1", 0)) as proxy:
            address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
            for variables in ({"TEST_PROXY": address}, {"http_proxy": address}):
                with self.subTest(variables=variables):
                    self.assertEqual(ask("ask", 497, 4096, SUPEROFFICE_BASE_URL=running.main.bases["plain"], **variables),
                                     "ok none 0")
            proxy.setblocking(False)
            with self.assertRaises(BlockingIOError):
                proxy.accept()

    def test_through_a_proxy(self):
        proxy = shutil.which("tinyproxy")
        if proxy is None:
            self.skipTest("tinyproxy is not there")
        port = running.free_port()
        with tempfile.TemporaryDirectory() as folder:
            configuration = pathlib.Path(folder, "tinyproxy.conf")
            configuration.write_text(
                f"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nLogLevel Connect\nLogFile \"{folder}/log\"\n"
                f"BasicAuth user a-secret\nConnectPort {port_of(running.main.bases['main'])}\n", encoding="utf-8")
            with serving(port, proxy, "-d", "-c", configuration):
                address = f"http://127.0.0.1:{port}"
                # By address, because the proxy would look localhost up, and a machine need not know that name.
                base = running.main.bases["main"].replace("localhost", "127.0.0.1")
                self.assertRegex(ask("reuse", 10, TEST_PROXY=address, TEST_PROXY_USER="user:a-secret",
                                     SUPEROFFICE_BASE_URL=base), "^good 10 connections 1 http 1 ")
                self.assertEqual(ask("ask", 497, 4096, TEST_PROXY=address, SUPEROFFICE_BASE_URL=base),
                                 "proxy_unauthorized connect 0")
                elsewhere = f"https://127.0.0.1:{running.free_port()}/Cust12345/api"
                self.assertEqual(ask("ask", 497, 4096, TEST_PROXY=address, TEST_PROXY_USER="user:a-secret",
                                     SUPEROFFICE_BASE_URL=elsewhere), "proxy_refused connect 0")
                self.assertEqual(ask(program=EXAMPLE, https_proxy=f"http://user:a-secret@127.0.0.1:{port}",
                                     SUPEROFFICE_BASE_URL=base), "100 %, HTTP/1")
            log = pathlib.Path(folder, "log").read_text(encoding="utf-8")
            self.assertIn("CONNECT 127.0.0.1:", log)
            self.assertNotIn(running.service.BEARER_GOOD, log)

    def test_over_http2(self):
        nginx = nginx_superoffice.program()
        self.assertIsNotNone(nginx, "nginx is missing: tests/support/prepare tests unpacks it")
        port = running.free_port()
        keys = pathlib.Path(running.main.ca).parent
        with tempfile.TemporaryDirectory() as folder:
            temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n"
                                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            configuration = pathlib.Path(folder, "nginx.conf")
            configuration.write_text(
                f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
                f"events {{ worker_connections 64; }}\nhttp {{ access_log {folder}/access.log; {temporary}"
                f"server {{ listen 127.0.0.1:{port} ssl http2; server_name localhost; keepalive_requests 5000;\n"
                f"ssl_certificate {keys}/good.pem; ssl_certificate_key {keys}/good.key;\n"
                f"location / {{ proxy_pass http://127.0.0.1:{port_of(running.main.bases['plain'])};\n"
                f"proxy_http_version 1.1; proxy_set_header Host $http_host; }} }} }}\n", encoding="utf-8")
            with serving(port, nginx, "-c", configuration, "-p", folder):
                base = f"https://localhost:{port}/Cust12345/api"
                self.assertRegex(ask("reuse", 1000, SUPEROFFICE_BASE_URL=base), "^good 1000 connections 1 http 2 ")
                self.assertEqual(ask("cancel", SUPEROFFICE_BASE_URL=base), "cancelled some good 12")
                self.assertEqual(ask("grow", 6310, 700, SUPEROFFICE_BASE_URL=base), "reply_too_large again ok")
                self.assertEqual(ask("ask", 8025, 4096, SUPEROFFICE_BASE_URL=base), "reply_too_large http 200")
                self.assertEqual(ask(program=EXAMPLE, SUPEROFFICE_BASE_URL=base), "100 %, HTTP/2")
            log = pathlib.Path(folder, "access.log").read_text(encoding="utf-8")
            self.assertGreaterEqual(log.count("HTTP/2.0\" 200"), 1000)


if __name__ == "__main__":
    unittest.main()
