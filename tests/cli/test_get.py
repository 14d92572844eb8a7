"""What `get` shows, which server it asks, and how the command line is read."""

import json

from running import TABLE, BAD_REPLY, DONE, SERVICE, USAGE, Case, main, service

import local_superoffice_specials as specials


DOCUMENTED = json.loads(specials.SAMPLE_TEXT)


class Get(Case):
    def test_shows_the_24_documented_values(self):
        self.shows(TABLE, "get", 497)
        self.assertEqual([line.split()[0] for line in TABLE.splitlines() if not line.startswith(" ")], list(DOCUMENTED))
        self.assertEqual(len(DOCUMENTED), 24)

    def test_json_is_the_documented_sample_on_one_line(self):
        for number in (497, 6007, 6008):  # also when it came indented, and with every kind of white space
            code, out, _ = self.run_tool("get", number, "--json")
            self.assertEqual((code, out.count("\n")), (DONE, 1))
            self.assertEqual(json.loads(out), DOCUMENTED)
            self.assertEqual(list(json.loads(out)), list(DOCUMENTED))

    def test_select_is_sent_and_nothing_else_is_shown(self):
        for nulled in ("null", "absent", "defaults", "ignored"):
            main.control("settings", nulled=nulled)
            self.shows("State                   Succeeded\nProgressPercent         100\n",
                       "get", 497, "--select", "progresspercent, STATE")
            self.assertEqual(self.requests()[-1]["select"], "ProgressPercent,State")
            _, out, _ = self.run_tool("--select", "Name,ParameterObject", "get", 497, "--json")
            self.assertEqual(json.loads(out), {name: DOCUMENTED[name] for name in ("Name", "ParameterObject")})

    def test_select_of_a_part(self):
        _, out, _ = self.run_tool("get", 6205, "--select", "TableRight/Mask")
        self.assertIn("  Mask                  Select, Update\n", out)
        self.assertEqual(self.requests()[-1]["select"], "TableRight/Mask")

    def test_select_of_an_unknown_name_asks_nobody(self):
        for names in ("State,Progress", ",", "State/../x", "State&x"):
            complaint = self.refuses(USAGE, "--select: a task has only these properties: Id, Name, ",
                                     "get", 497, "--select", names)
            self.assertIn("FieldProperties", complaint)
        self.assertEqual(self.log(), [])

    def test_null_absent_and_empty_look_different(self):
        for number, name, shown in [(6002, "FileName", "absent"), (6003, "Name", "null"), (6634, "Name", '""'),
                                    (6005, "State", "null"), (6009, "FieldProperties", "absent"),
                                    (6300, "ParameterObject", "0 entries"), (6301, "ParameterObject", "null"),
                                    (6401, "FieldProperties", "null")]:
            with self.subTest(number=number):
                _, out, _ = self.run_tool("get", number)
                self.assertIn(f"\n{name:<23} {shown}\n", "\n" + out)

    def test_a_text_that_looks_like_a_marker_is_quoted(self):
        self.answer_next('{"Name":"null","Context":"absent","Result":" x ","Request":"\\"",'
                         '"ParameterObject":{"a":"null","b":null,"":1}}')
        _, out, _ = self.run_tool("get", 497)
        for line in ('Name                    "null"', 'Context                 "absent"',
                     'Result                  " x "', 'Request                 """', '  a                     "null"',
                     '  b                     null', '  ""                    1', "State                   absent"):
            self.assertIn(f"\n{line}\n", "\n" + out)

    def test_values_that_need_a_word(self):
        for number, lines in {
            6108: ["State .* \\(unknown to this version\\)"],
            6109: ["State                   started"],
            6112: ["State                   77 \\(unknown to this version\\)"],
            6107: ["State                   All"],
            6205: ["TableRight", "  Mask                  Select, Update"],
            6219: ["  Mask                  Select, Frobnicate \\(not all known to this version\\)"],
            6414: ["  Reason                \\S.*"],
            6303: ['  quote"d               back\\\\slash', "  tab\\\\tbed              line\\\\nbreak",
                   "  æøå                   😀"],
            6308: ['ParameterObject         "format=xlsx"'],
            6500: ["Created                 2019-12-19T10:44:12 \\(zone unknown\\)"],
            6508: ["LastStarted             0001-01-01T00:00:00 \\(not set\\)"],
            6511: ["Created                 9999-12-31T23:59:59.9999999 \\(zone unknown\\)"],
            6600: ["StartCount              986", "ProgressPercent         816"],
            6601: ["[A-Za-z]+ +-2147483648", "[A-Za-z]+ +2147483647"],
        }.items():
            with self.subTest(number=number):
                code, out, complaint = self.run_tool("get", number)
                self.assertEqual((code, complaint), (DONE, ""))
                for line in lines:
                    self.assertRegex(out, f"(?m)^{line}$")

    def test_control_characters_are_shown_and_never_sent(self):
        evil = "\\u001b[31mred\\u0007 \\u009b2J \\u007f \\u202egnp.exe\\r\\n"
        shown = "\\x1b[31mred\\x07 \\u009b2J \\x7f \\u202egnp.exe\\r\\n"
        body = f'{{"Name":"{evil}","State":"{evil}","ParameterObject":{{"{evil}":"{evil}"}}}}'
        self.answer_next(body, times=2)
        _, out, _ = self.run_tool("get", 497)
        self.assertEqual(out.count(shown), 4)
        _, as_json, _ = self.run_tool("get", 497, "--json")
        self.assertEqual(json.loads(as_json), json.loads(body))
        main.control("next", status=500, headers=[["Content-Type", "application/json"]], match="GetBatch",
                     body=f'{{"Error":true,"ErrorType":"{evil}","Message":"{evil}","MessageDetail":"{evil}"}}')
        complaint = self.refuses(SERVICE, "the service answered with an error object", "get", 497)
        self.assertEqual(complaint.count(shown), 3)
        for text in (out, as_json, complaint):
            self.assertNotRegex(text.replace("\n", ""), "[\x00-\x1f\x7f-\x9f\u202e]")

    def test_headers_are_sent(self):
        self.run_tool("get", 497)
        self.assertEqual((self.header("SO-Language"), self.header("SO-TimeZone")), ("en", None))
        self.run_tool("get", 497, "--language", "nb-no", "--culture", "de", "--time-zone", "UTC, includeTZOffset")
        self.assertEqual((self.header("SO-Language"), self.header("SO-Culture"), self.header("SO-TimeZone")),
                         ("nb-no", "de", "UTC, includeTZOffset"))
        for option, header in (("--language", "SO-Language"), ("--culture", "SO-Culture"), ("--time-zone", "SO-TimeZone")):
            self.refuses(USAGE, f"a request header contains .*bad_header_value, header {header}, at byte 2",
                         "get", 497, option, "en\r\nX: y")


class BaseUrl(Case):
    def test_the_option_wins_over_the_variable(self):
        code, out, _ = self.run_tool("get", 497, "--base-url", main.bases["main"],
                                     SUPEROFFICE_BASE_URL="https://localhost:1/nowhere")
        self.assertEqual((code, out), (DONE, TABLE))

    def test_every_form_of_it(self):
        root = main.bases["main"].removesuffix("/api")
        for base in (root, root + "/", root + "/api/", root + "/api/v1"):
            self.shows(TABLE, "get", 497, "--base-url", base)

    def test_what_it_cannot_be(self):
        self.refuses(USAGE, "no server", "get", 497, SUPEROFFICE_BASE_URL=None)
        self.refuses(USAGE, "the base URL must begin with https:// or http:// .*at byte 0", "get", 497, "--base-url", "ftp://localhost")
        complaint = self.refuses(USAGE, "the base URL must not contain a user name or a password", "get", 497, "--base-url",
                                 "https://user:never-good@localhost/x")
        self.assertIn("at byte 13", complaint)

    def test_http_is_refused_unless_told(self):
        plain = main.bases["plain"]
        for scheme in ("http", "HTTP", "Http"):
            base = plain.replace("http", scheme)
            self.refuses(USAGE, "over http the credential can be read", "get", 497, "--base-url", base)
        self.assertEqual(self.log(), [])
        for scheme in ("http", "HTTP", "Http"):
            self.shows(TABLE, "get", 497, "--base-url", plain.replace("http", scheme), "--plain-http")


class CommandLine(Case):
    def test_help_says_all_that_a_script_needs(self):
        for arguments in (["--help"], ["-h"]):
            code, out, complaint = self.run_tool(*arguments)
            self.assertEqual((code, complaint), (DONE, ""))
            for command in ("get", "watch", "stop", "probe"):
                self.assertRegex(out, rf"(?m)^{command}$")
            for number in (*range(9), 130, 143):
                self.assertRegex(out, rf"(?m)^  {number} ")
            for word in ("--base-url", "--select", "--json", "--timeout", "--ca-file", "--tls", "--interval", "--deadline",
                         "SUPEROFFICE_BASE_URL", "SUPEROFFICE_TOKEN", "SUPEROFFICE_TICKET", "SUPEROFFICE_APP_TOKEN",
                         "SUPEROFFICE_USER", "SUPEROFFICE_PASSWORD", "SUPEROFFICE_COOKIE", "SUPEROFFICE_XSRF_TOKEN",
                         "_FILE", "wins"):
                self.assertIn(word, out)

    def test_help_of_a_command_is_about_that_command(self):
        own = {"get": ["--select"], "watch": ["--select", "--interval", "--deadline"], "stop": ["--yes"], "probe": []}
        for command, options in own.items():
            for arguments in ([command, "--help"], [command, "-h"], ["--json", command, "--help"], [command, "1", "--help"]):
                if command == "probe" and "1" in arguments:
                    continue
                with self.subTest(arguments=arguments):
                    code, out, complaint = self.run_tool(*arguments)
                    self.assertEqual((code, complaint), (DONE, ""))
                    self.assertIn(f"Usage: superoffice-batch {command} ", out)
                    self.assertEqual("ID NUMBER" in out, command != "probe")
                    for option in ("--interval", "--deadline", "--yes", "--select"):
                        self.assertEqual(f"  {option} " in out, option in options, option)
                    for option in ("--base-url", "--json", "--timeout", "--ca-file"):
                        self.assertIn(f"  {option} ", out)
                    self.assertLess(out.count("\n"), 40)

    def test_version(self):
        code, out, _ = self.run_tool("--version")
        self.assertEqual(code, DONE)
        self.assertRegex(out, r"^superoffice-batch \d+\.\d+\.\d+\n$")

    def test_mistakes(self):
        for arguments in ([], ["get"], ["watch"], ["get", "x"], ["get", "99999999999"], ["get", "1", "x"], ["stop", "1", "2"],
                          ["upload", "497"], ["get", "497", "--timeout", "0"], ["get", "497", "--timeout", "nan"],
                          ["get", "497", "--timeout", "1e99"], ["get", "497", "--timeout", "-1"],
                          ["get", "497", "--timeout", "2s"], ["get", "497", "--memory", "10"],
                          ["get", "497", "--interval", "1"], ["get", "497", "--select"]):
            with self.subTest(arguments=arguments):
                self.refuses(USAGE, ".*; see superoffice-batch --help", *arguments)
        self.assertEqual(self.log(), [])

    def test_numbers_are_decimal(self):
        for text, number in (("497", 497), ("0497", 497), ("00000000000497", 497), ("010", 10)):
            for command in ("get", "watch", "stop"):
                with self.subTest(command=command, text=text):
                    before = len(self.requests())
                    self.run_tool(command, text)
                    self.assertEqual({request["id"] for request in self.requests()[before:]}, {number})
        asked = len(self.requests())
        for text in ("0x10", "0X1F1", "497L", "4'97", "4_97", "1e2", "+497", "-497", " 497", "497 ", "", "0b1", "2147483648",
                     "99999999999999999999", "0", "000"):
            for command in ("get", "watch", "stop"):
                with self.subTest(command=command, text=text):
                    self.refuses(USAGE, ".*; see superoffice-batch --help", command, text)
        self.assertEqual(len(self.requests()), asked)
        for option, texts in {"--timeout": ("0x10", "1e1", "inf", ".5", "1.", "1,5", "99999999999999999999"),
                              "--memory": ("0x10000", "65536.0", "1e6", "04 000")}.items():
            for text in texts:
                with self.subTest(option=option, text=text):
                    self.refuses(USAGE, f"{option}: has to be", "get", 497, option, text)
        self.shows(TABLE, "get", 497, "--timeout", "030.25", "--memory", "00065536")
        for size in (1023, 2 ** 30 + 1):
            self.refuses(USAGE, "--memory: has to be a decimal number from 1024 to 1073741824", "get", 497, "--memory", size)
        self.refuses(BAD_REPLY, "the reply does not fit into the memory", "get", 497, "--memory", 1024)

    def test_a_mistyped_command_is_named(self):
        for word, meant in {"gett": "get", "Get": "get", "wathc": "watch", "stpo": "stop", "prob": "probe", "help": "--help"}.items():
            self.refuses(USAGE, f"there is no command {word}; did you mean {meant}\\?; see", word, 497)
        for word in ("query", "kill", "x"):
            self.refuses(USAGE, f"there is no command {word}; see", word, 497)
        for word in ("8A:never-good", "497", "a" * 21):
            complaint = self.refuses(USAGE, "the first word is no command", word, "get", 497)
            self.assertNotIn(word, complaint)
        self.refuses(USAGE, "a command is missing: get, watch, stop, list, start, delete, output, fetch, probe, login, logout")
        self.refuses(USAGE, "a command is missing", "--json=false", "--timeout", "5")

    def test_a_mistyped_option_is_named(self):
        for name, meant in {"--jsn": "--json", "--json-lines": None, "--basurl": "--base-url", "--base-ulr": "--base-url",
                            "--time": "--timeout", "--verbose": None, "-q": None, "--cafile": "--ca-file"}.items():
            said = f"there is no option {name}" + (f"; did you mean {meant}\\?" if meant else "") + "; see"
            for arguments in ([name], [f"{name}=never-good"], [name, "never-good"]):
                self.refuses(USAGE, said, "get", 497, *arguments)
                self.refuses(USAGE, said, *arguments, "get", 497)
        self.refuses(USAGE, "--interval is an option of watch, not of get", "get", 497, "--interval", "1")
        self.refuses(USAGE, "--yes is an option of stop, not of watch", "watch", 497, "--yes")
        self.refuses(USAGE, "--select is an option of get, not of stop; see", "stop", 497, "--select", "Id")
        self.refuses(USAGE, "--select is an option of get, not of stop; see", "--select", "Id", "stop", 497)
        self.refuses(USAGE, "there is one argument too many", "stop", 497, "never-good")

    def test_an_option_of_a_command_before_the_command_is_told_where_it_belongs(self):
        for command, option, arguments in (("stop", "--yes", ["--yes", "stop", 497]), ("watch", "--exec", ["--exec", "x", "watch", 1]),
                                           ("list", "--state", ["--state=New", "list"]), ("output", "-o", ["-o", "f", "output", 497]),
                                           ("fetch", "--deadline", ["--json", "--deadline", 3, "fetch", 5]),
                                           ("watch", "--interval", ["--interval", 3, "watch", 5]), ("stop", "--yes", ["--yes"])):
            with self.subTest(arguments=arguments):
                code, out, complaint = self.run_tool(*arguments)
                self.assertEqual((code, out), (USAGE, ""))
                self.assertIn(f"{option} is an option of {command}, and comes after the command: superoffice-batch {command} "
                              f"{option}; see superoffice-batch --help", complaint)
        self.refuses(USAGE, "--yes is an option of stop, not of get; see", "--yes", "get", 497)
        self.shows("Id                      547\n", "--timeout", 30, "--select", "Id", "get", 497)  # these may stand there
        self.assertEqual(json.loads(self.run_tool("--json", "get", 497)[1])["Id"], 547)

    def test_a_secret_that_somebody_gives_as_an_argument_is_not_repeated(self):
        for arguments in (["--token", "never-good"], ["--token=never-good"], ["--password", "never-good"], ["-pnever-good"],
                          ["never-good"], ["--timeout", "never-good"], ["--memory", "never-good"], ["--tls", "never-good"]):
            self.refuses(USAGE, ".*; see superoffice-batch --help", "get", 497, *arguments)
        self.refuses(USAGE, ".*; see superoffice-batch --help", "get", "never-good")

    def test_the_last_of_an_option_counts(self):
        self.shows("Id                      547\n", "--select", "Name", "get", "497", "--select", "Id")
