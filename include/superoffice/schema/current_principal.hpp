// superoffice/schema/current_principal.hpp - the user for whom the credential stands.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_CURRENT_PRINCIPAL_HPP
#define SUPEROFFICE_SCHEMA_CURRENT_PRINCIPAL_HPP

#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The reply of `GET /api/v1/User/currentPrincipal`, as far as it concerns batch tasks: `AssociateId` finds the user's own
/// tasks. Source: section 2 of the notes on the Batch agent.
struct CurrentPrincipal {
    field<std::int32_t> AssociateId;
    field<std::string_view> Associate;  ///< the user's short name
    field<std::string_view> FullName;
    field<std::string_view> EMailAddress;
    field<std::string_view> UserName;
    field<std::string_view> DatabaseContextIdentifier;  ///< the tenant: "Cust12345"
};
BOOST_DESCRIBE_STRUCT(CurrentPrincipal, (),
                      (AssociateId, Associate, FullName, EMailAddress, UserName, DatabaseContextIdentifier))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
