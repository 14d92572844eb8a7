// superoffice/client/detail/json_web_token.hpp - the parts and claims of a JSON Web Token (RFC 7519), read in place.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_JSON_WEB_TOKEN_HPP
#define SUPEROFFICE_CLIENT_DETAIL_JSON_WEB_TOKEN_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/base64.hpp>
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/text/detail/json_walk.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// header.payload.signature, each in base64url (RFC 7515 section 7.1).
struct json_web_token {
    std::string_view signed_text;  ///< header.payload, over which the signature is made
    std::string_view payload;
    std::string_view signature;
};

/// False where `text` does not have three parts.
constexpr bool split_token(std::string_view text, json_web_token& into) noexcept {
    const std::size_t first = ascii::find(text, '.');
    if (first == text.size()) return false;
    const std::string_view rest = ascii::from(text, first + 1);
    const std::size_t second = ascii::find(rest, '.');
    if (second == rest.size()) return false;
    into = {ascii::first(text, first + 1 + second), ascii::first(rest, second), ascii::from(rest, second + 1)};
    return !into.payload.empty() && ascii::find(into.signature, '.') == into.signature.size();
}

/// Decodes the payload at `at`, in place, and checks that it is one JSON object. Answers the claims as a checked object, or
/// an empty text.
inline std::string_view read_claims(char* at, std::size_t size) noexcept {
    std::size_t decoded = 0;
    if (!read_base64url({at, size}, at, decoded)) return {};
    compact_reader reader;
    const result<json_text> claims = decode<json_text>(reader, json_document{at, decoded, size});
    if (!claims || !ascii::begins_with(claims->raw(), "{")) return {};
    return claims->raw();
}

/// The claim of that name; an empty text if there is none. The first one counts.
constexpr json_text find_claim(std::string_view claims, std::string_view name) noexcept {
    for (member_cursor at{claims}; !at.at_end(); at.next())
        if (at.key() == name) return at.value();
    return {};
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
