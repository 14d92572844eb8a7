// Tests of superoffice/transport/tls/detail/alpn_choice.hpp: whole messages, every damaged length, and no byte behind the end.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/alpn_choice.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace {

std::string number(std::size_t n) { return {static_cast<char>(n >> 8 & 0xff), static_cast<char>(n & 0xff)}; }
std::string extension(std::size_t type, const std::string& content) {
    return number(type) + number(content.size()) + content;
}
std::string alpn(const std::string& protocol) {
    const std::string name = static_cast<char>(protocol.size()) + protocol;
    return extension(16, number(name.size()) + name);
}
std::string message(char type, const std::string& content) {
    return std::string{type, '\0'} + number(content.size()) + content;
}
std::string server_hello(const std::string& session_id, const std::string& extensions) {
    return message(2, "\x03\x03" + std::string(32, 'r') + static_cast<char>(session_id.size()) + session_id +
                          "\x13\x01" + std::string(1, '\0') + number(extensions.size()) + extensions);
}
std::string encrypted_extensions(const std::string& extensions) {
    return message(8, number(extensions.size()) + extensions);
}

bool chose_other(std::string_view text) {
    static support::guard_page page{512};
    const auto* const placed = reinterpret_cast<const unsigned char*>(page.place(text));
    return superoffice::detail::chose_other_protocol(placed, text.size(), superoffice::detail::offered_protocol);
}

const std::string other_extension = extension(0xff01, std::string(1, '\0'));

}  // namespace

TEST_CASE("alpn_choice: the server's choice is found in both messages, with and without other extensions") {
    constexpr bool other = true;  // than the protocol that was offered
    const struct {
        const char* what;
        std::string extensions;
        bool is_other;
    } rows[] = {
        {"no extensions", "", !other},
        {"no choice", other_extension, !other},
        {"no choice, an extension of 255 bytes", extension(5, std::string(255, 's')), !other},
        {"HTTP/2, behind an extension of 300 bytes", extension(5, std::string(300, 's')) + alpn("h2"), other},
        {"what was offered", alpn("http/1.1"), !other},
        {"what was offered, behind another one", other_extension + alpn("http/1.1"), !other},
        {"what was offered, before another one", alpn("http/1.1") + other_extension, !other},
        {"HTTP/2", alpn("h2"), other},
        {"HTTP/2, behind another one", other_extension + alpn("h2"), other},
        {"as long as what was offered", alpn("http/1.0"), other},
        {"the beginning of what was offered", alpn("http/1."), other},
        {"more than what was offered", alpn("http/1.1x"), other},
        {"nothing by name", alpn(""), other},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        CHECK(chose_other(server_hello("", row.extensions)) == row.is_other);
        CHECK(chose_other(server_hello(std::string(32, 'i'), row.extensions)) == row.is_other);
        CHECK(chose_other(encrypted_extensions(row.extensions)) == row.is_other);
        std::string certificate = server_hello("", row.extensions);
        certificate[0] = 11;  // another message
        CHECK_FALSE(chose_other(certificate));
    }
}

TEST_CASE("alpn_choice: bytes behind the extensions are not read as an extension") {
    const std::string offered = alpn("http/1.1"), other = other_extension + alpn("h2");
    CHECK(chose_other(message(8, number(offered.size() - 1) + offered)));  // the name's last letter is behind them
    CHECK_FALSE(chose_other(message(8, number(other_extension.size()) + other)));
    CHECK(chose_other(message(8, number(other.size()) + other)));
}

TEST_CASE("alpn_choice: a ServerHello without extensions ends behind the compression method") {
    const std::string whole = server_hello("", "");
    CHECK_FALSE(chose_other(std::string_view{whole}.substr(0, whole.size() - 2)));
}

TEST_CASE("alpn_choice: nothing is read behind the end of a message that is cut off or has a wrong length") {
    for (const std::string& whole : {server_hello(std::string(32, 'i'), other_extension + alpn("http/1.1")),
                                     encrypted_extensions(other_extension + alpn("http/1.1"))}) {
        const std::size_t name_at = whole.size() - 8;  // the protocol's name is last
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            CAPTURE(size);
            // A name that is cut off is not the one that was offered.
            CHECK(chose_other(std::string_view{whole}.substr(0, size)) == (size >= name_at && size < whole.size()));
        }
        for (std::size_t at = 1; at < whole.size(); ++at) {
            for (const int byte : {0x00, 0x7f, 0xff}) {
                std::string damaged = whole;
                damaged[at] = static_cast<char>(byte);
                static_cast<void>(chose_other(damaged));  // the page behind it is the test
            }
        }
    }
}
