"""What the local SuperOffice knows: the documented sample, tasks that progress, and how values are written.

Section numbers are those of the service's description. Documented: the sample of section 1.5, the
enumeration texts (6), the date forms and zone codes (8). Inferred: which state follows which (13),
how language and culture act on this type's texts, and every text that is not the sample's.
`local_superoffice_store.py` keeps the tasks: which exist, and what calls have changed.
"""

import dataclasses
import datetime
import math
import time

# ---------------------------------------------------------------------------------- values in a task


@dataclasses.dataclass(frozen=True)
class Moment:
    """A date of a task.

    instant     UTC without tzinfo; None is "not set", written as year 1 (section 8)
    always_utc  Created: tagged Z when offsets are on; else LastStarted: in the zone asked for
    verbatim    the documented text, given when the request names no zone
    """

    instant: datetime.datetime = None
    always_utc: bool = False
    verbatim: str = None


@dataclasses.dataclass(frozen=True)
class Localized:
    """A text in several languages, with at most one number in it."""

    texts: tuple  # of (SuperOffice's code, text)
    number: int = None


@dataclasses.dataclass(frozen=True)
class Manner:
    """How one request wants values written: languages, culture and time zone (section 8)."""

    language: str = ""  # "" leaves texts untranslated
    culture: str = ""
    zone: str = ""  # "" none asked for
    offsets: bool = False


def write(value, manner):
    """A value of a task as plain JSON data."""
    if isinstance(value, dict):
        return {name: write(member, manner) for name, member in value.items()}
    if isinstance(value, Moment):
        return _write_moment(value, manner)
    if isinstance(value, Localized):
        return _write_localized(value, manner)
    return value


# ------------------------------------------------------------------------------------------- zones

HOUR = datetime.timedelta(hours=1)
YEAR_ONE = datetime.datetime(1, 1, 1)
BASE_ZONE = "NO"


def _sunday(year, month, which):
    """The which-th Sunday of a month, -1 the last, at midnight."""
    if which < 0:
        after = datetime.datetime(year + month // 12, month % 12 + 1, 1)
        return after - datetime.timedelta(days=(after.weekday() + 1) % 7 or 7)
    first = datetime.datetime(year, month, 1)
    return first + datetime.timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))


def _european_summer(moment, _standard):
    return _sunday(moment.year, 3, -1) + HOUR <= moment < _sunday(moment.year, 10, -1) + HOUR


def _american_summer(moment, standard):
    local = moment + standard
    return _sunday(local.year, 3, 2) + 2 * HOUR <= local < _sunday(local.year, 11, 1) + HOUR


def _australian_summer(moment, standard):
    local = moment + standard
    return not _sunday(local.year, 4, 1) + 2 * HOUR <= local < _sunday(local.year, 10, 1) + 2 * HOUR


def _no_summer(_moment, _standard):
    return False


ZONES = {  # code -> (numeric id, standard offset in hours, summer rule); section 8
    "UTC": (1, 0, _no_summer),
    "NO": (261, 1, _european_summer),
    "DK": (140, 1, _european_summer),
    "FR": (156, 1, _european_summer),
    "US-NY": (460, -5, _american_summer),
    "US-CA": (425, -8, _american_summer),
    "AU-ACT": (36, 10, _australian_summer),
}


def find_zone(text):
    """The code for a code in any case or a numeric id; None if there is no such zone."""
    for code, (number, _, _) in ZONES.items():
        if text.upper() == code or text == str(number):
            return code
    return None


def offset_of(code, moment):
    _, hours, is_summer = ZONES[code]
    standard = hours * HOUR
    return standard + HOUR if moment.year > 1 and is_summer(moment, standard) else standard


def _write_moment(moment, manner):
    if moment.verbatim and not manner.zone and not manner.offsets:
        return moment.verbatim
    instant = moment.instant or YEAR_ONE
    code = manner.zone or BASE_ZONE
    offset = offset_of(code, instant)
    if manner.offsets and (moment.always_utc or code == "UTC"):
        return _iso(instant) + "Z"
    if not moment.instant and (not manner.offsets or offset < datetime.timedelta(0)):
        return _iso(YEAR_ONE)  # "not set" is shifted only where a marked zone lies east of UTC
    return _iso(instant + offset) + (_write_offset(offset) if manner.offsets else "")


def _iso(moment):
    text = moment.isoformat()
    return text.rstrip("0") if "." in text else text


def _write_offset(offset):
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


# --------------------------------------------------------------------------------------- languages

LANGUAGE_CODES = {"en": "US", "us": "US", "nb": "NO", "nn": "NO", "no": "NO"}
GROUPING = {"en": ",", "us": ",", "nb": "\u00a0", "nn": "\u00a0", "no": "\u00a0", "sv": "\u00a0",
            "de": ".", "da": ".", "fr": "\u202f"}


def _write_localized(text, manner):
    texts = dict(text.texts)
    if not manner.language:
        return ";".join(f'{code}:"{_fill(value, text.number, "")}"' for code, value in text.texts)
    code = LANGUAGE_CODES.get(manner.language[:2].lower(), "US")
    return _fill(texts.get(code, texts["US"]), text.number, manner.culture or manner.language)


def _fill(text, number, culture):
    if number is None:
        return text
    return text.format(f"{number:,}".replace(",", GROUPING.get(culture[:2].lower(), ",")))


# ------------------------------------------------------------------------------ the documented sample

def _norwegian(hour, minute):
    return datetime.datetime(2024, 11, 27, hour - 1, minute)


SAMPLE_ID = 497  # asked for; the sample's own Id differs (section 1.5)
SAMPLE = {
    "Id": 547,
    "Name": "ContactExport",
    "AssociateId": 426,
    "DetailsTable": 202,
    "DetailsRecord": 91,
    "IsSystemTask": False,
    "IsInternalTask": False,
    "ParameterObject": {"ParameterObject1": "format=xlsx", "ParameterObject2": "includePersons=true"},
    "LastStarted": Moment(_norwegian(9, 15), False, "2024-11-27T09:15:00+01:00"),
    "Created": Moment(_norwegian(9, 0), True, "2024-11-27T09:00:00+01:00"),
    "StartCount": 1,
    "DatabaseSerialNumber": "459952",
    "Context": "User Export Request",
    "Result": "Success",
    "State": "Succeeded",
    "Description": "Export contact list to Excel with related person records",
    "Response": "Successfully exported 1,245 contacts",
    "Request": "Export all active contacts from North region",
    "ProgressDescription": "Export completed - file ready for download",
    "ProgressPercent": 100,
    "FileName": "ContactExport_2024-11-27.xlsx",
    "CancellationBehaviour": "CanCancel",
    "TableRight": None,
    "FieldProperties": {"fieldName": {"FieldRight": None, "FieldType": "System.Int32", "FieldLength": 300}},
}

# What a property that was not selected becomes where it is "nulled out" by type default (section 10).
DEFAULTS = {
    **{name: 0 for name in ("Id", "AssociateId", "DetailsTable", "DetailsRecord", "StartCount", "ProgressPercent")},
    **{name: False for name in ("IsSystemTask", "IsInternalTask")},
    **{name: "0001-01-01T00:00:00" for name in ("LastStarted", "Created")},
    "State": "Unknown",
    "CancellationBehaviour": "CanCancel",
}


# ------------------------------------------------------------------------------- tasks that progress

FOREVER = math.inf


@dataclasses.dataclass(frozen=True)
class Phase:
    """One stage: until which part of the task's length, and what is seen during it."""

    until: float
    state: str  # None: the task is gone
    first: int = 0
    last: int = 0
    starts: int = 0


WAITING = (Phase(0.1, "New"), Phase(0.2, "Aquired"))


@dataclasses.dataclass(frozen=True)
class Scenario:
    meaning: str
    phases: tuple
    cancellation: str = "CanCancel"
    flaky: bool = False  # every second request is met by an outage


RUNS = (*WAITING, Phase(1, "Started", 0, 100, 1))
SCENARIOS = {  # a thousand ids each
    1000: Scenario("New, Aquired, Started with rising percent, Succeeded",
                 (*RUNS, Phase(FOREVER, "Succeeded", 100, 100, 1))),
    2000: Scenario("ends as Failed",
                 (*WAITING, Phase(1, "Started", 0, 63, 1), Phase(FOREVER, "Failed", 63, 63, 1)), "CancelWithWarning"),
    3000: Scenario("ends as SucceededManualCleanup",
                 (*RUNS, Phase(FOREVER, "SucceededManualCleanup", 100, 100, 1)), "CannotCancel"),
    4000: Scenario("Succeeded for half its length, then gone (null)",
                 (*RUNS, Phase(1.5, "Succeeded", 100, 100, 1), Phase(FOREVER, None))),
    5000: Scenario("stays Started at 99 percent for ever",
                 (*WAITING, Phase(1, "Started", 0, 99, 1), Phase(FOREVER, "Started", 99, 99, 1))),
    10000: Scenario("falls back once: StartCount becomes 2, percent starts anew",
                  (*WAITING, Phase(0.5, "Started", 0, 60, 1), Phase(0.6, "New", 0, 0, 1),
                   Phase(1, "Started", 0, 100, 2), Phase(FOREVER, "Succeeded", 100, 100, 2))),
    11000: Scenario("as 1000, but every second request is answered 503",
                  (*RUNS, Phase(FOREVER, "Succeeded", 100, 100, 1)), flaky=True),
    12000: Scenario("gone (null) while running: no final state is ever seen", (*RUNS, Phase(FOREVER, None))),
}
FINAL_STATES = ("Succeeded", "Failed", "SucceededManualCleanup")
CREATED = datetime.datetime(2026, 11, 2, 7, 30)
ROWS = 4980

RESPONSES = {"Succeeded": "Exported 4,980 contacts", "SucceededManualCleanup": "Exported 4,980 contacts",
             "Failed": "The export stopped at an unreadable row"}
RESULTS = {"Succeeded": "Success", "SucceededManualCleanup": "Success", "Failed": "Failure"}


class Clock:
    """Seconds since the start, and the time of day that the service has; a manual one moves by `advance` only."""

    def __init__(self, manual, utc=None):
        self.manual = manual
        self._advanced = 0  # microseconds: ten steps of 0.1 seconds are exactly one second
        self._started = time.monotonic()
        self._utc_at_start = utc or datetime.datetime.now(datetime.timezone.utc)

    def now(self):
        return self._advanced / 1e6 + (0 if self.manual else time.monotonic() - self._started)

    def advance(self, seconds):
        self._advanced += round(seconds * 1e6)

    def utc(self):
        return self._utc_at_start + datetime.timedelta(seconds=self.now())

    def unix(self):
        return self.utc().timestamp()

    def set_utc(self, moment):
        """Another time of day from now on; the seconds since the start stay."""
        self._utc_at_start = moment - datetime.timedelta(seconds=self.now())


def scenario_of(number):
    return SCENARIOS.get(number // 1000 * 1000)


def snapshot(number, scenario, elapsed, seconds, stopped):
    """The properties of a task that progresses, after `elapsed` of its lengths; None when it is gone."""
    begin = 0.0
    for phase in scenario.phases:
        if elapsed < phase.until:
            break
        begin = phase.until
    if phase.state is None:
        return None
    part = 0.0 if phase.until == FOREVER else (elapsed - begin) / (phase.until - begin)
    percent = phase.first + math.floor((phase.last - phase.first) * part + 1e-6)
    state = "Failed" if stopped else phase.state
    started = CREATED + datetime.timedelta(seconds=round(0.2 * seconds))
    return {
        **SAMPLE,
        "Id": number,
        "AssociateId": 0 if number % 10 == 9 else 426,
        "IsSystemTask": number % 10 == 9,
        "ParameterObject": {"format": "xlsx", "rows": str(ROWS)},
        "LastStarted": Moment(started if phase.starts else None),
        "Created": Moment(CREATED, True),
        "StartCount": phase.starts,
        "Context": None,
        "Result": "Stopped" if stopped else RESULTS.get(state),
        "State": state,
        "Description": Localized((("NO", "Eksport av kontakter til Excel"), ("US", "Export of contacts to Excel"))),
        "Response": "Stopped by request" if stopped else RESPONSES.get(state),
        "Request": "Export all active contacts",
        "ProgressDescription": _describe_progress(state, percent),
        "ProgressPercent": percent,
        "FileName": f"ContactExport_{number}.xlsx" if state.startswith("Succeeded") else None,
        "CancellationBehaviour": scenario.cancellation,
        "FieldProperties": {},
    }


def _describe_progress(state, percent):
    if state == "New":
        return None
    if state == "Aquired":
        return Localized((("NO", "Gjør klar"), ("US", "Getting ready")))
    rows = ROWS * percent // 100
    return Localized((("NO", "{} rader skrevet"), ("US", "{} rows written")), rows)
