// superoffice/schema/token_reply.hpp - the documents of the log-in host's token endpoint (OAuth 2.0).
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_TOKEN_REPLY_HPP
#define SUPEROFFICE_SCHEMA_TOKEN_REPLY_HPP

#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The form that asks for an access token. Members that are absent are not sent: an application without a secret has none.
/// Source: RFC 6749 section 6.
struct token_request {
    std::string_view grant_type;
    std::string_view client_id;
    field<std::string_view> client_secret;
    field<std::string_view> redirect_uri;
    std::string_view refresh_token;
};
BOOST_DESCRIBE_STRUCT(token_request, (), (grant_type, client_id, client_secret, redirect_uri, refresh_token))

/// The answer. The vendor documents `expires_in` as a number; servers that send it as a text were seen, so both are taken.
/// Source: RFC 6749 section 5.1.
struct token_reply {
    field<std::string_view> access_token;
    field<json_text> expires_in;            ///< seconds
    field<std::string_view> refresh_token;  ///< mostly absent: the old one stays good
};
BOOST_DESCRIBE_STRUCT(token_reply, (), (access_token, expires_in, refresh_token))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
