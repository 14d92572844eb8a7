"""Tests of the local SuperOffice's Batch agent, outputs and REST forms: python3 -m unittest discover -s tests/support"""

import base64
import contextlib
import http.client
import json
import socket
import time
import unittest
import urllib.parse
import xml.etree.ElementTree

from local_superoffice_running import AS_JSON, BEARER, ONLINE, Running, finished

import local_superoffice_batch as batch
import local_superoffice_credentials as credentials
import local_superoffice_service as service
import local_superoffice_specials as specials
import local_superoffice_store as store
import local_superoffice_tasks as tasks

FRESH = [547, 1000, 1009, 2000, 3000, 4000, 5000, 10000, 11000, 12000]  # what a fresh service lists
USER = [number for number in FRESH if number != 1009]
OUTPUT = "BLOB/GetOutputFromBatch"
IN_JSON = {"Accept": "application/json"}
BYTES = {"Accept": "application/octet-stream"}

main = None


def setUpModule():
    global main
    main = Running("--manual-clock", "--listen", "plain=plain")


def tearDownModule():
    finished(main)


def ids(reply):
    return [info["Id"] for info in reply]


class Shared(unittest.TestCase):
    """Tests on the shared service; each begins with its state reset."""

    def setUp(self):
        main.control("reset")


class AgentCalls(Shared):
    """Section 2.1, row by row."""

    ROWS = {  # name -> body; the shape of the reply
        "GetBatchTaskInfo": ({"Id": 497}, dict),
        "GetBatchTaskInfosByAssociates": ({"AssociateIds": [426]}, list),
        "GetBatchTaskInfosByAssociatesAndState": ({"AssociateIds": [426], "State": "Started"}, list),
        "GetBatchTaskInfosByState": ({"State": "Started"}, list),
        "GetBatchTaskInfosByNameAndState": ({"Name": "ContactExport", "State": "Started"}, list),
        "GetBatchTaskInfosByNameAndAssociates": ({"Name": "ContactExport", "AssociateIds": [426]}, list),
        "GetAllBatchTaskInfosByName": ({"TaskName": "ContactExport"}, list),
        "GetAllBatchTaskInfosByNameAndState": ({"TaskName": "ContactExport", "State": "Started"}, list),
        "GetSystemBatchTaskInfosByName": ({"TaskName": "ContactExport"}, list),
        "GetSystemBatchTaskInfosByNameAndState": ({"TaskName": "ContactExport", "State": "Started"}, list),
        "StartBatchJob": ({"BatchTaskInfo": {"Name": "ContactExport"}}, int),
        "StopBatchJob": ({"Id": 1000}, bool),
        "UpdateBatchTask": ({"BatchTaskInfo": {"Id": 497, "Response": "text"}}, dict),
        "DeleteBatchTask": ({"BatchTaskId": 497}, None),
        "DeleteBatchTasks": ({"BatchTaskIds": [497, 1000]}, None),
        "BLOB/GetOutputFromBatch": ({"BatchTaskId": 497}, str),
        "BLOB/CleanupBatchTask": ({"BatchTaskId": 497}, None),
    }

    def test_every_row_has_its_shape(self):
        for name, (body, shape) in self.ROWS.items():
            with self.subTest(name):
                main.control("reset")
                status, reply, response = main.call(name, body, headers=IN_JSON)
                self.assertEqual(status, 204 if shape is None else 200)
                self.assertIs(type(reply), type(None) if shape is None else shape)
                self.assertEqual(response.getheader("Content-Type"),
                                 None if shape is None else "application/json; charset=utf-8")

    def test_select_is_taken_by_every_row(self):
        for name, (body, shape) in self.ROWS.items():
            with self.subTest(name):
                main.control("reset")
                main.control("settings", nulled="absent")
                status, reply, _ = main.call(name, body, "?$select=Id,State", IN_JSON)
                self.assertEqual(status, 204 if shape is None else 200)
                infos = reply if shape is list else [reply] if shape is dict else []
                for info in infos:
                    self.assertEqual(set(info), {"Id", "State"})
                self.assertEqual(main.last_request()["select"], "Id,State")

    def test_rows_are_documented_by_get_and_listed(self):
        listed = json.loads(main.ask("GET", f"{ONLINE}/v1")[1])
        self.assertEqual(len(listed), 17)
        for name, (body, _) in self.ROWS.items():
            with self.subTest(name):
                path = f"{ONLINE}/v1/Agents/{name if '/' in name else f'Batch/{name}'}"
                self.assertIn(main.base + path.removeprefix(ONLINE), listed)
                description = json.loads(main.ask("GET", path)[1])
                self.assertEqual([parameter["Name"] for parameter in description["Parameters"]], list(body))

    def test_rows_need_a_credential_and_a_type(self):
        for name, (body, _) in self.ROWS.items():
            with self.subTest(name):
                target = f"{ONLINE}/v1/Agents/{name if '/' in name else f'Batch/{name}'}"
                self.assertEqual(main.ask("POST", target, json.dumps(body), AS_JSON)[0].status, 401)
                self.assertEqual(main.ask("POST", target, json.dumps(body), BEARER)[0].status, 415)
                self.assertEqual(main.ask("PUT", target, json.dumps(body), BEARER)[0].status, 405)

    def test_names_bind_without_case(self):
        for name, (body, shape) in self.ROWS.items():
            with self.subTest(name):
                main.control("reset")
                lower = {key[0].lower() + key[1:]: value for key, value in body.items()}
                status, reply, _ = main.call(name, lower, headers=IN_JSON)
                self.assertEqual((status, type(reply)),
                                 (204 if shape is None else 200, type(None) if shape is None else shape))

    def test_what_is_missing_is_error_object_a(self):
        optional = {"Name", "TaskName"}  # documented: NULL or blank to get all tasks
        for name, (body, shape) in self.ROWS.items():
            for left_out in body:
                with self.subTest(name, left_out=left_out):
                    status, reply, _ = main.call(name, {key: value for key, value in body.items() if key != left_out})
                    self.assertEqual(status, 200)
                    if left_out in optional:
                        self.assertIs(type(reply), shape)
                    else:
                        self.assertEqual(reply["MessageDetail"], f"The parameter '{left_out}' has no value.")

    def test_what_cannot_be_read_is_error_object_a_under_400(self):
        table = [("GetBatchTaskInfosByAssociates", {"AssociateIds": 426}),
                 ("GetBatchTaskInfosByAssociates", {"AssociateIds": ["x"]}),
                 ("GetBatchTaskInfosByAssociates", {"AssociateIds": [2 ** 31]}),
                 ("GetBatchTaskInfosByState", {"State": "Running"}), ("GetBatchTaskInfosByState", {"State": True}),
                 ("GetBatchTaskInfosByNameAndState", {"Name": 7, "State": "All"}),
                 ("StartBatchJob", {"BatchTaskInfo": "ContactExport"}),
                 ("UpdateBatchTask", {"BatchTaskInfo": {"Id": 497, "State": "Paused"}}),
                 ("UpdateBatchTask", {"BatchTaskInfo": {"Id": "x"}}),
                 ("StartBatchJob", {"BatchTaskInfo": {"Name": "ContactExport", "ParameterObject": "x"}}),
                 ("DeleteBatchTasks", {"BatchTaskIds": "x"})]
        for name, body in table:
            with self.subTest(name, body=body):
                status, reply, _ = main.call(name, body)
                self.assertEqual((status, set(reply)), (400, {"Message", "MessageDetail"}))

    def test_forms_and_xml(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        as_xml = {"Content-Type": "application/xml"}
        table = [
            ("GetBatchTaskInfosByAssociates", form, "AssociateIds=0", [1009]),
            ("GetBatchTaskInfosByAssociates", form, "AssociateIds=0&associateids=426", FRESH),
            ("GetBatchTaskInfosByState", form, "State=New", USER[1:]),
            ("GetBatchTaskInfosByAssociates", as_xml, "<R><AssociateIds><int>0</int></AssociateIds></R>", [1009]),
            ("GetBatchTaskInfosByAssociates", as_xml, "<R><AssociateIds/></R>", None),
            ("GetBatchTaskInfosByState", as_xml, "<R><State>New</State></R>", USER[1:]),
        ]
        for name, headers, body, wanted in table:
            with self.subTest(name, body=body):
                _, reply, _ = main.call(name, body, headers=headers)
                if wanted is None:
                    self.assertIn("MessageDetail", reply)
                else:
                    self.assertEqual(ids(reply), wanted)
        _, number, _ = main.call("StartBatchJob", "<R><BatchTaskInfo><Name>ContactExport</Name><ParameterObject><P><Key>a"
                                 "</Key><Value>b</Value></P></ParameterObject></BatchTaskInfo></R>", headers=as_xml)
        self.assertEqual(main.get_info(number)[1]["ParameterObject"], {"a": "b"})


class Lists(Shared):
    def test_a_fresh_service_lists_the_first_of_each_kind(self):
        _, reply, _ = main.call("GetBatchTaskInfosByAssociates", AssociateIds=[])
        self.assertEqual(ids(reply), FRESH)
        self.assertEqual(list(reply[0]), list(tasks.SAMPLE))
        self.assertEqual(reply[0], json.loads(specials.SAMPLE_TEXT))

    def test_associates(self):
        main.control("list", count=2, associate=427, state="Started")
        table = [([], FRESH + [200000000, 200000001]), ([0], [1009]), ([-1], USER + [200000000, 200000001]),
                 ([426], USER), ([427], [200000000, 200000001]), ([7], []), ([0, 427], [1009, 200000000, 200000001])]
        for wanted, numbers in table:
            with self.subTest(wanted):
                self.assertEqual(ids(main.call("GetBatchTaskInfosByAssociates", AssociateIds=wanted)[1]), numbers)
                self.assertEqual(ids(main.call("GetBatchTaskInfosByNameAndAssociates", Name="", AssociateIds=wanted)[1]),
                                 numbers)
        self.assertEqual(ids(main.call("GetBatchTaskInfosByAssociatesAndState", AssociateIds=[], State="Started")[1]),
                         [200000000, 200000001])

    def test_system_tasks_are_left_out_of_the_users_lists(self):
        table = [("GetBatchTaskInfosByState", {}, USER),
                 ("GetBatchTaskInfosByNameAndState", {"Name": "ContactExport"}, USER),
                 ("GetAllBatchTaskInfosByNameAndState", {"TaskName": "ContactExport"}, FRESH),
                 ("GetSystemBatchTaskInfosByNameAndState", {"TaskName": "ContactExport"}, [1009]),
                 ("GetAllBatchTaskInfosByName", {"TaskName": None}, FRESH),
                 ("GetSystemBatchTaskInfosByName", {"TaskName": ""}, [1009]),
                 ("GetAllBatchTaskInfosByName", {"TaskName": "Other"}, [])]
        for name, body, numbers in table:
            with self.subTest(name, body=body):
                self.assertEqual(ids(main.call(name, {**body, "State": "All"})[1]), numbers)

    def test_states(self):
        main.call("GetBatchTaskInfosByState", State="All")  # starts the clocks
        main.control("clock", advance=2)
        for state in ("Started", "started", 3, "3"):
            self.assertEqual(ids(main.call("GetBatchTaskInfosByState", State=state)[1]),
                             [1000, 2000, 3000, 4000, 5000, 11000, 12000], state)
        self.assertEqual(ids(main.call("GetBatchTaskInfosByState", State="New")[1]), [10000])
        self.assertEqual(main.call("GetBatchTaskInfosByState", State="Unknown")[1], [])

    def test_listed_tasks_move_and_go(self):
        def listed():
            return {info["Id"]: info["State"] for info in main.call("GetAllBatchTaskInfosByName", TaskName="")[1]}
        self.assertEqual(set(listed().values()), {"New", "Succeeded"})
        main.control("clock", advance=5)
        self.assertEqual((listed()[1000], listed()[2000], listed()[3000]),
                         ("Succeeded", "Failed", "SucceededManualCleanup"))
        self.assertNotIn(12000, listed())
        main.get_info(1001)
        self.assertEqual(listed()[1001], "New")

    def test_any_length_by_name(self):
        for count in (0, 1, 2, 11, 12, 13, 2000, 2001, 5000):
            with self.subTest(count):
                _, reply, response = main.call("GetAllBatchTaskInfosByName", TaskName=f"List-{count}")
                self.assertEqual(ids(reply), [200000000 + at for at in range(count)])
                self.assertEqual({info["Name"] for info in reply}, {f"List-{count}"} if count else set())
        for wanted in ("Started", "Failed"):
            _, reply, _ = main.call("GetBatchTaskInfosByNameAndState", Name="List-100", State=wanted)
            self.assertEqual((len(reply), {info["State"] for info in reply}), (100, {wanted}))
        _, reply, _ = main.call("GetBatchTaskInfosByNameAndAssociates", Name="List-100", AssociateIds=[7, 8])
        self.assertEqual({info["AssociateId"] for info in reply}, {7, 8})
        self.assertEqual(len(main.call("GetSystemBatchTaskInfosByName", TaskName="List-9")[1]), 9)

    def test_any_length_by_state_and_associate(self):
        main.control("list", count=6000)
        self.assertEqual(len(main.call("GetBatchTaskInfosByState", State="Started")[1]), 1000)
        _, reply, _ = main.call("GetBatchTaskInfosByAssociatesAndState", AssociateIds=[427], State="Failed")
        self.assertEqual(len(reply), 500)
        info = main.get_info(200000002)[1]
        self.assertEqual((info["Id"], info["State"]), (200000002, "Started"))
        main.control("list", count=3000, state="Failed", associate=9, name="Import")
        self.assertEqual(len(main.call("GetBatchTaskInfosByState", State="Failed")[1]), 3000)
        self.assertEqual(len(main.call("GetBatchTaskInfosByNameAndAssociates", Name="Import", AssociateIds=[9])[1]), 3000)

    def test_long_lists_in_every_framing(self):
        for framing in service.FRAMINGS:
            if framing in ("chunked-bytes", "chunked-small"):
                continue  # the same with millions of chunks
            for form in ("application/json", "text/xml"):
                with self.subTest(framing, form=form):
                    main.control("settings", framing=framing)
                    response, body = main.post(f"{ONLINE}/v1/Agents/Batch/GetAllBatchTaskInfosByName?$select=Id,State",
                                               {"TaskName": "List-2500"}, {"Accept": form})
                    self.assertEqual(response.getheader("Content-Length"),
                                     str(len(body)) if framing == "content-length" else None)
                    if form == "text/xml":
                        found = [element.findtext("Id") for element in xml.etree.ElementTree.fromstring(body)]
                    else:
                        found = [str(number) for number in ids(json.loads(body))]
                    self.assertEqual(found, [str(200000000 + at) for at in range(2500)])

    def test_lists_as_xml_in_every_shape(self):
        for shape in service.XML_SHAPES:
            main.control("settings", xml=shape)
            _, body = main.post(f"{ONLINE}/v1/Agents/Batch/GetBatchTaskInfosByAssociates", {"AssociateIds": [0]},
                                {"Accept": "application/xml"})
            root = xml.etree.ElementTree.fromstring(body)
            self.assertEqual([root.tag.rpartition("}")[2], root[0].tag.rpartition("}")[2]],
                             ["ArrayOfBatchTaskInfo", "BatchTaskInfo"], shape)

    def test_language_and_zone(self):
        _, reply, _ = main.call("GetBatchTaskInfosByAssociates", AssociateIds=[0],
                                headers={"SO-Language": "en", "SO-TimeZone": "UTC, includeTZOffset"})
        self.assertEqual((reply[0]["Description"], reply[0]["Created"]),
                         ("Export of contacts to Excel", "2026-11-02T07:30:00Z"))

    def test_faults_on_lists(self):
        main.control("next", fault="close-in-body", match="ByState")
        with self.assertRaises(http.client.IncompleteRead):
            main.call("GetBatchTaskInfosByState", State="All")
        self.assertEqual(main.call("GetBatchTaskInfosByState", State="All")[0], 200)


class OneTask(Shared):
    def test_start_gives_the_id_of_a_job_that_runs(self):
        _, number, _ = main.call("StartBatchJob", BatchTaskInfo={
            "Name": "ContactExport", "Description": "mine", "ParameterObject": {"rows": "7"}, "Id": 3, "State": "Failed",
            "AssociateId": 9})
        self.assertEqual(number, 500001)
        info = main.get_info(number)[1]
        self.assertEqual([info[name] for name in ("Id", "State", "AssociateId", "Description", "ParameterObject")],
                         [500001, "New", 426, "mine", {"rows": "7"}])
        main.control("clock", advance=4)
        self.assertEqual(main.get_info(number)[1]["State"], "Succeeded")
        self.assertEqual(main.control("tasks"), {"started": {"500001": "ContactExport"}, "deleted": []})

    def test_each_job_ends_as_its_name_says(self):
        ends = {"ContactExport": "Succeeded", "FailingExport": "Failed", "ManualCleanupExport": "SucceededManualCleanup",
                "VanishingExport": None, "StuckExport": "Started", "RestartingExport": "Succeeded",
                "Output-10": "SucceededManualCleanup"}
        self.assertEqual(set(store.JOBS) - set(ends), set())
        started = {name: main.call("StartBatchJob", BatchTaskInfo={"Name": name})[1] for name in ends}
        main.control("clock", advance=20)
        for name, state in ends.items():
            info = main.get_info(started[name])[1]
            self.assertEqual(info and info["State"], state, name)

    def test_every_started_job_is_a_users(self):
        numbers = [main.call("StartBatchJob", BatchTaskInfo={"Name": "ContactExport"})[1] for _ in range(11)]
        listed = {info["Id"]: info["AssociateId"] for info in main.call("GetBatchTaskInfosByState", State="New")[1]}
        self.assertEqual([listed.get(number) for number in numbers], [426] * 11)

    def test_jobs_that_there_are_not(self):
        for name in ("Nothing", "", "Output-", "Output-99999999999", "contactexport"):
            status, reply, _ = main.call("StartBatchJob", BatchTaskInfo={"Name": name})
            self.assertEqual((status, reply["ErrorType"]), (400, "ArgumentException"), name)
        self.assertEqual(main.control("tasks")["started"], {})

    def test_a_start_whose_reply_is_lost_was_carried_out(self):
        for fault in ("reset-before-head", "close-before-head", "close-in-body"):
            main.control("reset")
            main.control("next", fault=fault, match="StartBatchJob")
            with self.subTest(fault), self.assertRaises((OSError, http.client.HTTPException)):
                main.call("StartBatchJob", BatchTaskInfo={"Name": "ContactExport"})
            self.assertEqual(len(main.control("tasks")["started"]), 1)

    def test_stop_of_a_started_job(self):
        numbers = [main.call("StartBatchJob", BatchTaskInfo={"Name": name})[1]
                   for name in ("ContactExport", "ManualCleanupExport")]
        self.assertEqual([main.call("StopBatchJob", Id=number)[1] for number in (*numbers, numbers[0])],
                         [True, False, False])
        self.assertEqual(main.get_info(numbers[0])[1]["State"], "Failed")

    def test_update_takes_four_properties(self):
        _, info, _ = main.call("UpdateBatchTask", BatchTaskInfo={
            "Id": 1000, "State": 5, "Description": "d", "Response": "r", "Request": "q", "Name": "n",
            "ProgressPercent": 7, "FileName": "f"})
        self.assertEqual([info[name] for name in ("State", "Description", "Response", "Request")],
                         ["Failed", "d", "r", "q"])
        self.assertEqual((info["Name"], info["ProgressPercent"], info["FileName"]), ("ContactExport", 0, None))
        self.assertEqual(main.get_info(1000)[1], info)
        _, info, _ = main.call("UpdateBatchTask", BatchTaskInfo={"Id": 1000, "Response": "s"})
        self.assertEqual((info["State"], info["Response"]), ("Failed", "s"))
        self.assertIsNone(main.call("UpdateBatchTask", BatchTaskInfo={"Id": 123456})[1])
        self.assertIsNone(main.call("UpdateBatchTask", BatchTaskInfo={"Response": "s"})[1])

    def test_delete(self):
        main.call("DeleteBatchTask", BatchTaskId=1000)
        self.assertIsNone(main.get_info(1000)[1])
        main.call("DeleteBatchTasks", BatchTaskIds=[547, 2000, 123456])
        self.assertEqual([main.get_info(number)[1] for number in (497, 547, 2000)], [None] * 3)
        self.assertEqual(ids(main.call("GetBatchTaskInfosByAssociates", AssociateIds=[])[1]),
                         [number for number in FRESH if number not in (547, 1000, 2000)])
        self.assertEqual(main.call("DeleteBatchTask", BatchTaskId=-1)[0], 400)
        self.assertFalse(main.call("StopBatchJob", Id=1000)[1])
        main.control("task", id=1000)  # back again
        self.assertEqual(main.get_info(1000)[1]["State"], "New")

    def test_sample_has_two_numbers(self):
        self.assertEqual(main.get_info(497)[1], main.get_info(547)[1])
        main.call("UpdateBatchTask", BatchTaskInfo={"Id": 547, "Response": "changed"})
        self.assertEqual(main.get_info(497)[1]["Response"], "changed")


class Outputs(Shared):
    """Section 2.4."""

    def output(self, number, headers=BYTES, name="main"):
        return main.post(f"{ONLINE}/v1/Agents/{OUTPUT}", {"BatchTaskId": number}, headers, name)

    @staticmethod
    def expected(size):
        return b"".join(store.Output(size).pieces())

    def test_bytes_of_any_size(self):
        for size in (0, 1, 255, 256, 257, 4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000):
            with self.subTest(size):
                response, body = self.output(1_000_000_000 + size)
                self.assertEqual((response.status, response.getheader("Content-Type")), (200, "application/octet-stream"))
                self.assertEqual(body, self.expected(size))
                self.assertEqual(main.last_request()["bytes"], size)

    def test_what_the_bytes_are(self):
        body = self.expected(3 * (1 << 20) + 300)
        self.assertEqual(body[:256], bytes(range(256)))
        self.assertEqual(body[4096:4112], b"000000000004096\n")
        self.assertEqual(body[3 << 20:], body[:300])

    def test_every_framing(self):
        for framing in service.FRAMINGS:
            for size in (0, 3000, 1_100_000):
                if size > 3000 and framing in ("chunked-bytes", "chunked-small"):
                    continue
                with self.subTest(framing, size=size):
                    main.control("settings", framing=framing)
                    response, body = self.output(1_000_000_000 + size)
                    self.assertEqual(body, self.expected(size))
                    self.assertEqual(response.getheader("Content-Length"),
                                     str(size) if framing == "content-length" else None)

    def test_base64_where_json_or_xml_is_asked_for(self):
        for size in (0, 1, 2, 3, 4096, 1_500_001):
            for accept in ("application/json", "text/json", "application/xml"):
                with self.subTest(accept, size=size):
                    response, body = self.output(1_000_000_000 + size, {"Accept": accept})
                    self.assertEqual(response.getheader("Content-Type"), f"{accept}; charset=utf-8")
                    text = json.loads(body) if "json" in accept else xml.etree.ElementTree.fromstring(body).text or ""
                    self.assertEqual(base64.b64decode(text, validate=True), self.expected(size))

    def test_types_of_files(self):
        for accept in (*batch.BLOB_TYPES, "*/*", None):
            response, body = self.output(1_000_000_010, {"Accept": accept} if accept else None)
            self.assertEqual((response.getheader("Content-Type"), body),
                             (accept if accept in batch.BLOB_TYPES else "application/octet-stream", self.expected(10)))

    def test_finished_tasks_have_one(self):
        self.assertEqual(self.output(497)[1], self.expected(4096))
        main.get_info(1000)
        main.control("clock", advance=4)
        main.control("settings", output_bytes=77)
        self.assertEqual(self.output(1000)[1], self.expected(77))
        _, number, _ = main.call("StartBatchJob", BatchTaskInfo={"Name": "Output-1000"})
        main.control("clock", advance=4)
        self.assertEqual(self.output(number)[1], self.expected(1000))
        main.control("output", id=1000, bytes=5)
        self.assertEqual(self.output(1000)[1], self.expected(5))

    def test_without_output_in_every_form(self):
        main.get_info(2000)
        main.get_info(1000)
        main.control("clock", advance=2)
        forms = {  # setting -> (status, body) where bytes, where JSON is asked for; None: an error object
            "as-asked": ((204, b""), (200, b"null")), "null": ((200, b"null"), (200, b"null")),
            "204": ((204, b""), (204, b"")), "empty": ((200, b""), (200, b"")), "error": ((400, None), (400, None)),
            "object": ((200, None), (200, None)), "404": ((404, None), (404, None))}
        self.assertEqual(set(forms), set(batch.NO_OUTPUT))
        for form, answers in forms.items():
            main.control("settings", no_output=form)
            for accept, (status, wanted) in zip(("application/octet-stream", "application/json"), answers):
                for number in (1000, 123456, 7):  # still running, unknown
                    with self.subTest(form, accept=accept, number=number):
                        response, body = self.output(number, {"Accept": accept})
                        self.assertEqual(response.status, status)
                        if wanted is None:
                            self.assertTrue(json.loads(body)["Error"])
                        else:
                            self.assertEqual(body, wanted)
        main.control("settings", no_output="as-asked")
        main.control("clock", advance=4)
        self.assertEqual((self.output(2000)[0].status, self.output(1000)[0].status), (204, 200))  # failed; succeeded

    def test_cleanup_removes_output_and_task(self):
        self.assertEqual(main.call("BLOB/CleanupBatchTask", BatchTaskId=1_000_000_010)[:2], (204, None))
        self.assertEqual(self.output(1_000_000_010)[0].status, 204)
        self.assertIsNone(main.get_info(1_000_000_010)[1])

    def test_breaks_off_where_told(self):
        for size, stop_after in ((5000, 0), (5000, 1), (5000, 4999), (3_000_000, 2_000_001)):
            for framing in ("content-length", "chunked", "until-close"):
                for ending in ("close", "reset", "cut"):
                    with self.subTest(framing, size=size, stop_after=stop_after, ending=ending):
                        main.control("settings", framing=framing)
                        main.control("output", id=497, bytes=size, stop_after=stop_after, ending=ending)
                        received, how = self.received(497)
                        head, _, body = received.partition(b"\r\n\r\n")
                        if framing != "chunked":
                            self.assertEqual(len(body), stop_after)
                        self.assertNotIn(b"\r\n0\r\n\r\n", body[-10:])
                        self.assertEqual(how, {"close": "closed", "cut": "closed", "reset": "reset"}[ending])

    def received(self, number):
        """All bytes over the plain listener, and how it ended."""
        body = json.dumps({"BatchTaskId": number})
        with socket.create_connection(("127.0.0.1", main.port_of("plain")), timeout=5) as link:
            link.sendall((f"POST {ONLINE}/v1/Agents/{OUTPUT} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                          f"Accept: application/octet-stream\r\nAuthorization: Bearer {credentials.BEARER_GOOD}\r\n"
                          f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
            received = b""
            try:
                while piece := link.recv(1 << 16):
                    received += piece
            except ConnectionResetError:
                return received, "reset"
            return received, "closed"

    def test_a_broken_one_stalls_too(self):
        main.control("output", id=497, bytes=5000, stop_after=100, ending="stall")
        connection = main.connect()
        connection.timeout = 0.3
        with contextlib.closing(connection):
            connection.request("POST", f"{ONLINE}/v1/Agents/{OUTPUT}", '{"BatchTaskId":497}',
                               {**AS_JSON, **BEARER, **BYTES})
            with self.assertRaises(TimeoutError):
                connection.getresponse().read()

    def test_faults_on_outputs(self):
        for fault in ("reset-in-body", "close-in-body", "close-in-chunk", "close-before-last-chunk"):
            for size in (5000, 1_500_000):
                with self.subTest(fault, size=size):
                    main.control("next", fault=fault, match="GetOutput")
                    with self.assertRaises((OSError, http.client.HTTPException)):
                        self.output(1_000_000_000 + size)
        main.control("next", fault="close-in-body", match="GetOutput")
        self.assertEqual(self.output(1_000_000_000 + (100 << 20))[0].status, 500)  # too large for that
        self.assertEqual(self.output(1_000_000_005)[1], self.expected(5))

    def test_speed_and_memory_of_a_large_one(self):
        started = time.monotonic()
        connection = main.connect("plain")
        with contextlib.closing(connection):
            connection.request("POST", f"{ONLINE}/v1/Agents/{OUTPUT}", '{"BatchTaskId":1067108864}',
                               {**AS_JSON, **BEARER, **BYTES})
            response = connection.getresponse()
            total = 0
            while piece := response.read(1 << 16):
                total += len(piece)
        self.assertEqual(total, 64 << 20)
        self.assertLess(time.monotonic() - started, 10)


class Principal(Shared):
    def test_own_associate(self):
        response, body = main.ask("GET", f"{ONLINE}/v1/User/currentPrincipal", headers=BEARER)
        principal = json.loads(body)
        self.assertEqual((response.status, len(principal), principal["AssociateId"]), (200, 27, 426))
        self.assertEqual(main.ask("GET", f"{ONLINE}/v1/User/currentPrincipal")[0].status, 401)
        self.assertEqual(main.ask("POST", f"{ONLINE}/v1/User/currentPrincipal", "", BEARER)[0].status, 405)
        main.control("settings", nulled="absent")
        _, body = main.ask("GET", f"{ONLINE}/v1/User/currentPrincipal?$select=AssociateId", headers=BEARER)
        self.assertEqual(json.loads(body), {"AssociateId": 426})


class RestForms(Shared):
    """Section 2.2."""

    def rest(self, method, path, body=None):
        headers = {**BEARER, **(AS_JSON if body is not None else {})}
        response, reply = main.ask(method, f"{ONLINE}/v1/BatchTask{path}", body and json.dumps(body), headers)
        return response.status, json.loads(reply) if reply else None

    def test_by_id_and_by_state(self):
        self.assertEqual(self.rest("GET", "/497"), (200, json.loads(specials.SAMPLE_TEXT)))
        status, reply = self.rest("GET", "/123456")
        self.assertEqual((status, reply["ErrorType"]), (404, "SoNotFoundException"))
        self.assertEqual(ids(self.rest("GET", "/New")[1]), USER[1:])
        self.assertEqual(ids(self.rest("GET", "/succeeded")[1]), [547])
        self.assertEqual(self.rest("GET", "/Paused")[0], 400)

    def test_start_stop_update_delete(self):
        self.assertEqual(self.rest("POST", "", {"Name": "ContactExport"}), (200, 500001))
        self.assertEqual(self.rest("POST", "", {"Name": "Nothing"})[0], 400)
        self.assertEqual(self.rest("POST", "/500001/Stop"), (200, True))
        self.assertEqual(self.rest("POST", "/500001/Stop"), (200, False))
        status, info = self.rest("PUT", "/500001", {"Response": "text", "Name": "x"})
        self.assertEqual((status, info["Response"], info["Name"]), (200, "text", "ContactExport"))
        self.assertEqual(self.rest("PUT", "/123456", {"Response": "text"})[0], 404)
        for method, path in (("POST", ""), ("PUT", "/500001")):
            status, reply = self.rest(method, path, {})
            self.assertEqual((status, reply["MessageDetail"]), (400, "Entity to save is not in request body"))
        self.assertEqual(self.rest("DELETE", "/500001"), (204, None))
        self.assertEqual(self.rest("GET", "/500001")[0], 404)
        self.assertEqual(self.rest("PATCH", "/500001", {})[0], 405)

    def test_archive(self):
        def rows(**query):
            text = urllib.parse.urlencode({f"${name}": value for name, value in query.items()}, safe="$")
            status, reply = self.rest("GET", f"?{text}")
            return reply["value"] if status == 200 else status
        status, reply = self.rest("GET", "")
        self.assertEqual((status, list(reply)), (200, ["odata.metadata", "odata.nextLink", "value"]))
        first = reply["value"][0]
        self.assertEqual(list(first), ["PrimaryKey", "EntityName", *batch.COLUMNS])
        self.assertEqual((first["PrimaryKey"], first["State"], first["registeredBy"]), ("547", 4, 426))
        self.assertEqual(len(reply["value"]), len(FRESH))
        self.assertEqual(rows(select="State", top=1), [{"PrimaryKey": "547", "EntityName": "BatchTask", "State": 4}])
        self.assertEqual([row["PrimaryKey"] for row in rows(filter="State eq 1 and registeredBy eq 0")], ["1009"])
        self.assertEqual([row["PrimaryKey"] for row in rows(orderBy="State desc,ProgressPercent", top=2, skip=1)],
                         ["1000", "1009"])
        self.assertEqual([rows(filter="State gt 1"), rows(orderBy="Colour"), rows(top="x")], [400] * 3)
        self.assertEqual(self.rest("GET", "?$top=3")[1]["odata.nextLink"], f"{ONLINE}/v1/BatchTask?$top=3&$skip=3")
        response, body = main.ask("GET", f"{ONLINE}/v1/archive/BatchTasks?$top=1", headers=BEARER)
        self.assertEqual(json.loads(body)["value"], reply["value"][:1])

    def test_a_dead_worker_shows_by_its_heartbeat(self):
        main.control("settings", task_seconds=600)
        rest = {"SO-TimeZone": "UTC"}

        def heartbeat(number):
            _, body = main.ask("GET", f"{ONLINE}/v1/archive/BatchTasks?$select=updatedDate&$filter=",
                               headers={**BEARER, **rest})
            rows = {row["PrimaryKey"]: row["updatedDate"] for row in json.loads(body)["value"]}
            return rows[str(number)]
        self.assertEqual(heartbeat(5000), "2026-11-02T07:30:00")
        main.control("clock", advance=300)
        self.assertEqual(heartbeat(5000), "2026-11-02T07:35:00")
        main.control("clock", advance=3000)
        self.assertEqual((main.get_info(5000)[1]["State"], heartbeat(5000)), ("Started", "2026-11-02T07:40:00"))


if __name__ == "__main__":
    unittest.main()
