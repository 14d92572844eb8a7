"""The Batch agent, the two calls of the BLOB agent, and the REST forms, as tables: CALLS and RESOURCES.

A function here takes the service, the request, its arguments and the manner of writing, and gives a reply. Documented
("D": Swagger files of the vendor's API): names, bodies, which lists leave system tasks out, 204 of the deletes, the
columns of the archive. Observed ("O": the vendor's clients, its search pages): bytes or base64 by Accept, the shape of a
row set. Inferred ("I"): what is said where there is no such task, no job of that name, or no output.
"""

import base64
import dataclasses
import re
import typing
import urllib.parse

from local_superoffice_messages import (BLOB_TYPES, JSON_TYPES, REPLY_TYPES, STATES, XML_SHAPES, XML_TYPES, Malformed,
                                        MissingArgument, RefusedArgument, apply_select, choose_type, element_text,
                                        list_parts, read_id, read_ids, read_info, read_select, read_state, read_text)
from local_superoffice_specials import ERROR_B, ERROR_C
from local_superoffice_store import OWN_ASSOCIATE, Wanted, numbers_of
from local_superoffice_tasks import CREATED, Moment, write
from local_superoffice_wire import Reply, Stream

AGENTS = "/v1/Agents/"
IN_ONE_PIECE = 2000  # a longer list is made while it is sent
WRITTEN_AT_ONCE = 1000  # elements of such a list
BYTES_IN_ONE_PIECE = 1 << 20  # a longer output is made while it is sent
NO_OUTPUT = {  # what an unfinished task, or one without output, answers; inferred, all of them
    "as-asked": "204 where bytes are asked for, null where JSON or XML is",
    "null": "null as JSON, whatever was asked for",
    "204": "204 No Content",
    "empty": "200 without a byte",
    "error": "400, error object B",
    "object": "200, error object B",
    "404": "404, error object C",
}


# --------------------------------------------------------------------------------------------- lists

def _list(service, request, manner, wanted):
    """The tasks that are wanted, as an array; of any length."""
    infos, (long_list, places, more) = service.tasks.listed(wanted)
    chosen, shape = choose_type(request), XML_SHAPES[service.settings.xml]
    select = read_select(request.target)

    def text_of(info):
        info = apply_select(write(info, manner), select, service.settings.nulled)
        return element_text("BatchTaskInfo", info, chosen, shape)

    before, between, after = list_parts("BatchTaskInfo", chosen, shape)
    first = [text_of(info) for info in infos]
    others = _Alike(long_list, places, more, text_of)
    total = len(first) + more
    length = _size(before, after, *first) + others.size + _size(between) * max(total - 1, 0)

    def pieces():
        yield (before + between.join(first)).encode("utf-8", "surrogatepass")
        written = bool(first)
        for texts in others.texts():
            yield ((between if written else "") + between.join(texts)).encode("utf-8", "surrogatepass")
            written = True
        yield after.encode()

    body = b"".join(pieces()) if total <= IN_ONE_PIECE else Stream(pieces, length)
    reply = Reply(200, service.headers(request, f"{chosen}; charset=utf-8"), body)
    reply.log["count"] = total
    return reply


def _size(*texts):
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


class _Alike:
    """Tasks of a long list as text. They are alike but for their numbers: each kind of them is written once."""

    MARK = 1987654321  # stands for the number while a kind is written; all numbers have nine digits

    def __init__(self, long_list, places, total, text_of):
        self._long_list, self._places, self._total = long_list, places, total
        self._kinds = {place: text_of(long_list.info(place, self.MARK)).split(str(self.MARK)) for place in places}
        self.size = sum(
            self._count(place) * (_size(*parts) + 9 * (len(parts) - 1)) for place, parts in self._kinds.items())

    def _count(self, place):
        return (self._long_list.count - place + self._long_list.period - 1) // self._long_list.period

    def texts(self):
        """Lists of texts, some at a time."""
        texts = []
        for at in numbers_of(self._long_list, self._places, self._total):
            number = str(self._long_list.number(at))
            texts.append(number.join(self._kinds[at % self._long_list.period]))
            if len(texts) == WRITTEN_AT_ONCE:
                yield texts
                texts = []
        if texts:
            yield texts


def _lister(*, state=False, name=None, associates=False, **kinds):
    """A list call, with what it takes."""
    def run(service, request, arguments, manner):
        return _list(service, request, manner, Wanted(
            state=read_state(arguments) if state else "All",
            name=read_text(arguments, name) if name else "",
            associates=tuple(read_ids(arguments, "AssociateIds")) if associates else (), **kinds))
    return run


# ---------------------------------------------------------------------------------------- one task

def _get(service, request, arguments, manner):
    return service.get_batch_task_info(request, read_id(arguments), manner)


def _start(service, request, arguments, _manner):
    return _started(service, request, _info_of(arguments))


def _started(service, request, info):
    number = service.tasks.start(info)
    if number is None:  # inferred
        raise RefusedArgument("There is no batch task definition of that name.")
    reply = service.represent(request, "int", number)
    reply.log["id"] = number
    return reply


def _stop(service, request, arguments, _manner):
    return service.represent(request, "boolean", service.tasks.stop(read_id(arguments)))


def _update(service, request, arguments, manner):
    info = _info_of(arguments)
    return service.info_reply(request, service.tasks.update(info.get("Id", 0), info), manner)  # inferred: unknown is null


def _info_of(arguments):
    members = arguments.get("batchtaskinfo")
    if members is None:
        raise MissingArgument("BatchTaskInfo")
    return read_info(members)


def _delete(name, many=False):
    """Deleting what is not there is no error (inferred)."""
    def run(service, request, arguments, _manner):
        numbers = read_ids(arguments, name) if many else [read_id(arguments, name)]
        service.tasks.delete(numbers)
        return _no_content(service, request)
    return run


def _no_content(service, request):
    return Reply(204, service.headers(request, None))


# ------------------------------------------------------------------------------------------- outputs

def _output(service, request, arguments, _manner):
    """Bytes where Accept asks for a type of file, base64 where it asks for JSON or XML."""
    number = read_id(arguments, "BatchTaskId")
    chosen = choose_type(request, (*BLOB_TYPES, *REPLY_TYPES))
    output = service.tasks.output(number, service.settings.output_bytes)
    if output is None:
        return _without_output(service, request, chosen)
    if chosen in BLOB_TYPES:
        before, pieces, after, length = b"", output.pieces, b"", output.size
        content_type = chosen
    else:
        before, after = (b"<base64Binary>", b"</base64Binary>") if chosen in XML_TYPES else (b'"', b'"')
        length = len(before) + (output.size + 2) // 3 * 4 + len(after)
        content_type = f"{chosen}; charset=utf-8"

        def pieces():
            return map(base64.b64encode, output.pieces(3 << 18))

    def all_pieces():
        if before:
            yield before
        yield from pieces()
        if after:
            yield after

    body = Stream(all_pieces, length, output.stop_after, output.ending)
    if output.size <= BYTES_IN_ONE_PIECE and output.stop_after is None:
        body = b"".join(all_pieces())
    reply = Reply(200, service.headers(request, content_type), body)
    reply.log["bytes"] = output.size
    return reply


def _without_output(service, request, chosen):
    form = service.settings.no_output
    if form == "as-asked":
        form = "204" if chosen in BLOB_TYPES else "null"
        if form == "null" and chosen not in JSON_TYPES:
            return service.represent(request, "base64Binary", None)
    error = {**ERROR_B, "Message": "The batch task has no output."}
    if form == "204":
        return _no_content(service, request)
    if form == "null":
        return Reply(200, service.headers(request, "application/json; charset=utf-8"), b"null")
    if form == "empty":
        return Reply(200, service.headers(request, chosen), b"")
    if form == "404":
        return service.represent(request, "Error", ERROR_C, 404)
    return service.represent(request, "Error", error, 400 if form == "error" else 200)


# -------------------------------------------------------------------------------------- agent calls

@dataclasses.dataclass(frozen=True)
class Call:
    """`POST /api/v1/Agents/AGENT/NAME`."""

    agent: str
    name: str
    parameters: tuple  # of (name, type)
    result: str  # "204" is no content
    run: typing.Callable

    @property
    def path(self):
        return f"{AGENTS}{self.agent}/{self.name}"

    def describe(self):
        """What GET gives instead of running the call; that it is JSON of this shape is inferred."""
        return {"Name": self.name, "Method": "POST", "Path": self.path.removeprefix("/"),
                "Parameters": [{"Name": name, "Type": kind} for name, kind in self.parameters]}


ID, STATE, INFO = ("Id", "Int32"), ("State", "BatchTaskState"), ("BatchTaskInfo", "BatchTaskInfo")
ASSOCIATES, NAME, TASK_NAME = ("AssociateIds", "Int32[]"), ("Name", "String"), ("TaskName", "String")
TASK, TASKS = ("BatchTaskId", "Int32"), ("BatchTaskIds", "Int32[]")
ONE, MANY = "BatchTaskInfo", "BatchTaskInfo[]"

CALLS = {call.path.lower(): call for call in (
    Call("Batch", "GetBatchTaskInfo", (ID,), ONE, _get),
    Call("Batch", "GetBatchTaskInfosByAssociates", (ASSOCIATES,), MANY, _lister(associates=True)),
    Call("Batch", "GetBatchTaskInfosByAssociatesAndState", (ASSOCIATES, STATE), MANY,
         _lister(associates=True, state=True)),
    Call("Batch", "GetBatchTaskInfosByState", (STATE,), MANY, _lister(state=True, system=False)),
    Call("Batch", "GetBatchTaskInfosByNameAndState", (NAME, STATE), MANY,
         _lister(name="Name", state=True, system=False)),
    Call("Batch", "GetBatchTaskInfosByNameAndAssociates", (NAME, ASSOCIATES), MANY,
         _lister(name="Name", associates=True)),
    Call("Batch", "GetAllBatchTaskInfosByName", (TASK_NAME,), MANY, _lister(name="TaskName")),
    Call("Batch", "GetAllBatchTaskInfosByNameAndState", (TASK_NAME, STATE), MANY, _lister(name="TaskName", state=True)),
    Call("Batch", "GetSystemBatchTaskInfosByName", (TASK_NAME,), MANY, _lister(name="TaskName", user=False)),
    Call("Batch", "GetSystemBatchTaskInfosByNameAndState", (TASK_NAME, STATE), MANY,
         _lister(name="TaskName", state=True, user=False)),
    Call("Batch", "StartBatchJob", (INFO,), "Int32", _start),
    Call("Batch", "StopBatchJob", (ID,), "Boolean", _stop),
    Call("Batch", "UpdateBatchTask", (INFO,), ONE, _update),
    Call("Batch", "DeleteBatchTask", (TASK,), "204", _delete("BatchTaskId")),
    Call("Batch", "DeleteBatchTasks", (TASKS,), "204", _delete("BatchTaskIds", many=True)),
    Call("BLOB", "GetOutputFromBatch", (TASK,), "Byte[]", _output),
    Call("BLOB", "CleanupBatchTask", (TASK,), "204", _delete("BatchTaskId")),
)}


# ----------------------------------------------------------------------------------------- REST forms

def _rest_get(service, request, number, manner):
    reply = service.get_batch_task_info(request, int(number), manner)
    if reply.body == b"null":
        return service.represent(request, "Error", ERROR_C, 404)
    return reply


def _rest_by_state(service, request, state, manner):
    """Told from a number by its text. That it leaves system tasks out, as the agent's call does, is inferred."""
    return _list(service, request, manner, Wanted(state=read_state({"state": state}), system=False))


def _rest_start(service, request, _, _manner):
    return _started(service, request, read_info(_body(service, request)))


def _rest_stop(service, request, number, _manner):
    return service.represent(request, "boolean", service.tasks.stop(int(number)))


def _rest_update(service, request, number, manner):
    updated = service.tasks.update(int(number), read_info(_body(service, request)))
    if updated is None:  # inferred
        return service.represent(request, "Error", ERROR_C, 404)
    return service.info_reply(request, updated, manner)


def _rest_delete(service, request, number, _manner):
    service.tasks.delete([int(number)])
    return _no_content(service, request)


def _body(service, request):
    arguments = service.read_arguments(request)
    if not arguments:
        raise Malformed("Entity to save is not in request body")  # documented
    return arguments


COLUMNS = {  # of the archive "BatchTasks": what stands in them for a task
    "DefinitionId": lambda info, _: 1,
    "DefinitionName": lambda info, _: info["Name"],
    "DefinitionDescription": lambda info, _: info["Description"],
    "DefinitionTimeOut": lambda info, _: 0,
    "Description": lambda info, _: info["Description"],
    "DbTag": lambda info, _: info["DatabaseSerialNumber"],
    "State": lambda info, _: STATES[info["State"]],
    "DetailsTable": lambda info, _: info["DetailsTable"],
    "DetailsRecord": lambda info, _: info["DetailsRecord"],
    "Request": lambda info, _: info["Request"],
    "Response": lambda info, _: info["Response"],
    "StartCount": lambda info, _: info["StartCount"],
    "LastStarted": lambda info, _: info["LastStarted"],
    "ProgressPercent": lambda info, _: info["ProgressPercent"],
    "ProgressDescription": lambda info, _: info["ProgressDescription"],
    "updatedBy": lambda info, _: info["AssociateId"],
    "updatedDate": lambda info, heartbeat: Moment(heartbeat, True),  # documented: once a minute, by the worker
    "registeredBy": lambda info, _: info["AssociateId"],
    "registeredDate": lambda info, _: Moment(CREATED, True),
}


def _archive(service, request, _, manner):
    """A row set. Its shape was observed in other archives; EntityName, and which filters are read here, are inferred."""
    query = {name.lower(): value for name, value in
             urllib.parse.parse_qsl(urllib.parse.urlsplit(request.target).query, keep_blank_values=True)}
    infos, (long_list, places, more) = service.tasks.listed(Wanted())
    infos += [long_list.info(at) for at in numbers_of(long_list, places, more)]
    rows = [{"PrimaryKey": str(info["Id"]), "EntityName": "BatchTask",
             **{name: write(of(info, service.tasks.heartbeat(info["Id"])), manner) for name, of in COLUMNS.items()}}
            for info in infos]
    rows = _ordered(_filtered(rows, query.get("$filter", "")), query.get("$orderby", ""))
    skip, top = (_count(query, name) for name in ("$skip", "$top"))
    page = rows[skip or 0:][:top]
    left = len(rows) - (skip or 0) - len(page)
    link = f"{request.target.partition('?')[0]}?$top={top}&$skip={(skip or 0) + len(page)}" if left > 0 and page else None
    wanted = {"primarykey", "entityname", *(name.strip().lower() for name in query.get("$select", "").split(","))}
    if query.get("$select", "").strip():
        page = [{name: value for name, value in row.items() if name.lower() in wanted} for row in page]
    return service.represent(request, "Rows", {"odata.metadata": "$metadata", "odata.nextLink": link, "value": page})


def _filtered(rows, text):
    for condition in filter(None, re.split(r"\s+and\s+", text.strip())):
        found = re.fullmatch(r"(\w+)\s+eq\s+(?:'([^']*)'|(-?\d+))", condition)
        column = found and next((name for name in COLUMNS if name.lower() == found[1].lower()), None)
        if not column:
            raise Malformed("The filter is not one that is read here: COLUMN eq VALUE, joined by and.")
        wanted = found[2] if found[3] is None else int(found[3])
        rows = [row for row in rows if row[column] == wanted]
    return rows


def _ordered(rows, text):
    for part in reversed([part.split() for part in text.split(",") if part.strip()]):
        column = next((name for name in COLUMNS if name.lower() == part[0].lower()), None)
        if not column or part[1:] not in ([], ["asc"], ["desc"]):
            raise Malformed("The order names a column that there is not.")
        rows = sorted(rows, key=lambda row: (row[column] is None, row[column]), reverse=part[1:] == ["desc"])
    return rows


def _count(query, name):
    if name not in query:
        return None
    if not query[name].isdigit():
        raise Malformed(f"{name} is not a number.")
    return int(query[name])


# User/currentPrincipal: the members are documented, their values here are inferred.
PRINCIPAL = {
    "UserType": "InternalAssociate", "Associate": "test-user", "AssociateId": OWN_ASSOCIATE, "IsPerson": True,
    "PersonId": 12, "CountryId": 578, "HomeCountryId": 578, "ContactId": 3, "GroupId": 1, "BusinessId": 2,
    "CategoryId": 1, "ContactOwner": OWN_ASSOCIATE, "RoleId": 1, "RoleName": "User level 0",
    "RoleDescription": "Full access", "RoleType": "Employee", "Licenses": [], "FullName": "Test User",
    "EMailAddress": "test-user@client.example", "FunctionRights": [], "EjUserId": 5, "EjAccessLevel": 0,
    "EjUserStatus": "StatusNormal", "ProvidedCredentials": [], "SecondaryGroups": [],
    "DatabaseContextIdentifier": "Cust12345", "UserName": "test-user@client.example",
}


def _principal(service, request, _, _manner):
    chosen = apply_select(PRINCIPAL, read_select(request.target), service.settings.nulled)
    return service.represent(request, "SoPrincipalCarrier", chosen)


RESOURCES = (  # (method, path below /api, what answers it)
    ("GET", r"/v1/user/currentprincipal()", _principal),
    ("GET", r"/v1/batchtask()", _archive),
    ("GET", r"/v1/archive/batchtasks()", _archive),
    ("GET", r"/v1/batchtask/([0-9]{1,9}|1[0-9]{9})", _rest_get),
    ("GET", r"/v1/batchtask/([a-z]+)", _rest_by_state),
    ("POST", r"/v1/batchtask()", _rest_start),
    ("POST", r"/v1/batchtask/([0-9]{1,9}|1[0-9]{9})/stop", _rest_stop),
    ("PUT", r"/v1/batchtask/([0-9]{1,9}|1[0-9]{9})", _rest_update),
    ("DELETE", r"/v1/batchtask/([0-9]{1,9}|1[0-9]{9})", _rest_delete),
)


def find_resource(method, path):
    """(what answers, its argument), or None; and whether there is something at that path at all."""
    known = False
    for wanted, pattern, run in RESOURCES:
        if found := re.fullmatch(pattern, path):
            known = True
            if wanted == method:
                return (run, found[1]), True
    return None, known
