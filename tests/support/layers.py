"""The layers of the library. The umbrella, include/superoffice/batch.hpp, is the one list of them:

    // http/: one request and one reply, without I/O
    #include <superoffice/http/base_url.hpp>

begins the layer `http`, whose headers lie in the folder of that name. A layer includes only itself and layers earlier
in that file. Whatever sorts or names layers asks here.
"""

import dataclasses
import pathlib
import re

UMBRELLA = "batch.hpp"
BESIDE_THE_LAYERS = {UMBRELLA, "std_types.hpp", "xml.hpp"}  # headers that users include by name, made of several layers
AROUND_THE_LAYERS = {"base/detail/warnings_begin.hpp", "base/detail/warnings_end.hpp"}
MOST_HEADERS_IN_A_FOLDER = 15
SECTION = re.compile(r"^// (\w+)/: (.+)$")
INCLUDE = re.compile(r"^\s*#\s*include <superoffice/(.+)>")


@dataclasses.dataclass(frozen=True)
class Layer:
    name: str
    title: str
    headers: tuple[str, ...]  # what the umbrella includes of it


def includes_of(path):
    """(line number, header) of each include of one of our own headers."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found.group(1)


def layers(root):
    """The layers, lowest first. `root` is the folder that holds batch.hpp."""
    found, headers = [], []
    for line in (root / UMBRELLA).read_text(encoding="utf-8").splitlines():
        if section := SECTION.match(line):
            headers = []
            found.append((section.group(1), section.group(2), headers))
        elif (include := INCLUDE.match(line)) and include.group(1) not in AROUND_THE_LAYERS:
            headers.append(include.group(1))
    return [Layer(name, title, tuple(headers)) for name, title, headers in found]


def layer_of(header):
    """The name of the layer that a header lies in, or None. `header` is its path below superoffice/."""
    folder, slash, _ = header.partition("/")
    return folder if slash else None


def faults(root):
    """What is wrong with the layers: one sentence each."""
    known = layers(root)
    order = {layer.name: rank for rank, layer in enumerate(known)}
    for layer in known:
        for header in layer.headers:
            if layer_of(header) != layer.name:
                yield f"{UMBRELLA}: {header} stands in the section of {layer.name}/: move the line or the header"
    folders = {}
    for path in sorted(root.rglob("*.hpp")):
        header = path.relative_to(root).as_posix()
        layer = layer_of(header)
        folders.setdefault(pathlib.PurePosixPath(header).parent.as_posix(), []).append(header)
        if header in BESIDE_THE_LAYERS:
            continue
        if layer not in order:
            yield f"{header} belongs to no layer: move it into the folder of one ({', '.join(order)})"
            continue
        for number, target in includes_of(path):
            if target in BESIDE_THE_LAYERS:
                yield f"{header}:{number} includes {target}, which is for users: include the headers that are meant"
            elif order.get(layer_of(target), len(order)) > order[layer]:
                yield (f"{header}:{number} includes a later layer: {layer}/ comes before {layer_of(target)}/, so it must not include "
                       f"{target}")
    for folder, headers in folders.items():
        if len(headers) > MOST_HEADERS_IN_A_FOLDER:
            yield f"{folder}/ has {len(headers)} headers, more than {MOST_HEADERS_IN_A_FOLDER}: divide it"
