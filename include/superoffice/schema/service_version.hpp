// superoffice/schema/service_version.hpp - which versions a service has; asking needs no credential.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_SERVICE_VERSION_HPP
#define SUPEROFFICE_SCHEMA_SERVICE_VERSION_HPP

#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/text/json_text.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The answer of `GET {base}/api`, which needs no credential: a cheap way to see whether a base URL is right and the
/// service is there. The types of these members are not documented, so any type is taken: read `plain()` or `raw()`.
/// Source: section 2 of the service notes.
struct ServiceVersion {
    field<json_text> v1;                ///< where version 1 of the interface is
    field<json_text> NetServerVersion;  ///< of the server: "11.10.0.0"
    field<json_text> ServicesCurrent;   ///< of its services: "Services88"
};
BOOST_DESCRIBE_STRUCT(ServiceVersion, (), (v1, NetServerVersion, ServicesCurrent))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
