// Tests of superoffice/codec/detail/packed_key.hpp: three comparisons find what a comparison byte by byte would find.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/packed_key.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using superoffice::detail::spelt_name;

namespace {

/// Behind the key: what could be taken for more of it.
bool is_at(const spelt_name& name, std::string text) {
    text.append(spelt_name::reach, '"');
    return name.is_at(text.data());
}

static_assert(spelt_name{"Id"}.size == 4);
static_assert(spelt_name{"CancellationBehaviour"}.size == 23);

}  // namespace

TEST_CASE("spelt_name: a name of any length is found where it stands, and nowhere else") {
    const std::string letters = "abcdefghijklmnopqrstuvwxyz";
    for (std::size_t size = 0; size <= spelt_name::longest - 2; ++size) {
        CAPTURE(size);
        const std::string name = letters.substr(0, size), key = '"' + name + '"';
        const spelt_name spelt{name};
        CHECK(spelt.size == key.size());
        CHECK(is_at(spelt, key));
        CHECK(is_at(spelt, key + ":1"));
        CHECK_FALSE(is_at(spelt, '"' + letters.substr(0, size + 1) + '"'));
        for (std::size_t at = 0; at < key.size(); ++at)
            for (const int bit : {0x01, 0x20, 0x80}) {
                std::string other = key;
                other[at] = static_cast<char>(other[at] ^ bit);
                CHECK_FALSE(is_at(spelt, other));
            }
    }
}

TEST_CASE("spelt_name: one that is too long for it is found nowhere, and says so") {
    const std::string name(spelt_name::longest - 1, 'x');
    CHECK(spelt_name{name}.size == 0);
    CHECK(spelt_name{std::string_view{name}.substr(1)}.size == spelt_name::longest);
}
