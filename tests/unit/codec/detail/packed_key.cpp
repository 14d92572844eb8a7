// Tests of superoffice/codec/detail/packed_key.hpp: it finds the same keys as a comparison byte by byte.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/packed_key.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using superoffice::detail::packed_key;

namespace {

/// Behind the key: what could be taken for more of it.
bool is_at(const packed_key& name, std::string text) {
    text.append(packed_key::reach, '"');
    return name.is_at(text.data());
}

static_assert(packed_key{"Id"}.size == 4);
static_assert(packed_key{"CancellationBehaviour"}.size == 23);

}  // namespace

TEST_CASE("packed_key: a name of any length is found at its place only") {
    const std::string letters = "abcdefghijklmnopqrstuvwxyz";
    for (std::size_t size = 0; size <= packed_key::longest - 2; ++size) {
        CAPTURE(size);
        const std::string name = letters.substr(0, size), key = '"' + name + '"';
        const packed_key packed{name};
        CHECK(packed.size == key.size());
        CHECK(is_at(packed, key));
        CHECK(is_at(packed, key + ":1"));
        CHECK_FALSE(is_at(packed, '"' + letters.substr(0, size + 1) + '"'));
        for (std::size_t at = 0; at < key.size(); ++at)
            for (const int bit : {0x01, 0x20, 0x80}) {
                std::string other = key;
                other[at] = static_cast<char>(other[at] ^ bit);
                CHECK_FALSE(is_at(packed, other));
            }
    }
}

TEST_CASE("packed_key: a name that is too long is never found, and has size 0") {
    const std::string name(packed_key::longest - 1, 'x');
    CHECK(packed_key{name}.size == 0);
    CHECK(packed_key{std::string_view{name}.substr(1)}.size == packed_key::longest);
}
