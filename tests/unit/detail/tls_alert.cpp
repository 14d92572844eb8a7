// Tests of superoffice/detail/tls_alert.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/detail/tls_alert.hpp>

#include <doctest/doctest.h>

using superoffice::errc;
using superoffice::stage;
namespace detail = superoffice::detail;

TEST_CASE("tls_alert: what a server means by it") {
    const struct {
        int alert;
        stage at;
        bool was_shown_none;
        errc meaning;
    } rows[] = {
        {40, stage::handshake, false, errc::handshake_failed},
        {40, stage::handshake, true, errc::client_certificate_refused},
        {40, stage::receive, false, errc::alert_received},
        {42, stage::handshake, false, errc::client_certificate_refused},
        {48, stage::receive, false, errc::client_certificate_refused},
        {116, stage::receive, true, errc::client_certificate_refused},
        {70, stage::handshake, false, errc::tls_version_refused},
        {120, stage::handshake, false, errc::wrong_application_protocol},
        {80, stage::handshake, true, errc::handshake_failed},
        {80, stage::receive, true, errc::alert_received},
        {255, stage::transmit, false, errc::alert_received},
    };
    for (const auto& row : rows) {
        CAPTURE(row.alert);
        CHECK(detail::meaning_of_alert(row.alert, row.at, row.was_shown_none) == row.meaning);
        CHECK(detail::tells_alert(row.meaning));
    }
    for (const errc other : {errc::ok, errc::link_failed, errc::bad_client_certificate, errc::truncated_close})
        CHECK_FALSE(detail::tells_alert(other));
}

TEST_CASE("tls_alert: the names are in order, each number once") {
    std::uint32_t before = 0;
    for (const detail::numbered_text& alert : detail::alerts) {
        CHECK(alert.number > before);
        before = alert.number;
    }
}
