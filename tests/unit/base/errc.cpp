// Tests of superoffice/base/errc.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/errc.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <set>
#include <string_view>

namespace so = superoffice;
using so::errc;
using so::remedy;

namespace {

constexpr auto count = static_cast<std::size_t>(errc::count_);
constexpr bool once = false, again = true;

/// Written independently of the list: every code, in its order, with what a user does about it.
struct row {
    errc code;
    std::string_view name;
    remedy who;
    bool repeatable;
};
#define ROW(code, who, repeatable) \
    row { errc::code, #code, remedy::who, repeatable }
constexpr row rows[] = {
    ROW(ok, program, once),
    ROW(busy, program, again),
    ROW(cancelled, program, again),
    ROW(deadline_exceeded, wait, again),
    ROW(outcome_unknown, user, once),
    ROW(bad_base_url, user, once),
    ROW(bad_header_value, program, once),
    ROW(bad_select, program, once),
    ROW(credential_missing, user, once),
    ROW(credential_unavailable, user, again),
    ROW(memory_too_small, program, once),
    ROW(insecure_link, program, once),
    ROW(name_not_found, user, once),
    ROW(name_lookup_failed, wait, again),
    ROW(connection_refused, wait, again),
    ROW(peer_unreachable, wait, again),
    ROW(connection_reset, wait, again),
    ROW(connection_closed, wait, again),
    ROW(link_failed, wait, again),
    ROW(script_mismatch, program, once),
    ROW(proxy_unauthorized, user, once),
    ROW(proxy_refused, administrator, once),
    ROW(proxy_failed, wait, again),
    ROW(no_authorities, user, once),
    ROW(bad_authorities, user, once),
    ROW(bad_tls_options, program, once),
    ROW(no_clock, program, once),
    ROW(no_entropy, program, again),
    ROW(address_not_verifiable, user, once),
    ROW(certificate_expired, administrator, once),
    ROW(certificate_not_yet_valid, administrator, once),
    ROW(certificate_self_signed, administrator, once),
    ROW(certificate_wrong_name, administrator, once),
    ROW(certificate_unknown_authority, administrator, once),
    ROW(certificate_not_pinned, administrator, once),
    ROW(certificate_refused, administrator, once),
    ROW(bad_client_certificate, user, once),
    ROW(not_tls, user, once),
    ROW(client_certificate_refused, user, once),
    ROW(wrong_application_protocol, administrator, once),
    ROW(tls_version_refused, administrator, once),
    ROW(renegotiation_refused, administrator, once),
    ROW(handshake_failed, administrator, again),
    ROW(alert_received, wait, again),
    ROW(truncated_close, wait, again),
    ROW(bad_http, administrator, once),
    ROW(http_limit_exceeded, administrator, once),
    ROW(head_too_large, program, once),
    ROW(reply_too_large, program, once),
    ROW(unsupported_transfer_coding, administrator, once),
    ROW(unsupported_content_coding, administrator, once),
    ROW(unsupported_content_type, administrator, once),
    ROW(empty_document, wait, again),
    ROW(null_document, program, once),
    ROW(bad_json, administrator, once),
    ROW(bad_xml, administrator, once),
    ROW(bad_utf8, administrator, once),
    ROW(bad_string, administrator, once),
    ROW(bad_number, administrator, once),
    ROW(too_deep, administrator, once),
    ROW(wrong_kind, program, once),
    ROW(out_of_range, program, once),
    ROW(text_too_long, program, once),
    ROW(unknown_enumerator, program, once),
    ROW(bad_date, administrator, once),
    ROW(document_too_large, program, once),
    ROW(no_such_task, user, once),
    ROW(service_fault, user, once),
    ROW(bad_request, program, once),
    ROW(unauthorized, user, once),
    ROW(forbidden, user, once),
    ROW(not_found, user, once),
    ROW(tenant_moved, user, once),
    ROW(throttled, wait, again),
    ROW(unavailable, wait, again),
    ROW(redirected, user, once),
    ROW(unexpected_status, administrator, once),
    ROW(not_json, administrator, once),
    ROW(foreign_document, administrator, once),
    ROW(file_as_base64, administrator, once),
};
#undef ROW

}  // namespace

TEST_CASE("errc: each code has its name, who can act, and whether the call may be repeated; none is missing") {
    REQUIRE(std::size(rows) == count);
    for (std::size_t n = 0; n < count; ++n) {
        const row& one = rows[n];
        CAPTURE(one.name);
        CHECK(static_cast<std::size_t>(one.code) == n);
        CHECK(so::name(one.code) == one.name);
        CHECK(so::remedy_of(one.code) == one.who);
        CHECK(so::is_repeatable(one.code) == one.repeatable);
    }
}

TEST_CASE("errc: each code has a sentence of its own, without a full stop") {
    std::set<std::string_view> texts;
    for (const row& one : rows) {
        CAPTURE(one.name);
        const std::string_view text = so::message(one.code);
        CHECK(texts.insert(text).second);
        CHECK(!text.empty());
        CHECK(!text.ends_with('.'));
    }
}

TEST_CASE("errc: every stage and every remedy has a name of its own") {
    std::set<std::string_view> names;
    for (int n = 0; n <= static_cast<int>(so::stage::service); ++n)
        CHECK(names.insert(so::name(static_cast<so::stage>(n))).second);
    CHECK(so::name(so::stage::none) == std::string_view{"none"});
    CHECK(so::name(so::stage::service) == std::string_view{"service"});
    for (int n = 0; n <= static_cast<int>(remedy::wait); ++n)
        CHECK(names.insert(so::name(static_cast<remedy>(n))).second);
}

TEST_CASE("errc: every stage has a sentence of its own, without a full stop") {
    std::set<std::string_view> texts;
    for (int n = 0; n <= static_cast<int>(so::stage::service); ++n) {
        const std::string_view text = so::message(static_cast<so::stage>(n));
        CAPTURE(text);
        CHECK(texts.insert(text).second);
        CHECK(!text.empty());
        CHECK(!text.ends_with('.'));
    }
    CHECK(so::message(so::stage::none) == std::string_view{"the call was not made, or was given up"});
    CHECK(so::message(so::stage::service) == std::string_view{"the service refuses the call"});
}

TEST_CASE("errc: a number that is no code reads as the first row, never as memory behind the table") {
    CHECK(so::name(static_cast<errc>(255)) == std::string_view{"ok"});
    CHECK(so::name(errc::count_) == std::string_view{"ok"});
    CHECK(so::message(static_cast<errc>(255)) == std::string_view{"no error"});
    CHECK(so::message(static_cast<so::stage>(255)) == so::message(so::stage::none));
    CHECK(so::name(static_cast<so::stage>(255)) == std::string_view{"none"});
    CHECK(so::name(static_cast<remedy>(255)) == std::string_view{"program"});
    CHECK(so::remedy_of(static_cast<errc>(255)) == so::remedy_of(errc::ok));
    CHECK_FALSE(so::is_repeatable(static_cast<errc>(255)));
    CHECK_FALSE(so::is_repeatable(errc::count_));
}
