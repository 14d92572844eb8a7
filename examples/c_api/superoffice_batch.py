# SPDX-License-Identifier: BSL-1.0
"""superoffice_batch.py - Python over superoffice_batch.h by ctypes, without a compiler on the user's side.

    with Batch("libsuperoffice_batch.so", base_url, token) as batch:
        print(batch.get(497)["ProgressPercent"])
        for task in batch.watch(1000):
            print(task["State"])
"""

import ctypes

FAILED, DONE, PENDING, CHANGED, GONE = -1, 0, 1, 2, 3
ABSENT, NULL, NUMBER, BOOLEAN, TEXT, JSON, TOO_LARGE = range(7)
INTERFACE = 1


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("base_url", ctypes.c_char_p), ("token", ctypes.c_char_p),
                ("ca_file", ctypes.c_char_p), ("timeout_ms", ctypes.c_int64), ("memory", ctypes.c_size_t)]


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_char_p), ("stage", ctypes.c_char_p), ("remedy", ctypes.c_char_p),
                ("message", ctypes.c_char_p), ("http_status", ctypes.c_int32), ("native", ctypes.c_int32),
                ("may_repeat", ctypes.c_int32)]


class Value(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int32), ("number", ctypes.c_int64), ("text", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class BatchError(Exception):
    """A call that failed. `code` is the name of the error."""

    def __init__(self, error):
        super().__init__(error.message.decode())
        self.code, self.stage, self.remedy = error.code.decode(), error.stage.decode(), error.remedy.decode()
        self.http_status, self.may_repeat = error.http_status, bool(error.may_repeat)


def checked(task):
    """The id. ctypes would cut a larger number to 32 bits, and another task would be asked for."""
    if not 0 < task < 1 << 31:
        raise OverflowError("no task has such an id")
    return task


def load(path):
    """The shared library, with the types of its functions."""
    library = ctypes.CDLL(path)
    functions = {
        "interface": (ctypes.c_int32,),
        "version": (ctypes.c_char_p,),
        "create": (ctypes.c_void_p, ctypes.POINTER(Options)),
        "destroy": (None, ctypes.c_void_p),
        "start_get": (ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32),
        "start_stop": (ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32),
        "start_watch": (ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64),
        "step": (ctypes.c_int32, ctypes.c_void_p, ctypes.c_int64),
        "run": (ctypes.c_int32, ctypes.c_void_p),
        "cancel": (None, ctypes.c_void_p),
        "now": (ctypes.c_int64,),
        "last_error": (None, ctypes.c_void_p, ctypes.POINTER(Error)),
        "at": (ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(Value)),
        "was_stopped": (ctypes.c_int32, ctypes.c_void_p),
    }
    for name, (answer, *arguments) in functions.items():
        function = getattr(library, f"superoffice_batch_{name}")
        function.restype, function.argtypes = answer, arguments
    if library.superoffice_batch_interface() != INTERFACE:
        raise ImportError(f"{path} has another interface")
    return library


class Batch:
    """One connection to the service. One thread at a time uses it."""

    def __init__(self, library, base_url, token, ca_file=None, timeout_ms=0):
        self.library = load(library)
        options = Options(ctypes.sizeof(Options), base_url.encode(), token.encode(), ca_file.encode() if ca_file else None,
                          timeout_ms, 0)
        self.handle = self.library.superoffice_batch_create(ctypes.byref(options))
        if not self.handle:
            raise MemoryError("superoffice_batch_create")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.superoffice_batch_destroy(self.handle)
        self.handle = None

    def get(self, task):
        """The task's properties as Python's values. One that the reply does not have is left out."""
        self.library.superoffice_batch_start_get(self.handle, checked(task))
        self._run()
        return self._properties()

    def stop(self, task):
        """Whether the service has stopped it."""
        self.library.superoffice_batch_start_stop(self.handle, checked(task))
        self._run()
        return bool(self.library.superoffice_batch_was_stopped(self.handle))

    def watch(self, task, interval_ms=0):
        """The task's properties at each change, to its end. Ends without a last one where the service forgets the task."""
        self.library.superoffice_batch_start_watch(self.handle, checked(task), interval_ms)
        try:
            while (outcome := self._run()) != GONE:
                yield self._properties()
                if outcome == DONE:
                    return
        finally:
            self.library.superoffice_batch_cancel(self.handle)

    def _run(self):
        outcome = self.library.superoffice_batch_run(self.handle)
        if outcome == FAILED:
            error = Error()
            self.library.superoffice_batch_last_error(self.handle, ctypes.byref(error))
            raise BatchError(error)
        return outcome

    def _properties(self):
        made, name, value, index = {}, ctypes.c_char_p(), Value(), 0
        while self.library.superoffice_batch_at(self.handle, index, ctypes.byref(name), ctypes.byref(value)):
            index += 1
            if value.kind == ABSENT:
                continue
            if value.kind in (TEXT, JSON):
                made[name.value.decode()] = ctypes.string_at(value.text, value.size).decode() if value.size else ""
            else:
                made[name.value.decode()] = {NUMBER: value.number, BOOLEAN: bool(value.number)}.get(value.kind)
        return made
