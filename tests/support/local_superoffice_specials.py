"""Ids of the local SuperOffice that answer in a special way, as one table: SPECIALS.

An entry is data: which properties of the documented sample differ, or a body as it goes on the wire,
and status, headers, framing or fault around it. Section numbers are those of the service's
description. Recorded or documented there: the error objects, mask and date forms. Inferred: whatever
is only plausible (HTML pages, 3xx, 429); malformed replies are there for a client to refuse.
"""

import dataclasses
import json

from local_superoffice_tasks import SAMPLE
from local_superoffice_wire import FAULTS, FRAMINGS

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


class Raw(str):
    """A value given as JSON text."""


@dataclasses.dataclass(frozen=True)
class Special:
    """One special reply. Without `body` it is the sample with `changes`, written as the request wants it.

    changes   property -> value; a value that is a function is called when needed
    without   properties left out
    body      text or bytes put on the wire as they are
    retry     adds Retry-After: "seconds" or "date"
    nulled    how what was not selected looks: absent, null, defaults
    """

    meaning: str
    changes: dict = dataclasses.field(default_factory=dict)
    without: tuple = ()
    reverse: bool = False
    indent: bool = False
    body: object = None
    status: int = 200
    content_type: str = JSON
    headers: tuple = ()
    retry: str = None
    framing: str = None
    fault: str = None
    nulled: str = None
    gzip: bool = None


def to_json(value, indent=None, depth=0):
    """JSON text of plain data in which a Raw stands for itself."""
    if isinstance(value, Raw):
        return str(value)
    if not isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    open_, close = "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, dict):
        colon = ":" if indent is None else ": "
        items = [f"{json.dumps(name, ensure_ascii=False)}{colon}{to_json(member, indent, depth + 1)}"
                 for name, member in value.items()]
    else:
        items = [to_json(item, indent, depth + 1) for item in value]
    if indent is None or not items:
        return open_ + ",".join(items) + close
    line = "\n" + " " * indent * (depth + 1)
    return open_ + line + f",{line}".join(items) + "\n" + " " * indent * depth + close


# ------------------------------------------------------------------------------------ building blocks

# Section 4: the three shapes of an error object.
ERROR_A = {"Message": "The request is invalid.", "MessageDetail": "The parameter 'Id' has no value."}
ERROR_B = {"Error": True, "ErrorType": "ArgumentException", "Message": "The id must not be negative.",
           "ErrorSource": "SuperOffice.Services.Implementation"}
ERROR_C = {"Error": True, "ErrorType": "SoNotFoundException", "ErrorMessage": "Batch task id 404 was not found",
           "ErrorSource": "SuperOffice.Services.Implementation"}
SILENT_ERROR = {"Error": True, "ErrorType": "ArgumentException", "ErrorSource": "SuperOffice.Services.Implementation"}
WRONG_HOST = "The sub-domain of this address is not the one that serves tenant Cust12345."

# Section 6: every recorded mask, then numbers and the unknown.
MASKS = ("FULL", "None", "Read", "Update", "Delete", "Select, Update", "Select, Update, Delete",
         "Select, Update, Insert, Delete", "RI, RestrictedUpdate", "Update, UIHintMandatory", "Update, Nullable",
         "Update, Unused4", "Unused4, UIHintReadOnly", 1, 15, 0, 256, 4096, "Select,Update", "Select, Frobnicate",
         "", None, "full", "WRITE", "URI, Delete, Filtering", "UndefinedValue256", -1, "15")

# Section 8: every form, then what is not a date.
DATES = ("2019-12-19T10:44:12", "2002-08-07T12:52:00Z", "2002-03-31T18:00:00+02:00", "2018-12-24T07:34:45-0500",
         "2021-06-05T14:28:21.47729+02:00", "2021-06-05T14:28:21.0771703+02:00", "2021-06-05T14:28:21.1Z",
         "2021-06-05T14:28:21.12", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00",
         "9999-12-31T23:59:59.9999999", "2024-02-29T00:00:00Z", "2016-12-31T23:59:60Z", "2021-06-05T14:28:21+00:00",
         "2021-06-05T14:28:21-12:00", "2021-06-05T14:28:21+14:00", "2021-06-05T14:28:21.123456789Z",
         "2021-06-05", "", "yesterday", None, 1622903301, "2021-02-30T00:00:00Z", "2021-13-01T00:00:00Z",
         "2021-06-05T24:00:00Z", "2021-06-05 14:28:21")


def _right(mask, reason=""):
    return {"Mask": mask, "Reason": reason}


def _field(right=None, kind="System.Int32", length=300):
    return {"FieldRight": right, "FieldType": kind, "FieldLength": length}


def _parameters(count, size):
    return lambda: {f"Parameter{n:04}": ("value " * size)[:size] for n in range(count)}


def _page(title):
    return (f"<!DOCTYPE html>\r\n<html><head><title>{title}</title></head>\r\n"
            f"<body><h1>{title}</h1><p>An intermediary answered.</p></body></html>\r\n")


def _error(meaning, error, status=200, **more):
    return Special(meaning, body=to_json(error), status=status, **more)


def _html(title, status, meaning=None, **more):
    meaning = meaning or f"{status} with an HTML page"
    return Special(meaning, body=_page(title), status=status, content_type=HTML, **more)


def _with(meaning, **changes):
    return Special(meaning, changes)


def _body(meaning, body, **more):
    return Special(meaning, body=body, **more)


def _member_text(name, text):
    """The sample's JSON text with one member's value replaced by `text` (text or bytes)."""
    sample = {key: getattr(value, "verbatim", value) for key, value in SAMPLE.items()}
    before, after = to_json({**sample, name: Raw("\x00")}).split("\x00")
    return before.encode() + (text if isinstance(text, bytes) else text.encode()) + after.encode()


SAMPLE_TEXT = _member_text("Id", "547")


def _numbered(start, entries):
    return {start + n: entry for n, entry in enumerate(entries)}


# ---------------------------------------------------------------------------------------- the table

MEMBERS = {
    6000: Special("members in reverse order", reverse=True),
    6001: _with("unknown members with values of every kind", Unknown={"a": [1, {"b": None}, "]}"], "c": -1.5e-7},
                AlsoUnknown=[[], {}, [True]], Plain="text"),
    6002: Special("an old server: neither FileName nor CancellationBehaviour",
                  without=("FileName", "CancellationBehaviour")),
    6003: Special("every string null, and what refers to objects too", {
        name: None for name, value in SAMPLE.items() if isinstance(value, (str, dict)) and name not in
        ("State", "CancellationBehaviour")}),
    6004: _body("duplicate members: the last ones are the sample's",
                b'{"Id":1,"State":"New","ProgressPercent":1,"ParameterObject":{"a":"b"},' + SAMPLE_TEXT[1:]),
    6005: Special("every member null", {name: None for name in SAMPLE}),
    6006: _body("an object without members", "{}"),
    6007: Special("indented", indent=True),
    6008: _body("white space of every kind", b" \t\r\n" + SAMPLE_TEXT.replace(b",\"", b" ,\r\n\t\"") + b"\r\n \t"),
    6009: Special("nothing but Id", without=tuple(name for name in SAMPLE if name != "Id")),
    6010: _with("rights as objects in both places", TableRight=_right("Select, Update"),
                FieldProperties={"Name": _field(_right("Update, UIHintMandatory"), "System.String", 254)}),
    6011: _body("member names written with escapes", SAMPLE_TEXT.replace(b'"State"', b'"\\u0053tat\\u0065"')),
    6012: _with("a success that carries a null Message", Message=None),
    6013: _with("Id 0 and negative values where counts are", Id=0, AssociateId=-1, StartCount=-1, ProgressPercent=-1),
}
ENUMS = {
    **_numbered(6100, [_with(f"State {text}", State=text) for text in (
        "Unknown", "New", "Aquired", "Started", "Succeeded", "Failed", "SucceededManualCleanup")]),
    6107: _with("State All", State="All"),
    6108: _with("State of unknown text", State="Paused"),
    6109: _with("State in lower case", State="started"),
    6110: _with("State as number 3", State=3),
    6111: _with("State as number 99999", State=99999),
    6112: _with("State as an unknown number 77", State=77),
    6113: _with("State as number in a string", State="3"),
    6114: _with("State null", State=None),
    6115: _with("State empty", State=""),
    6116: _with("State that is an object", State={"Name": "Started"}),
    6117: _with("State with escapes", State=Raw('"\\u0053tarted"')),
    6118: _with("State spelled with the c", State="Acquired"),
    **_numbered(6120, [_with(f"CancellationBehaviour {json.dumps(value)}", CancellationBehaviour=value) for value in (
        "CanCancel", "CancelWithWarning", "CannotCancel", "MayCancel", 0, 1, 2, 7, None, "cancancel")]),
}
RIGHTS = _numbered(6200, [
    _with(f"masks {json.dumps(mask)}", TableRight=_right(mask), FieldProperties={"Name": _field(_right(mask))})
    for mask in MASKS])
PARAMETERS = {
    6300: _with("ParameterObject {}", ParameterObject={}),
    6301: _with("ParameterObject null", ParameterObject=None),
    6302: _with("null values", ParameterObject={"first": None, "second": "text", "third": None}),
    6303: _with("escapes in keys and values", ParameterObject=Raw(
        '{"quote\\"d":"back\\\\slash","tab\\tbed":"line\\nbreak","\\u00e6\\u00f8\\u00e5":"\\ud83d\\ude00",'
        '"slash\\/ed":"\\/","":"empty key"}')),
    6304: _with("300 parameters, over 16 KB", ParameterObject=_parameters(300, 40)),
    6305: _with("about 1 MB", ParameterObject=_parameters(1000, 1024)),
    6306: _with("duplicate keys", ParameterObject=Raw('{"a":"1","b":"2","a":"3"}')),
    6307: _with("values that are no strings", ParameterObject={
        "number": 1, "true": True, "list": [1, "a"], "map": {"k": "v"}}),
    6308: _with("ParameterObject is a string", ParameterObject="format=xlsx"),
    6309: _with("ParameterObject is an array", ParameterObject=[{"Key": "a", "Value": "b"}]),
    6310: _with("one value of 64 KB", ParameterObject={"long": "x" * 65536}),
    6311: _with("invalid escape inside", ParameterObject=Raw('{"a":"\\x"}')),
    6312: _with("nested 600 deep", ParameterObject=Raw('{"a":' * 600 + "1" + "}" * 600)),
    6313: _with("empty string values and blanks", ParameterObject={"a": "", " b ": " "}),
    6314: _with("ParameterObject is a number", ParameterObject=7),
}
FIELDS = {
    6400: _with("FieldProperties {}", FieldProperties={}),
    6401: _with("FieldProperties null", FieldProperties=None),
    6402: _with("rights with reasons", FieldProperties={
        "Name": _field(_right("Update, UIHintMandatory", "[SR_MANDATORY_FIELD_1281]"), "ShortText", 254),
        "Owner": _field(_right("Read", "Owned by someone else"), "SuperOffice.CRM.Services.Contact", 0)}),
    6403: _with("empty FieldType, FieldLength 0", FieldProperties={"Name": _field(None, "", 0)}),
    6404: _with("an entry that is null", FieldProperties={"Name": None, "Created": _field(None, "System.DateTime", 0)}),
    6405: _with("every member of an entry null", FieldProperties={"Name": _field(None, None, None)}),
    6406: _with("an entry without members", FieldProperties={"Name": {}}),
    6407: _with("500 entries", FieldProperties=lambda: {f"Field{n}": _field(_right("FULL")) for n in range(500)}),
    6408: _with("keys with escapes", FieldProperties=Raw(
        '{"na\\u006de":{"FieldRight":null,"FieldType":"System.Int32","FieldLength":300}}')),
    6409: _with("unknown members in an entry", FieldProperties={"Name": {**_field(), "Extra": [1]}}),
    6410: _with("an entry that is a number", FieldProperties={"Name": 1}),
    6411: _with("a right that is text alone", TableRight="FULL"),
    6412: _with("a right with Reason null", TableRight=_right("FULL", None)),
    6413: _with("a right without members", TableRight={}),
    6414: _with("a right that denies, with its reason", TableRight=_right("None", "Only the owner may see this")),
}
MOMENTS = _numbered(6500, [_with(f"dates {json.dumps(date)}", LastStarted=date, Created=date) for date in DATES])
TEXTS = {
    6600: _with("ProgressPercent 816, StartCount 986", ProgressPercent=816, StartCount=986),
    6601: _with("int32 at both ends", Id=2147483647, AssociateId=-2147483648),
    6602: _with("one above int32 in ProgressPercent", ProgressPercent=2147483648),
    6603: _with("above 64 bits in ProgressPercent", ProgressPercent=10 ** 30),
    6604: _with("a fraction in ProgressPercent", ProgressPercent=49.5),
    6605: _with("an exponent in ProgressPercent", ProgressPercent=Raw("1e2")),
    6606: _with("a string in ProgressPercent", ProgressPercent="100"),
    6607: _with("an integer with fraction .0", ProgressPercent=Raw("100.0")),
    6608: _with("minus zero", ProgressPercent=Raw("-0")),
    6609: _with("a bool as a number", IsSystemTask=1),
    6610: _with("a bool as text", IsSystemTask="false"),
    6611: _with("an array in ProgressPercent", ProgressPercent=[100]),
    6612: _with("a number in Name", Name=12),
    6613: _with("leading zero (no JSON)", ProgressPercent=Raw("0100")),
    6620: _with("surrogate pair escapes", Name=Raw('"\\ud83d\\ude00 \\uD834\\uDD1E"')),
    6621: _with("the same as UTF-8", Name="\U0001f600 \U0001d11e"),
    6622: _with("every short escape", Name=Raw('"\\"\\\\\\/\\b\\f\\n\\r\\t"')),
    6623: _with("an escaped NUL", Name=Raw('"a\\u0000b"')),
    6624: _with("a lone high surrogate", Name=Raw('"\\ud83d"')),
    6625: _with("a lone low surrogate", Name=Raw('"\\ude00"')),
    6626: _with("columns filled to 254 and 260 characters",
                Description="d" * 254, Response="r" * 254, FileName="f" * 260),
    6627: _with("columns filled with 3-byte characters", Description="\u20ac" * 254, FileName="\u20ac" * 260),
    6628: _with("64 KB in Description", Description="long " * 13107),
    6629: _with("multi-language text, whatever was asked", Description='NO:"Leverand\u00f8r";US:"Supplier"'),
    6630: _body("a raw control character in a string (no JSON)", _member_text("Name", '"a\x01b"')),
    6631: _body("invalid UTF-8 in a string", _member_text("Name", b'"a\xff\xfeb"')),
    6632: _body("overlong UTF-8 in a string", _member_text("Name", b'"\xc0\xaf"')),
    6633: _with("an unknown escape (no JSON)", Name=Raw('"\\q"')),
    6634: _with("empty strings everywhere", **{name: "" for name, value in SAMPLE.items() if isinstance(value, str)
                                             and name not in ("State", "CancellationBehaviour")}),
    6635: _with("markup in a string", Name="<b>&amp;</b> ]]> \"'"),
}
STATUSES = {  # the main form at 7000 + status, others at 17000 + status and 27000 + status
    7201: _error("201 with the sample's Id alone", {"Id": 547}, 201),
    7204: _body("204, no body", b"", status=204),
    7206: Special("206 with the sample", status=206),
    7301: _html("Moved", 301, "301 with Location", headers=(("Location", "https://elsewhere.example/api/v1"),)),
    7302: _html("Log in", 302, "302 with Location to a log-in page", headers=(("Location", "/login?return=%2Fapi"),)),
    7304: _body("304", b"", status=304),
    7307: _html("Moved", 307, "307 with Location", headers=(("Location", "https://elsewhere.example/api/v1"),)),
    7308: _html("Moved", 308, "308 with Location", headers=(("Location", "https://elsewhere.example/api/v1"),)),
    7400: _error("400, error object A", ERROR_A, 400),
    17400: _error("400, error object B", ERROR_B, 400),
    27400: _error("400, error object C", ERROR_C, 400),
    7401: _error("401 whatever the credential", {"Message": "Log in first."}, 401,
                 headers=(("WWW-Authenticate", 'Bearer realm="SuperOffice"'),)),
    17401: _html("Unauthorized", 401, "401, HTML page, no WWW-Authenticate"),
    27401: _body("401, empty, asking for Windows log-in", b"", status=401,
                 headers=(("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM"))),
    7403: _error("403, error object B", {**ERROR_B, "ErrorType": "SoSecurityException",
                                         "Message": "The right to see this task is missing."}, 403),
    17403: _html("Forbidden", 403),
    7404: _error("404, error object B", {**ERROR_B, "ErrorType": "SoNotFoundException",
                                         "Message": "No such batch task."}, 404),
    17404: _error("404, error object C", ERROR_C, 404),
    27404: _html("Not Found", 404),
    7408: _html("Request Timeout", 408),
    7415: _error("415, error object A", {"Message": "The media type is not supported."}, 415),
    7418: _body("418, text", "no coffee\n", status=418, content_type=TEXT),
    7421: _body("421, text", WRONG_HOST, status=421, content_type=TEXT),
    17421: _html("Misdirected Request", 421),
    27421: _error("421, error object A", {"Message": WRONG_HOST}, 421),
    7429: _error("429, Retry-After in seconds", {"Message": "Too many calls."}, 429, retry="seconds"),
    17429: _error("429, Retry-After as a date", {"Message": "Too many calls."}, 429, retry="date"),
    27429: _error("429 without Retry-After", {"Message": "Too many calls."}, 429),
    7500: _html("Server Error", 500),
    17500: _error("500, error object B", {**ERROR_B, "ErrorType": "NullReferenceException",
                                          "Message": "The server failed."}, 500),
    27500: _body("500, empty", b"", status=500),
    7502: _html("Bad Gateway", 502),
    7503: _html("Service Unavailable", 503, "503, Retry-After in seconds", retry="seconds"),
    17503: _html("Service Unavailable", 503, "503, Retry-After as a date", retry="date"),
    27503: _html("Service Unavailable", 503, "503 without Retry-After"),
    37503: _html("Service Unavailable", 503, "503, Retry-After that is neither", headers=(("Retry-After", "soon"),)),
    47503: _html("Service Unavailable", 503, "503, Retry-After of 10 digits", headers=(("Retry-After", "9999999999"),)),
    7504: _html("Gateway Timeout", 504),
    7599: _body("599, empty", b"", status=599),
}
# Appended to, never reordered: the numbers are used by tests.
FAULT_ORDER = (
    "reset-before-head", "reset-in-head", "reset-in-body", "close-before-head", "close-in-head", "close-in-body",
    "close-in-chunk", "close-before-last-chunk", "stall-before-head", "stall-in-head", "stall-in-body", "slow-head",
    "slow-body", "cut-until-close", "cut-in-until-close", "close-after", "close-announced", "close-on-reuse",
    "reset-on-reuse", "http10", "http10-length", "continue", "early-hints", "many-interim", "endless-interim",
    "endless-body", "not-http", "no-reason", "no-reason-space", "huge-head", "many-headers", "folded-header",
    "length-and-chunked", "two-lengths", "bad-length", "huge-length", "bad-chunk-size", "huge-chunk-size",
    "bytes-after-reply")
FRAMING_ORDER = ("chunked", "chunked-small", "chunked-bytes", "chunked-records", "chunked-zeros", "chunked-extensions",
                 "chunked-trailers", "content-length", "until-close")
FAULTY = _numbered(8000, [Special(f"{name}: {FAULTS[name].meaning}", fault=name) for name in FAULT_ORDER])
FRAMED = _numbered(8100, [Special(f"{name}: {FRAMINGS[name].meaning}", framing=name) for name in FRAMING_ORDER])
ROOTS = {
    9000: _body("null", "null"),
    9001: _body("an array of the sample", b"[" + SAMPLE_TEXT + b"]"),
    9002: _body("a string", '"text"'),
    9003: _body("a number", "547"),
    9004: _body("true", "true"),
    9005: _body("an empty body", b""),
    9006: _html("Log in", 200),
    9007: _body("half the sample, framed as if whole", SAMPLE_TEXT[:len(SAMPLE_TEXT) // 2]),
    9008: _body("the sample after a byte order mark", b"\xef\xbb\xbf" + SAMPLE_TEXT),
    9009: _body("the sample, then more", SAMPLE_TEXT + b" x"),
    9010: _error("error object A under 200", ERROR_A),
    9011: _error("error object B under 200", ERROR_B),
    9012: _error("error object C under 200", ERROR_C),
    9013: _error("error object without a message (old servers)", SILENT_ERROR),
    9014: _error("Message alone under 200", {"Message": "Something is wrong."}),
    9015: _body("null within white space", " \r\n null \r\n"),
    9016: _body("an empty array", "[]"),
    9017: _body("false", "false"),
    9018: _body("a comment in the sample (no JSON)", SAMPLE_TEXT.replace(b"{", b"{/* */", 1)),
    9019: _body("a trailing comma (no JSON)", SAMPLE_TEXT[:-1] + b",}"),
    9020: _error("error object with Message null", {**ERROR_B, "Message": None}),
    9021: _error("error object with escapes in its message", {**ERROR_B, "Message": Raw('"\\u00c6rlig \\"nei\\"\\n"')}),
    9022: _body("white space only", " \r\n"),
}
SELECTS = {
    9100: Special("what was not selected is absent", nulled="absent"),
    9101: Special("what was not selected is null", nulled="null"),
    9102: Special("what was not selected has its type's default", nulled="defaults"),
    9103: Special("$select is not obeyed", nulled="ignored"),
}
TYPES = {
    9200: _body("JSON said to be text/html", SAMPLE_TEXT, content_type=HTML),
    9201: _body("JSON without Content-Type", SAMPLE_TEXT, content_type=None),
    9202: _body("Content-Type without charset", SAMPLE_TEXT, content_type="application/json"),
    9203: _body("charset in capitals and quotes", SAMPLE_TEXT, content_type='Application/JSON;Charset="UTF-8"'),
    9204: _body("XML though JSON was asked for",
                "<BatchTaskInfo><Id>547</Id><State>Succeeded</State></BatchTaskInfo>", content_type=XML),
    9205: _body("gzip though identity was asked for", SAMPLE_TEXT, gzip=True),
    9206: _body("JSON in ISO 8859-1, and said so", _member_text("Name", '"\u00e6\u00f8\u00e5"'.encode("latin-1")),
                content_type="application/json; charset=iso-8859-1"),
    9207: _body("Content-Encoding identity", SAMPLE_TEXT, headers=(("Content-Encoding", "identity"),)),
    9208: _body("application/problem+json under 400", to_json({"title": "Bad request", "status": 400}), status=400,
                content_type="application/problem+json"),
    9209: _body("a malformed Content-Type", SAMPLE_TEXT, content_type="json"),
    9210: _body("said to be XML, but JSON", SAMPLE_TEXT, content_type=XML),
    9211: _body("Content-Encoding br", SAMPLE_TEXT, headers=(("Content-Encoding", "br"),)),
}
GROUPS = {
    "Members of the reply (sections 1, 5)": MEMBERS,
    "Enumerations (6)": ENUMS,
    "Masks in TableRight and FieldProperties (6, 7)": RIGHTS,
    "ParameterObject (7)": PARAMETERS,
    "FieldProperties and rights (7)": FIELDS,
    "Dates in LastStarted and Created (8)": MOMENTS,
    "Numbers and texts": TEXTS,
    "Statuses (4); 7000 + status, other forms 17000 +, 27000 + ...": STATUSES,
    "Faults": FAULTY,
    "Framings": FRAMED,
    "Bodies that are no BatchTaskInfo (4)": ROOTS,
    "$select (10)": SELECTS,
    "Content types and codings (1.2, 5)": TYPES,
}
SPECIALS = {number: special for group in GROUPS.values() for number, special in group.items()}
