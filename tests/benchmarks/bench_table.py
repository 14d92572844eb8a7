"""The figures to reach: what each one is, its limit, and how it comes from what was measured. Those without a limit are there
to be compared with.
"""

import dataclasses
import statistics
import typing


def paired(measured, ours, other):
    """The median over the rounds of ours by theirs: both of the same round, so that a busy moment meets both."""
    return statistics.median(a / b for a, b in zip(measured[ours], measured[other]))


def ratio(part, key, ours, other):
    return lambda results: paired(results[part][key], ours, other)


def plain(part, key):
    return lambda results: results[part][key]


@dataclasses.dataclass(frozen=True)
class Row:
    part: str
    what: str
    limit: float | None
    value: typing.Callable[[dict], float]
    digits: int = 2

    def shown(self, value):
        return f"{value:.{self.digits}f}"

    def shown_limit(self):
        return "-" if self.limit is None else self.shown(self.limit)

    def is_missed(self, value):
        return self.limit is not None and round(value, self.digits) > self.limit


DECODED = "decode, the documented reply, against"
KEPT = "whole call over TLS, kept alive, CPU, against"

ROWS = (
    Row("decode", f"{DECODED} `find_field_unordered` by hand", 1.05, ratio("decode", "minified", "ours", "find_unordered")),
    Row("decode", f"{DECODED} the hand-written switch over keys", 0.45, ratio("decode", "minified", "ours", "switch")),
    Row("decode", "decode, 128 replies with shuffled members, against the switch", 0.80,
        ratio("decode", "shuffled", "ours", "switch")),
    Row("decode", f"{DECODED} nlohmann", 0.04, ratio("decode", "minified", "ours", "nlohmann"), 3),
    Row("decode", f"{DECODED} RapidJSON in situ", 0.30, ratio("decode", "minified", "ours", "rapidjson")),
    Row("decode", f"{DECODED} jsmn with lookup", 0.35, ratio("decode", "minified", "ours", "jsmn")),
    Row("decode", "decode, and walk both maps, every entry, against the same by hand with `find_field_unordered`", 0.80,
        ratio("decode", "minified", "ours_walked", "find_walked")),
    Row("decode", "decode, replies with escapes and beyond ASCII, against `find_field_unordered` by hand", 0.80,
        ratio("decode", "escapes", "ours", "find_unordered")),
    Row("decode", "`compact_reader`, the same replies, against jsmn with an unescape by hand", 0.60,
        ratio("decode", "escapes", "ours_compact", "jsmn_unescaped")),
    Row("decode", "decode, 16 KB of parameters, against On-Demand over every pair by hand", 1.10,
        ratio("decode", "16_KB", "ours", "every_pair")),
    Row("decode", "decode, 1 MB of parameters, against the same", 1.10, ratio("decode", "1_MB", "ours", "every_pair")),
    Row("decode", "`compact_reader`, the documented reply, against jsmn with lookup", 0.80,
        ratio("decode", "minified", "ours_compact", "jsmn")),
    Row("decode", "2 of 24 members from a full reply, against all 24", 0.75,
        ratio("decode", "minified", "ours_narrow", "ours")),
    Row("decode", "2 of 24 members from a `$select`ed reply, against all 24 from a full one", 0.30,
        lambda results: statistics.median(results["decode"]["selected"]["ours_narrow"]) /
        statistics.median(results["decode"]["minified"]["ours"])),
    Row("call", f"{KEPT} the same by hand: reads the reply, looks after a second, waits with a deadline", 1.05,
        ratio("call", "kept", "ours", "by_hand")),
    Row("call", f"{KEPT} a bare mbedTLS loop, which does none of that", None, ratio("call", "kept", "ours", "bare")),
    Row("call", f"{KEPT} libcurl + nlohmann", 0.65, ratio("call", "kept", "ours", "curl")),
    Row("call", "resumed connection and call, against bare mbedTLS resumed", 0.40, ratio("call", "resumed", "ours", "bare")),
    Row("call", "the same, against libcurl over OpenSSL", None, ratio("call", "resumed", "ours", "curl")),
    Row("fresh", "fresh connection and call, RSA 2048 throughout, against bare mbedTLS with its default curves", 0.60,
        ratio("fresh", "rsa", "ours", "bare")),
    Row("fresh", "the same, against libcurl over OpenSSL", None, ratio("fresh", "rsa", "ours", "curl")),
    Row("fresh", "fresh connection and call, ECDSA P-256 throughout, against bare mbedTLS with its default curves", 0.60,
        ratio("fresh", "ecdsa", "ours", "bare")),
    Row("fresh", "the same, against libcurl over OpenSSL", None, ratio("fresh", "ecdsa", "ours", "curl")),
    Row("growth", "a call of 1,000 clients in one thread, CPU, against as many transfers of libcurl's multi interface", None,
        lambda results: results["growth"]["clients"][1000]["CPU ns per call"] /
        results["growth"]["transfers"][1000]["CPU ns per call"]),
    Row("growth", "calls per second of one core, 1,000 clients in one thread", None,
        lambda results: results["growth"]["clients"][1000]["calls per second of a core"], 0),
    Row("growth", "the same, of libcurl's multi interface", None,
        lambda results: results["growth"]["transfers"][1000]["calls per second of a core"], 0),
    Row("download", "a file of 64 MB over TLS through 4 KB, CPU, against a bare mbedTLS loop that throws the bytes away", 1.10,
        ratio("download", "file", "download", "bare_download")),
    Row("download", "KB that the process grows by during a file of 1 GB", 0,
        lambda results: results["download"]["grown"]["download"], 0),
    Row("memory", "peak memory of a process making calls, against the bare loop", 1.15,
        lambda results: results["memory"]["peak"]["ours"] / results["memory"]["peak"]["bare"]),
    Row("memory", "heap allocations per call after the first, either reader", 0, plain("memory", "allocations"), 0),
    Row("memory", "bytes of an idle TLS link that shares the system's authorities: heap and object", 46 * 1024,
        plain("memory", "idle_link"), 0),
    Row("memory", "client's own bytes, besides the caller's memory and the link", 1024, plain("memory", "client"), 0),
    Row("memory", "text of the decoder at -O2, simdjson reader, against the switch", 1.9,
        lambda results: results["memory"]["text"]["decoder_ours"] / results["memory"]["text"]["decoder_switch"]),
    Row("compile", "compile time with simdjson, against bare `#include <simdjson.h>` + mbedTLS", 1.5,
        ratio("compile", "seconds", "ours", "bare")),
    Row("compile", "compile time without simdjson, against libcurl + nlohmann", 0.6,
        ratio("compile", "seconds", "ours_compact", "curl")),
    Row("compile", "compile time with simdjson, against libcurl + nlohmann", 0.6, ratio("compile", "seconds", "ours", "curl")),
    Row("compile", "compile time of bare `#include <simdjson.h>` + mbedTLS alone, against libcurl + nlohmann", None,
        ratio("compile", "seconds", "bare", "curl")),
)

PARTS = ("decode", "call", "fresh", "download", "compile", "memory", "growth")


def header():
    return "| What (ratios: less is better) | At most | Measured |\n|---|---|---|\n"


def rows_as_markdown(results):
    """Those rows whose part was measured."""
    lines = []
    for row in ROWS:
        if row.part in results:
            value = row.value(results)
            missed = " (missed)" if row.is_missed(value) else ""
            lines.append(f"| {row.what} | {row.shown_limit()} | {row.shown(value)}{missed} |\n")
    return header() + "".join(lines)
