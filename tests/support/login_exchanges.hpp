// tests/support/login_exchanges.hpp - a script of exchanges with a log-in host, one connection for each.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_LOGIN_EXCHANGES_HPP
#define SUPEROFFICE_TESTS_SUPPORT_LOGIN_EXCHANGES_HPP

#include <superoffice/base/version.hpp>
#include <superoffice/http/detail/http1_writer.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/transport/scripted.hpp>

#include "support/manual_clock.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// A POST to the log-in host.
inline std::string login_request(std::string_view path, std::string_view type, std::string_view body) {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
           "Accept-Encoding: identity\r\nContent-Type: " +
           std::string{type} + "; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n" + std::string{body};
}

/// Credentials hang up after each exchange.
struct login_exchanges {
    std::deque<std::string> texts;  // the steps point into it
    std::vector<superoffice::script_step> steps;

    void add(std::string_view request, std::string_view reply) {
        namespace script = superoffice::script;
        steps.push_back(script::starts("online.superoffice.com", 443));
        steps.push_back(script::expects(texts.emplace_back(request)));
        steps.push_back(script::gives(texts.emplace_back(reply)));
        steps.push_back(script::stops());
    }
};

/// Steps until the source is no longer at work.
template <class Source>
superoffice::credential_state prepared(Source& source, manual_clock& clock) {
    using superoffice::credential_state;
    credential_state state = credential_state::pending;
    for (int rounds = 0; rounds < 100'000 && state == credential_state::pending; ++rounds)
        state = source.prepare(clock.now());
    return state;
}

/// The header lines that the source adds to a request.
template <class Source>
std::string lines_of(Source& source) {
    std::array<std::byte, 2048> room{};
    superoffice::detail::http1_writer head{room};
    source.add_to(head);
    return {reinterpret_cast<const char*>(room.data()), head.size()};
}

}  // namespace support
#endif
