"""`probe`: which versions the service has, asked without a credential."""

import json

from running import BAD_REPLY, CONNECTION, DONE, SERVICE, USAGE, Case, main


class Probe(Case):
    def shown(self):
        return (f"v1                      {main.bases['main']}/v1\n"
                "NetServerVersion        11.10.0.0\n"
                "ServicesCurrent         Services88\n")

    def test_with_a_credential_or_without_none_is_sent(self):
        for variables in ({}, {"credential": None}, {"credential": None, "SUPEROFFICE_TOKEN_FILE": "/nowhere/token"},
                          {"credential": None, "SUPEROFFICE_USER": "somebody"}):
            with self.subTest(variables=variables):
                self.shows(self.shown(), "probe", **variables)
                self.assertIsNone(self.header("Authorization"))

    def test_json(self):
        code, out, complaint = self.run_tool("probe", "--json")
        self.assertEqual((code, complaint, out.count("\n")), (DONE, "", 1))
        self.assertEqual(json.loads(out), {"v1": f"{main.bases['main']}/v1", "NetServerVersion": "11.10.0.0",
                                           "ServicesCurrent": "Services88"})

    def test_over_http_nothing_has_to_be_allowed(self):
        code, out, _ = self.run_tool("probe", "--base-url", main.bases["plain"])
        self.assertEqual(code, DONE)
        self.assertIn("NetServerVersion        11.10.0.0\n", out)

    def answer_next_probe(self, body):
        main.control("next", status=200, headers=[["Content-Type", "application/json"]], body=body, match="/api")

    def test_facts_of_any_kind(self):
        self.answer_next_probe('{"v1":null,"NetServerVersion":{"Major":11,\n"Minor":10},"More":1}')
        self.shows('v1                      null\nNetServerVersion        {"Major":11,\\n"Minor":10}\n'
                   "ServicesCurrent         absent\n", "probe")
        self.answer_next_probe('{"v1":"","NetServerVersion":"a\\u001b[2Jb","ServicesCurrent":88}')
        self.shows('v1                      ""\nNetServerVersion        a\\x1b[2Jb\nServicesCurrent         88\n',
                   "probe")

    def test_a_wrong_address(self):
        root = main.bases["main"].removesuffix("/api")
        self.refuses(SERVICE, r"there is nothing at this address \(404\)", "probe", "--base-url", f"{root}/nowhere")
        self.refuses(CONNECTION, "the server's certificate is for another name", "probe", "--base-url",
                     main.bases["wrong-name"])
        self.refuses(USAGE, "the base URL must begin with https:// or http://", "probe", "--base-url", "ftp://localhost")
        self.refuses(USAGE, "no server", "probe", SUPEROFFICE_BASE_URL=None)

    def test_a_reply_that_cannot_be_understood(self):
        self.answer_next_probe('{"v1":"x","NetServerVersion":nope}')
        self.refuses(BAD_REPLY, "the document is not well-formed JSON .*HTTP 200, member NetServerVersion, at byte",
                     "probe")
        self.answer_next_probe("<html>")
        self.refuses(BAD_REPLY, "the reply is not JSON", "probe")

    def test_mistakes(self):
        for arguments in (["probe", "497"], ["probe", "--select", "v1"], ["--select", "v1", "probe"]):
            with self.subTest(arguments=arguments):
                self.refuses(USAGE, ".*; see superoffice-batch --help", *arguments)
        self.assertEqual(self.log(), [])
