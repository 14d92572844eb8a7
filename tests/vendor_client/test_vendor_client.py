"""The vendor's client and ours against the same service: what each makes of the same replies.

Needs Node, NODE_PATH with @superoffice/webapi, and SUPEROFFICE_BATCH_CLI, the command line tool.
"""

import base64
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "support"))

import local_superoffice_credentials as credentials  # noqa: E402
import local_superoffice_specials as specials  # noqa: E402
import local_superoffice_store as store  # noqa: E402
from local_superoffice_running import Running, finished  # noqa: E402

TOOL = os.environ.get("SUPEROFFICE_BATCH_CLI", "superoffice-batch")
NO_TASK = 3  # how the tool ends where there is no such task

service = None
vendor = None


class Vendor:
    """The vendor's client in one process of Node."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["node", HERE / "client.js"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "SUPEROFFICE_BASE_URL": service.base, "SUPEROFFICE_TOKEN": credentials.BEARER_GOOD,
                 "NODE_EXTRA_CA_CERTS": service.ca, "TZ": "UTC", "NO_PROXY": "localhost",
                 # Node 18 takes the first address of localhost only, and the service listens on 127.0.0.1.
                 "NODE_OPTIONS": "--dns-result-order=ipv4first"})

    def ask(self, call, *arguments, agent="Batch", select=None):
        """What it ends with: {"value"}, {"bytes"} or {"thrown", "message", "status"}."""
        asked = {"agent": agent, "call": f"{call}Async", "arguments": arguments}
        if select is not None:
            asked["select"] = select
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("Node has ended")
        return json.loads(line)

    def value(self, call, *arguments, **more):
        end = self.ask(call, *arguments, **more)
        if "thrown" in end:
            raise AssertionError(end)
        return base64.b64decode(end["bytes"]) if "bytes" in end else end.get("value")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def setUpModule():
    global service, vendor
    service = Running("--manual-clock")
    vendor = Vendor()


def tearDownModule():
    vendor.stop()
    finished(service)


def tool(*arguments):
    """(exit code, what it printed as JSON; where it failed, its error)."""
    done = subprocess.run([TOOL, "--ca-file", service.ca, "--base-url", service.base, "--language", "*",
                           *map(str, arguments), "--json"], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "SUPEROFFICE_TOKEN": credentials.BEARER_GOOD})
    if done.returncode == 0:
        return 0, json.loads(done.stdout)
    return done.returncode, json.loads(done.stderr)["error"]


# ------------------------------------------------------------- our values in the vendor's form

TABLE_RIGHTS = {"None": 0, "Select": 1, "R": 1, "Update": 2, "UR": 3, "Insert": 4, "RI": 5, "URI": 7, "Delete": 8,
                "UDR": 11, "FULL": 15, "Filtering": 16, "F": 16, "RF": 17, "FI": 20, "RestrictedUpdate": 32, "URU": 34,
                "WRITE": 38, "Unused1": 64, "Uninitialized": 128}
FIELD_RIGHTS = {"None": 0, "Read": 1, "Write": 2, "Update": 3, "FULL": 3, "Unused1": 4, "Unused2": 8, "Unused3": 16,
                "Unused4": 32, "Nullable": 32, "UIHintMandatory": 64, "UIHintReadOnly": 128, "UIHints": 192,
                "UndefinedValue256": 256}


def in_vendors_form(info):
    """A task as the tool prints it, in the vendor's names, with dates as JavaScript writes them and masks as numbers."""
    written = {_lower(name): value for name, value in info.items()}
    for name in ("lastStarted", "created"):
        written[name] = _instant(written[name]) if written.get(name) else written.get(name)
    if written.get("tableRight") is not None:
        written["tableRight"] = _right(written["tableRight"], TABLE_RIGHTS)
    for name, field in (written.get("fieldProperties") or {}).items():
        if isinstance(field, dict):
            right = field.get("FieldRight")
            written["fieldProperties"][name] = {
                "fieldRight": right and _right(right, FIELD_RIGHTS),
                **{_lower(key): field[key] for key in ("FieldType", "FieldLength") if key in field}}
    return written


def _lower(name):
    return name[:1].lower() + name[1:]


def _right(right, names):
    mask = right.get("Mask")
    if isinstance(mask, str):
        parts = re.split(r",\s*", mask)
        mask = sum(bit for bit in _bits(names[part] for part in parts)) if all(part in names for part in parts) else mask
    return {"mask": mask, **({"reason": right["Reason"]} if "Reason" in right else {})}


def _bits(numbers):
    union = 0
    for number in numbers:
        union |= number
    return [union]


def _instant(text):
    """As Date.toISOString writes it; a date without a zone is taken as UTC, which Node's TZ says here."""
    date, fraction, zone = re.fullmatch(r"([^.Z+]*?T[0-9:]+)(\.[0-9]+)?(Z|[+-]\d\d:?\d\d)?", text).groups()
    moment = datetime.datetime.fromisoformat(date)
    if zone not in (None, "Z"):
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        moment -= datetime.timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    return f"{moment.isoformat()}.{(fraction or '.')[1:4]:0<3}Z"


def unlike(ours, theirs):
    """The names of the members with another value; one that JavaScript has not is as null."""
    return [name for name in ours if ours[name] != theirs.get(name)]


def described(name, value):
    """What theirs has in that member."""
    if value is None:
        return f"no {name}"
    rights = [value] if name == "tableRight" else [field["fieldRight"] for field in value.values()]
    masks = sorted({str(right["mask"]) for right in rights})
    return f"mask {', '.join(masks)} in {name}".replace("None", "null")


# --------------------------------------------------------------------- replies of every kind, by id

COMPARED = [number for group in (specials.MEMBERS, specials.ENUMS, specials.RIGHTS, specials.PARAMETERS, specials.FIELDS,
                                 specials.MOMENTS, specials.TEXTS) for number in group if number not in (6004, 6305)]


def outcome(number):
    """One sentence: equal, or what either of the two does with the reply."""
    theirs, (code, ours) = vendor.ask("getBatchTaskInfo", number), tool("get", number)
    if code:
        end = f"throws {theirs['thrown']}" if "thrown" in theirs else "gives a value"
        return f"ours refuses it as {ours['code']}, theirs {end}"
    if "thrown" in theirs:
        return f"theirs throws {theirs['thrown']}"
    differing = unlike(in_vendors_form(ours), theirs["value"])
    return f"theirs has {', '.join(described(name, theirs['value'].get(name)) for name in differing)}" if differing \
        else "equal"


def documented():
    """id -> outcome, as README.md has it; what is not there is equal."""
    rows = {}
    for line in (HERE / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) < 3 or not re.match(r"\d{4}", cells[0]):
            continue  # no row of that table
        for part in cells[0].split(","):
            first, _, last = part.strip().partition("-")
            rows.update(dict.fromkeys(range(int(first), int(last or first) + 1), cells[2]))
    return rows


class Values(unittest.TestCase):
    def test_each_reply_is_understood_alike_unless_the_readme_says_otherwise(self):
        wanted = documented()
        self.assertEqual(sorted(set(wanted) - set(COMPARED)), [])
        found = {number: outcome(number) for number in COMPARED}
        self.assertEqual({number: end for number, end in found.items() if end != "equal"}, wanted)
        self.assertGreater(list(found.values()).count("equal"), 50)


# ------------------------------------------------------------------------------------- the whole job

class Job(unittest.TestCase):
    def setUp(self):
        service.control("reset")

    def same(self, theirs):
        """The tool sees the task as the vendor's client gave it."""
        code, ours = tool("get", theirs["id"])
        self.assertEqual(code, 0, ours)
        self.assertEqual(unlike(in_vendors_form(ours), theirs), [])

    def test_get(self):
        self.same({**vendor.value("getBatchTaskInfo", 497), "id": 547})
        self.assertIsNone(vendor.value("getBatchTaskInfo", 123456))
        self.assertEqual(tool("get", 123456)[0], NO_TASK)

    def test_what_it_sends(self):
        vendor.value("getBatchTaskInfo", 497)
        entry = service.last_request()
        headers = {name.lower(): value for name, value in entry["headers"]}
        self.assertEqual((json.loads(entry["body"]), headers["content-type"], headers["accept"], headers["user-agent"]),
                         ({"id": 497}, "application/json", "application/json", "SO-TS-WebApi/1.0"))
        self.assertEqual(headers["so-browser-tz-offset"], "0")

    def test_select(self):
        for nulled in ("null", "absent"):
            service.control("settings", nulled=nulled)
            theirs = vendor.value("getBatchTaskInfo", 497, select="State,ProgressPercent")
            self.assertEqual(service.last_request()["select"], "State,ProgressPercent")
            code, ours = tool("--select", "State,ProgressPercent", "get", 497)
            self.assertEqual((code, ours), (0, {"State": "Succeeded", "ProgressPercent": 100}))
            known = {name: value for name, value in theirs.items() if value not in (None, {})}
            self.assertEqual(known, {"state": "Succeeded", "progressPercent": 100})

    def test_lists(self):
        service.control("list", count=60)
        table = [("getBatchTaskInfosByState", ("New",), None), ("getBatchTaskInfosByAssociates", ([426],), None),
                 ("getBatchTaskInfosByAssociates", ([],), 70), ("getBatchTaskInfosByAssociates", ([0],), 1),
                 ("getBatchTaskInfosByAssociatesAndState", ([427], "Started"), 5),
                 ("getBatchTaskInfosByNameAndState", ("ContactExport", "Failed"), 10),
                 ("getBatchTaskInfosByNameAndAssociates", ("", [427]), 30),
                 ("getAllBatchTaskInfosByName", ("List-2500",), 2500),
                 ("getAllBatchTaskInfosByNameAndState", ("List-7", "Failed"), 7),
                 ("getSystemBatchTaskInfosByName", (None,), 1), ("getSystemBatchTaskInfosByNameAndState", ("", "New"), 1)]
        for call, arguments, count in table:
            with self.subTest(call, arguments=arguments):
                theirs = vendor.value(call, *arguments)
                self.assertEqual(len(theirs), service.last_request()["count"])
                if count is not None:
                    self.assertEqual(len(theirs), count)
                if "List-" not in str(arguments):  # whose tasks are of another name when they are asked for one by one
                    for info in (theirs[0], theirs[-1]):
                        self.same(info)

    def test_list_by_state_and_by_associates_in_full(self):
        listed = vendor.value("getBatchTaskInfosByState", "All")
        self.assertEqual([info["id"] for info in listed], [547, 1000, 2000, 3000, 4000, 5000, 10000, 11000, 12000])
        service.control("clock", advance=2)
        for theirs in vendor.value("getBatchTaskInfosByAssociates", [426, 0]):
            if theirs["id"] != 11000:  # it answers every second question only
                self.same(theirs)

    def test_start_stop_update(self):
        number = vendor.value("startBatchJob", {"name": "ContactExport", "description": "theirs",
                                                "parameterObject": {"a": "b"}})
        code, ours = tool("get", number)
        self.assertEqual((code, ours["State"], ours["Description"], ours["ParameterObject"]),
                         (0, "New", "theirs", {"a": "b"}))
        theirs = vendor.value("updateBatchTask", {"id": number, "response": "r", "request": "q", "state": "Started"})
        self.same(theirs)
        self.assertEqual(theirs["state"], "Started")
        other = vendor.value("startBatchJob", {"name": "ContactExport"})
        self.assertEqual((vendor.value("stopBatchJob", other), vendor.value("stopBatchJob", other)), (True, False))
        self.assertEqual(tool("get", other)[1]["State"], "Failed")
        self.assertEqual(vendor.ask("startBatchJob", {"name": "Nothing"})["status"], 400)

    def test_what_one_stops_the_other_sees(self):
        number = vendor.value("startBatchJob", {"name": "ContactExport"})
        self.assertEqual(tool("stop", number), (0, True))
        self.assertEqual(vendor.value("getBatchTaskInfo", number)["state"], "Failed")
        other = vendor.value("startBatchJob", {"name": "ManualCleanupExport"})  # a kind that cannot be stopped
        self.assertEqual((vendor.value("stopBatchJob", other), tool("stop", other)[0]), (False, 1))

    def test_delete(self):
        numbers = [vendor.value("startBatchJob", {"name": "ContactExport"}) for _ in range(3)]
        vendor.value("deleteBatchTask", numbers[0])
        vendor.value("deleteBatchTasks", numbers[1:])
        for number in numbers:
            self.assertEqual(tool("get", number)[0], NO_TASK)

    def test_output_and_clean_up(self):
        for size in (0, 1, 4096, 1_500_000):
            for framing in ("chunked", "content-length", "until-close"):
                service.control("settings", framing=framing)
                theirs = vendor.value("getOutputFromBatch", 1_000_000_000 + size, agent="BLOB")
                self.assertEqual(theirs, b"".join(store.Output(size).pieces()))
        number = 1_000_000_300
        expected = b"".join(store.Output(300).pieces())
        self.assertEqual(base64.b64decode(vendor.value("getOutputFromBatch", number, {}, agent="BLOB")), expected)
        self.assertEqual(base64.b64decode(vendor.value("getOutputFromBatch", number, {"returnBlobAs": 1}, agent="BLOB")),
                         expected)
        vendor.value("cleanupBatchTask", number, agent="BLOB")
        self.assertEqual(tool("get", number)[0], NO_TASK)
        self.assertEqual(vendor.value("getOutputFromBatch", number, agent="BLOB"), b"")  # nothing: an empty buffer

    def test_it_does_not_tell_an_error_object_from_an_output(self):
        service.control("settings", no_output="object")
        self.assertIn(b'"Error":true', vendor.value("getOutputFromBatch", 1000, agent="BLOB"))

    def test_a_credential_that_has_ended(self):
        service.control("expire", kind="bearer", value=credentials.BEARER_GOOD)
        self.assertEqual(vendor.ask("getBatchTaskInfo", 497)["status"], 401)
        service.control("renew", kind="bearer", value=credentials.BEARER_GOOD)


if __name__ == "__main__":
    unittest.main()
