// superoffice/schema/system_user_reply.hpp - what a program and the log-in host exchange for a system user's ticket.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_SYSTEM_USER_REPLY_HPP
#define SUPEROFFICE_SCHEMA_SYSTEM_USER_REPLY_HPP

#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Asks for a system user's ticket. Source: the vendor's page on system user tickets; login facts, section 1.4.
struct SystemUserRequest {
    std::string_view SignedSystemToken;  ///< system user token, '.', UTC as YYYYMMDDHHmm, '.', base64 of the signature
    std::string_view ApplicationToken;   ///< the application's client secret
    std::string_view ContextIdentifier;  ///< the tenant: "Cust12345"
    std::string_view ReturnTokenType;    ///< "JWT"
};
BOOST_DESCRIBE_STRUCT(SystemUserRequest, (), (SignedSystemToken, ApplicationToken, ContextIdentifier, ReturnTokenType))

/// The answer.
struct SystemUserReply {
    field<bool> IsSuccessful;
    field<std::string_view> Token;         ///< a JWT; the ticket is one of its claims
    field<std::string_view> ErrorMessage;  ///< why not; the texts are not documented
};
BOOST_DESCRIBE_STRUCT(SystemUserReply, (), (IsSuccessful, Token, ErrorMessage))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
