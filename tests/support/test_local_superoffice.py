"""Tests of the local SuperOffice, in seconds: python3 -m unittest discover -s tests/support"""

import base64
import concurrent.futures
import contextlib
import gzip
import http.client
import io
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import local_superoffice  # noqa: E402
import local_superoffice_certificates as certificates  # noqa: E402
import local_superoffice_service as service  # noqa: E402
import local_superoffice_specials as specials  # noqa: E402
import local_superoffice_tasks as tasks  # noqa: E402
import local_superoffice_wire as wire  # noqa: E402
from local_superoffice_running import (AS_JSON, BEARER, CALL, ONLINE, ONSITE, Running, finished,  # noqa: E402
                                       folder)

PROPERTIES = list(tasks.SAMPLE)
DOCUMENTED = json.loads(specials.SAMPLE_TEXT)

main = None  # the service that most tests share: manual clock, all listeners


def setUpModule():
    global main
    main = Running("--manual-clock", "--bad-certificates", "--listen", "second=good", "--listen", "plain=plain",
                   "--listen", "rsa=rsa", "--listen", "old=good@1.2", "--listen", "mute=no-handshake",
                   "--listen", "rude=reset-handshake", "--drip-seconds", "0.0001", "--host",
                   "both" if has_ipv6() else "127.0.0.1")


def tearDownModule():
    finished(main)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as opened:
            opened.bind(("::1", 0))
        return True
    except OSError:
        return False


class Shared(unittest.TestCase):
    """Tests on the shared service; each begins with its state reset."""

    def setUp(self):
        main.control("reset")


class StartAndStop(unittest.TestCase):
    def test_ready_line_names_base_and_authority(self):
        self.assertRegex(main.base, r"^https://localhost:[0-9]+/Cust12345/api$")
        self.assertEqual(main.ca, str(pathlib.Path(folder.name).absolute() / "ca.pem"))
        self.assertEqual(main.others, ["second", "plain", "rsa", "old", "mute", "rude", "expired", "not-yet-valid",
                                       "self-signed", "wrong-name", "unknown-authority"])

    def test_ways_to_stop(self):
        ways = {
            "SIGTERM": ((), lambda it: it.process.send_signal(signal.SIGTERM)),
            "SIGINT": ((), lambda it: it.process.send_signal(signal.SIGINT)),
            "standard input closes": (("--until-stdin-closes",), Running.close_stdin),
            "time is up": (("--max-seconds", "0.1"), lambda it: None),
            "control call": ((), lambda it: it.control("stop")),
        }
        for name, (options, stop) in ways.items():
            with self.subTest(name):
                started = Running("--plain", *options)
                with socket.create_connection(("127.0.0.1", started.port)):  # an idle client does not keep it alive
                    stop(started)
                    _, errors = started.process.communicate(timeout=5)
                self.assertEqual((started.process.returncode, errors), (0, ""))

    def test_plain_needs_no_openssl_and_no_certificates(self):
        with tempfile.TemporaryDirectory() as empty:
            started = subprocess.Popen([sys.executable, str(HERE / "local_superoffice.py"), "--plain", "--directory",
                                        empty, "--max-seconds", "0"], stdout=subprocess.PIPE, text=True,
                                       env={**os.environ, "PATH": "/nowhere"})
            out, _ = started.communicate(timeout=5)
            self.assertRegex(out, r"^ready http://localhost:[0-9]+/Cust12345/api ca=")
            self.assertEqual(os.listdir(empty), ["requests.log"])

    def test_a_missing_openssl_is_one_sentence(self):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, str(HERE / "local_superoffice.py"), "--directory", empty],
                                  capture_output=True, text=True, env={**os.environ, "PATH": "/nowhere"}, timeout=5)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^local_superoffice: .*openssl.*\n$")

    def test_bad_options_are_refused(self):
        for options in (["--listen", "a=b"], ["--listen", "main=good"], ["--tenant-at", "nobody"],
                        ["--task-seconds", "0"], ["--certificate", "best"]):
            with self.subTest(options):
                with self.assertRaises(SystemExit) as caught, contextlib.redirect_stderr(io.StringIO()):
                    local_superoffice.parse_arguments(["--directory", folder.name, *options])
                self.assertEqual(caught.exception.code, 2)

    def test_help_lists_every_special_id(self):
        done = subprocess.run([sys.executable, str(HERE / "local_superoffice.py"), "--help"], capture_output=True,
                              text=True, timeout=5)
        self.assertEqual(done.returncode, 0)
        for number in (497, "1000-1999", *specials.SPECIALS):
            self.assertRegex(done.stdout, rf"(?m)^  {number} ")


class Certificates(Shared):
    def test_good_ones_are_trusted_under_each_name(self):
        hosts = ["localhost", "127.0.0.1"] + (["::1"] if has_ipv6() else [])
        for listener in ("main", "second", "rsa", "old"):
            for host in hosts:
                with self.subTest(listener=listener, host=host):
                    with contextlib.closing(main.connect(listener, host)) as connection:
                        connection.request("GET", ONLINE)
                        self.assertEqual(connection.getresponse().status, 200)

    def test_bad_ones_are_refused_before_a_byte_of_http(self):
        sentences = {"expired": "expired", "not-yet-valid": "not yet valid", "self-signed": "self.signed",
                     "wrong-name": "Hostname mismatch", "unknown-authority": "unable to get local issuer"}
        for name, sentence in sentences.items():
            with self.subTest(name):
                with self.assertRaisesRegex(ssl.SSLCertVerificationError, sentence):
                    main.connect(name).request("GET", ONLINE)
                counters = self.settled(name)
                self.assertEqual(counters["application_bytes"], 0)
                self.assertEqual(counters["failed_handshakes"] + counters["handshakes"], counters["connections"])

    def test_bad_ones_serve_a_client_that_does_not_check(self):
        careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
        with contextlib.closing(main.connect("expired", context=careless)) as connection:
            connection.request("GET", ONLINE)
            self.assertEqual(connection.getresponse().status, 200)
        self.assertGreater(self.settled("expired")["application_bytes"], 0)

    def settled(self, name):
        time.sleep(0.05)
        return main.control("listeners")[name]

    def test_directory_is_reused(self):
        ca = pathlib.Path(main.ca)
        before = ca.read_bytes()
        started = time.monotonic()
        certificates.make_certificates(folder.name)
        self.assertEqual(ca.read_bytes(), before)
        self.assertLess(time.monotonic() - started, 0.2)

    def test_versions_and_resumption_are_logged(self):
        for listener, version in (("main", "TLSv1.3"), ("old", "TLSv1.2")):
            with self.subTest(listener):
                context = main.context()
                session = None
                for resumed in (False, True):
                    raw = socket.create_connection(("127.0.0.1", main.port_of(listener)), timeout=5)
                    with context.wrap_socket(raw, server_hostname="localhost", session=session) as link:
                        link.sendall(f"GET {ONLINE} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                        while link.recv(4096):
                            pass
                        session = link.session
                    entry = main.last_request()
                    self.assertEqual((entry["listener"], entry["tls"], entry["resumed"], entry["server_name"]),
                                     (listener, version, resumed, "localhost"))

    def test_listeners_that_fail_the_handshake(self):
        with self.assertRaises(OSError):
            main.connect("rude").request("GET", "/")
        mute = socket.create_connection(("127.0.0.1", main.port_of("mute")), timeout=0.2)
        with mute, self.assertRaises(TimeoutError):
            main.context().wrap_socket(mute, server_hostname="localhost")


class TheCall(Shared):
    def test_sample_is_exact(self):
        status, info, response = main.get_info(497)
        self.assertEqual(status, 200)
        self.assertEqual(list(info), PROPERTIES)
        self.assertEqual(len(info), 24)
        self.assertEqual(info, DOCUMENTED)
        self.assertEqual((info["Id"], info["LastStarted"]), (547, "2024-11-27T09:15:00+01:00"))
        expected = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-cache",
                    "Pragma": "no-cache", "Expires": "-1", "Vary": "Accept-Encoding", "SO-TIMEZONE": "NO",
                    "Transfer-Encoding": "chunked", "Content-Encoding": None}
        self.assertEqual({name: response.getheader(name) for name in expected}, expected)
        self.assertRegex(response.getheader("x-db-stats"), r"^implementationMS=\d+&Calls=\d+&Read=\d+$")

    def test_credentials(self):
        def basic(text, scheme="Basic"):
            return {"Authorization": f"{scheme} {base64.b64encode(text.encode()).decode()}"}

        def ticket(text, scheme="SOTicket", app=True):
            return {"Authorization": f"{scheme} {text}", **({"SO-AppToken": service.APP_TOKEN} if app else {})}

        def session(cookie, xsrf):
            return {"Cookie": cookie, **({"X-XSRF-TOKEN": xsrf} if xsrf else {})}

        cookie = f"XSRF-TOKEN=test-xsrf-good; Whatever={service.SESSION_GOOD}; other=1"
        table = [  # name, headers, Online status, onsite status
            ("none", {}, 401, 401),
            ("bearer", BEARER, 200, 200),
            ("bearer in capitals", {"Authorization": f"BEARER {service.BEARER_GOOD}"}, 200, 200),
            ("bearer expired", {"Authorization": f"Bearer {service.BEARER_EXPIRED}"}, 401, 401),
            ("bearer unknown", {"Authorization": "Bearer 8A:Cust99999.x"}, 401, 401),
            ("bearer of 32 KB", {"Authorization": f"Bearer {service.BEARER_LONG}{'+/=:.aZ9' * 4096}"}, 200, 200),
            ("ticket", ticket(service.TICKET_GOOD), 200, 200),
            ("SoTicket", ticket(service.TICKET_GOOD, "SoTicket"), 200, 200),
            ("SOTICKET", ticket(service.TICKET_GOOD, "SOTICKET"), 200, 200),
            ("ticket without SO-AppToken", ticket(service.TICKET_GOOD, app=False), 401, 200),
            ("ticket expired", ticket(service.TICKET_EXPIRED), 401, 401),
            ("long ticket", ticket(service.TICKET_LONG + "x" * 9000), 200, 200),
            ("basic", basic(service.BASIC_GOOD), 401, 200),
            ("basic of the sample", {"Authorization": "Basic dGplMDpUamUw"}, 401, 200),
            ("basic in UTF-8", basic(service.BASIC_UNICODE), 401, 200),
            ("basic expired", basic(service.BASIC_EXPIRED), 401, 401),
            ("basic not base64", {"Authorization": "Basic ?"}, 401, 401),
            ("unknown scheme", {"Authorization": "Digest x"}, 401, 401),
            ("session", session(cookie, "test-xsrf-good"), 200, 200),
            ("session without XSRF", session(cookie, None), 401, 401),
            ("session with another XSRF", session(cookie, "other"), 401, 401),
            ("session expired", session("s=test-session-expired", "test-xsrf-expired"), 401, 401),
        ]
        for name, headers, *wanted in table:
            with self.subTest(name):
                for base, status in zip((ONLINE, ONSITE), wanted):
                    response, body = main.ask("POST", base + CALL, '{"Id":497}', {**AS_JSON, **headers})
                    self.assertEqual(response.status, status, base)
                    schemes = response.headers.get_all("WWW-Authenticate", [])
                    self.assertEqual(bool(schemes), status == 401)
                    self.assertEqual(any(scheme.startswith("Basic") for scheme in schemes),
                                     status == 401 and base == ONSITE)

    def test_request_bodies(self):
        json_type, form, xml_type = "application/json", "application/x-www-form-urlencoded", "application/xml"
        found, shape_a, shape_b = {"Id": 547}, {"Message", "MessageDetail"}, {"Error", "ErrorType"}
        table = [  # name, type, body, status, what is in the reply
            *((kind, kind, '{"Id":497}', 200, found) for kind in service.JSON_TYPES),
            ("charset", "application/json; charset=UTF-8", '{"Id":497}', 200, found),
            ("names bind without case", json_type, '{"id":497}', 200, found),
            ("further members", json_type, '{"x":[{}],"ID":497}', 200, found),
            ("number in text", json_type, '{"Id":"497"}', 200, found),
            ("byte order mark", json_type, b'\xef\xbb\xbf{"Id":497}', 200, found),
            ("form", form, "Id=497", 200, found),
            ("form in lower case", form, "a=b&id=497", 200, found),
            ("XML", xml_type, "<GetBatchTaskInfoRequest><Id>497</Id></GetBatchTaskInfoRequest>", 200, found),
            ("XML with a namespace", "text/xml", '<a:R xmlns:a="urn:x"><a:Id> 497 </a:Id></a:R>', 200, found),
            ("XML with a declaration", xml_type, '<?xml version="1.0"?><R><Id>497</Id></R>', 200, found),
            ("unknown id", json_type, '{"Id":123456}', 200, None),
            ("0", json_type, '{"Id":0}', 200, None),
            ("largest", json_type, '{"Id":2147483647}', 200, None),
            ("no Id", json_type, "{}", 200, shape_a),
            ("Id null", json_type, '{"Id":null}', 200, shape_a),
            ("empty body", json_type, "", 200, shape_a),
            ("form without Id", form, "a=b", 200, shape_a),
            ("XML without Id", xml_type, "<R/>", 200, shape_a),
            ("negative", json_type, '{"Id":-1}', 400, shape_b),
            ("above int32", json_type, '{"Id":2147483648}', 400, shape_a),
            ("fraction", json_type, '{"Id":497.0}', 400, shape_a),
            ("bool", json_type, '{"Id":true}', 400, shape_a),
            ("word", json_type, '{"Id":"x"}', 400, shape_a),
            ("not JSON", json_type, "{Id:497}", 400, shape_a),
            ("NaN", json_type, '{"Id":NaN}', 400, shape_a),
            ("an array", json_type, "[497]", 400, shape_a),
            ("deep", json_type, '{"Id":' + "[" * 20000, 400, shape_a),
            ("not UTF-8", json_type, b'{"Id":497,"a":"\xff"}', 400, shape_a),
            ("not XML", xml_type, "<R>", 400, shape_a),
            ("document type", xml_type, '<!DOCTYPE R [<!ENTITY a "497">]><R><Id>&a;</Id></R>', 400, shape_a),
            ("plain text", "text/plain", "497", 415, {"Message"}),
            ("another charset", "application/json; charset=utf-16", "{}", 415, {"Message"}),
            ("no type", None, '{"Id":497}', 415, {"Message"}),
        ]
        for name, kind, body, status, wanted in table:
            with self.subTest(name):
                headers = {**BEARER, **({"Content-Type": kind} if kind else {})}
                response, answer = main.ask("POST", ONLINE + CALL, body, headers)
                self.assertEqual(response.status, status)
                self.assert_holds(json.loads(answer), wanted)

    def assert_holds(self, answer, wanted):
        if isinstance(wanted, set):
            self.assertLessEqual(wanted, set(answer))
            self.assertNotIn("Id", answer)
        elif isinstance(wanted, dict):
            self.assertEqual({name: answer[name] for name in wanted}, wanted)
        else:
            self.assertIs(answer, wanted)

    def test_reply_types(self):
        table = [*((name, name) for name in service.REPLY_TYPES),
                 ("*/*", "application/json"), ("text/*", "text/json"), ("application/*", "application/json"),
                 ("application/xml;q=0.5, text/json", "text/json"), ("text/json;q=0, text/xml", "text/xml"),
                 ("image/png", "application/json"), ("application/json; charset=utf-8", "application/json")]
        for accept, wanted in table:
            with self.subTest(accept):
                response, body = main.ask("POST", ONLINE + CALL, '{"Id":497}', {**AS_JSON, **BEARER, "Accept": accept})
                self.assertEqual(response.getheader("Content-Type"), f"{wanted}; charset=utf-8")
                if wanted in service.XML_TYPES:
                    self.assertEqual(xml.etree.ElementTree.fromstring(body).find("Id").text, "547")
                else:
                    self.assertEqual(json.loads(body), DOCUMENTED)

    def test_xml_shapes(self):
        def ask(number, select=""):
            _, body = main.ask("POST", f"{ONLINE}{CALL}?$select={select}", json.dumps({"Id": number}),
                               {**AS_JSON, **BEARER, "Accept": "application/xml"})
            return body.decode(), xml.etree.ElementTree.fromstring(body)

        text, root = ask(497)
        self.assertEqual(root.tag, "BatchTaskInfo")
        self.assertEqual([child.tag for child in root], PROPERTIES)
        self.assertEqual([pair.find("Value").text for pair in root.find("ParameterObject")],
                         ["format=xlsx", "includePersons=true"])
        self.assertIn("<IsSystemTask>false</IsSystemTask>", text)
        self.assertIn("<TableRight></TableRight>", text)
        self.assertEqual(ask(123456)[1].get(f"{{{service.XSI}}}nil"), "true")
        main.control("settings", xml="nil")
        self.assertIn('<TableRight i:nil="true"/>', ask(497)[0])
        main.control("settings", xml="elements")
        self.assertEqual(ask(497)[1].find("ParameterObject/ParameterObject1").text, "format=xlsx")
        main.control("settings", xml="soap")
        text, root = ask(6010)
        self.assertEqual(root.tag, "{http://www.superoffice.net/ws/crm/NetServer/Services88}BatchTaskInfo")
        self.assertIn("<so:Mask>Select Update</so:Mask>", text)
        for shape in service.XML_SHAPES:  # every special that is a BatchTaskInfo is well-formed in each shape
            for number, special in specials.SPECIALS.items():
                if special.body is None and special.changes and number not in (6305, 6312):
                    main_value = service.to_xml("BatchTaskInfo", {
                        name: value() if callable(value) else value for name, value in special.changes.items()},
                        service.XML_SHAPES[shape])
                    xml.etree.ElementTree.fromstring(main_value)

    def test_other_addresses(self):
        table = [  # target, method, status
            (f"/CUST12345/API{CALL.upper()}", "POST", 200),
            (f"/api{CALL}", "POST", 200), (f"/Super/api{CALL}", "POST", 200), (f"/crm/api{CALL}", "POST", 200),
            (f"/Cust12345/api{CALL}/", "POST", 200),
            (f"/Cust54321/api{CALL}", "POST", 421),
            (f"/nowhere/api{CALL}", "POST", 404), ("/", "GET", 404), (f"{ONLINE}/v1/Agents/Batch/Other", "POST", 404),
            (f"/Cust12345{CALL}", "POST", 404),
            (ONLINE, "GET", 200), (f"{ONLINE}/", "GET", 200), (f"{ONLINE}/v1", "GET", 200), (ONLINE, "POST", 405),
            (ONLINE + CALL, "GET", 200), (ONLINE + CALL, "PUT", 405), (ONLINE + CALL, "DELETE", 405),
            (f"{ONLINE}/v1/BatchTask/497", "GET", 200), (f"{ONLINE}/v1/BatchTask/123456", "GET", 404),
        ]
        for target, method, status in table:
            with self.subTest(target):
                body = '{"Id":497}' if method == "POST" else None
                response, _ = main.ask(method, target, body, {**AS_JSON, **BEARER})
                self.assertEqual(response.status, status)

    def test_what_needs_no_credential(self):
        self.assertIn("NetServerVersion", json.loads(main.ask("GET", ONLINE)[1]))
        listed = json.loads(main.ask("GET", f"{ONLINE}/v1")[1])
        self.assertIn(main.base + CALL, listed)
        description = json.loads(main.ask("GET", ONLINE + CALL)[1])
        self.assertEqual(description["Parameters"], [{"Name": "Id", "Type": "Int32"}])

    def test_gzip_only_when_allowed(self):
        table = [("gzip, deflate", True), ("*", True), ("identity", False), ("gzip;q=0", False), ("", False)]
        for value, wanted in table:
            with self.subTest(value):
                response, body = main.ask("POST", ONLINE + CALL, '{"Id":497}',
                                          {**AS_JSON, **BEARER, "Accept-Encoding": value})
                self.assertEqual(response.getheader("Content-Encoding"), "gzip" if wanted else None)
                self.assertEqual(json.loads(gzip.decompress(body) if wanted else body), DOCUMENTED)


class Select(Shared):
    def test_names(self):
        everything = set(PROPERTIES)
        table = [  # $select, properties that are present when the others are absent
            ("Id", {"Id"}), ("State,ProgressPercent", {"State", "ProgressPercent"}), ("state,PROGRESSPERCENT",
             {"State", "ProgressPercent"}), ("State,%20Id", {"State", "Id"}), ("State%2CId", {"State", "Id"}),
            ("Nothing", set()), ("Nothing,Id", {"Id"}), ("", everything), (",", everything),
            ("TableRight/Mask", {"TableRight"}), ("Id,Id", {"Id"}), ("ParameterObject", {"ParameterObject"}),
            ("name,department,category/id", {"Name"}),
        ]
        main.control("settings", nulled="absent")
        for select, wanted in table:
            with self.subTest(select):
                self.assertEqual(set(main.get_info(497, select)[1]), wanted)
                self.assertEqual(main.last_request()["select"], urllib.parse.unquote(select))

    def test_escaped_dollar(self):
        main.control("settings", nulled="absent")
        for name in ("%24select", "$SELECT"):
            _, body = main.ask("POST", f"{ONLINE}{CALL}?{name}=Id", '{"Id":497}', {**AS_JSON, **BEARER})
            self.assertEqual(json.loads(body), {"Id": 547})

    def test_nested(self):
        main.control("settings", nulled="absent")
        self.assertEqual(main.get_info(6402, "TableRight/Mask,FieldProperties/Owner/FieldLength")[1],
                         {"TableRight": None, "FieldProperties": {"Owner": {"FieldLength": 0}}})
        self.assertEqual(main.get_info(6010, "tableright/mask")[1], {"TableRight": {"Mask": "Select, Update"}})
        self.assertEqual(main.get_info(6010, "TableRight/Mask,TableRight")[1],
                         {"TableRight": {"Mask": "Select, Update", "Reason": ""}})
        main.control("settings", nulled="null")
        self.assertEqual(main.get_info(6010, "TableRight/Mask")[1]["TableRight"],
                         {"Mask": "Select, Update", "Reason": None})

    def test_ways_to_null_out(self):
        self.assertEqual(main.get_info(9100, "State")[1], {"State": "Succeeded"})
        self.assertEqual(main.get_info(9101, "State")[1], {**dict.fromkeys(PROPERTIES), "State": "Succeeded"})
        info = main.get_info(9102, "Name")[1]
        self.assertEqual((info["Id"], info["IsSystemTask"], info["Created"], info["State"], info["FileName"]),
                         (0, False, "0001-01-01T00:00:00", "Unknown", None))
        self.assertEqual(main.get_info(9103, "Name")[1], DOCUMENTED)


class DatesAndLanguages(Shared):
    def test_time_zones(self):
        table = [  # SO-TimeZone, LastStarted, Created of the sample; of a task that runs
            (None, "2024-11-27T09:15:00+01:00", "2024-11-27T09:00:00+01:00", "2026-11-02T08:30:00"),
            ("UTC", "2024-11-27T08:15:00", "2024-11-27T08:00:00", "2026-11-02T07:30:00"),
            ("utc, includeTZOffset", "2024-11-27T08:15:00Z", "2024-11-27T08:00:00Z", "2026-11-02T07:30:00Z"),
            ("NO", "2024-11-27T09:15:00", "2024-11-27T09:00:00", "2026-11-02T08:30:00"),
            ("261,includetzoffset", "2024-11-27T09:15:00+01:00", "2024-11-27T08:00:00Z", "2026-11-02T07:30:00Z"),
            ("includeTZOffset", "2024-11-27T09:15:00+01:00", "2024-11-27T08:00:00Z", "2026-11-02T07:30:00Z"),
            ("US-NY, includeTZOffset", "2024-11-27T03:15:00-05:00", "2024-11-27T08:00:00Z", "2026-11-02T07:30:00Z"),
            ("AU-ACT", "2024-11-27T19:15:00", "2024-11-27T19:00:00", "2026-11-02T18:30:00"),
        ]
        for zone, last_started, created, other in table:
            with self.subTest(zone):
                headers = {} if zone is None else {"SO-TimeZone": zone}
                _, info, response = main.get_info(497, headers=headers)
                self.assertEqual((info["LastStarted"], info["Created"]), (last_started, created))
                self.assertEqual(response.getheader("SO-TIMEZONE"), "NO" if zone is None else None)
                self.assertEqual(main.get_info(1000, headers=headers)[1]["Created"], other)

    def test_not_set(self):
        for zone, wanted in (("", "0001-01-01T00:00:00"), ("NO, includeTZOffset", "0001-01-01T01:00:00+01:00"),
                             ("UTC, includeTZOffset", "0001-01-01T00:00:00Z"), ("NO", "0001-01-01T00:00:00")):
            self.assertEqual(main.get_info(1000, headers={"SO-TimeZone": zone})[1]["LastStarted"], wanted, zone)

    def test_unknown_zone(self):
        status, answer, _ = main.get_info(497, headers={"SO-TimeZone": "Europe/Oslo"})
        self.assertEqual((status, answer["Error"]), (400, True))

    def test_summer_time(self):
        table = [("NO", (2024, 3, 31, 0, 59), 1), ("NO", (2024, 3, 31, 1, 0), 2), ("NO", (2024, 10, 27, 0, 59), 2),
                 ("NO", (2024, 10, 27, 1, 0), 1), ("US-NY", (2024, 3, 10, 6, 59), -5),
                 ("US-NY", (2024, 3, 10, 7, 0), -4),
                 ("US-NY", (2024, 11, 3, 5, 59), -4), ("US-NY", (2024, 11, 3, 6, 0), -5), ("UTC", (2024, 7, 1), 0),
                 ("AU-ACT", (2024, 4, 6, 15, 59), 11), ("AU-ACT", (2024, 4, 6, 16, 0), 10),
                 ("AU-ACT", (2024, 10, 5, 15, 59), 10), ("AU-ACT", (2024, 10, 5, 16, 0), 11)]
        for code, moment, hours in table:
            with self.subTest(code=code, moment=moment):
                self.assertEqual(tasks.offset_of(code, tasks.datetime.datetime(*moment)), hours * tasks.HOUR)

    def test_languages(self):
        raw = 'NO:"Eksport av kontakter til Excel";US:"Export of contacts to Excel"'
        english, norwegian = "Export of contacts to Excel", "Eksport av kontakter til Excel"
        table = [
            ({}, raw), ({"Accept-Language": "*"}, raw), ({"SO-Language": "x"}, raw), ({"SO-Language": ""}, raw),
            ({"Accept-Language": "en"}, english), ({"Accept-Language": "nb-no"}, norwegian),
            ({"Accept-Language": "sv;q=0.5, no"}, norwegian), ({"Accept-Language": "fr,de,ru,zh"}, english),
            ({"Accept-Language": "en", "SO-Language": "no"}, norwegian),
            ({"SO-Language": "*", "Accept-Language": "en"}, raw),
        ]
        for headers, wanted in table:
            with self.subTest(headers):
                self.assertEqual(main.get_info(1000, headers=headers)[1]["Description"], wanted)

    def test_culture_groups_digits_inside_texts(self):
        main.get_info(1000)
        main.control("clock", advance=4)
        for headers, wanted in (({"SO-Language": "en"}, "4,980 rows written"),
                                ({"SO-Language": "en", "SO-Culture": "de"}, "4.980 rows written"),
                                ({"SO-Language": "no"}, "4\u00a0980 rader skrevet"),
                                ({"SO-Culture": "de"}, 'NO:"4,980 rader skrevet";US:"4,980 rows written"')):
            self.assertEqual(main.get_info(1000, headers=headers)[1]["ProgressDescription"], wanted)


class Progress(Shared):
    def watch(self, number, step=0.2, times=14):
        """(State, ProgressPercent, StartCount) at each step of the clock; None when null, 503 when out."""
        seen = []
        for _ in range(times):
            response, body = main.ask("POST", ONLINE + CALL, json.dumps({"Id": number}), {**AS_JSON, **BEARER})
            if response.status != 200:
                seen.append(response.status)
            else:
                info = json.loads(body)
                seen.append(info and (info["State"], info["ProgressPercent"], info["StartCount"]))
            main.control("clock", advance=step * 4)
        return seen

    def test_succeeds(self):
        seen = self.watch(1000, 0.1, 12)
        self.assertEqual([state for state, _, _ in seen], ["New", "Aquired"] + ["Started"] * 8 + ["Succeeded"] * 2)
        self.assertEqual([percent for _, percent, _ in seen][2:], [0, 12, 25, 37, 50, 62, 75, 87, 100, 100])
        self.assertEqual([starts for _, _, starts in seen], [0, 0] + [1] * 10)

    def test_final_states(self):
        self.assertEqual(self.watch(2000)[-1], ("Failed", 63, 1))
        self.assertEqual(self.watch(3000)[-1], ("SucceededManualCleanup", 100, 1))
        self.assertEqual(self.watch(5000)[-1], ("Started", 99, 1))

    def test_gone(self):
        seen = self.watch(4000)
        self.assertIn(("Succeeded", 100, 1), seen)
        self.assertIsNone(seen[-1])
        seen = self.watch(12000)
        self.assertEqual({entry and entry[0] for entry in seen}, {"New", "Started", None})

    def test_falls_back(self):
        seen = self.watch(10000, 0.05, 24)
        self.assertEqual([starts for _, _, starts in seen], sorted(starts for _, _, starts in seen))
        self.assertNotEqual([percent for _, percent, _ in seen], sorted(percent for _, percent, _ in seen))
        self.assertEqual(seen[-1], ("Succeeded", 100, 2))

    def test_outages(self):
        seen = self.watch(11000)
        self.assertEqual(seen[1::2], [503] * 7)
        self.assertEqual(seen[12], ("Succeeded", 100, 1))

    def test_each_task_has_its_own_clock(self):
        main.get_info(1000)
        main.control("clock", advance=10)
        self.assertEqual(main.get_info(1000)[1]["State"], "Succeeded")
        self.assertEqual(main.get_info(1001)[1]["State"], "New")
        main.control("task", id=1000)
        self.assertEqual(main.get_info(1000)[1]["State"], "New")

    def test_stop(self):
        def stop(number):
            return json.loads(main.ask("POST", f"{ONLINE}/v1/Agents/Batch/StopBatchJob", json.dumps({"Id": number}),
                                       {**AS_JSON, **BEARER})[1])
        self.assertEqual([stop(number) for number in (1000, 1000, 3000, 497, 123456)],
                         [True, False, False, False, False])
        self.assertEqual(main.get_info(1000)[1]["State"], "Failed")

    def test_clock_runs_by_itself_unless_manual(self):
        started = Running("--plain", "--task-seconds", "0.1")
        try:
            self.assertEqual(started.get_info(1000)[1]["State"], "New")
            time.sleep(0.12)
            self.assertEqual(started.get_info(1000)[1]["State"], "Succeeded")
        finally:
            started.stop()


class SpecialIds(Shared):
    def test_each_answers_with_its_status_and_text(self):
        connection = main.connect("plain")
        for number, special in specials.SPECIALS.items():
            if special.fault:
                continue
            with self.subTest(number):
                connection.request("POST", ONLINE + CALL, json.dumps({"Id": number}), {**AS_JSON, **BEARER})
                response = connection.getresponse()
                body = response.read()
                self.assertEqual(response.status, special.status)
                if special.status not in (204, 304) and not (special.body is not None and not special.body):
                    self.assertEqual(response.getheader("Content-Type"), special.content_type)
                if special.body is not None:
                    wanted = special.body.encode() if isinstance(special.body, str) else special.body
                    self.assertEqual(gzip.decompress(body) if special.gzip else body, wanted)
        connection.close()

    def test_those_that_are_a_batch_task_info_parse(self):
        not_json = {6311, 6312, 6613, 6633}
        connection = main.connect("plain")
        for number, special in specials.SPECIALS.items():
            if special.fault or special.body is not None or number in not_json:
                continue
            with self.subTest(number):
                connection.request("POST", ONLINE + CALL, json.dumps({"Id": number}), {**AS_JSON, **BEARER})
                info = json.loads(connection.getresponse().read())
                unlike = {name for name in info if info[name] != DOCUMENTED.get(name)}
                self.assertLessEqual(unlike, set(special.changes))
                self.assertLessEqual(set(PROPERTIES) - set(info), set(special.without))
        connection.close()

    def test_some_by_value(self):
        def get(number, name):
            return main.get_info(number)[1][name]
        self.assertEqual(list(main.get_info(6000)[1]), PROPERTIES[::-1])
        self.assertEqual(main.get_info(6004)[1], DOCUMENTED)
        self.assertEqual(get(6600, "ProgressPercent"), 816)
        self.assertEqual(get(6110, "State"), 3)
        self.assertEqual(get(6620, "Name"), "\U0001f600 \U0001d11e")
        self.assertEqual(len(get(6304, "ParameterObject")), 300)
        self.assertGreater(len(json.dumps(get(6305, "ParameterObject"))), 1_000_000)
        self.assertEqual(get(6303, "ParameterObject")["\u00e6\u00f8\u00e5"], "\U0001f600")
        self.assertEqual([get(number, "TableRight")["Mask"] for number in specials.RIGHTS], list(specials.MASKS))
        self.assertEqual([get(number, "Created") for number in specials.MOMENTS], list(specials.DATES))

    def test_retry_after(self):
        for number in (7429, 7503):
            response, _ = main.ask("POST", ONLINE + CALL, json.dumps({"Id": number}), {**AS_JSON, **BEARER})
            self.assertEqual(response.getheader("Retry-After"), "2")
        date = main.get_info(17429)[2].getheader("Retry-After")
        self.assertRegex(date, r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_numbers_do_not_meet(self):
        total = sum(len(group) for group in specials.GROUPS.values())
        self.assertEqual(total, len(specials.SPECIALS))
        self.assertEqual([number for number in specials.SPECIALS if tasks.scenario_of(number)], [])
        self.assertEqual(set(specials.FAULT_ORDER), set(wire.FAULTS))
        self.assertEqual(set(specials.FRAMING_ORDER), set(wire.FRAMINGS))


def exchange(name, number, data=None, timeout=2, times=1):
    """Sends a call and reads to the end: (bytes, how it ended). TLS unless `name` is plain."""
    body = json.dumps({"Id": number}).encode()
    head = (f"POST {ONLINE}{CALL} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {service.BEARER_GOOD}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", main.port_of(name)), timeout=timeout) as raw:
        link = raw if name == "plain" else MemoryTls(raw)
        received = b""
        try:
            link.sendall((data or head + body) * times)
            while piece := link.recv(65536):
                received += piece
            return received, "closed"
        except TimeoutError:
            return received, "open"
        except ConnectionResetError:
            return received, "reset"
        except ssl.SSLError as problem:
            if problem.reason != "UNEXPECTED_EOF_WHILE_READING" and not isinstance(problem, ssl.SSLEOFError):
                raise
            return received, "cut"


class MemoryTls:
    """TLS over a socket of ours: SSLSocket reports a reset as if it were the end of the stream."""

    def __init__(self, raw):
        self._raw, self._from_peer, self._to_peer = raw, ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = main.context().wrap_bio(self._from_peer, self._to_peer, server_hostname="localhost")
        self._until_done(self._tls.do_handshake)

    def sendall(self, data):
        self._until_done(lambda: self._tls.write(data))

    def recv(self, size):
        try:
            return self._until_done(lambda: self._tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""

    def _until_done(self, operation):
        while True:
            try:
                result = operation()
                self._raw.sendall(self._to_peer.read())
                return result
            except ssl.SSLWantReadError:
                self._raw.sendall(self._to_peer.read())
                piece = self._raw.recv(65536)
                self._from_peer.write(piece) if piece else self._from_peer.write_eof()


class Faults(Shared):
    TABLE = {  # fault -> how the connection ends for a client that reads on
        "reset-before-head": "reset", "reset-in-head": "reset", "reset-in-body": "reset",
        "close-before-head": "closed", "close-in-head": "closed", "close-in-body": "closed", "close-in-chunk": "closed",
        "close-before-last-chunk": "closed", "stall-before-head": "open", "stall-in-head": "open",
        "stall-in-body": "open", "slow-head": "open", "slow-body": "open", "cut-until-close": "cut",
        "cut-in-until-close": "cut", "close-after": "closed", "close-announced": "closed", "close-on-reuse": "open",
        "reset-on-reuse": "open", "http10": "closed", "http10-length": "closed", "continue": "open",
        "early-hints": "open", "many-interim": "open", "endless-interim": "open", "endless-body": "open",
        "not-http": "closed", "no-reason": "open", "no-reason-space": "open", "huge-head": "open",
        "many-headers": "open", "folded-header": "open", "length-and-chunked": "open", "two-lengths": "open",
        "bad-length": "open", "huge-length": "closed", "bad-chunk-size": "closed", "huge-chunk-size": "closed",
        "bytes-after-reply": "closed",
    }
    ENDLESS = ("endless-interim", "endless-body")

    def number_of(self, name):
        return 8000 + specials.FAULT_ORDER.index(name)

    def test_each_ends_as_it_says(self):
        self.assertEqual(set(self.TABLE), set(wire.FAULTS))
        cases = [(fault, listener, end) for fault, end in self.TABLE.items() if fault not in self.ENDLESS
                 for listener in ("main", "plain")]
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            results = list(pool.map(lambda case: exchange(case[1], self.number_of(case[0]), timeout=0.7), cases))
        for (fault, listener, end), (received, ended) in zip(cases, results):
            with self.subTest(fault=fault, listener=listener):
                # Without TLS a cut is an ordinary close.
                self.assertEqual(ended, "closed" if listener == "plain" and end == "cut" else end)
                self.check_bytes(fault, received)

    def check_bytes(self, fault, received):
        head, _, body = received.partition(b"\r\n\r\n")
        if "before-head" in fault:
            self.assertEqual(received, b"")
        if "in-head" in fault:
            self.assertTrue(received.startswith(b"HTTP/1.1 200"))
            self.assertNotIn(b"\r\n\r\n", received)
        if "in-body" in fault or fault in ("close-in-chunk", "cut-in-until-close"):
            self.assertGreater(len(body), 50)
            self.assertNotIn(b"FieldLength", body)
        if fault in ("slow-head", "slow-body", "close-after", "cut-until-close", "http10", "huge-head", "many-headers"):
            self.assertIn(b'"FieldLength":300}}}', body)
        self.assertEqual(b"\r\nConnection: close" in head,
                         fault in ("close-announced", "cut-until-close", "cut-in-until-close", "http10"))
        interim = {"continue": 1, "early-hints": 1, "many-interim": 11}.get(fault)
        if interim:
            self.assertEqual(received.count(b"HTTP/1.1 1"), interim)
        if fault == "close-before-last-chunk":
            self.assertTrue(received.endswith(b"}}}\r\n"))

    def test_endless_ones_go_on(self):
        for fault in self.ENDLESS:
            with self.subTest(fault), socket.create_connection(("127.0.0.1", main.port_of("plain")), timeout=2) as link:
                body = json.dumps({"Id": self.number_of(fault)})
                link.sendall(f"{Requests.HEAD}Content-Length: {len(body)}\r\n\r\n{body}".encode())
                received = 0
                while received < 5000:
                    received += len(link.recv(65536))

    def test_faults_on_reuse_spare_the_first_request(self):
        for fault, end in (("close-on-reuse", "closed"), ("reset-on-reuse", "reset")):
            for listener in ("main", "plain"):
                with self.subTest(fault=fault, listener=listener):
                    received, ended = exchange(listener, self.number_of(fault), times=2)
                    self.assertEqual(received.count(b"HTTP/1.1 200"), 1)
                    self.assertEqual(ended, end)

    def test_fault_by_control_keeps_the_reply(self):
        main.control("next", fault="close-in-body")
        received, ended = exchange("plain", 497)
        self.assertEqual((ended, b"Content-Length: " in received), ("closed", True))
        self.assertEqual(main.get_info(497)[0], 200)


class Framings(Shared):
    def test_each_carries_the_same_body(self):
        for number, name in enumerate(specials.FRAMING_ORDER, 8100):
            for listener in ("main", "plain"):
                with self.subTest(framing=name, listener=listener):
                    status, info, response = main.get_info(number, name=listener)
                    self.assertEqual((status, info), (200, DOCUMENTED))
                    self.assertEqual(response.getheader("Transfer-Encoding"), "chunked" if "chunked" in name else None)

    def test_kept_alive_after_each(self):
        names = [name for name in specials.FRAMING_ORDER if name != "until-close"]
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            results = list(pool.map(lambda number: exchange("plain", number, times=3, timeout=0.4),
                                    range(8100, 8100 + len(names))))
        for name, (received, ended) in zip(names, results):
            with self.subTest(name):
                self.assertEqual((received.count(b"HTTP/1.1 200 OK"), ended), (3, "open"))

    def test_connection_close_is_obeyed(self):
        data = f"GET {ONLINE} HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n".encode()
        received, ended = exchange("main", 0, data)
        self.assertEqual(ended, "closed")
        self.assertIn(b"\r\nConnection: close\r\n", received)

    def test_old_clients_get_no_chunks(self):
        received, ended = exchange("plain", 0, f"GET {ONLINE} HTTP/1.0\r\n\r\n".encode())
        self.assertEqual((ended, b"chunked" in received), ("closed", False))

    def test_default_framing_is_an_option(self):
        started = Running("--plain", "--framing", "content-length")
        try:
            self.assertEqual(started.get_info(497)[2].getheader("Transfer-Encoding"), None)
        finally:
            started.stop()


class Requests(Shared):
    HEAD = f"POST {ONLINE}{CALL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer " \
           f"{service.BEARER_GOOD}\r\n"
    LAST = HEAD + "Connection: close\r\n"

    def status(self, data):
        received, _ = exchange("plain", 0, data if isinstance(data, bytes) else data.encode(), timeout=0.5)
        return int(received.split()[1]) if received else None

    def test_framing_of_requests(self):
        table = [
            ("chunked", self.LAST + "Transfer-Encoding: chunked\r\n\r\n"
             '5;a=b\r\n{"Id"\r\n5\r\n:497}\r\n0\r\nT: x\r\n\r\n', 200),
            ("empty line first", "\r\n" + self.LAST + 'Content-Length: 10\r\n\r\n{"Id":497}', 200),
            ("no Host", f"GET {ONLINE} HTTP/1.1\r\n\r\n", 400),
            ("two Hosts", f"GET {ONLINE} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("HTTP/2.0", f"GET {ONLINE} HTTP/2.0\r\nHost: a\r\n\r\n", 400),
            ("not a request", "hello\r\n\r\n", 400),
            ("both lengths", self.HEAD + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("two lengths", self.HEAD + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("length with sign", self.HEAD + "Content-Length: +1\r\n\r\n", 400),
            ("long length", self.HEAD + "Content-Length: 99999999\r\n\r\n", 413),
            ("endless length", self.HEAD + "Content-Length: " + "9" * 5000 + "\r\n\r\n", 400),
            ("bad chunk", self.HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            ("large chunk", self.HEAD + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", 413),
            ("negative chunk", self.HEAD + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
            ("other coding", self.HEAD + "Transfer-Encoding: gzip\r\n\r\n", 501),
            ("space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
            ("bare CR in a value", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
            ("head of 200 KB", "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x" * 200_000 + "\r\n\r\n", 431),
        ]
        for name, data, wanted in table:
            with self.subTest(name):
                self.assertEqual(self.status(data), wanted)

    def test_expectation(self):
        data = self.LAST + 'Expect: 100-continue\r\nContent-Length: 10\r\n\r\n{"Id":497}'
        received, _ = exchange("plain", 0, data.encode())
        self.assertTrue(received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))

    def test_pipelined_and_cut_anywhere(self):
        data = (self.HEAD + 'Content-Length: 10\r\n\r\n{"Id":497}').encode()
        with socket.create_connection(("127.0.0.1", main.port_of("plain")), timeout=2) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in data + data:
                link.sendall(bytes([byte]))
            received = b""
            while received.count(b"0\r\n\r\n") < 2:
                received += link.recv(65536)

    def test_clients_that_leave_do_no_harm(self):
        data = (self.HEAD + 'Content-Length: 10\r\n\r\n{"Id":6305}').encode()
        for listener in ("main", "plain"):
            for size in (0, 1, 30, len(data) - 5, len(data)):
                for reset in (False, True):
                    link = socket.create_connection(("127.0.0.1", main.port_of(listener)), timeout=2)
                    if listener == "main" and size:
                        link = main.context().wrap_socket(link, server_hostname="localhost")
                    link.sendall(data[:size])
                    if reset:
                        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    link.close()
        self.assertEqual(main.get_info(497)[0], 200)

    def test_not_tls_on_a_tls_port(self):
        with socket.create_connection(("127.0.0.1", main.port), timeout=2) as link:
            link.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while link.recv(4096):
                    pass
        self.assertEqual(main.get_info(497)[0], 200)


class TenantState(Shared):
    def state(self, name="main", tenant="Cust12345"):
        return json.loads(main.ask("GET", f"/api/state/{tenant}", name=name)[1])

    def test_as_documented(self):
        state = self.state()
        self.assertEqual(list(state), ["ContextIdentifier", "Endpoint", "State", "IsRunning", "ValidUntil", "Api",
                                       "Version"])
        self.assertEqual((state["State"], state["IsRunning"], state["Api"]), ("Running", True, main.base))
        self.assertEqual(state["Endpoint"], main.base.removesuffix("/api"))
        self.assertRegex(state["ValidUntil"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$")

    def test_changed_by_control(self):
        main.control("tenant", state="OfflineMaintenance", version=None)
        self.assertFalse(self.state()["IsRunning"])
        self.assertNotIn("Version", self.state())
        main.control("tenant", state="OnlineMaintenance")
        self.assertTrue(self.state()["IsRunning"])
        self.assertEqual(self.state(tenant="Cust1")["State"], "Unknown")

    def test_moved_tenant_and_the_way_back(self):
        main.control("tenant", at="second")
        status, text, _ = self.ask_text("main")
        self.assertEqual((status, text), (421, specials.WRONG_HOST))
        self.assertEqual(self.state()["Api"], main.roots["second"])
        self.assertEqual(main.get_info(497, name="second")[0], 200)
        self.assertEqual(main.get_info(497, base=ONSITE)[0], 200)
        main.control("tenant", at=None)
        self.assertEqual(main.get_info(497)[0], 200)

    def ask_text(self, name):
        response, body = main.ask("POST", ONLINE + CALL, '{"Id":497}', {**AS_JSON, **BEARER}, name)
        return response.status, body.decode(), response


class Control(Shared):
    def test_expire_and_renew(self):
        main.control("expire", kind="bearer", value=service.BEARER_GOOD, after=2)
        self.assertEqual([self.status(service.BEARER_GOOD) for _ in range(3)], [200, 200, 401])
        fresh = main.control("renew", kind="bearer")["value"]
        self.assertEqual((self.status(fresh), self.status(service.BEARER_GOOD)), (200, 401))
        self.assertEqual(main.last_request()["credential"], None)
        main.control("renew", kind="bearer", value=service.BEARER_GOOD)
        self.assertEqual(self.status(service.BEARER_GOOD), 200)
        main.control("expire", kind="bearer")
        self.assertEqual([self.status(secret) for secret in (fresh, service.BEARER_GOOD, service.BEARER_LONG + "x")],
                         [401, 401, 401])
        fresh = main.control("renew", kind="session")
        response, _ = main.ask("POST", ONLINE + CALL, '{"Id":497}', {
            **AS_JSON, "Cookie": f"a={fresh['value']}", "X-XSRF-TOKEN": fresh["xsrf"]})
        self.assertEqual(response.status, 200)
        self.assertEqual(main.last_request()["credential"], "session-renewed-1")

    def status(self, secret):
        return main.get_info(497, headers={"Authorization": f"Bearer {secret}"})[0]

    def test_next_reply(self):
        main.control("next", status=299, reason="Odd", headers=[["X-A", "1"], ["X-A", "2"]], body="\u00e6", times=2,
                     match="GetBatch")
        main.control("next", body_base64=base64.b64encode(b"\xff\x00").decode(), framing="content-length",
                     match="/state")
        self.assertEqual(main.ask("GET", "/api/state/x")[1], b"\xff\x00")
        for _ in range(2):
            response, body = main.ask("POST", ONLINE + CALL, "{}", AS_JSON)
            self.assertEqual((response.status, response.reason, response.headers.get_all("X-A"), body.decode()),
                             (299, "Odd", ["1", "2"], "\u00e6"))
        self.assertEqual(main.get_info(497)[0], 200)

    def test_delay(self):
        main.control("next", delay=0.2)
        started = time.monotonic()
        main.get_info(497)
        self.assertGreaterEqual(time.monotonic() - started, 0.2)

    def test_mistakes_are_named(self):
        table = [("nothing", {}), ("clock", {"advance": "x"}), ("task", {}), ("task", {"id": 497}),
                 ("expire", {"kind": "x"}), ("next", {"fault": "x"}), ("next", {"framing": "x"}),
                 ("next", {"stauts": 1}), ("settings", {"framing": "x"}), ("settings", {"delay": -1}),
                 ("settings", {"x": 1}), ("tenant", {"at": "x"}), ("tenant", {"state": "x"}),
                 ("requests", {"count": "x"}), ("next", {"body_base64": "?"})]
        for call, arguments in table:
            with self.subTest(call, arguments=arguments):
                response, body = main.ask("POST", f"/control/{call}", json.dumps(arguments))
                self.assertEqual(response.status, 400)
                self.assertTrue(json.loads(body)["error"])
        self.assertEqual(main.ask("GET", "/control/clock")[0].status, 400)
        self.assertEqual(main.ask("POST", "/control/clock", "[]")[0].status, 400)


class TheLog(Shared):
    def test_a_request_in_full(self):
        main.get_info(497, "State", headers={"X-Other": "seen", "SO-AppToken": service.APP_TOKEN})
        entry = main.last_request()
        facts = [entry[name] for name in ("method", "target", "select", "body", "status", "id")]
        self.assertEqual(tuple(facts), ("POST", f"{ONLINE}{CALL}?$select=State", "State", '{"Id": 497}', 200, 497))
        self.assertEqual((entry["listener"], entry["number"], entry["tls"], entry["alpn"], entry["credential"]),
                         ("main", 1, "TLSv1.3", "http/1.1", "bearer-good"))
        headers = {name.lower(): value for name, value in entry["headers"]}
        self.assertEqual((headers["authorization"], headers["so-apptoken"], headers["x-other"]),
                         ("Bearer (redacted)", "(redacted)", "seen"))

    def test_a_connection_from_its_beginning_to_its_end(self):
        main.get_info(497)
        number = main.last_request()["connection"]
        time.sleep(0.05)
        entries = [entry for entry in main.control("events", count=100)["events"] if entry.get("connection") == number]
        self.assertEqual([entry["event"] for entry in entries],
                         ["connection", "handshake", "first-byte", "request", "closed"])
        self.assertGreater(entries[-1]["application_bytes"], 100)

    def test_no_secret_is_ever_written(self):
        main.ask("POST", ONLINE + CALL, '{"Id":1}', {**AS_JSON, "Authorization": "test-secret-without-scheme"})
        main.ask("POST", ONLINE + CALL, '{"Id":1}', {**AS_JSON, "Authorization": "basic dGVzdA=="})
        text = pathlib.Path(folder.name, "requests.log").read_text()
        for secret in (service.BEARER_GOOD, service.TICKET_GOOD, service.APP_TOKEN, service.SESSION_GOOD, "test-xsrf",
                       "test-secret-without-scheme", "dGVzdA=="):
            self.assertNotIn(secret, text)


if __name__ == "__main__":
    unittest.main()
