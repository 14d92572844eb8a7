// peer.cpp - the same job done by hand over jsmn, which is what the size table compares the library with.
// SPDX-License-Identifier: BSL-1.0
#include "peer.hpp"

#define JSMN_STATIC
#define JSMN_STRICT
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <jsmn.h>
#pragma GCC diagnostic pop

#include <cstring>

namespace peer {
namespace {

constexpr int max_tokens = 96;  // the documented reply has 67
jsmntok_t tokens[max_tokens];

constexpr text names[] = {"Id",
                          "Name",
                          "AssociateId",
                          "DetailsTable",
                          "DetailsRecord",
                          "IsSystemTask",
                          "IsInternalTask",
                          "ParameterObject",
                          "LastStarted",
                          "Created",
                          "StartCount",
                          "DatabaseSerialNumber",
                          "Context",
                          "Result",
                          "State",
                          "Description",
                          "Response",
                          "Request",
                          "ProgressDescription",
                          "ProgressPercent",
                          "FileName",
                          "CancellationBehaviour",
                          "TableRight",
                          "FieldProperties"};
constexpr text states[] = {"Unknown",   "New",    "Aquired",   "Started",
                           "Succeeded", "Failed", "Cancelled", "SucceededManualCleanup"};
constexpr text cancellations[] = {"Unknown", "CanCancel", "CannotCancel"};

bool is(const char* data, const jsmntok_t& token, text name) noexcept {
    const auto size = static_cast<std::size_t>(token.end - token.start);
    return name.size() == size && std::memcmp(data + token.start, name.data(), size) == 0;
}

std::int8_t index_of(const char* data, const jsmntok_t& token, const text* list, std::int8_t count) noexcept {
    for (std::int8_t n = 0; n < count; ++n)
        if (is(data, token, list[n])) return n;
    return -1;
}

bool number(const char* data, const jsmntok_t& token, std::int32_t& into) noexcept {
    if (token.type != JSMN_PRIMITIVE) return false;
    const char* at = data + token.start;
    const bool minus = *at == '-';
    std::int32_t value = 0;
    for (at += minus; at < data + token.end; ++at) {
        if (*at < '0' || *at > '9' || value > (2147483647 - 9) / 10) return false;
        value = value * 10 + (*at - '0');
    }
    into = minus ? -value : value;
    return true;
}

int hex(const char* at) noexcept {
    int value = 0;
    for (int n = 0; n < 4; ++n) {
        const int c = at[n] | 0x20;
        value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/// Takes the escapes out, in place.
text unescaped(char* data, const jsmntok_t& token) noexcept {
    char* const start = data + token.start;
    char* to = start;
    for (const char* at = start; at < data + token.end;) {
        char c = *at++;
        if (c == '\\') {
            c = *at++;
            switch (c) {
                case 'b': c = '\b'; break;
                case 'f': c = '\f'; break;
                case 'n': c = '\n'; break;
                case 'r': c = '\r'; break;
                case 't': c = '\t'; break;
                case 'u': {
                    int code = hex(at);
                    at += 4;
                    if ((code & 0xfc00) == 0xd800 && at[0] == '\\' && at[1] == 'u') {
                        code = 0x10000 + ((code & 0x3ff) << 10) + (hex(at + 2) & 0x3ff);
                        at += 6;
                        *to++ = static_cast<char>(0xf0 | code >> 18);
                        *to++ = static_cast<char>(0x80 | (code >> 12 & 63));
                    } else if (code >= 0x800) {
                        *to++ = static_cast<char>(0xe0 | code >> 12);
                    }
                    if (code >= 0x800)
                        *to++ = static_cast<char>(0x80 | (code >> 6 & 63));
                    else if (code >= 0x80)
                        *to++ = static_cast<char>(0xc0 | code >> 6);
                    c = static_cast<char>(code >= 0x80 ? 0x80 | (code & 63) : code);
                    break;
                }
                default: break;
            }
        }
        *to++ = c;
    }
    return {start, static_cast<std::size_t>(to - start)};
}

/// The token behind the value that begins at `n`.
int behind(int n, int count) noexcept {
    const int end = tokens[n].end;
    do ++n;
    while (n < count && tokens[n].start < end);
    return n;
}

}  // namespace

bool decode(char* data, std::size_t size, task& into) noexcept {
    jsmn_parser parser;
    jsmn_init(&parser);
    const int count = jsmn_parse(&parser, data, size, tokens, max_tokens);
    if (count < 1 || tokens[0].type != JSMN_OBJECT) return false;
    into = task{};
    for (int n = 1; n + 1 < count; n = behind(n + 1, count)) {
        const std::int8_t which = index_of(data, tokens[n], names, 24);
        const jsmntok_t& value = tokens[n + 1];
        if (which < 0 || (value.type == JSMN_PRIMITIVE && data[value.start] == 'n')) continue;
        into.present |= std::uint32_t{1} << which;
        bool good = true;
        const auto flag = [&](bool& to) {
            good = value.type == JSMN_PRIMITIVE && (data[value.start] == 't' || data[value.start] == 'f');
            to = data[value.start] == 't';
        };
        const auto words = [&](text& to) {
            good = value.type == JSMN_STRING;
            to = unescaped(data, value);
        };
        const auto raw = [&](text& to) {
            to = {data + value.start, static_cast<std::size_t>(value.end - value.start)};
        };
        switch (which) {
            case 0: good = number(data, value, into.id); break;
            case 1: words(into.name); break;
            case 2: good = number(data, value, into.associate); break;
            case 3: good = number(data, value, into.details_table); break;
            case 4: good = number(data, value, into.details_record); break;
            case 5: flag(into.system); break;
            case 6: flag(into.internal); break;
            case 7: raw(into.parameters); break;
            case 8: words(into.last_started); break;
            case 9: words(into.created); break;
            case 10: good = number(data, value, into.start_count); break;
            case 11: words(into.serial); break;
            case 12: words(into.context); break;
            case 13: words(into.result); break;
            case 14: into.state = index_of(data, value, states, 8); break;
            case 15: words(into.description); break;
            case 16: words(into.response); break;
            case 17: words(into.request); break;
            case 18: words(into.progress_description); break;
            case 19: good = number(data, value, into.percent); break;
            case 20: words(into.file_name); break;
            case 21: into.cancellation = index_of(data, value, cancellations, 3); break;
            case 22: raw(into.table_right); break;
            default: raw(into.field_properties); break;
        }
        if (!good) return false;
    }
    return true;
}

}  // namespace peer
