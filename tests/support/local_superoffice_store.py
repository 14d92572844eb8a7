"""Which batch tasks the local SuperOffice has: those that progress, those that calls started, long lists, outputs.

Documented (section 2.1 of what is known about the agent): which properties UpdateBatchTask takes, that StartBatchJob
knows predefined jobs only, that the user's lists leave system tasks out, and what 0, -1 and an empty list of associates
mean. Inferred: which tasks a fresh service has, names of jobs, bytes of outputs, and that a task which was changed to a
state stays in it.
"""

import dataclasses
import datetime
import itertools
import re
import threading

from local_superoffice_tasks import (SCENARIOS, CREATED, FINAL_STATES, FOREVER, SAMPLE, SAMPLE_ID, Scenario, Moment, Phase,
                                     scenario_of, snapshot)

OWN_ASSOCIATE = SAMPLE["AssociateId"]  # the one that every credential stands for
OTHER_ASSOCIATE = 427
OWN = {"AssociateId": OWN_ASSOCIATE, "IsSystemTask": False}

# ------------------------------------------------------------------------------------------- numbers

FIRST_JOB = 500_001  # what StartBatchJob gives, counted up
LIST_START = 200_000_000  # tasks of long lists; nine digits each, so that all are of one length
LIST_LIMIT = 10_000_000
OUTPUT_START = 1_000_000_000  # 1_000_000_000 + N: a finished task whose output has N bytes
OUTPUT_LIMIT = 1 << 30

# A fresh service lists the sample, the first task of each kind and a system task.
LISTED = (SAMPLE["Id"], 1009, *SCENARIOS)

DONE_AT_ONCE = Scenario("SucceededManualCleanup from the first look",
                      (Phase(FOREVER, "SucceededManualCleanup", 100, 100, 1),))
JOBS = {  # what StartBatchJob knows by name
    "ContactExport": SCENARIOS[1000],
    "FailingExport": SCENARIOS[2000],
    "ManualCleanupExport": SCENARIOS[3000],
    "VanishingExport": SCENARIOS[4000],
    "StuckExport": SCENARIOS[5000],
    "RestartingExport": SCENARIOS[10000],
}
JOB_WITH_OUTPUT = re.compile(r"Output-([0-9]{1,10})")  # as ManualCleanupExport, its output has that many bytes
NAMED_LIST = re.compile(r"List-([0-9]{1,8})")  # a name for which lists have that many tasks


def find_job(name):
    """(scenario, bytes of its output or None) of a predefined job; None if there is none of that name."""
    if name in JOBS:
        return JOBS[name], None
    found = JOB_WITH_OUTPUT.fullmatch(name)
    if found and int(found[1]) <= OUTPUT_LIMIT:
        return SCENARIOS[3000], int(found[1])
    return None


# -------------------------------------------------------------------------------------------- lists

LIST_STATES = ("New", "Aquired", "Started", "Succeeded", "Failed", "SucceededManualCleanup")
LIST_PERCENT = {"New": 0, "Aquired": 0, "Started": 50, "Failed": 63}
ALL_STATES = "All"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a list call asks for."""

    state: str = ALL_STATES
    name: str = ""  # "" takes any (documented: "blank to get all tasks")
    associates: tuple = ()  # documented: none are all tasks, 0 system tasks, -1 all user tasks
    user: bool = True
    system: bool = True

    def takes(self, info):
        return (self.state in (ALL_STATES, info["State"]) and self.name in ("", info["Name"])
                and (self.system if info["IsSystemTask"] else self.user) and self._takes_owner(info))

    def _takes_owner(self, info):
        if not self.associates:
            return True
        if info["IsSystemTask"]:
            return 0 in self.associates
        return -1 in self.associates or info["AssociateId"] in self.associates


@dataclasses.dataclass(frozen=True)
class LongList:
    """As many tasks as wanted, alike but for their numbers: `info` of any is made when it is asked for."""

    count: int = 0
    name: str = "ContactExport"
    states: tuple = LIST_STATES
    associates: tuple = (OWN_ASSOCIATE, OTHER_ASSOCIATE)

    @property
    def period(self):
        """After so many the states and owners begin anew."""
        return len(self.states) * len(self.associates)

    def number(self, at):
        return LIST_START + at

    def info(self, at, number=None):
        state = self.states[at % len(self.states)]
        owner = self.associates[at // len(self.states) % len(self.associates)]
        number = self.number(at) if number is None else number
        finished, starts = state.startswith("Succeeded"), int(state not in ("New", "Aquired"))
        return {**SAMPLE, "Id": number, "Name": self.name, "AssociateId": owner, "IsSystemTask": owner == 0,
                "ParameterObject": {"format": "xlsx"}, "LastStarted": Moment(CREATED if starts else None),
                "Created": Moment(CREATED, True), "StartCount": starts, "Context": None,
                "Result": None, "State": state, "Description": "Export of contacts", "Response": None, "Request": None,
                "ProgressDescription": None, "ProgressPercent": LIST_PERCENT.get(state, 100),
                "FileName": f"Export_{number}.xlsx" if finished else None, "FieldProperties": {}}

    def restricted(self, wanted):
        """What of this list a call gets: (which positions of a period, how many tasks in all)."""
        places = [at for at in range(min(self.period, self.count)) if wanted.takes(self.info(at))]
        total = sum((self.count - at + self.period - 1) // self.period for at in places)
        return places, total


def named_list(wanted):
    """The long list that the name asks for, all of whose tasks are as the call wants them; None for another name."""
    found = NAMED_LIST.fullmatch(wanted.name)
    if not found or int(found[1]) > LIST_LIMIT:
        return None
    states = LIST_STATES if wanted.state == ALL_STATES else (wanted.state,)
    owners = tuple(owner for owner in wanted.associates if owner >= 0)
    if not owners:
        owners = (OWN_ASSOCIATE, OTHER_ASSOCIATE) if wanted.user else (0,)
    return LongList(int(found[1]), wanted.name, states, owners)


# ------------------------------------------------------------------------------------------- outputs

def _block():
    """A mebibyte: every byte value in order, then lines of 16 bytes, each of which says at which byte it begins."""
    lines = b"".join(b"%015d\n" % at for at in range(256, 1 << 20, 16))
    return bytes(range(256)) + lines


BLOCK = _block()


@dataclasses.dataclass
class Output:
    """What a task made: `BLOCK` over and over, cut at `size`."""

    size: int
    stop_after: int = None  # the reply breaks off there, by
    ending: str = "close"

    def pieces(self, size=len(BLOCK)):
        """All of it, `size` bytes at a time."""
        for at in range(0, self.size, size):
            yield self.part(at, min(size, self.size - at))

    @staticmethod
    def part(at, size):
        begin = at % len(BLOCK)
        part = BLOCK[begin:begin + size]
        return part if len(part) == size else part + Output.part(at + len(part), size - len(part))


# --------------------------------------------------------------------------------------------- store

@dataclasses.dataclass
class _Running:
    started: float
    asked: int = 0
    stopped: bool = False


@dataclasses.dataclass(frozen=True)
class _Job:
    scenario: Scenario
    given: dict
    output: int = None


HEARTBEAT_SECONDS = 60  # documented
TAKEN_AT_START = ("Name", "ParameterObject", "Description", "Request", "Context", "DatabaseSerialNumber")
TAKEN_BY_UPDATE = ("State", "Description", "Response", "Request")  # documented


class Tasks:
    """The tasks. The clock of each that progresses starts when it is first asked for or listed."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds = clock, seconds
        self.long_list = LongList()
        self.outputs = {}  # by number, set by a control call
        self._running, self._jobs, self._changed, self._deleted = {}, {}, {}, set()
        self._lock = threading.Lock()

    def begin(self, number):
        """Starts the clock of a task that progresses, also of a deleted one."""
        with self._lock:
            self._deleted.discard(number)
            self._changed.pop(number, None)
            self._running[number] = _Running(self.clock.now())

    def ask(self, number):
        """(properties or None, whether an outage is due)."""
        with self._lock:
            running = self._clock_of(number)
            scenario = self._scenario_of(number)
            if running and number not in self._deleted:
                running.asked += 1
                if scenario.flaky and running.asked % 2 == 0:
                    return None, True
            return self._info(number), False

    def find(self, number):
        """Its properties, or None; never an outage."""
        with self._lock:
            return self._info(number)

    def start(self, given):
        """The number of the job that was started; None if there is none of that name."""
        found = find_job(given.get("Name") or "")
        if found is None:
            return None
        with self._lock:
            number = FIRST_JOB + len(self._jobs)
            taken = {name: given[name] for name in TAKEN_AT_START if given.get(name) is not None}
            self._jobs[number] = _Job(found[0], taken, found[1])
            self._running[number] = _Running(self.clock.now())
            return number

    def stop(self, number):
        """True if the task was running and may be stopped; it is Failed from then on (inferred)."""
        with self._lock:
            scenario, task = self._scenario_of(number), self._info(number)
            if scenario is None or task is None or scenario.cancellation == "CannotCancel" or task["State"] in FINAL_STATES:
                return False
            self._running[number].stopped = True
            return True

    def update(self, number, given):
        """The changed properties; None if there is no such task. What is not given stays (inferred)."""
        with self._lock:
            if self._info(number) is None:
                return None
            changes = {name: given[name] for name in TAKEN_BY_UPDATE if given.get(name) is not None}
            self._changed.setdefault(_real(number), {}).update(changes)
            return self._info(number)

    def delete(self, numbers):
        with self._lock:
            self._deleted.update(map(_real, numbers))

    def started(self):
        """The jobs that StartBatchJob has made, by number: a call that came twice made two."""
        with self._lock:
            return {number: job.given.get("Name") for number, job in self._jobs.items()}

    def deleted(self):
        with self._lock:
            return sorted(self._deleted)

    def listed(self, wanted):
        """The tasks that a list call gets: (properties of each, and of a long list: itself, places, how many)."""
        named = named_list(wanted)
        if named:
            return [], (named, *named.restricted(wanted))
        with self._lock:
            known = {*LISTED, *self._running, *self._jobs}
            infos = [self._info(number) for number in sorted(known)]
        infos = [info for info in infos if info is not None and wanted.takes(info)]
        return infos, (self.long_list, *self.long_list.restricted(wanted))

    def heartbeat(self, number):
        """When a worker last said that it lives: once a minute, for as long as one works on the task."""
        with self._lock:
            running = self._running.get(number)
            if running is None:
                return CREATED
            age = self.clock.now() - running.started
            if self._info(number) is None or self._info(number)["State"] != "Started" or age > self.seconds:
                age = min(age, self.seconds)  # ended; or it is a task that stays Started for ever: its worker is dead
            return CREATED + datetime.timedelta(seconds=age // HEARTBEAT_SECONDS * HEARTBEAT_SECONDS)

    def output(self, number, default_bytes):
        """What the task made; None if there is no such task, or none that has ended well."""
        with self._lock:
            task = self._info(number)
            if task is None or task["State"] not in ("Succeeded", "SucceededManualCleanup"):
                return None
            if number in self.outputs:
                return self.outputs[number]
            if OUTPUT_START <= number <= OUTPUT_START + OUTPUT_LIMIT:
                return Output(number - OUTPUT_START)
            job = self._jobs.get(number)
            return Output(default_bytes if job is None or job.output is None else job.output)

    # ---- under the lock

    def _scenario_of(self, number):
        if number in self._jobs:
            return self._jobs[number].scenario
        return scenario_of(number)

    def _clock_of(self, number):
        return self._running.setdefault(number, _Running(self.clock.now())) if self._scenario_of(number) else None

    def _info(self, number):
        real = _real(number)
        if real in self._deleted:
            return None
        info = self._unchanged(real)
        if info is None:
            return None
        if real in self._jobs:
            info = {**info, **OWN, **self._jobs[real].given}
        return {**info, **self._changed.get(real, {})}

    def _unchanged(self, number):
        running = self._clock_of(number)
        if running:
            elapsed = round((self.clock.now() - running.started) / self.seconds, 9)
            return snapshot(number, self._scenario_of(number), elapsed, self.seconds, running.stopped)
        if number == SAMPLE["Id"]:
            return SAMPLE
        if LIST_START <= number < LIST_START + LIST_LIMIT:
            at = number - LIST_START
            return (self.long_list if at < self.long_list.count else LongList(LIST_LIMIT)).info(at)
        if OUTPUT_START <= number <= OUTPUT_START + OUTPUT_LIMIT:
            info = snapshot(number, DONE_AT_ONCE, 0, self.seconds, False)
            return {**info, **OWN, "FileName": f"Output_{number - OUTPUT_START}.bin"}
        return None


def _real(number):
    """The sample is asked for by 497 and says 547 (section 1.5): both are the same task here (inferred)."""
    return SAMPLE["Id"] if number == SAMPLE_ID else number


def numbers_of(long_list, places, total):
    """Positions in a long list, in order."""
    found = (at for begin in range(0, long_list.count, long_list.period)
             for at in (begin + place for place in places) if at < long_list.count)
    return itertools.islice(found, total)
