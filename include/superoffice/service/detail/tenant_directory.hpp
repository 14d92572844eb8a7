// superoffice/service/detail/tenant_directory.hpp - what a client does with a directory that knows where tenants live.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_DETAIL_TENANT_DIRECTORY_HPP
#define SUPEROFFICE_SERVICE_DETAIL_TENANT_DIRECTORY_HPP

#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The last segment of a path, "Cust12345" of "/Cust12345": which tenant a base URL is for.
constexpr std::string_view last_segment(std::string_view path) noexcept {
    std::size_t at = path.size();
    while (at > 0 && path[at - 1] != '/') --at;
    return at == 0 ? std::string_view{} : ascii::from(path, at);
}

/// Who answers decides where the credential goes: never from https to http.
template <class Reader>
error directory_asker<Reader>::aim(std::string_view directory, base_url& target) noexcept {
    const bool from_https = target.https;
    if (const error e = read_base_url(directory, target); e.code != errc::ok) return e;
    if (from_https && !target.https) return {.stage = stage::connect, .code = errc::insecure_link};
    return {};
}

template <class Reader>
std::string_view directory_asker<Reader>::tenant_of(std::string_view base) noexcept {
    base_url parsed;
    static_cast<void>(read_base_url(base, parsed));
    return last_segment(parsed.root);
}

/// The directory is asked for JSON, whatever the client's own calls are made in.
template <class Reader>
error directory_asker<Reader>::learn(reply_info& about, const json_document& document, bool from_https,
                                     std::string_view& base) noexcept {
    const error nowhere{.stage = stage::service, .code = errc::tenant_moved, .http_status = 421};
    Reader reader;
    TenantStatus status;
    const error e = interpret(reader, about, document, status);
    if (e.code == errc::no_such_task) return nowhere;
    // The directory was sent no credential: this must not be taken for the tenant's word on one.
    if (e.code == errc::unauthorized || e.code == errc::forbidden) return nowhere;
    if (e.code != errc::ok) return e;
    if (status.IsRunning == false)
        return {.stage = stage::service, .code = errc::unavailable, .http_status = about.status};
    base = base_of(status);
    base_url parsed;
    if (read_base_url(base, parsed).code != errc::ok || (from_https && !parsed.https)) return nowhere;
    about.message = about.detail = about.type = {};  // where they stand, the tenant's request is written
    return {};
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
