"""What requests and replies of the local SuperOffice say: bodies, types, `$select`, JSON and XML.

Section numbers are those of the service's description; what it leaves open and was decided here is marked (inferred).
"""

import dataclasses
import json
import re
import urllib.parse
import xml.etree.ElementTree
import xml.sax.saxutils

from local_superoffice_specials import Raw, to_json
from local_superoffice_tasks import DEFAULTS, SAMPLE, Manner, find_zone
from local_superoffice_wire import parse_weighted

# ---------------------------------------------------------------------------------- reading requests

class Malformed(Exception):
    """The body cannot be read: 400 with error object A and this detail."""


class MissingArgument(Exception):
    """The body lacks what the text names: 200 with error object A (section 4)."""


class RefusedArgument(Exception):
    """The service refuses the value: 400 with error object B (section 4) and this text."""


class UnsupportedType(Exception):
    """415; the text names the type."""


def _read_json(body):
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("The body is not a JSON object.")
    return _lower(value)  # names bind without case (section 5)


def _lower(members):
    return {name.lower(): member for name, member in members.items()}


def _refuse_constant(name):
    raise ValueError(name)


def _read_form(body):
    try:
        pairs = urllib.parse.parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict",
                                       max_num_fields=100_000)
    except ValueError:
        raise Malformed("The form cannot be read.") from None
    found = {}
    for name, value in pairs:
        found.setdefault(name.lower(), []).append(value)
    return {name: values[0] if len(values) == 1 else Several(values) for name, values in found.items()}


class Several(list):
    """A list whose form may be a list, or one value of a form that came more than once."""


def _read_xml(body):
    """Inferred (section 11): any root, arguments as its children, namespaces overlooked; no document type."""
    if b"<!" in body:
        raise Malformed("The XML has a document type or more than elements.")
    try:
        root = xml.etree.ElementTree.fromstring(body)
    except (xml.etree.ElementTree.ParseError, ValueError, LookupError):
        raise Malformed("The body is not XML.") from None
    return {_plain_tag(child).lower(): _xml_value(child) for child in root}


def _plain_tag(element):
    return element.tag.rpartition("}")[2]


def _xml_value(element):
    """Its text; of one with children a list of (name, value)."""
    if not len(element):
        return element.text
    return Several((_plain_tag(child), _xml_value(child)) for child in element)


JSON_TYPES = ("application/json", "text/json", "application/json-patch+json", "application/merge-patch+json")
XML_TYPES = ("application/xml", "text/xml")
REPLY_TYPES = (*JSON_TYPES[:2], *XML_TYPES, *JSON_TYPES[2:])  # section 1.2, its order
BODY_READERS = {
    **{name: _read_json for name in JSON_TYPES},
    **{name: _read_xml for name in XML_TYPES},
    "application/x-www-form-urlencoded": _read_form,
}
INT32 = range(-2 ** 31, 2 ** 31)


def read_arguments(request):
    """The members of a request body by lower-case name; an empty body has none."""
    content_type = request.header("Content-Type")
    name, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    reader = BODY_READERS.get(name)
    if reader is None:  # without Content-Type too (inferred)
        raise UnsupportedType(name or "(none)")
    charset = [value.partition("=")[2].strip('"') for value in parameters if value.startswith("charset")]
    if charset and charset[0] not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedType(content_type)
    return reader(request.body) if request.body.strip() else {}


def read_id(arguments, name="Id"):
    value = arguments.get(name.lower())
    if value is None:
        raise MissingArgument(name)
    value = _to_int32(value, name)
    if value < 0:
        raise RefusedArgument("The id must not be negative.")
    return value


def _to_int32(value, name):
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,19}\s*", value):
            raise Malformed(f"{name} is not a number.")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in INT32:
        raise Malformed(f"{name} is not a 32-bit integer.")
    return value


def read_ids(arguments, name):
    """A list of int32: of JSON an array, of a form one value or several, of XML the texts of any children."""
    value = arguments.get(name.lower())
    if value is None:
        raise MissingArgument(name)
    if isinstance(value, str):
        value = [value] if value.strip() else []
    if not isinstance(value, list):
        raise Malformed(f"{name} is not a list.")
    return [_to_int32(item[1] if isinstance(item, tuple) else item, name) for item in value]


def read_text(arguments, name):
    """A text; "" when it is null or absent (documented for names: "NULL or blank to get all tasks")."""
    value = arguments.get(name.lower())
    if value is not None and not isinstance(value, str):
        raise Malformed(f"{name} is not a text.")
    return value or ""


STATES = {"Unknown": 0, "New": 1, "Aquired": 2, "Started": 3, "Succeeded": 4, "Failed": 5, "SucceededManualCleanup": 6,
          "All": 99999}  # section 6


def read_state(arguments, name="State"):
    """A state by its text, in any case, or by its number (the number is inferred); as its text."""
    value = arguments.get(name.lower())
    if value is None:
        raise MissingArgument(name)
    for text, number in STATES.items():
        if not isinstance(value, bool) and (value == number or isinstance(value, str)
                                            and value.strip().lower() in (text.lower(), str(number))):
            return text
    raise Malformed(f"{name} is not a BatchTaskState.")


INFO_MEMBERS = {name.lower(): name for name in SAMPLE}
INFO_IDS = ("Id", "AssociateId", "DetailsTable", "DetailsRecord", "StartCount", "ProgressPercent")
INFO_TEXTS = ("Name", "DatabaseSerialNumber", "Context", "Result", "Description", "Response", "Request",
              "ProgressDescription", "FileName")


def read_info(members):
    """A BatchTaskInfo of a request: the members that it has, by their documented names; null is as absent."""
    if isinstance(members, list):  # XML
        members = dict(item for item in members if isinstance(item, tuple))
    if not isinstance(members, dict):
        raise Malformed("BatchTaskInfo is not an object.")
    found = {INFO_MEMBERS[name]: value for name, value in _lower(members).items()
             if name in INFO_MEMBERS and value is not None}
    for name in found:
        if name == "State":
            found[name] = read_state(_lower(found))
        elif name in INFO_IDS:
            found[name] = _to_int32(found[name], name)
        elif name in INFO_TEXTS:
            found[name] = read_text(_lower(found), name)
        elif name == "ParameterObject":
            found[name] = _read_parameters(found[name])
    return found


def _read_parameters(value):
    if isinstance(value, list):  # XML: pairs of Key and Value, as the SOAP sibling writes them
        pairs = [dict(item[1]) for item in value if isinstance(item, tuple) and isinstance(item[1], list)]
        value = {pair.get("Key") or "": pair.get("Value") for pair in pairs}
    if not isinstance(value, dict):
        raise Malformed("ParameterObject is not a map.")
    return {name: member if member is None else str(member) for name, member in value.items()}


UNTRANSLATED = ("", "*", "x", "-")  # section 8


def read_manner(request):
    language = request.header("SO-Language")
    if language is None:
        wanted = [name for name, weight in parse_weighted(request.header("Accept-Language") or "") if weight > 0]
        language = wanted[0] if wanted else ""
    language = "" if language.strip().lower() in UNTRANSLATED else language.strip()
    zone, offsets = _read_zone(request.header("SO-TimeZone") or "")
    return Manner(language, (request.header("SO-Culture") or "") if language else "", zone, offsets)


def _read_zone(value):
    words = [word.strip() for word in value.split(",") if word.strip()]
    codes = [word for word in words if word.lower() != "includetzoffset"]
    if not codes:
        return "", bool(words)
    zone = find_zone(codes[0])
    if zone is None:
        raise RefusedArgument("The time zone is not known.")  # inferred: the documentation names no answer
    return zone, len(words) > len(codes)


# ----------------------------------------------------------------------------------------- $select

def read_select(target):
    """The value of $select as sent, or None."""
    query = urllib.parse.urlsplit(target).query
    for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
        if name.lower() == "$select":
            return value
    return None


def apply_select(info, select, nulled):
    """Keeps what `select` names (without case, nested by /) and nulls out the rest in one of three ways."""
    paths = [path.strip().lower().split("/") for path in (select or "").split(",") if path.strip()]
    return _keep(info, paths, nulled) if paths and nulled != "ignored" else info


def _keep(members, paths, nulled):
    kept = {}
    for name, value in members.items():
        matching = [path[1:] for path in paths if path[0] == name.lower()]
        if matching:
            whole = not isinstance(value, dict) or [] in matching
            kept[name] = value if whole else _keep(value, matching, nulled)
        elif nulled != "absent":
            kept[name] = DEFAULTS.get(name) if nulled == "defaults" else None
    return kept


# ------------------------------------------------------------------------------------------ writing

@dataclasses.dataclass(frozen=True)
class XmlShape:
    """One way in which the XML may look; section 11 documents only plain elements without a namespace."""

    meaning: str
    namespace: str = ""
    prefix: str = ""
    nil: bool = False
    pairs: bool = True  # maps as Key and Value, as the SOAP sibling writes them
    flags: str = ", "


XML_SHAPES = {
    "plain": XmlShape("no namespace, null as an empty element, maps as pairs"),
    "nil": XmlShape("null marked by i:nil", nil=True),
    "soap": XmlShape("as the SOAP sibling: its namespace and a prefix, nil, flags as a list",
                     "http://www.superoffice.net/ws/crm/NetServer/Services88", "so:", True, True, " "),
    "elements": XmlShape("maps as elements named by their keys", pairs=False),
}
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PAIR_NAMES = {"ParameterObject": "StringKeyValuePair", "FieldProperties": "FieldPropertyDictionaryKeyValuePair"}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


def to_xml(root, value, shape):
    element = _element(root, value, shape).removeprefix(f"<{shape.prefix}{root}")
    if value is None:
        element = ' i:nil="true"/>'
    return f"{XML_DECLARATION}<{shape.prefix}{root}{_xml_spaces(shape, value is None)}{element}"


def _xml_spaces(shape, nil=False):
    spaces = f' xmlns:i="{XSI}"' if shape.nil or nil else ""
    return spaces + (f' xmlns:{shape.prefix.rstrip(":")}="{shape.namespace}"' if shape.namespace else "")


def list_parts(name, chosen, shape):
    """What stands before, between and after the elements of a list. The XML form is inferred: .NET calls it so."""
    if chosen in XML_TYPES:
        tag = f"{shape.prefix}ArrayOf{name}"
        return f"{XML_DECLARATION}<{tag}{_xml_spaces(shape)}>", "", f"</{tag}>"
    return "[", ",", "]"


def element_text(name, value, chosen, shape):
    """One element of a list."""
    return _element(name, value, shape) if chosen in XML_TYPES else to_json(value)


def _element(name, value, shape):
    tag = shape.prefix + name
    if value is None:
        return f'<{tag} i:nil="true"/>' if shape.nil else f"<{tag}></{tag}>"
    return f"<{tag}>{_content(name, value, shape)}</{tag}>"


def _content(name, value, shape):
    if isinstance(value, Raw):
        value = _parse_raw(value)
    if isinstance(value, dict):
        if name in PAIR_NAMES and shape.pairs:
            return "".join(_element(PAIR_NAMES[name], {"Key": key, "Value": member}, shape)
                           for key, member in value.items())
        return "".join(_element(_xml_name(key), member, shape) for key, member in value.items())
    if isinstance(value, list):
        return "".join(_element("Item", item, shape) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace(", ", shape.flags) if name == "Mask" else str(value)
    return xml.sax.saxutils.escape(NOT_IN_XML.sub("\ufffd", text))


def _parse_raw(text):
    """JSON text as a value; what is no JSON stays as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return str(text)


def _xml_name(key):
    """A key as an element's name, foreign characters as _xHHHH_ (inferred)."""
    name = re.sub(r"[^A-Za-z0-9_.\-]", lambda found: f"_x{ord(found[0]):04X}_", key)
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"


BLOB_TYPES = ("application/octet-stream", "application/pdf", "text/plain",
              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")  # some of the 24 that are documented


def choose_type(request, types=REPLY_TYPES):
    """The reply type for Accept; the first when nothing that is served was asked for (inferred)."""
    for wanted, weight in parse_weighted(request.header("Accept") or "*/*"):
        if weight <= 0:
            continue
        for name in types:
            if wanted in (name, "*/*", name.partition("/")[0] + "/*"):
                return name
    return types[0]
