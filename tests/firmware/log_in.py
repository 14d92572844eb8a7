"""The firmware's two credentials that renew themselves: a refresh token, and a system user."""

import concurrent.futures
import contextlib
import datetime
import pathlib
import re

import building
import debugger
import running
from checking import BUILD, ROOT, Check, Failed, output_of
from runs import DONE, built, events, expect, service

HERE = pathlib.Path(__file__).resolve().parent
REFRESH = building.Profile(tls=True, credential="refresh")
REFRESH_PLAIN = building.Profile(tls=False, credential="refresh")
SYSTEM = building.Profile(tls=True, credential="system")
BEGUN = "watch New 0 %"  # the next question comes five seconds later
TOKENS, AUTHENTICATE = "/login/common/oauth/tokens", "/Login/api/PartnerSystemUser/Authenticate"


def run(elf, local, **more):
    return running.call(elf, local.urls["main"], local.authority, **{"private_key": local.private_key, **more})


def refresh_token(name):
    return f"test-refresh-token-{name}-".ljust(64, "0")


def story(local, tls=True):
    """What the service was asked, in order: "log in", or the status of a call and the credential that it took."""
    told = []
    for event in events(local):
        if event["event"] != "request":
            continue
        if event["target"] in (TOKENS, AUTHENTICATE):
            told.append("log in")
        elif event["target"].startswith("/Cust12345/api/v1/Agents/"):
            told.append(f"{event['status']} {event['credential'] or 'nobody'}")
        if bool(event["tls"]) != tls:
            raise Failed(f"wanted {'TLS' if tls else 'no TLS'}: {event}")
    return told


def expect_story(local, *wanted, tls=True):
    if (told := story(local, tls)) != list(wanted):
        raise Failed(f"the service was asked {told}, wanted {list(wanted)}")


# -------------------------------------------------------------------------------- logging in, and again

def build_all():
    built(REFRESH, REFRESH_PLAIN, SYSTEM)


def logs_in_by_a_refresh_token():
    (elf,) = built(REFRESH)
    with service("refresh") as local:
        expect(run(elf, local), 0, *DONE, BEGUN)
        expect_story(local, "log in", *["200 bearer-issued-1"] * 3)


def logs_in_through_a_modem_that_does_tls():
    (elf,) = built(REFRESH_PLAIN)
    with service("refresh-plain") as local:
        expect(run(elf, local, through=local.urls["modem"]), 0, *DONE, BEGUN)
        expect_story(local, "log in", *["200 bearer-issued-1"] * 3, tls=False)


def logs_in_as_a_system_user():
    (elf,) = built(SYSTEM)
    with service("system") as local:
        printed = expect(run(elf, local), 0, *DONE, BEGUN)
        expect_story(local, "log in", *["200 ticket-issued-1"] * 3)
        if "the clock is" in printed:
            raise Failed(f"the clock is right, but the firmware printed:\n{printed}")


def at_the_first_watch(local, name, **arguments):
    """For `heard`: makes a control call when the watch has begun."""
    def hear(line):
        if line.startswith(BEGUN):
            local.control(name, **arguments)
    return hear


def renews_before_the_end():
    """A token for two seconds has ended when the watch asks again. The firmware knows, and does not send it."""
    (elf,) = built(REFRESH)
    with service("early") as local:
        local.control("login", expires_in=2)
        expect(run(elf, local), 0, *DONE, BEGUN)
        expect_story(local, "log in", "200 bearer-issued-1", "200 bearer-issued-1", "log in", "200 bearer-issued-2")


def renews_when_refused():
    """The service refuses what it took a moment before: the same call is made again with a new one."""
    for profile, kind in ((REFRESH, "bearer"), (SYSTEM, "ticket")):
        (elf,) = built(profile)
        with service(f"refused-{kind}") as local:
            expect(run(elf, local, heard=at_the_first_watch(local, "expire", kind=kind)), 0, *DONE, BEGUN)
            expect_story(local, "log in", f"200 {kind}-issued-1", f"200 {kind}-issued-1", "401 nobody", "log in",
                         f"200 {kind}-issued-2")


def says_why_it_is_refused():
    refresh, system = built(REFRESH, SYSTEM)
    with service("dead") as local:
        other_key = running.der_of(local.folder / "login.key")
        cases = [
            (refresh, {"refresh_token": refresh_token("revoked")}, "invalid_grant, error", "service_fault"),
            (refresh, {"refresh_token": refresh_token("unauthorized")}, "unauthorized_client, error", "service_fault"),
            (refresh, {"client_secret": "wrong"}, "invalid_client, error", "unauthorized"),
            (refresh, {"refresh_token": ""}, "error", "credential_missing"),
            (system, {"system_user_token": "Local Test App-revoked"}, "Revoked: The application's access", "unauthorized"),
            (system, {"private_key": other_key}, "InvalidSignature: The signature", "unauthorized"),
            (system, {"client_secret": "wrong"}, "The application token is not known., error", "unauthorized"),
            (system, {"context": "Cust54321"}, "The context identifier is not known., error", "unauthorized"),
            (system, {"system_user_token": ""}, "error", "credential_missing"),
            (system, {"private_key": b"none"}, "error", "bad_client_certificate, native -15"),  # -0x3d00 of mbedTLS
        ]
        for elf, provisioned, reason, code in cases:
            printed = expect(run(elf, local, **provisioned), 1, "\nlog-in: ")
            line = re.search(r"^log-in: (.*)$", printed, re.MULTILINE).group(1)
            if not line.startswith(reason) or code not in line:
                raise Failed(f"{provisioned}: wanted {reason} ... {code}; the firmware printed:\n{printed}")
        if "200" in "".join(story(local)):
            raise Failed("a call was made with a credential that was refused")


def repeats_with_the_hosts_clock():
    (elf,) = built(SYSTEM)
    for minutes, words in ((20, "behind"), (-20, "ahead")):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        with service(f"clock-{words}", "--time", now.strftime("%Y-%m-%dT%H:%M:%SZ")) as local:
            printed = expect(run(elf, local), 0, *DONE)
            found = re.search(rf"^the clock is (\d+) s {words}$", printed, re.MULTILINE)
            if not found or abs(int(found.group(1)) - 1200) > 30:
                raise Failed(f"the clock is 1200 s {words}; the firmware printed:\n{printed}")
            expect_story(local, "log in", "log in", *["200 ticket-issued-1"] * 3)


# ---------------------------------------------------------------------------------------- the memory

RAM = (0x20000000, 48 * 1024)  # of the linker script
PIECE = 12  # bytes of a secret in a row, looked for anywhere


def found_in(memory, secrets):
    """Names of the secrets of which a piece is in that memory."""
    return {name for name, secret in secrets.items()
            if any(secret[n:n + PIECE] in memory for n in range(max(1, len(secret) - PIECE + 1)))}


def match(pattern, memory):
    found = re.search(pattern, memory)
    if not found:
        raise Failed(f"the memory has no {pattern}")
    return found.group()


class Stops:
    """A run of the firmware that stands still where its memory is looked at."""

    def __init__(self, elf, local, **more):
        self._elf = elf
        self._stack = contextlib.ExitStack()
        self._debugger = self._stack.enter_context(debugger.Debugger())
        pool = self._stack.enter_context(concurrent.futures.ThreadPoolExecutor(1))
        self._run = pool.submit(run, elf, local, options=self._debugger.options, **more)

    def __enter__(self):
        self._debugger.connect()
        return self

    def __exit__(self, *_):
        self._debugger.close()  # then the run of the thread ends
        self._stack.close()

    def ram_at(self, function):
        self._debugger.run_to(debugger.address_of(self._elf, function))
        return self._debugger.memory(*RAM)

    def flash(self, address, size):
        return self._debugger.memory(address, size)

    def ended(self):
        self._debugger.let_go()
        return self._run.result(running.SECONDS)


PRINT = r"firmware::print\(std::basic_string_view<.*>\)"  # comes first after the first call
LEAVE = r"firmware::leave\(int\)"


def expect_found(name, found, wanted):
    if found != set(wanted):
        raise Failed(f"{name}, the RAM has of the secrets: {sorted(found)}, wanted {sorted(wanted)}")


def keeps_a_rotated_token_in_flash():
    """And nowhere else. After the power was off, the firmware begins with it."""
    (elf,) = built(REFRESH)
    first = refresh_token("rotating")
    with service("rotated") as local, Stops(elf, local, refresh_token=first) as stops:
        ram = stops.ram_at(PRINT)
        secrets = {"access token": match(rb"8A:Cust12345\.[A-Za-z0-9+/]{700,}", ram),
                   "rotated token": match(rb"test-refresh-token-issued[0-9-]*", ram),
                   "client secret": running.SECRETS["client_secret"].encode()}
        expect_found("While it follows the task", found_in(ram, secrets), {"access token", "rotated token"})
        ram = stops.ram_at(LEAVE)
        expect_found("At the end", found_in(ram, {**secrets, "first token": first.encode()}), ())
        tokens = stops.flash(running.TOKENS, len(running.ERASED))
        expect(stops.ended(), 0, *DONE)
        for rotations in (2, 3, 4):  # each of the two sectors is used
            if secrets["rotated token"] not in tokens:
                raise Failed(f"rotation {rotations - 1}: the flash does not have the token that came")
            with Stops(elf, local, refresh_token=first, tokens=tokens) as again:
                secrets["rotated token"] = match(rb"test-refresh-token-issued[0-9-]*", again.ram_at(PRINT))
                again.ram_at(LEAVE)
                tokens = again.flash(running.TOKENS, len(running.ERASED))
                expect(again.ended(), 0, *DONE)
        used = [match(rb"test-refresh-token-issued[0-9-]*", tokens[at:at + 4096]) for at in (0, 4096)]
        if len(set(used)) != 2 or secrets["rotated token"] not in used:
            raise Failed(f"the two sectors hold {used}, the service sent {secrets['rotated token']}")


def begins_anew_after_provisioning():
    """The service refuses the token that was stored (`invalid_grant`). A technician writes a new provision sector: the device
    takes the new token, and not the stored one. With the old sector the stored token counts again."""
    (elf,) = built(REFRESH)
    first = refresh_token("rotating")
    with service("provisioned-anew") as local:
        with Stops(elf, local, refresh_token=first) as stops:
            stops.ram_at(LEAVE)
            tokens = stops.flash(running.TOKENS, len(running.ERASED))
            expect(stops.ended(), 0, *DONE)
        match(rb"test-refresh-token-issued", tokens)
        printed = expect(run(elf, local, refresh_token=refresh_token("revoked"), tokens=tokens), 1, "log-in: invalid_grant")
        if printed.count("invalid_grant") != 1:
            raise Failed(f"the stored token of another provision was used; the firmware printed:\n{printed}")
        expect(run(elf, local, refresh_token=refresh_token("good"), tokens=tokens), 0, *DONE)
        expect(run(elf, local, refresh_token=first, tokens=tokens), 0, *DONE)


def keeps_a_token_when_the_power_fails():
    """token_store.cpp on this machine, with a cut at every byte that it erases or programs."""
    folder = BUILD / "firmware" / "power-cuts"
    folder.mkdir(parents=True, exist_ok=True)
    sectors = [folder / name for name in ("first", "second")]
    for path in sectors:
        path.write_bytes(running.provision("https://localhost/Cust1/api", b"", refresh_token=f"{path.name} provisioned"))
    output_of("gcc", "-Wall", "-Wextra", "-Werror", "-c", HERE / "flash.c", "-o", folder / "flash.o")
    output_of("g++", "-std=c++20", "-O1", *building.WARNINGS.split(), f"-I{building.HERE}", HERE / "power_cuts.cpp",
              building.HERE / "token_store.cpp", folder / "flash.o", "-o", folder / "power_cuts")
    printed = output_of(folder / "power_cuts", *sectors)
    found = re.search(r"^begins with first provisioned\nbegins with second provisioned\n.*too long.*\n(\d+) cuts\n$", printed)
    if not found or int(found[1]) < 6 * 4096:
        raise Failed(f"wanted both provisioned tokens and a cut at each byte, it printed:\n{printed}")


def shares_all_of_a_link():
    """shared_link.hpp on this machine: what only some links can is passed on, such as the time at which one must be called."""
    program = BUILD / "firmware" / "shared_link"
    program.parent.mkdir(parents=True, exist_ok=True)
    output_of("g++", "-std=c++20", *building.WARNINGS.split(), f"-I{building.HERE}", f"-I{ROOT / 'include'}", HERE / "shared_link.cpp",
              "-o", program)
    output_of(program)


def key_numbers(path):
    """The secret numbers of an RSA key, in the order of bytes in which mbedTLS computes, and in that of its file."""
    shown = output_of("openssl", "rsa", "-in", path, "-noout", "-text")
    numbers = {}
    for name in ("privateExponent", "prime1", "prime2", "exponent1", "exponent2", "coefficient"):
        digits = re.search(rf"^{name}:\n((?:\s+[0-9a-f:]+\n)+)", shown, re.MULTILINE).group(1)
        number = bytes.fromhex(re.sub(r"[\s:]", "", digits))
        numbers |= {name: number[::-1], f"{name} as in the file": number}
    return numbers


def forgets_key_and_ticket():
    (elf,) = built(SYSTEM)
    with service("forgotten") as local, Stops(elf, local) as stops:
        key = key_numbers(local.folder / "system-user.key")
        found = found_in(stops.ram_at("mbedtls_rsa_private"), key)
        expect_found("While it signs", found, {name for name in key if "file" not in name})
        ram = stops.ram_at(PRINT)
        secrets = {**key, "ticket": match(rb"7T:[A-Za-z0-9+/]{86}==", ram),
                   "signed token": running.SECRETS["system_user_token"].encode() + b".20",
                   "client secret": running.SECRETS["client_secret"].encode()}
        expect_found("While it follows the task", found_in(ram, secrets), {"ticket"})
        expect_found("At the end", found_in(stops.ram_at(LEAVE), secrets), ())
        expect(stops.ended(), 0, *DONE)


def checks(needs):
    built_both = ("firmware: builds with each credential",)
    yield Check(built_both[0], build_all, needs, seconds=420)
    yield Check("firmware: logs in by a refresh token", logs_in_by_a_refresh_token, built_both, seconds=180)
    yield Check("firmware: logs in by a refresh token through a modem that does TLS", logs_in_through_a_modem_that_does_tls,
                built_both, seconds=180)
    yield Check("firmware: logs in as a system user", logs_in_as_a_system_user, built_both, seconds=180)
    yield Check("firmware: renews an access token before it ends", renews_before_the_end, built_both, seconds=180)
    yield Check("firmware: renews a token and a ticket that the service refuses", renews_when_refused, built_both, seconds=240)
    yield Check("firmware: says why a credential is refused", says_why_it_is_refused, built_both, seconds=300)
    yield Check("firmware: a system user logs in with a clock that is 20 minutes off", repeats_with_the_hosts_clock, built_both,
                seconds=240)
    yield Check("firmware: keeps a rotated refresh token in flash, and no secret in RAM", keeps_a_rotated_token_in_flash,
                built_both, seconds=300)
    yield Check("firmware: a new provision sector puts a new refresh token in place of what was stored",
                begins_anew_after_provisioning, built_both, seconds=240)
    yield Check("firmware: the link that is shared passes on all that it can", shares_all_of_a_link, seconds=120)
    yield Check("firmware: has a refresh token after the power failed at any byte", keeps_a_token_when_the_power_fails, seconds=120)
    yield Check("firmware: has the key in RAM only while it signs, and no ticket at the end", forgets_key_and_ticket,
                built_both, seconds=240)
