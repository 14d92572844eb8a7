#!/usr/bin/env python3
"""Measures what the library and the firmware take on a Cortex-M4, and prints a document's table of it.

    python3 tests/firmware/sizes.py            print
    python3 tests/firmware/sizes.py --write    put it into the document that has the table
    python3 tests/firmware/sizes.py --symbols  the library's largest symbols instead

Flash and RAM are read from linker maps and ELF files. The debug information says which header an instruction comes from,
inlined or not, and so which layer. Stack and the memory of TLS are measured in QEMU during real calls: they are filled with a
pattern first. QEMU counts the instructions.
"""

import collections
import concurrent.futures
import pathlib
import re
import shutil
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "examples" / "firmware"), str(HERE.parent / "support")]

import building  # noqa: E402
import debugger  # noqa: E402
import layers  # noqa: E402
import running  # noqa: E402
from building import BUILD, ROOT, Ninja, Profile, boost  # noqa: E402
from mbedtls_source import command  # noqa: E402

DOCUMENT = ROOT / "examples" / "firmware" / "README.md"  # has the table
MARKER = "<!-- tests/firmware/sizes.py -->"
# A figure that is off by less than this is not stale: mbedTLS's memory depends on the bytes of a certificate, and not every
# small change of code has to change the table.
TOLERANCE, SLACK = 0.04, 16

LAYERS = [layer.name for layer in layers.layers(ROOT / "include" / "superoffice")]
WATCH, PROGRAM = "watch", "the program"  # rows beside the layers: a header of client/ that few need, and what calls the library
PARTS = {  # LIBRARY_WORK: what the row says, the object that it is about, and where the program keeps that object
    4: ("the library with a list in place of the call, 2 properties of each element", "list_call", "list"),
    5: ("the library with a download in place of the call", "download", "download"),
    6: ("the library with a refresh token: the whole call, 2 properties", "refreshing_bearer", "credential"),
    7: ("the library as a system user whose key is in a secure element: the whole call, 2 properties", "system_user", "credential"),
}
TEXTS = {  # LIBRARY_WORK: what the row says
    8: "texts: `message(code)`, a sentence for each error",
    9: "texts: `name(code)`, the name of each error",
    10: "texts: `message(stage)`, a sentence for each stage",
}
COMPACT_READER = r"/superoffice/(codec/compact_reader\.hpp|text/)"


def row_of(path):
    """The row of the table that code of this source file counts for, or None."""
    if path.endswith("library.cpp"):
        return PROGRAM
    _, found, header = path.rpartition("/superoffice/")
    if not found:
        return None
    return WATCH if header == "client/watch.hpp" else layers.layer_of(header)


# ---------------------------------------------------------------------------------------------- maps and ELF files

Piece = collections.namedtuple("Piece", "section address size object")


def pieces(elf):
    """What was linked: every input section with its object file."""
    text = pathlib.Path(f"{elf}.map").read_text().split("Linker script and memory map")[1]
    for found in re.finditer(r"^ (\.[\w.$*]+|COMMON)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", text, re.MULTILINE):
        section, address, size, source = found.groups()
        if int(size, 16) and not re.match(r"\.(debug|comment|ARM|note|group)", section):
            yield Piece(section, int(address, 16), int(size, 16), source)


def own_pieces(elf):
    """Those of the object file that has the library."""
    return [piece for piece in pieces(elf) if piece.object.endswith("/library.o")]


def kind(piece):
    if piece.section.startswith((".bss", "COMMON")):
        return "ram"
    if piece.section.startswith(".data"):
        return "both"
    return "constants" if piece.section.startswith(".rodata") else "code"


def flash(found):
    return sum(piece.size for piece in found if kind(piece) != "ram")


def ram(found):
    return sum(piece.size for piece in found if kind(piece) in ("ram", "both"))


def totals(elf):
    """(flash, static RAM without the stack) of a whole program."""
    sizes = {name: int(size) for name, size in
             re.findall(r"^(\.\w+)\s+(\d+)\s+\d+$", command("arm-none-eabi-size", "-A", elf), re.MULTILINE)}
    return sizes.get(".text", 0) + sizes.get(".data", 0), sizes.get(".data", 0) + sizes.get(".bss", 0)


def object_size(elf, name):
    """Bytes of the object that the program keeps in its `<name>_room`."""
    listing = command("arm-none-eabi-nm", "-S", "-C", elf)
    return int(re.search(rf"^\S+ (\S+) \w .*\b{name}_room$", listing, re.MULTILINE)[1], 16)


def code_by_layer(elf, own):
    """Bytes of instructions by row of the table, of the input sections given. Code of the standard library's headers
    counts for the header that it was inlined into."""
    ranges = sorted((piece.address, piece.address + piece.size) for piece in own if kind(piece) == "code")
    listing = command("arm-none-eabi-objdump", "-d", "-l", "--no-show-raw-insn", elf)
    places, layer = [], None
    for line in listing.splitlines():
        if found := re.match(r"^(\S+):\d+(?: \(discriminator \d+\))?$", line):
            layer = row_of(found.group(1)) or layer
        elif found := re.match(r"^\s+([0-9a-f]+):\t", line):
            places.append((int(found.group(1), 16), layer))
    sums = collections.Counter()
    for start, end in ranges:
        inside = [(address, layer) for address, layer in places if start <= address < end] or [(start, None)]
        for (address, layer), (following, _) in zip(inside, [*inside[1:], (end, None)]):
            sums[layer] += following - address
    return sums


# ---------------------------------------------------------------------------------------------- programs

def library(ninja, work, properties=24):
    """A program with only the library's work; the device's functions are in another object file."""
    flags = f"-I{ROOT / 'include'} -isystem {boost()} -DLIBRARY_WORK={work} -DLIBRARY_PROPERTIES={properties}"
    name = f"library-{work}" if properties == 24 else f"library-{work}-of-{properties}"
    return building.add_program(ninja, name, [HERE / "library.cpp", HERE / "device.c"], flags)


def decoding(ninja):
    flags = (f"-I{ROOT / 'include'} -isystem {boost()} -I{ROOT / 'tests'} -I{building.HERE} "
             f"-idirafter {jsmn()}")
    return building.add_program(ninja, "decoding", [HERE / "decoding.cpp", HERE / "peer.cpp",
                                                    building.HERE / "board.cpp"], flags)


def jsmn():
    """A folder with Debian's jsmn.h and no other header of the host."""
    folder = BUILD / "jsmn"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "jsmn.h").exists():
        (folder / "jsmn.h").symlink_to("/usr/include/jsmn.h")
    return folder


def host_size(reader):
    """Bytes of program for the same work on the host, with -Os and unused sections removed."""
    folder = BUILD / "host"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / reader
    simdjson = reader == "simdjson_reader"
    switches = ["-DSUPEROFFICE_WITH_SIMDJSON=1"] if simdjson else []
    objects = []
    for source, compiler in ((HERE / "library.cpp", "g++ -std=c++20 -fno-exceptions -fno-rtti"),
                             (HERE / "device.c", "gcc")):
        words = ["ccache", *compiler.split()] if shutil.which("ccache") else compiler.split()
        objects.append(folder / f"{reader}-{source.stem}.o")
        command(*words, "-Os", "-DNDEBUG", "-DHOST", "-ffunction-sections", "-fdata-sections", f"-I{ROOT / 'include'}",
                "-DLIBRARY_WORK=2", f"-DLIBRARY_READER=superoffice::{reader}", *switches, "-c", source, "-o", objects[-1])
    command("g++", "-Wl,--gc-sections", *objects, *(["-lsimdjson"] if simdjson else []), "-o", program)
    sizes = dict(re.findall(r"^(\.\S+)\s+(\d+)\s+\d+$", command("size", "-A", program), re.MULTILINE))
    return sum(int(sizes.get(name, 0)) for name in (".text", ".rodata", ".data", ".data.rel.ro"))


def instructions_of(elf, function, arguments, **more):
    """By the board's millisecond counter, where an instruction takes a nanosecond: to a million."""
    counter = re.search(r"^(\S+) \S .*milliseconds_since_reset$", command("arm-none-eabi-nm", "-C", elf), re.MULTILINE)[1]
    with debugger.Debugger() as stub, concurrent.futures.ThreadPoolExecutor(1) as pool:
        done = pool.submit(running.call, elf, *arguments, options=("-icount", "shift=0", *stub.options), **more)
        stub.connect()
        times = []
        for stop in (lambda: debugger.address_of(elf, function), stub.return_address):
            stub.run_to(stop())
            times += struct.unpack("<I", stub.memory(int(counter, 16), 4))
        stub.let_go()
        done.result()
    return (times[1] - times[0]) * 1_000_000


def emulated(elf, arguments, names, **more):
    code, printed = running.call(elf, *arguments, **more)
    if code:
        raise RuntimeError(f"{elf} ended with {code}:\n{printed}")
    return [int(re.search(rf"^{name} (\d+)$", printed, re.MULTILINE).group(1)) for name in names]


# ---------------------------------------------------------------------------------------------- the table

class Measured:
    """All figures, each by its name."""

    def __init__(self):
        ninja = Ninja("sizes")
        works = {work: library(ninja, work) for work in (1, 2, 3)}
        of_two = {work: library(ninja, work, 2) for work in (2, 3)}
        parts = {work: library(ninja, work, 2) for work in PARTS}
        texts = {work: library(ninja, work) for work in TEXTS}
        counting = decoding(ninja)
        plain, tls, rsa, plain_refresh, refresh, system = (building.add_firmware(ninja, profile) for profile in (
            Profile(tls=False), Profile(tls=True), Profile(tls=True, rsa_servers=True), Profile(tls=False, credential="refresh"),
            Profile(tls=True, credential="refresh"), Profile(tls=True, credential="system")))
        ninja.run(*works.values(), *of_two.values(), *parts.values(), *texts.values(), counting, plain, tls,
                  rsa, plain_refresh, refresh, system)

        own, own_of_two = ({work: own_pieces(elf) for work, elf in programs.items()} for programs in (works, of_two))
        self.decode_flash = flash(own[1])
        self.call_flash, self.call_ram = flash(own[2]), ram(own[2])
        self.watch_flash, self.watch_ram = flash(own[3]), ram(own[3])
        self.call_of_two_flash, self.call_of_two_ram = flash(own_of_two[2]), ram(own_of_two[2])
        self.watch_of_two_flash, self.watch_of_two_ram = flash(own_of_two[3]), ram(own_of_two[3])
        self.parts = []
        for work, elf in parts.items():
            mine = own_pieces(elf)
            what, name, room = PARTS[work]
            self.parts.append((what, name, flash(mine), ram(mine), object_size(elf, room)))
        self.texts = [(TEXTS[work], flash(own_pieces(elf))) for work, elf in texts.items()]
        beside = [piece for piece in pieces(works[2]) if "libc_nano" in piece.object or "libgcc" in piece.object]
        self.c_library = flash(beside)
        self.c_functions = sorted(re.search(r"\((?:lib_a-)?(\w+)\.o\)$", piece.object)[1] for piece in beside)
        self.client_object, self.call_object = object_size(works[2], "client"), object_size(works[2], "call")
        self.call_of_two_object = object_size(of_two[2], "call")
        self.watch_object, self.watch_of_two_object = object_size(works[3], "watch"), object_size(of_two[3], "watch")
        self.layers = code_by_layer(works[2], own[2])
        self.watch_code = code_by_layer(works[3], own[3])[WATCH]
        self.constants = flash(own[2]) - sum(self.layers.values())
        self.reader_flash = self.code_from(works[2], own[2], COMPACT_READER)
        peer = [piece for piece in pieces(counting) if piece.object.endswith("/peer.o")]
        self.peer_flash, self.peer_ram = flash(peer), ram(peer)
        self.plain_flash, self.plain_ram = totals(plain)
        self.tls_flash, self.tls_ram = totals(tls)
        self.rsa_flash, self.rsa_ram = totals(rsa)
        self.plain_refresh_flash, self.plain_refresh_ram = totals(plain_refresh)
        self.refresh_flash, self.refresh_ram = totals(refresh)
        self.system_flash, self.system_ram = totals(system)
        (self.mbedtls_flash, self.mbedtls_ram), (self.mbedtls_rsa_flash, self.mbedtls_rsa_ram) = (
            (flash(found), ram(found)) for found in ([piece for piece in pieces(elf) if "/objects/mbedtls" in piece.object]
                                                     for elf in (tls, system)))
        self.host_compact, self.host_simdjson = host_size("compact_reader"), host_size("simdjson_reader")

        code, printed = running.emulate(counting, "-icount", "shift=0")
        if code:
            raise RuntimeError(f"decoding ended with {code}:\n{printed}")
        counted = dict(line.split() for line in printed.splitlines())
        self.library_instructions, self.peer_instructions = int(counted["library"]), int(counted["peer"])
        with running.Service(BUILD / "measuring", "--listen", "modem=plain", "--listen", "rsa=rsa",
                             "--task-seconds", "1") as service:
            main = service.urls["main"]
            (self.plain_stack,) = emulated(plain, (main, b"", service.urls["modem"]), ["stack"])
            self.tls_stack, self.arena = emulated(tls, (main, service.authority), ["stack", "arena"])

            self.rsa_stack, self.rsa_arena = emulated(rsa, (service.urls["rsa"], service.authority), ["stack", "arena"])

            def renewed(kind):  # the service refuses the credential in the middle of the watch
                return lambda line: line.startswith("watch New") and service.control("expire", kind=kind)
            (self.plain_refresh_stack,) = emulated(plain_refresh, (main, b"", service.urls["modem"]), ["stack"],
                                                   watch=1001, heard=renewed("bearer"))
            self.refresh_stack, self.refresh_arena = emulated(refresh, (main, service.authority), ["stack", "arena"],
                                                              watch=1002, heard=renewed("bearer"))
            key = {"private_key": service.private_key}
            self.system_stack, self.system_arena = emulated(system, (main, service.authority), ["stack", "arena"],
                                                            watch=1003, heard=renewed("ticket"), **key)
            if service.log.read_text().count('"status": 401') != 3:
                raise RuntimeError("not every credential was renewed in the middle")
            self.signature_instructions = instructions_of(system, "mbedtls_pk_sign", (main, service.authority), **key)
            self.check_instructions = instructions_of(tls, "ecdsa_verify_wrap", (main, service.authority))

    @staticmethod
    def code_from(elf, own, pattern):
        """Bytes of instructions from the headers whose path matches, also where they were inlined into others."""
        ranges = [(piece.address, piece.address + piece.size) for piece in own if kind(piece) == "code"]
        places, inside = [], False
        for line in command("arm-none-eabi-objdump", "-d", "-l", "--no-show-raw-insn", elf).splitlines():
            if re.match(r"^\S+:\d+(?: \(discriminator \d+\))?$", line):
                if "/superoffice/" in line or "library.cpp" in line:
                    inside = re.search(pattern, line) is not None
            elif found := re.match(r"^\s+([0-9a-f]+):\t", line):
                places.append((int(found.group(1), 16), inside))
        return sum(min(following - address, 64) for (address, mine), (following, _) in zip(places, places[1:])
                   if mine and any(start <= address < end for start, end in ranges))

    def rows(self):
        """(what, flash, static RAM)"""
        yield "the library: the whole call, all 24 properties, in steps", self.call_flash, self.call_ram
        for layer in LAYERS:
            yield f"· of it the layer `{layer}`", self.layers[layer], None
        yield "· of it the program that calls it", self.layers[PROGRAM], None
        yield "· of it names and other constants", self.constants, None
        yield "· of all that the compact reader and the layer `text`", self.reader_flash, None
        yield f"beside it, of the C library: {', '.join(dict.fromkeys(self.c_functions))}", self.c_library, None
        yield "· of it the object `client`", None, self.client_object
        yield "· of it the object `call`", None, self.call_object
        yield "the library: the whole call, 2 properties, in steps", self.call_of_two_flash, self.call_of_two_ram
        yield "· of it the object `call` for 2 properties", None, self.call_of_two_object
        yield "the library with a watch in place of the call", self.watch_flash, self.watch_ram
        yield "· of it the watch", self.watch_code, self.watch_object
        yield "the library with a watch on 2 properties", self.watch_of_two_flash, self.watch_of_two_ram
        yield "· of it the watch on 2 properties", None, self.watch_of_two_object
        for what, name, part_flash, part_ram, part_object in self.parts:
            yield what, part_flash, part_ram
            yield f"· of it the object `{name}`", None, part_object
        for what, text_flash in self.texts:
            yield what, text_flash, None
        yield "the library: decoding alone", self.decode_flash, None
        yield "its peer: decoding by jsmn and by hand, dates and rights left as text", self.peer_flash, self.peer_ram
        yield "firmware, TLS in the modem: get and watch, C library and board included", self.plain_flash, self.plain_ram
        yield "· with a refresh token", self.plain_refresh_flash, self.plain_refresh_ram
        yield "firmware, TLS by mbedTLS: the same, and mbedTLS's arena", self.tls_flash, self.tls_ram
        yield "· of it mbedTLS", self.mbedtls_flash, self.mbedtls_ram
        yield "firmware, TLS by mbedTLS, for servers with RSA certificates too", self.rsa_flash, self.rsa_ram
        yield "firmware, TLS by mbedTLS, with a refresh token", self.refresh_flash, self.refresh_ram
        yield "firmware, TLS by mbedTLS, as a system user that signs by mbedTLS", self.system_flash, self.system_ram
        yield "· of it mbedTLS, with RSA", self.mbedtls_rsa_flash, self.mbedtls_rsa_ram

    def facts(self):
        """(what, figure)"""
        yield "stack at its deepest, TLS in the modem", self.plain_stack
        yield "stack at its deepest, TLS in the modem, with a refresh token", self.plain_refresh_stack
        yield "stack at its deepest, TLS by mbedTLS", self.tls_stack
        yield "stack at its deepest, TLS by mbedTLS, to a server with an RSA certificate", self.rsa_stack
        yield "stack at its deepest, TLS by mbedTLS, with a refresh token", self.refresh_stack
        yield "stack at its deepest, TLS by mbedTLS, as a system user", self.system_stack
        yield "of mbedTLS's arena used at most (part of its static RAM)", self.arena
        yield "of mbedTLS's arena used at most, to a server with an RSA certificate (2048 bits)", self.rsa_arena
        yield "of mbedTLS's arena used at most, with a refresh token", self.refresh_arena
        yield "of mbedTLS's arena used at most, as a system user", self.system_arena
        yield "instructions of one RSA signature (2048 bits), made in one step of the call", self.signature_instructions
        yield "instructions to check one ECDSA signature (P-256) in a handshake", self.check_instructions
        yield "heap of the C library (mbedTLS takes its memory from its arena)", 0
        yield "instructions to decode the documented reply: the library", self.library_instructions
        yield "instructions to decode the documented reply: its peer", self.peer_instructions
        yield "the whole call on x86-64, -Os, with the compact reader: bytes of program", self.host_compact
        yield "the whole call on x86-64, -Os, with simdjson: bytes of program, without simdjson's shared library", self.host_simdjson

    def table(self):
        lines = ["| On a Cortex-M4, -Os | Flash | Static RAM |", "|---|---|---|"]
        lines += ["| " + " | ".join([what, *("" if figure is None else f"{figure:,}" for figure in figures)]) + " |"
                  for what, *figures in self.rows()]
        lines += ["", "| Measured while it runs | |", "|---|---|"]
        lines += [f"| {what} | {figure:,} |" for what, figure in self.facts()]
        return "\n".join(lines) + "\n"


def written(text):
    """Where the table is in the text of the document."""
    found = re.search(rf"{re.escape(MARKER)}\n((?:\|[^\n]*\n)+\n(?:\|[^\n]*\n)+)", text)
    if not found:
        raise RuntimeError(f"{DOCUMENT.name} has no table behind {MARKER}")
    return found


def differences(old, new):
    """The rows of `new` that `old` does not have, or has with figures that are stale."""
    figure = re.compile(r"[\d,]+")
    stale = []
    rows = {line.split("|")[1].strip(): line for line in old.splitlines()
            if line.startswith("|") and not line.startswith("|---")}
    for line in new.splitlines():
        if not line.startswith("|") or line.startswith("|---"):
            continue
        before = rows.pop(line.split("|")[1].strip(), "")
        numbers = [[int(cell.replace(",", "") or 0) for cell in row.split("|")[2:-1] if figure.fullmatch(cell.strip())]
                   for row in (before.replace(" ", ""), line.replace(" ", ""))]
        close = len(numbers[0]) == len(numbers[1]) and all(
            abs(a - b) <= max(SLACK, TOLERANCE * b) for a, b in zip(*numbers))
        if not before or not close:
            stale.append(f"{before or '(missing)'}\n  is now {line}")
    return stale + [f"{line}\n  is gone" for line in rows.values()]


def symbols():
    ninja = Ninja("sizes")
    elf = library(ninja, 2)
    ninja.run(elf)
    listing = command("arm-none-eabi-nm", "-S", "-C", "--size-sort", "-r", elf)
    for line in listing.splitlines()[:80]:
        _, size, letter, name = line.split(None, 3)
        print(f"{int(size, 16):6} {letter} {name[:150]}")


def main(arguments):
    if arguments == ["--symbols"]:
        return symbols()
    table = Measured().table()
    if arguments == ["--write"]:
        text = DOCUMENT.read_text()
        found = written(text)
        DOCUMENT.write_text(text[:found.start(1)] + table + text[found.end(1):])
    else:
        print(table, end="")


if __name__ == "__main__":
    main(sys.argv[1:])
