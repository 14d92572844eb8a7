"""The firmware of examples/firmware, built for a Cortex-M4 and run in QEMU against the local SuperOffice."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "examples" / "firmware")]

import building  # noqa: E402
import log_in  # noqa: E402
import mbedtls_source  # noqa: E402
import running  # noqa: E402
import sizes  # noqa: E402
from checking import BUILD, ROOT, Check, Failed, one_at_a_time, output_of  # noqa: E402
from runs import DONE, built, events, expect, service  # noqa: E402

PLAIN, TLS = building.Profile(tls=False), building.Profile(tls=True)
RSA_SERVERS = building.Profile(tls=True, rsa_servers=True)
BAD_CERTIFICATES = {"wrong-name": "certificate_wrong_name", "unknown-authority": "certificate_unknown_authority",
                    "expired": "certificate_expired", "not-yet-valid": "certificate_not_yet_valid",
                    "self-signed": "certificate_self_signed"}


def build_both():
    built(PLAIN, TLS)


def calls_over_tls():
    (elf,) = built(TLS)
    with service("tls") as local:
        expect(running.call(elf, local.urls["main"], local.authority), 0, *DONE)
        requests = [event for event in events(local) if event["event"] == "request"]
        if len(requests) < 2 or any(event.get("credential") != "bearer-good" for event in requests):
            raise Failed(f"the service saw {requests}")


def refuses_other_servers():
    (elf,) = built(TLS)
    with service("refused", "--bad-certificates") as local:
        for kind, words in BAD_CERTIFICATES.items():
            expect(running.call(elf, local.urls[kind], local.authority), 1, "error", words)
        heard = [event for event in events(local) if event["event"] in ("first-byte", "request", "bad-request")]
        shaken = {event["listener"] for event in events(local) if event["event"] == "connection"}
        if heard or shaken != set(BAD_CERTIFICATES):
            raise Failed(f"{shaken} were called; what was heard of a request: {heard}")


def calls_servers_with_rsa():
    """A build without the switch has no cipher that such a server takes, and says so."""
    without, with_rsa = built(TLS, RSA_SERVERS)
    with service("rsa", "--listen", "rsa=rsa") as local:
        expect(running.call(without, local.urls["rsa"], local.authority), 1, "handshake_failed, native 40\n")
        expect(running.call(with_rsa, local.urls["rsa"], local.authority), 0, *DONE)
        expect(running.call(with_rsa, local.urls["main"], local.authority), 0, *DONE)


def calls_through_a_modem_that_does_tls():
    (elf,) = built(PLAIN)
    with service("plain") as local:
        expect(running.call(elf, local.urls["main"], through=local.urls["modem"]), 0, *DONE)


def dials_in_vain():
    (elf,) = built(PLAIN)
    with service("vain") as local:
        expect(running.call(elf, "https://localhost:1/Cust12345/api", through="http://localhost:1"), 1, "peer_unreachable")
        if called := [event for event in events(local) if event["event"] == "connection"]:
            raise Failed(f"the service was called: {called}")


def dials_again():
    """The service closes the connection after two silent seconds; the watch asks after five. Over TLS the service says that it
    closes. Without TLS the line is just silent, and the call takes a new connection after a quarter of its time."""
    for profile, name, listener in ((TLS, "redial-tls", "main"), (PLAIN, "redial", "modem")):
        (elf,) = built(profile)
        with service(name, "--idle-seconds", "2") as local:
            expect(running.call(elf, local.urls["main"], local.authority,
                                local.urls[listener] if listener == "modem" else None), 0, *DONE)
            dialled = [event for event in events(local) if event["event"] == "connection"]
            if len(dialled) < 2 or {event["listener"] for event in dialled} != {listener}:
                raise Failed(f"{name}: wanted two connections to {listener}, there were {dialled}")


def packs_only_what_fits():
    """Packing raises where a value is longer than its room; the longest that fits is packed whole."""
    def packed(name, size):
        more = {name: b"x" * size} if name in ("authority", "private_key") else {name: "x" * size}
        try:
            sector = running.provision(**{"url": "https://localhost/Cust1/api", "authority": b"", **more})
        except ValueError as error:
            return name in str(error) and "too long"
        return b"x" * size in sector and len(sector)
    rooms = {**{name: room - 1 for name, room in running.TEXTS.items()}, "authority": running.AUTHORITY,
             "private_key": running.PRIVATE_KEY}
    wrong = {name: found for name, most in rooms.items() if (found := (packed(name, most), packed(name, most + 1))) != (4064, "too long")}
    if wrong:
        raise Failed(f"of the longest value, and of one that is a byte longer: {wrong}")


def refuses_a_wrong_provision():
    """A text without its NUL, a size beyond its room, an erased sector: the firmware says which value it is and dials nobody."""
    (elf,) = built(PLAIN)
    starts, at = {}, 0
    for name, room in running.TEXTS.items():
        starts[name], at = (at, room), at + room
    sizes_at = {"authority": (at + 8, running.AUTHORITY), "private_key": (at + 12 + running.AUTHORITY, running.PRIVATE_KEY)}

    def with_bytes(start, data):
        return lambda sector: sector[:start] + data + sector[start + len(data):]
    spoils = {name: with_bytes(start, b"x" * room) for name, (start, room) in starts.items()}
    spoils |= {name: with_bytes(start, (room + 1).to_bytes(4, "little")) for name, (start, room) in sizes_at.items()}
    cases = [*spoils.items(), ("base_url", lambda sector: b"\xff" * 4096)]
    for name, spoil in cases:
        ended = running.call(elf, "https://localhost:1/Cust12345/api", through="http://localhost:1", spoil=spoil)
        if ended != (1, f"wrong provision: {name} does not fit\n"):
            raise Failed(f"{name}: ended with {ended}")
    for name, (start, room) in sizes_at.items():  # at their limits they are taken: the firmware goes on to dial
        expect(running.call(elf, "https://localhost:1/Cust12345/api", through="http://localhost:1",
                            spoil=with_bytes(start, room.to_bytes(4, "little"))), 1, "peer_unreachable")


# What the library must not bring along, by the symbols that would show it.
FORBIDDEN = {
    "memory from a heap": r"_?(m|c|re)alloc(_r)?|_?free(_r)?|_?sbrk|_Zn[wa].*|_Zd[la].*",
    "exceptions": r"__cxa_.*|_Unwind.*|__gxx_personality.*|__aeabi_unwind.*|_ZSt\d+__throw.*|__throw.*",
    "RTTI": r"_ZT[IS].*|_ZTVN10__cxxabi.*|__dynamic_cast",
    "locale, <ctype.h>": r".*locale.*|_ctype_.*|is(al(num|pha)|blank|cntrl|x?digit|graph|lower|print|punct|space|upper)"
                         r"|to(lower|upper)|strto\w+|ato[fil]+",
    "stdio, errno": r".*printf.*|.*scanf.*|f?put([cs]|char).*|f(open|close|read|write|flush)|std(in|out|err)|_impure.*|__errno",
    "functions at exit, static constructors": r"(__aeabi_|_?_?(cxa_)?)atexit|__dso_handle|_GLOBAL__.*",
    "floating point": r"__aeabi_([fd]|i2|ui2|l2|ul2)\w+",
    "64-bit division": r"__aeabi_u?ldivmod",
    "an operating system, a clock": r"_?(open|read|write|close|select|poll|socket|time|gettimeofday|clock\w*)|getenv",
}


def names_in(file):
    return [line.split()[-1] for line in output_of("arm-none-eabi-nm", file).splitlines()]


def those_of(kind, names):
    return [name for name in names if re.fullmatch(FORBIDDEN[kind], name)]


def finds_each_culprit():
    """Each pattern of FORBIDDEN finds something in a program that uses all of it."""
    with tempfile.TemporaryDirectory() as folder:
        culprits = pathlib.Path(folder) / "culprits.o"
        output_of("arm-none-eabi-g++", *building.CPU.split(), "-std=c++20", "-Os", "-fno-threadsafe-statics",
                  *building.WARNINGS.split(), "-c", HERE / "culprits.cpp", "-o", culprits)
        names = names_in(culprits)
        wanted = {line.split()[-1] for line in output_of("arm-none-eabi-nm", "-u", culprits).splitlines()}
    found = {kind: those_of(kind, names) for kind in FORBIDDEN}
    missed = {name for name in wanted if "culprits" not in name}.difference(*found.values())
    idle = [kind for kind, which in found.items() if not which]
    if missed or idle or not any(name.startswith("_GLOBAL__sub_I") for name in names):
        raise Failed(f"not found: {sorted(missed)}; nothing was found of: {idle}")


def has_nothing_of_a_system():
    """Looks at the object files that hold the library and, for the firmware, the program."""
    built(PLAIN, TLS)
    with one_at_a_time("firmware"):
        ninja = building.Ninja("sizes")
        ninja.run(sizes.library(ninja, 3), sizes.library(ninja, 6, 2), sizes.library(ninja, 7, 2))
    objects = building.BUILD / "objects"
    built(log_in.REFRESH, log_in.SYSTEM)
    for file in ("library-3/library.o", "library-6-of-2/library.o", "library-7-of-2/library.o", "plain/main.o", "tls/main.o",
                 "tls-refresh/main.o", "tls-refresh/token_store.o", "tls-system/main.o"):
        names = names_in(objects / file)
        for kind in FORBIDDEN:
            if found := those_of(kind, names):
                raise Failed(f"{file} brings {kind}: {found}")
    # The whole programs: the C library's heap is not linked in for any other reason either.
    for elf in built(PLAIN, TLS, log_in.REFRESH, log_in.SYSTEM):
        if found := those_of("memory from a heap", names_in(elf)):
            raise Failed(f"{elf} has {found}")


# Turning a switch off saves at least this many bytes of code. The texts are the names of errors.
SWITCHES = {"watch": 1000, "texts": 1250, "tls": 40000}


def switches_remove_their_code():
    profiles = [building.Profile(tls=True), building.Profile(tls=False), building.Profile(tls=False, watch=False),
                building.Profile(tls=False, texts=False)]
    tls, plain, no_watch, no_texts = (sizes.totals(elf)[0] for elf in built(*profiles))
    saved = {"tls": tls - plain, "watch": plain - no_watch, "texts": plain - no_texts}
    short = {name: f"{saved[name]} bytes of {least}" for name, least in SWITCHES.items() if saved[name] < least}
    if short:
        raise Failed(f"turned off, these leave code behind: {short}")
    for name, words in {"watch": "watch<", "texts": "error_names"}.items():
        (elf,) = built(building.Profile(tls=False, **{name: False}))
        if words in output_of("arm-none-eabi-nm", "-C", elf):
            raise Failed(f"{elf} still has {words}")


def builds_from_the_bundle():
    """The firmware without TLS, from a folder with one file: no Boost, no tree."""
    folder = BUILD / "firmware" / "bundle"
    shutil.rmtree(folder, ignore_errors=True)
    header = folder / "superoffice" / "batch.hpp"
    output_of(ROOT / "single_include" / "amalgamate.py", "--bundle", header)
    profile = building.Profile(tls=False, header=folder)
    (elf,) = built(profile)
    opened = output_of("arm-none-eabi-g++", *building.CPU.split(), *building.CXX.split(), "-M", f"-I{folder}",
                       "-DFIRMWARE_TLS=0", "-DFIRMWARE_WATCH=1", "-DFIRMWARE_TEXTS=1", "-DFIRMWARE_CREDENTIAL=0",
                       building.HERE / "main.cpp")
    paths = [pathlib.Path(word).resolve() for word in opened.replace("\\\n", " ").split()[1:]]
    foreign = [path for path in paths
               if "arm-none-eabi" not in str(path) and not path.is_relative_to("/usr/include/newlib")
               and path != header.resolve() and path.parent != building.HERE]
    if foreign or header.resolve() not in paths:
        raise Failed(f"the compiler opened {foreign or 'not the bundle'}")
    with service("bundle") as local:
        expect(running.call(elf, local.urls["main"], through=local.urls["modem"]), 0, *DONE)


# Bytes: the goals, and for figures that have none the present figure and a little more, so that growth is noticed.
LIMITS = {"call_flash": 17_000, "call_of_two_flash": 14_500, "watch_flash": 18_500, "decode_flash": 6_600,
          "plain_flash": 24_576, "tls_flash": 73_728,
          "call_ram": 985, "call_of_two_ram": 689, "plain_stack": 1536, "reader_flash": 2560, "plain_ram": 8 * 1024,
          "tls_ram": 20 * 1024,
          "rsa_flash": 81_300, "rsa_ram": 22 * 1024, "rsa_arena": 13 * 1024,
          "refresh_flash": 80_100, "refresh_ram": 24 * 1024, "refresh_stack": 4096, "refresh_arena": 11 * 1024,
          "system_flash": 93_800, "system_ram": 25 * 1024, "system_stack": 4096, "system_arena": 11 * 1024}


def sizes_are_the_readmes():
    with one_at_a_time("firmware"):
        measured = sizes.Measured()
    over = {name: getattr(measured, name) for name, limit in LIMITS.items() if getattr(measured, name) > limit}
    if over:
        raise Failed(f"above the limit: {over}")
    if measured.library_instructions > measured.peer_instructions:
        raise Failed(f"{measured.library_instructions} instructions, its peer {measured.peer_instructions}")
    stale = sizes.differences(sizes.written(sizes.DOCUMENT.read_text()).group(1), measured.table())
    if stale:
        raise Failed(f"{sizes.DOCUMENT.name} is stale; python3 tests/firmware/sizes.py --write mends it:\n" + "\n".join(stale))


def has_mbedtls():
    """Other versions than 2.28 have other configurations."""
    try:
        shown = subprocess.run(["apt-cache", "policy", "libmbedtls-dev"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return f"Candidate: {mbedtls_source.WANTED}." in shown.stdout


def checks():
    if shutil.which("arm-none-eabi-g++") is None or shutil.which("qemu-system-arm") is None or not has_mbedtls():
        print("skipped firmware: it needs Debian 12's arm-none-eabi-g++, qemu-system-arm and mbedTLS 2.28")
        return
    needs = ("firmware: builds for a Cortex-M4",)
    yield Check(needs[0], build_both, seconds=420)
    yield Check("firmware: gets and watches over verified TLS", calls_over_tls, needs, seconds=180)
    yield Check("firmware: a switch adds servers with RSA certificates", calls_servers_with_rsa, needs, seconds=420)
    yield Check("firmware: sends nothing to a server with a wrong certificate", refuses_other_servers, needs, seconds=240)
    yield Check("firmware: gets and watches through a modem that does TLS", calls_through_a_modem_that_does_tls, needs, seconds=180)
    yield Check("firmware: a number that does not answer is peer_unreachable", dials_in_vain, needs, seconds=180)
    yield Check("firmware: dials again when the peer has hung up", dials_again, needs, seconds=240)
    yield Check("firmware: packs only values that fit into their room", packs_only_what_fits)
    yield Check("firmware: refuses a provision sector with a value that does not fit", refuses_a_wrong_provision, needs, seconds=180)
    yield from log_in.checks(needs)
    yield Check("firmware: whatever must not come would be found", finds_each_culprit)
    yield Check("firmware: brings no heap, exception, locale, clock or operating system", has_nothing_of_a_system, needs,
                seconds=240)
    yield Check("firmware: a switch that is off leaves no code", switches_remove_their_code, needs, seconds=420)
    yield Check("firmware: builds from the bundle and makes the call", builds_from_the_bundle, needs, seconds=420)
    yield Check("firmware: the README's sizes", sizes_are_the_readmes, needs, seconds=600)
