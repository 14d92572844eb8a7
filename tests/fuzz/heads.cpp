// Fuzz target: a caller's texts in a request's head: no CR, LF or NUL gets through, and nothing past the memory.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/http/detail/http1_writer.hpp>
#include <superoffice/transport/connect_proxy.hpp>

#include <iterator>

namespace so = superoffice;

namespace {

constexpr std::size_t line_count = 4;

std::span<std::byte> bytes_of(const fuzzing::exact_memory& memory) {
    return {reinterpret_cast<std::byte*>(memory.data()), memory.size()};
}

/// Just so many lines with nothing in them that could be taken for the end of one.
void must_be_lines(std::string_view head, std::size_t lines) {
    for (; lines != 0; --lines) {
        const std::size_t end = head.find("\r\n");
        MUST(end != head.npos && end != 0);
        MUST(!fuzzing::breaks_line(head.substr(0, end)));
        head.remove_prefix(end + 2);
    }
    MUST(head == "\r\n");
}

/// Writes with all the room it takes, and with one byte less.
template <class Head, class Fill>
void write_twice(Fill fill, so::errc refusal, std::size_t lines) {
    so::error first;
    std::size_t needed = 0;
    {
        const fuzzing::exact_memory none(std::size_t{0});
        Head head(bytes_of(none));
        fill(head);
        first = head.failure();
        needed = head.needed();
        MUST(head.size() == 0);
    }
    if (first.code == refusal) return;
    MUST(first.code == so::errc::memory_too_small && first.offset == needed);
    const fuzzing::exact_memory less(needed - 1), enough(needed);
    Head short_head(bytes_of(less)), head(bytes_of(enough));
    fill(short_head);
    MUST(short_head.failure() == first);
    fill(head);
    MUST(head.failure().code == so::errc::ok && head.size() == needed && head.text() == enough.text());
    must_be_lines(head.text(), lines);
    head.wipe();
    for (const char c : enough.text()) MUST(c == '\0');
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in{data, size};
    const std::uint16_t port = static_cast<std::uint16_t>(in.number() * 256 + in.number());
    // Parts end at a byte that no text has in it, so that all others, LF too, can stand in one.
    const std::string_view method = in.until('\xFE'), root = in.until('\xFE'), select = in.until('\xFE');
    const std::string_view name = in.until('\xFE'), value = in.until('\xFE'), user = in.until('\xFE');
    const std::string_view password = in.rest();
    const std::string_view target[] = {root, "?$select=", select};
    // A method comes from the library alone.
    const bool is_method = !method.empty() && method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == method.npos;
    const std::string_view texts[] = {root, "?$select=", select, is_method ? method : "GET"};

    write_twice<so::detail::http1_writer>(
        [&](auto& head) {
            head.check_target(target, std::size(target));
            head.fill("\4 \1\2\3 HTTP/1.1\r\n", texts);
            head.header(name, value);
            head.header("Authorization", "Basic ", so::base64_pair{user, password});
            head.header("Content-Length", value, std::uint64_t{port});
            head.end_of_head();
        },
        so::errc::bad_header_value, line_count);
    write_twice<so::detail::connect_request>(
        [&](auto& head) {
            head.begin({root, port});
            head.header("Proxy-Authorization", "Basic ", so::base64_pair{user, password});
            head.end();
        },
        so::errc::bad_header_value, line_count - 1);
    return 0;
}
