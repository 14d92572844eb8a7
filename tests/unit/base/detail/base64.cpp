// Tests of superoffice/base/detail/base64.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/base64.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace detail = superoffice::detail;

namespace {

struct pair {
    std::string_view bytes, text;
};
// RFC 4648 section 10, and the two digits that base64url spells in another way.
constexpr pair pairs[] = {{"", ""},
                          {"f", "Zg=="},
                          {"fo", "Zm8="},
                          {"foo", "Zm9v"},
                          {"foob", "Zm9vYg=="},
                          {"fooba", "Zm9vYmE="},
                          {"foobar", "Zm9vYmFy"},
                          {"\xfb\xff\xbf", "+/+/"}};

}  // namespace

TEST_CASE("base64: the examples of RFC 4648 section 10, written") {
    for (const pair& each : pairs) {
        std::string text(detail::base64_size(each.bytes.size()), ' ');
        detail::write_base64(std::as_bytes(std::span{each.bytes.data(), each.bytes.size()}), text.data());
        CHECK(text == each.text);
    }
}

TEST_CASE("base64url: the same examples read where they stand") {
    for (const pair& each : pairs) {
        std::string text{each.text};
        while (!text.empty() && text.back() == '=') text.pop_back();
        for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
        std::size_t size = 0;
        CHECK(detail::read_base64url(text, text.data(), size));
        CHECK(std::string_view{text}.substr(0, size) == each.bytes);
    }
}

TEST_CASE("base64url: what it refuses") {
    for (const std::string_view text : {"Z", "Zm9vY", "Zg==", "Zm9v+", "Zm9v/A", "Zm 9", "Zh", "Zm9"}) {
        CAPTURE(text);
        std::string copy{text};
        std::size_t size = 0;
        CHECK_FALSE(detail::read_base64url(copy, copy.data(), size));
    }
}
