"""The replies that are decoded, made anew by a seeded generator: the same bytes in every run."""

import json
import random
import re

from checking import ROOT

SEED = 20240917
VARIED = 128
WORDS = ("export import contact sale project quarterly yearly north south region archive selection report finished "
         "waiting cleanup mailing invoice customer person list active nightly shared update").split()
FOREIGN = ["Ærøskøbing", "naïve café", "Zürich", "Łódź", "東京都", "Ελλάδα", "данные", "🚀 launch"]
ESCAPED = ['a "quoted" word', "C:\\exports\\2024\\q4", "first line\nsecond line", "tab\there", "</td>", "\b\f\r"]
STATES = ["New", "Aquired", "Started", "Succeeded", "Failed", "SucceededManualCleanup"]


def documented():
    """The service's own sample, from the header that the tests share."""
    text = (ROOT / "tests" / "support" / "documented_reply.hpp").read_text()
    return "".join(re.findall(r'R"\((.*?)\)"', text))


def minified(document):
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def sentence(dice, least, most):
    return " ".join(dice.choice(WORDS) for _ in range(dice.randint(least, most))).capitalize()


def date(dice):
    if dice.random() < 0.1:
        return "0001-01-01T00:00:00"
    return (f"20{dice.randint(18, 26)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:"
            f"{dice.randint(0, 59):02}:{dice.randint(0, 59):02}" + dice.choice(["", "Z", "+01:00", "+02:00"]))


def varied(dice):
    """One more reply like the documented one: all 24 properties, in the service's order."""

    def text(least, most):
        return None if dice.random() < 0.1 else sentence(dice, least, most)

    right = None if dice.random() < 0.7 else {"Mask": dice.choice(["FULL", "Select, Update", "None"]), "Reason": None}
    return {
        "Id": dice.randint(1, 99999), "Name": sentence(dice, 1, 2).replace(" ", ""),
        "AssociateId": dice.randint(0, 999), "DetailsTable": dice.randint(0, 300),
        "DetailsRecord": dice.randint(0, 99999), "IsSystemTask": dice.random() < 0.2,
        "IsInternalTask": dice.random() < 0.1,
        "ParameterObject": {f"ParameterObject{n}": f"{dice.choice(WORDS)}={dice.choice(WORDS)}"
                            for n in range(1, dice.randint(2, 4))},
        "LastStarted": date(dice), "Created": date(dice), "StartCount": dice.randint(0, 5),
        "DatabaseSerialNumber": str(dice.randint(100000, 999999)), "Context": text(1, 4), "Result": text(1, 3),
        "State": dice.choice(STATES), "Description": text(4, 12), "Response": text(2, 6), "Request": text(3, 8),
        "ProgressDescription": text(3, 8), "ProgressPercent": dice.randint(0, 100),
        "FileName": f"{sentence(dice, 1, 1)}_{dice.randint(1, 9999)}.xlsx",
        "CancellationBehaviour": dice.choice(["CanCancel", "CancelWithWarning", "CannotCancel"]), "TableRight": right,
        "FieldProperties": {"fieldName": {"FieldRight": None, "FieldType": "System.Int32",
                                          "FieldLength": dice.randint(1, 4000)}},
    }


def shuffled(dice, document):
    members = list(document.items())
    dice.shuffle(members)
    return dict(members)


def with_escapes(dice, document):
    document = dict(document)
    for name in ("Context", "Result", "Description", "Response", "Request", "ProgressDescription"):
        document[name] = f"{dice.choice(FOREIGN)} {dice.choice(ESCAPED)} {sentence(dice, 2, 6)}"
    document["ParameterObject"] = {"path": dice.choice(ESCAPED), dice.choice(FOREIGN): sentence(dice, 1, 3)}
    return document


def parameters_of(size):
    """The documented reply with parameters until it is about `size` bytes long: 300 of them are 16 KB."""
    document = json.loads(documented())
    dice = random.Random(f"{SEED} parameters")
    parameters, bytes_so_far = {}, len(documented())
    while bytes_so_far < size:
        key, value = f"Parameter{len(parameters) + 1}", " ".join(dice.choice(WORDS) for _ in range(4))[:28]
        parameters[key] = value
        bytes_so_far += len(key) + len(value) + 6
    if parameters:
        document["ParameterObject"] = parameters
    return minified(document)


def sets():
    """Name of the set: its documents, as text."""
    dice = random.Random(SEED)
    sample = json.loads(documented())
    various = [varied(dice) for _ in range(VARIED)]
    return {
        "minified": [documented()],
        "pretty": [json.dumps(sample, indent=2)],
        "varied": [minified(one) for one in various],
        "shuffled": [minified(shuffled(dice, one)) for one in various],
        # What is not ASCII as it is in one half, as \u escapes in the other.
        "escapes": [minified(with_escapes(dice, one)) for one in various[:32]] +
                   [json.dumps(with_escapes(dice, one), separators=(",", ":")) for one in various[32:64]],
        "16 KB": [parameters_of(16 * 1024)],
        "1 MB": [parameters_of(1024 * 1024)],
        "selected": [minified({name: one[name] for name in ("State", "ProgressPercent")}) for one in various],
    }


def write(folder):
    """Each set as a file: the documents behind each other, each after its size in decimal and a newline."""
    folder.mkdir(parents=True, exist_ok=True)

    def store(name, texts):
        with open(folder / name, "wb") as file:
            for text in texts:
                content = text.encode()
                file.write(b"%d\n%b" % (len(content), content))

    for name, texts in sets().items():
        store(name.replace(" ", "_"), texts)
    for kilobytes in GROWING:
        store(f"grown_{kilobytes}", [parameters_of(kilobytes * 1024)])


GROWING = (1, 4, 16, 64, 256, 1024, 4096, 16384)  # KB
