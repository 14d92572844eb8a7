// superoffice/service/detail/tenant_directory.hpp - asks a directory to which host a tenant has moved.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_DETAIL_TENANT_DIRECTORY_HPP
#define SUPEROFFICE_SERVICE_DETAIL_TENANT_DIRECTORY_HPP

#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/service/detail/request_lines.hpp>
#include <superoffice/service/detail/tenant_address.hpp>
#include <superoffice/service/operations.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>

#include <cstddef>
#include <cstdint>
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

/// A reply, and what the directory's functions may change because of it.
struct directory_visit {
    reply_info& about;
    const json_document& document;
    tenant_address& address;
    std::uint8_t& repeats;  ///< of the call: see `repeat_reason`
    bool& asking;           ///< the running exchange is with the directory
    error failure{};        ///< ends the call
};

/// The bit of `repeats` for a call that has asked a directory.
inline constexpr std::uint8_t repeat_moved_tenant = 4;

template <class Reader>
bool directory_asker<Reader>::take_reply(std::string_view directory, directory_visit& visit) noexcept {
    if (visit.asking) {
        visit.asking = false;
        visit.failure = learn(visit);
        return true;
    }
    if (visit.about.status != 421 || directory.empty() || (visit.repeats & repeat_moved_tenant) != 0) return false;
    visit.failure = aim(directory, visit);
    visit.asking = visit.failure.code == errc::ok;
    visit.repeats |= repeat_moved_tenant;
    return true;
}

inline constexpr error tenant_moved_nowhere{.stage = stage::service, .code = errc::tenant_moved, .http_status = 421};

/// The directory's answer decides where the credential goes: never from https to http. A base URL that names no tenant
/// leaves nothing to ask about.
template <class Reader>
error directory_asker<Reader>::aim(std::string_view directory, directory_visit& visit) noexcept {
    tenant_address& address = visit.address;
    if (last_segment(address.target().root).empty()) return tenant_moved_nowhere;
    const bool from_https = address.target().https;
    if (const error e = address.aim_at_directory(directory); e.code != errc::ok) return e;
    if (from_https && !address.target().https) return {.stage = stage::connect, .code = errc::insecure_link};
    return {};
}

/// The directory is asked for JSON, also by a client whose calls are XML.
template <class Reader>
void directory_asker<Reader>::ask(request_target& question, std::string_view base) noexcept {
    base_url parsed;
    static_cast<void>(read_base_url(base, parsed));
    question.method = get_tenant_status.method;
    question.path = get_tenant_status.path;
    question.segment = last_segment(parsed.root);
    question.select = {};
    question.accept = reply_type::json.name();
    question.needs_credential = question.with_more_headers = false;
}

template <class Reader>
error directory_asker<Reader>::learn(directory_visit& visit) noexcept {
    reply_info& about = visit.about;
    tenant_address& address = visit.address;
    Reader reader;
    TenantStatus status;
    const error e = interpret(reader, about, visit.document, status, {.nothing = errc::tenant_moved});
    // The directory was sent no credential: its 401 or 403 must not be taken for the tenant's answer to one.
    if (e.code == errc::tenant_moved || e.code == errc::unauthorized || e.code == errc::forbidden)
        return tenant_moved_nowhere;
    if (e.code != errc::ok) return e;
    if (status.IsRunning == false)
        return {.stage = stage::service, .code = errc::unavailable, .http_status = about.status};
    const std::string_view base = base_of(status);
    base_url parsed;
    if (read_base_url(base, parsed).code != errc::ok || (address.is_https() && !parsed.https))
        return tenant_moved_nowhere;
    if (!address.move_to(base)) return tenant_moved_nowhere;
    about.message = about.detail = about.type = {};  // the tenant's request is written over them
    error aimed;
    address.aim_at_tenant(aimed);
    return aimed;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
