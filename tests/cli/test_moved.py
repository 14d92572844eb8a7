"""A tenant that has moved to another host is followed."""

import json

from running import DONE, TABLE, Case, main


class Moved(Case):
    def test_the_call_is_repeated_where_the_tenant_lives_now(self):
        main.control("tenant", at="second")
        self.shows(TABLE, "get", 497)
        asked = [(entry["listener"], entry["target"].split("?")[0].rsplit("/", 1)[-1]) for entry in self.requests()]
        self.assertEqual(asked, [("main", "GetBatchTaskInfo"), ("main", "Cust12345"), ("second", "GetBatchTaskInfo")])
        self.assertEqual(dict(self.requests()[1]["headers"]).get("Authorization"), None)

    def test_a_watch_goes_on_there(self):
        main.control("tenant", at="second")
        code, out, complaint = self.run_tool("watch", 497, "--json")
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual(json.loads(out)["State"], "Succeeded")

    def test_the_directory_is_the_log_in_host(self):
        main.control("tenant", at="second")
        code, _, complaint = self.run_tool("get", 497, SUPEROFFICE_LOGIN_URL="https://localhost:1/login")
        self.assertNotEqual(code, DONE)
        self.assertNotIn("second", [entry["listener"] for entry in self.requests()])
        self.assertEqual(complaint.count("\n"), 1)
