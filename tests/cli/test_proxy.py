"""`--proxy`, HTTPS_PROXY and NO_PROXY: every connection goes through the proxy, and no output shows its password."""

import base64
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from connect_proxy import ConnectProxy
from running import CONNECTION, CREDENTIAL, DONE, LONGEST, TABLE, USAGE, Case, Watching, free_port, main, service

import local_superoffice_login as login_service
import loopback

PASSWORD = "test-proxy-password"


def port_of(base):
    return urllib.parse.urlsplit(base).port


def host_of(base):
    return urllib.parse.urlsplit(base).netloc


def refusal(status, *headers):
    return "\r\n".join([f"HTTP/1.1 {status} No", *headers, "Content-Length: 0", "", ""]).encode()


class ProxyCase(Case):
    def proxy(self, *refusals, **more):
        return self.enterContext(ConnectProxy(*refusals, **more))

    @staticmethod
    def certificate(name):
        folder = pathlib.Path(main.ca).parent
        return folder / f"{name}.pem", folder / f"{name}.key"

    def enterContext(self, context):  # of Python 3.11, for older ones
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def run_tool(self, *arguments, **variables):
        code, out, complaint = super().run_tool(*arguments, **variables)
        for secret in (PASSWORD, base64.b64encode(f"joe:{PASSWORD}".encode()).decode().rstrip("=")):
            self.assertNotIn(secret, out + complaint)
        return code, out, complaint


class Through(ProxyCase):
    """Each kind of connection that the tool makes."""

    def test_a_call(self):
        for arguments, variables in ((["--proxy", "URL"], {}), ([], {"HTTPS_PROXY": "URL"}), ([], {"https_proxy": "URL"})):
            with self.subTest(arguments=arguments, variables=variables):
                proxy = self.proxy()
                arguments = [proxy.url if each == "URL" else each for each in arguments]
                self.shows(TABLE, "get", 497, *arguments, **dict.fromkeys(variables, proxy.url))
                self.assertEqual(proxy.targets(), [host_of(main.bases["main"])])
                self.assertEqual(self.requests()[-1]["credential"], "bearer-good")

    def test_a_watch_keeps_one_tunnel(self):
        proxy = self.proxy()
        code, _, complaint = self.run_tool("watch", 497, "--proxy", proxy.url)
        self.assertEqual((code, complaint, len(proxy.heads)), (DONE, "", 1))

    def test_the_log_in_host(self):
        proxy = self.proxy()
        self.shows(TABLE, "get", 497, credential=None, HTTPS_PROXY=proxy.url, SUPEROFFICE_CLIENT_ID=login_service.NATIVE_CLIENT,
                   SUPEROFFICE_REFRESH_TOKEN=login_service.refresh_token("good"))
        self.assertEqual(proxy.targets(), [host_of(main.bases["main"])] * 2)
        self.assertEqual([entry["target"].split("/")[1] for entry in self.requests()], ["login", "Cust12345"])

    def test_the_tenant_directory_and_the_new_host(self):
        proxy = self.proxy()
        main.control("tenant", at="second")
        self.shows(TABLE, "get", 497, HTTPS_PROXY=proxy.url)
        self.assertEqual(proxy.targets(), [host_of(main.bases[name]) for name in ("main", "main", "second")])

    def test_a_download_and_a_probe(self):
        proxy = self.proxy()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "file")
            self.assertEqual(self.run_tool("output", 1_000_070_000, "-o", file, "--proxy", proxy.url)[::2], (DONE, ""))
            self.assertEqual(file.stat().st_size, 70_000)
        self.assertEqual(self.run_tool("probe", "--proxy", proxy.url)[0], DONE)
        self.assertEqual(len(proxy.heads), 2)

    def test_a_server_of_http_only_by_the_option(self):
        proxy = self.proxy()
        plain = ["get", 497, "--base-url", main.bases["plain"], "--plain-http"]
        self.shows(TABLE, *plain, HTTPS_PROXY=proxy.url)
        self.assertEqual(proxy.heads, [])
        self.shows(TABLE, *plain, "--proxy", proxy.url)
        self.assertEqual(proxy.targets(), [host_of(main.bases["plain"])])


class OverTls(ProxyCase):
    """TLS to the proxy, and in it TLS to the server."""

    def test_a_call_and_the_log_in_host(self):
        proxy = self.proxy(certificate=self.certificate("good"))
        self.shows(TABLE, "get", 497, "--proxy", proxy.url)
        self.shows(TABLE, "get", 497, credential=None, HTTPS_PROXY=proxy.with_user("joe", PASSWORD),
                   SUPEROFFICE_CLIENT_ID=login_service.NATIVE_CLIENT,
                   SUPEROFFICE_REFRESH_TOKEN=login_service.refresh_token("good"))
        self.assertEqual(proxy.targets(), [host_of(main.bases["main"])] * 3)
        self.assertIn("\r\nProxy-Authorization: Basic ", proxy.heads[-1])

    def test_a_large_file(self):
        proxy = self.proxy(certificate=self.certificate("good"))
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "file")
            self.assertEqual(self.run_tool("output", 1_003_000_000, "-o", file, "--proxy", proxy.url)[::2], (DONE, ""))
            self.assertEqual(file.stat().st_size, 3_000_000)

    def test_a_server_of_http(self):
        proxy = self.proxy(certificate=self.certificate("good"))
        self.shows(TABLE, "get", 497, "--base-url", main.bases["plain"], "--plain-http", "--proxy", proxy.url)
        self.assertEqual(proxy.targets(), [host_of(main.bases["plain"])])

    def test_a_proxy_that_is_not_trusted_gets_nothing(self):
        for name, message in (("expired", "has expired"), ("self-signed", "is self-signed"), ("wrong-name", "is for another name")):
            with self.subTest(name):
                proxy = self.proxy(certificate=self.certificate(name))
                self.refuses(CONNECTION, rf"no secure connection to the proxy {proxy.address} \(HTTPS_PROXY\): the proxy's "
                                         f"certificate {message} .*stage handshake", "get", 497,
                             HTTPS_PROXY=proxy.with_user("joe", PASSWORD))
                self.assertEqual(proxy.heads, [])

    def test_a_refusal(self):
        proxy = self.proxy(refusal(407), certificate=self.certificate("good"))
        self.refuses(CONNECTION, rf"the proxy {proxy.address} \(--proxy\) answered 407: the proxy wants a credential, or a "
                                 "different one .*native 407", "get", 497, "--proxy", proxy.url)


class Choice(ProxyCase):
    """The whole table of values and of NO_PROXY is in proxy_rules.cpp."""

    def test_which_wins(self):
        one, other = self.proxy(), self.proxy()
        for arguments, variables, counts in (
            (["--proxy", one.url], {"https_proxy": other.url, "HTTPS_PROXY": other.url}, [1, 0]),
            ([], {"https_proxy": one.url, "HTTPS_PROXY": other.url}, [1, 0]),
            ([], {"https_proxy": "", "HTTPS_PROXY": one.url}, [1, 0]),
            (["--proxy", ""], {"https_proxy": one.url, "HTTPS_PROXY": other.url}, [0, 0]),
            (["--proxy", one.url], {"NO_PROXY": "localhost"}, [0, 0]),
            ([], {"HTTPS_PROXY": one.url, "no_proxy": "", "NO_PROXY": "localhost"}, [0, 0]),
            ([], {"HTTPS_PROXY": one.url, "no_proxy": "other.test", "NO_PROXY": "localhost"}, [1, 0]),
            ([], {"HTTPS_PROXY": one.url, "no_proxy": "127.0.0.0/8,::1"}, [1, 0]),
            ([], {"ALL_PROXY": one.url, "all_proxy": one.url}, [0, 0]),
        ):
            with self.subTest(arguments=arguments, variables=variables):
                before = [len(one.heads), len(other.heads)]
                self.shows(TABLE, "get", 497, *arguments, **variables)
                self.assertEqual([len(one.heads) - before[0], len(other.heads) - before[1]], counts)

    def test_a_bad_value_ends_in_a_sentence_and_nothing_is_sent(self):
        proxy = self.proxy()
        for pattern, arguments, variables in (
            ("--proxy: a user name or a password in an argument", ["--proxy", proxy.with_user("joe", PASSWORD)], {}),
            ("HTTPS_PROXY: a proxy socks5:// is not supported", [], {"HTTPS_PROXY": f"socks5://joe:{PASSWORD}@{proxy.address}"}),
            ("https_proxy: contains a blank, a line break", [], {"https_proxy": f"{proxy.url}\r\nX: y"}),
            ("HTTPS_PROXY: the user name or the password contains a control", [],
             {"HTTPS_PROXY": f"http://joe:{PASSWORD}%0d%0aX@{proxy.address}"}),
            ("HTTPS_PROXY: is no address of a proxy", [], {"HTTPS_PROXY": f"http://joe:{PASSWORD}/@{proxy.address}"}),
            ("NO_PROXY: entry 2 is no range of addresses", [], {"HTTPS_PROXY": proxy.url, "NO_PROXY": "a,10.0.0.0/99"}),
            ("no_proxy: contains a line break", ["--proxy", proxy.url], {"no_proxy": "a\nb"}),
        ):
            with self.subTest(pattern):
                self.refuses(USAGE, pattern, "get", 497, *arguments, **variables)
        self.assertEqual((proxy.heads, self.log()), ([], []))


class Credential(ProxyCase):
    def test_goes_to_the_proxy_and_nowhere_else(self):
        proxy = self.proxy()
        self.shows(TABLE, "get", 497, HTTPS_PROXY=proxy.with_user("joe", PASSWORD))
        expected = base64.b64encode(f"joe:{PASSWORD}".encode()).decode()
        self.assertIn(f"\r\nProxy-Authorization: Basic {expected}\r\n", proxy.heads[0])
        self.assertNotIn("Authorization: Bearer", proxy.heads[0])
        self.assertNotIn(service.BEARER_GOOD, proxy.heads[0])
        self.assertNotIn("Proxy-Authorization", dict(self.requests()[-1]["headers"]))

    def test_a_command_of_exec_does_not_get_it(self):
        proxy = self.proxy()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "environment")
            for variables, kept in (({"HTTPS_PROXY": proxy.with_user("joe", PASSWORD)}, []),
                                    ({"https_proxy": proxy.url, "HTTPS_PROXY": proxy.with_user("joe", PASSWORD)},
                                     ["https_proxy"]),
                                    ({"HTTPS_PROXY": proxy.url}, ["HTTPS_PROXY"]),
                                    # Variables that the tool does not use, but that its command may.
                                    *(({name: proxy.with_user("joe", PASSWORD)}, []) for name in
                                      ("http_proxy", "HTTP_PROXY", "ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY")),
                                    ({"HTTP_PROXY": proxy.url, "all_proxy": proxy.url}, ["HTTP_PROXY", "all_proxy"])):
                code, _, complaint = self.run_tool("watch", 497, "--exec", f"env > {file}", **variables)
                self.assertEqual((code, complaint), (DONE, ""))
                text = file.read_text(encoding="utf-8")
                self.assertNotIn(PASSWORD, text)
                names = {line.split("=")[0] for line in text.splitlines()}
                self.assertEqual(sorted(name for name in names if name.lower().endswith("_proxy") and name in variables), kept)


    @unittest.skipUnless(pathlib.Path("/proc/self/environ").exists(), "there is no /proc")
    def test_the_running_tool_shows_it_to_nobody(self):
        proxy = self.proxy()
        watching = Watching(1000, "--interval", "0.02", HTTPS_PROXY=proxy.with_user("joe", PASSWORD))
        watching.line()
        process = pathlib.Path(f"/proc/{watching.process.pid}")
        shown = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        watching.process.send_signal(signal.SIGINT)
        watching.end()
        self.assertIn(b"HTTPS_PROXY=", shown)  # the name stays, its value is wiped
        self.assertNotIn(PASSWORD.encode(), shown)


class Refused(ProxyCase):
    def test_each_way(self):
        for answer, pattern in (
            (refusal(407, 'Proxy-Authenticate: Basic realm="x"'),
             r"answered 407: the proxy wants a credential, or a different one \(stage connect, proxy_unauthorized, native 407\)"),
            (refusal(403), r"answered 403: the proxy refused to connect to the peer \(stage connect, proxy_refused, native 403\)"),
            (refusal(502), r"answered 502: the proxy could not connect to the peer \(stage connect, proxy_failed, native 502\)"),
            (b"220 mail.example ESMTP\r\n", r"opened no connection: the reply is not well-formed HTTP/1.1 \(stage connect, bad_http"),
            (b"", r"opened no connection: the peer closed the connection before .* \(stage connect, connection_closed"),
        ):
            with self.subTest(pattern):
                proxy = self.proxy(answer)
                code, out, complaint = self.run_tool("get", 497, HTTPS_PROXY=proxy.with_user("joe", PASSWORD))
                self.assertRegex(complaint, rf"^superoffice-batch: the proxy {proxy.address} \(HTTPS_PROXY\) " + pattern)
                self.assertEqual((out, complaint.count("\n")), ("", 1))
                self.assertNotEqual(code, DONE)
        self.assertEqual(self.log(), [])

    def test_nobody_listens_there(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.refuses(CONNECTION, rf"the proxy {address} \(--proxy\) was not reached: the peer refused the connection "
                                     r"\(stage connect", "get", 497, "--proxy", f"http://{address}")
            _, _, complaint = self.run_tool("get", 497, "--json", HTTPS_PROXY=f"http://joe:{PASSWORD}@{address}")
            error = json.loads(complaint)["error"]
            self.assertEqual((error["proxy"], error["code"]), (address, "connection_refused"))
            self.assertIn(f"the proxy {address} (HTTPS_PROXY) was not reached", error["message"])

    def test_the_name_is_unknown(self):
        self.refuses(CONNECTION, rf"the proxy {'a' * 64}.invalid:3128 \(https_proxy\) was not reached: .*stage resolve", "get",
                     497, https_proxy=f"http://{'a' * 64}.invalid:3128")

    def test_it_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            self.refuses(CONNECTION, rf"the proxy {address} \(--proxy\) did not answer in time: the deadline passed .*; allow "
                                     "more time with --timeout\n$", "get", 497, "--proxy", f"http://{address}", "--timeout", 0.1)

    def test_on_the_way_to_the_log_in_host(self):
        proxy = self.proxy(refusal(403))
        code, _, complaint = self.run_tool("get", 497, credential=None, HTTPS_PROXY=proxy.url,
                                           SUPEROFFICE_CLIENT_ID=login_service.NATIVE_CLIENT,
                                           SUPEROFFICE_REFRESH_TOKEN=login_service.refresh_token("good"))
        self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: the log-in host gave no access token: the proxy "
                                             f"{proxy.address} (HTTPS_PROXY) answered 403: the proxy refused to connect to "
                                             "the peer\n"))

    def test_what_the_server_does_is_not_the_proxys_fault(self):
        proxy = self.proxy()
        for pattern, arguments in ((r"the server's certificate has expired \(", ["--base-url", main.bases["expired"]]),
                                   (r"no such task \(", []), ("the peer (reset|closed) the connection", ["--base-url", main.bases["rude"]])):
            with self.subTest(pattern):
                self.assertNotIn("proxy", self.run_tool("get", 99, "--proxy", proxy.url, *arguments)[2])
                self.assertRegex(self.run_tool("get", 99, "--proxy", proxy.url, *arguments)[2], "^superoffice-batch: " + pattern)

    def test_one_that_fails_is_asked_again_and_one_that_refuses_is_not(self):
        proxy = self.proxy(refusal(502))
        code, out, complaint = self.run_tool("get", 497, "--proxy", proxy.url, "--retry", 2)
        self.assertEqual((code, out, len(proxy.heads)), (DONE, TABLE, 2))
        self.assertRegex(complaint, r"^superoffice-batch: the proxy \S+ \(--proxy\) answered 502: the proxy could not connect .*; trying again in 1 s \(1 of 2\)\n$")
        proxy = self.proxy(refusal(407))
        self.refuses(CONNECTION, "the proxy .* answered 407: the proxy wants a credential", "get", 497, "--proxy", proxy.url,
                     "--retry", 2)
        self.assertEqual(len(proxy.heads), 1)


@unittest.skipUnless(shutil.which("tinyproxy"), "tinyproxy is not there")
class Tinyproxy(ProxyCase):
    @contextlib.contextmanager
    def running(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            configuration = pathlib.Path(folder, "tinyproxy.conf")
            configuration.write_text(
                f"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nLogLevel Connect\nLogFile \"{folder}/log\"\n"
                f"BasicAuth joe {PASSWORD}\nConnectPort {port_of(main.bases['main'])}\n", encoding="utf-8")
            with subprocess.Popen(["tinyproxy", "-d", "-c", configuration], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as child:
                try:
                    limit = time.monotonic() + LONGEST
                    with socket.socket() as probe:
                        while probe.connect_ex(("127.0.0.1", port)) != 0:
                            self.assertIsNone(child.poll())
                            self.assertLess(time.monotonic(), limit)
                            time.sleep(0.05)
                    yield f"127.0.0.1:{port}"
                finally:
                    child.terminate()

    def test_with_a_password_and_without(self):
        if not loopback.system_knows_localhost():
            self.skipTest("tinyproxy asks the system for localhost, which this machine does not know")
        with self.running() as address:
            self.shows(TABLE, "get", 497, HTTPS_PROXY=f"http://joe:{PASSWORD}@{address}")
            self.refuses(CONNECTION, r"the proxy .* answered 40[17]: the proxy wants a credential.*proxy_unauthorized, native 40[17]\)", "get", 497, "--proxy",
                         f"http://{address}")
            self.refuses(CONNECTION, "the proxy .*: the proxy wants a credential", "get", 497, HTTPS_PROXY=f"http://joe:wrong@{address}")
            self.refuses(CONNECTION, "the proxy .*: the proxy refused to connect", "get", 497, "--base-url", main.bases["second"],
                         HTTPS_PROXY=f"http://joe:{PASSWORD}@{address}")


if __name__ == "__main__":
    unittest.main()
