// superoffice/schema/tenant_state.hpp - where an Online tenant lives now, according to the service's directory.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_TENANT_STATE_HPP
#define SUPEROFFICE_SCHEMA_TENANT_STATE_HPP

#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Source: tenant status page; section 2 of the service notes.
enum class TenantState : std::int32_t {
    Unknown = 0,
    Provisioning = 1,
    Running = 2,
    Deleted = 3,
    Suspended = 4,
    OnlineMaintenance = 5,
    OfflineMaintenance = 6,
    ProvisioningFailed = 8,
    Deleting = 10,
    DeleteFailed = 11,
    MigrationPending = 12,
};
BOOST_DESCRIBE_ENUM(TenantState, Unknown, Provisioning, Running, Deleted, Suspended, OnlineMaintenance,
                    OfflineMaintenance, ProvisioningFailed, Deleting, DeleteFailed, MigrationPending)

/// The answer of `GET {login host}/api/state/{tenant}`, which needs no credential. A tenant's host changes (load,
/// incidents), so do not store `Api`: `ValidUntil` says when to ask again.
struct TenantStatus {
    field<std::string_view> ContextIdentifier;  ///< the tenant: "Cust12345"
    field<std::string_view> Endpoint;           ///< its root
    field<coded<TenantState>> State;
    field<bool> IsRunning;
    field<date_time> ValidUntil;
    field<std::string_view> Api;      ///< the base URL to use
    field<std::string_view> Version;  ///< missing in older replies
};
BOOST_DESCRIBE_STRUCT(TenantStatus, (), (ContextIdentifier, Endpoint, State, IsRunning, ValidUntil, Api, Version))

/// The base URL that a status names, its `Api` or else its `Endpoint`; empty if neither is there.
[[nodiscard]] constexpr std::string_view base_of(const TenantStatus& status) noexcept {
    const std::string_view api = status.Api.value_or(std::string_view{});
    return api.empty() ? status.Endpoint.value_or(std::string_view{}) : api;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
