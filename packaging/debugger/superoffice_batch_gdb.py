# SPDX-License-Identifier: BSL-1.0
"""Lets gdb print the library's types as values: `source superoffice_batch_gdb.py`, or the same line in ~/.gdbinit.

    (gdb) print task.State
    $1 = Succeeded
    (gdb) print task.LastStarted
    $2 = null
    (gdb) print answer
    $3 = error unauthorized at stage service, HTTP status 401
"""

import re

import gdb
import gdb.printing


def text_of(view):
    """A std::string_view as Python's text, whichever standard library it is of."""
    parts = {field.type.strip_typedefs().code: view[field] for field in view.type.strip_typedefs().fields()
             if not field.is_base_class and hasattr(field, "bitpos")}
    size = int(parts[gdb.TYPE_CODE_INT])
    return parts[gdb.TYPE_CODE_PTR].string("utf-8", "replace", length=size) if size else ""


def name_of(enumerator):
    """`unauthorized` for superoffice::v0_1::errc::unauthorized; the number for one without a name."""
    return str(enumerator).rpartition("::")[2]


class Field:
    """field<T>: absent, null, or the value."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        state = name_of(self.value["state_"])
        return self.value["value_"] if state == "value" else state


class Error:
    """error: its code and stage, and those numbers that are not 0."""

    NUMBERS = {"http_status": "HTTP status", "native": "native", "offset": "offset", "member": "member"}

    def __init__(self, value):
        self.value = value

    def to_string(self):
        if name_of(self.value["code"]) == "ok":
            return "no error"
        told = [f"error {name_of(self.value['code'])} at stage {name_of(self.value['stage'])}"]
        told += [f"{words} {int(self.value[member])}" for member, words in self.NUMBERS.items() if int(self.value[member])]
        return ", ".join(told)


class Result:
    """result<T>: the value, or the error."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        error = self.value["error_"]
        if name_of(error["code"]) != "ok":
            return Error(error).to_string()
        members = [field.name for field in self.value.type.strip_typedefs().fields()]
        return self.value["value_"] if "value_" in members else "done"


class FixedText:
    """fixed_text<N>: its text."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return self.value["text_"].string("utf-8", "replace", length=int(self.value["size_"]))

    def display_hint(self):
        return "string"


class Coded:
    """coded<E> and flags<E>: the text, and whether the enum has it."""

    def __init__(self, value):
        self.held = value["held_"]

    def to_string(self):
        members = [field.name for field in self.held.type.strip_typedefs().fields()]
        number = int(self.held["number" if "number" in members else "bits"])
        told = text_of(self.held["text"]) or str(number)
        return told if self.held["known"] else f"{told} (unknown)"


class DateTime:
    """date_time: the text, and whether it is set."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        text = text_of(self.value["text_"])
        return text if int(self.value["local_"]["year"]) > 1 else f"not set ({text})" if text else "not set"


class JsonText:
    """json_text: as it stands in the document, without its quotes."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        if int(self.value["data_"]) == 0:
            return "null"
        return self.value["data_"].string("utf-8", "replace", length=int(self.value["size_"]))


class Raw:
    """string_map and field_property_map: the JSON that they hold."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return text_of(self.value["raw_"])


PRINTERS = {"field": Field, "unlisted": Field, "error": Error, "result": Result, "fixed_text": FixedText, "coded": Coded,
            "flags": Coded, "date_time": DateTime, "json_text": JsonText, "basic_map": Raw}


def printers():
    """The library's namespace has an inline one inside, such as v0_1, which is no part of a name that users write."""
    made = gdb.printing.RegexpCollectionPrettyPrinter("superoffice-batch")
    for name, printer in PRINTERS.items():
        made.add_printer(name, rf"^superoffice::(v\d\w*::)?{re.escape(name)}(<.*>)?$", printer)
    return made


gdb.printing.register_pretty_printer(None, printers(), replace=True)
