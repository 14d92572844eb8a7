// What goes wrong on a network, each against a real peer: its own error, within its deadline, and then a good call by the
// same client. The deadline is a matter of the time that is handed to `step`: none of it is waited for.
#include "live.hpp"

#include <functional>
#include <set>
#include <tuple>

#include <poll.h>

using namespace live;

namespace {

/// Counts what comes out of TLS, and goes to another host if a test says so.
class counting_link : public superoffice::mbedtls_socket {
  public:
    using superoffice::mbedtls_socket::mbedtls_socket;
    std::size_t received = 0;
    const char* host = nullptr;  ///< in place of the peer's

    superoffice::io_result start(const superoffice::peer& to) noexcept {
        superoffice::peer where = to;
        if (host != nullptr) where.host = host;
        return tls::start(where);
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        const superoffice::io_result r = tls::receive(into);
        received += r.bytes;
        return r;
    }
};

/// How time passes for a call that has not ended.
enum class passing {
    none,     ///< it stands still: the call ends by itself
    at_last,  ///< it stands still until the peer has gone as far as it goes, and then jumps to the deadline
    always,   ///< a second with each step, while the peer sends a little each time
};

struct fault {
    const char* what;
    const char* peer;  ///< what fault_peer.py is told
    std::int32_t id;   ///< of the task that is asked for: below 8000 nothing goes wrong with it
    stage at;
    errc code;
    passing time = passing::none;
    const char* host = nullptr;  ///< what the link is started to in place of localhost
    const char* stalls_at = "";  ///< for passing::at_last: "taken" and "stalled" by fault_peer.py, "request", "reply"
    bool only_1_2 = false;       ///< there is no such thing in TLS 1.3
};

// By the local service where `peer` is "to service": ids from 8000 are its faults.
const fault faults[] = {
    {.what = "the name is not found",
     .peer = "to service",
     .id = 497,
     .at = stage::resolve,
     .code = errc::name_not_found,
     .host = "a..b"},
    {.what = "refused", .peer = "refuse", .id = 497, .at = stage::connect, .code = errc::connection_refused},
    {.what = "black hole",
     .peer = "hole",
     .id = 497,
     .at = stage::connect,
     .code = errc::deadline_exceeded,
     .time = passing::at_last},

    {.what = "reset where the handshake begins",
     .peer = "to rude",
     .id = 497,
     .at = stage::handshake,
     .code = errc::connection_reset},
    {.what = "reset within the server's hello",
     .peer = "to service after 40 reset",
     .id = 497,
     .at = stage::handshake,
     .code = errc::connection_reset},
    {.what = "reset within the server's certificate",
     .peer = "to service after 400 reset",
     .id = 497,
     .at = stage::handshake,
     .code = errc::connection_reset},
    {.what = "ended within the handshake",
     .peer = "to service after 400 close",
     .id = 497,
     .at = stage::handshake,
     .code = errc::connection_closed},
    {.what = "no answer to the handshake",
     .peer = "to mute",
     .id = 497,
     .at = stage::handshake,
     .code = errc::deadline_exceeded,
     .time = passing::at_last,
     .stalls_at = "taken"},
    {.what = "a handshake that stops in the middle",
     .peer = "to service after 400 stall",
     .id = 497,
     .at = stage::handshake,
     .code = errc::deadline_exceeded,
     .time = passing::at_last,
     .stalls_at = "stalled"},
    {.what = "a handshake a byte at a time",
     .peer = "to service slowly",
     .id = 497,
     .at = stage::handshake,
     .code = errc::deadline_exceeded,
     .time = passing::always},

    // TLS 1.1 has none of the ciphers that are offered, and that is what its server then says.
    {.what = "TLS older than is taken",
     .peer = "to old",
     .id = 497,
     .at = stage::handshake,
     .code = only_tls_1_3() ? errc::tls_version_refused : errc::handshake_failed},
    {.what = "another protocol (ALPN), refused by the server",
     .peer = "to h2",
     .id = 497,
     .at = stage::handshake,
     .code = errc::wrong_application_protocol},
    {.what = "another protocol (ALPN), chosen by the server",
     .peer = "to service change http/1.1 http/9.9",
     .id = 497,
     .at = stage::handshake,
     .code = errc::wrong_application_protocol,
     .only_1_2 = true},
    {.what = "certificate: expired",
     .peer = "to expired",
     .id = 497,
     .at = stage::handshake,
     .code = errc::certificate_expired},
    {.what = "certificate: not yet valid",
     .peer = "to not-yet-valid",
     .id = 497,
     .at = stage::handshake,
     .code = errc::certificate_not_yet_valid},
    {.what = "certificate: signed by itself",
     .peer = "to self-signed",
     .id = 497,
     .at = stage::handshake,
     .code = errc::certificate_self_signed},
    {.what = "certificate: for another name",
     .peer = "to wrong-name",
     .id = 497,
     .at = stage::handshake,
     .code = errc::certificate_wrong_name},
    {.what = "certificate: by an unknown authority",
     .peer = "to unknown-authority",
     .id = 497,
     .at = stage::handshake,
     .code = errc::certificate_unknown_authority},

    {.what = "certificate: the client's is wanted",
     .peer = "to picky",
     .id = 497,
     .at = stage::handshake,
     .code = errc::client_certificate_refused,
     .only_1_2 = true},  // in TLS 1.3 it is told at any time behind the handshake: see below
    {.what = "reset within the request",
     .peer = "deaf",
     .id = 497,
     .at = stage::transmit,
     .code = errc::connection_reset},
    {.what = "refused within the request",
     .peer = "full",
     .id = 497,
     .at = stage::service,
     .code = errc::unexpected_status},
    {.what = "reset before the head",
     .peer = "to service",
     .id = 8000,
     .at = stage::receive,
     .code = errc::connection_reset},
    {.what = "reset within the head",
     .peer = "to service",
     .id = 8001,
     .at = stage::http,
     .code = errc::connection_reset},
    {.what = "reset within the body",
     .peer = "to service",
     .id = 8002,
     .at = stage::http,
     .code = errc::connection_reset},
    {.what = "ended before the head",
     .peer = "to service",
     .id = 8003,
     .at = stage::receive,
     .code = errc::connection_closed},
    {.what = "truncated head", .peer = "to service", .id = 8004, .at = stage::http, .code = errc::connection_closed},
    {.what = "truncated body, by its length",
     .peer = "to service",
     .id = 8005,
     .at = stage::http,
     .code = errc::connection_closed},
    {.what = "truncated body, in chunks",
     .peer = "to service",
     .id = 8006,
     .at = stage::http,
     .code = errc::connection_closed},
    {.what = "truncated close: a whole body, no close_notify",
     .peer = "to service",
     .id = 8013,
     .at = stage::http,
     .code = errc::truncated_close},
    {.what = "truncated close: half a body, no close_notify",
     .peer = "to service",
     .id = 8014,
     .at = stage::http,
     .code = errc::truncated_close},
    {.what = "no reply",
     .peer = "to service",
     .id = 8008,
     .at = stage::receive,
     .code = errc::deadline_exceeded,
     .time = passing::at_last,
     .stalls_at = "request"},
    {.what = "a head that stops in the middle",
     .peer = "to service",
     .id = 8009,
     .at = stage::http,
     .code = errc::deadline_exceeded,
     .time = passing::at_last,
     .stalls_at = "reply"},
    {.what = "a body that stops in the middle",
     .peer = "to service",
     .id = 8010,
     .at = stage::http,
     .code = errc::deadline_exceeded,
     .time = passing::at_last,
     .stalls_at = "reply"},
    {.what = "slow loris on the head",
     .peer = "to service",
     .id = 8011,
     .at = stage::http,
     .code = errc::deadline_exceeded,
     .time = passing::always},
    {.what = "slow loris on the body",
     .peer = "to service",
     .id = 8012,
     .at = stage::http,
     .code = errc::deadline_exceeded,
     .time = passing::always},
    {.what = "a new handshake asked for (renegotiation)",
     .peer = "to again",
     .id = 497,
     .at = stage::receive,
     .code = errc::renegotiation_refused,
     .only_1_2 = true},
    {.what = "not HTTP", .peer = "to service", .id = 8026, .at = stage::http, .code = errc::bad_http},
};

class fault_peer {
  public:
    fault_peer() : process_(words()) {
        const std::string ready = process_.line();
        REQUIRE(ready.substr(0, 6) == "ready ");
        port_ = static_cast<std::uint16_t>(std::atoi(ready.c_str() + 6));
    }

    std::uint16_t port() const { return port_; }

    void be(const std::string& command) {
        REQUIRE(process_.send_line(command));
        for (std::string line; (line = process_.line()) != "done";) REQUIRE_FALSE(line.empty());
    }

    /// Whether it has said so since the last command.
    bool has_said(const std::string& event) {
        while (process_.has_line(0))
            if (process_.line() == "event " + event) return true;
        return false;
    }

  private:
    static std::vector<std::string> words() {
        std::vector<std::string> all{"python3", file_of("live/fault_peer.py"), "--directory", service().directory()};
        for (const std::string& word : tls_arguments()) all.push_back(word);
        all.push_back("service=" + std::to_string(service().port()));
        for (const char* const name :
             {"mute", "rude", "picky", "expired", "not-yet-valid", "self-signed", "wrong-name", "unknown-authority"})
            all.push_back(name + ("=" + std::to_string(service().port(name))));
        return all;
    }

    support::child_process process_;
    std::uint16_t port_ = 0;
};

/// The service has seen so many requests.
std::size_t requests() { return service().log_lines({"\"event\": \"request\""}).size(); }

constexpr milliseconds time_out{30'000};
constexpr std::size_t long_request = 4 * 1024 * 1024;  // more than any system takes in without the peer

}  // namespace

TEST_CASE(
    "fault matrix: each fault has its error, within the deadline, and the same client makes a good call afterwards") {
    fault_peer peer;
    counting_link link{trusting_service(false)};  // every handshake is a whole one
    std::vector<std::byte> memory(2 * long_request);
    const std::string base = url_of(peer.port());
    superoffice::client api{link, base, superoffice::bearer{good_token}, memory};
    const std::string filler(superoffice::max_header_value_bytes, 'x');
    const std::vector<superoffice::header_field> many(long_request / filler.size(), {"X-Filler", filler});

    std::set<std::tuple<stage, errc, std::int32_t, std::uint16_t>> told;
    int rows = 0;
    for (const fault& row : faults) {
        const std::string what = row.what;
        CAPTURE(what);
        if (row.only_1_2 && only_tls_1_3()) {
            MESSAGE("skipped, TLS 1.3 has no such thing: " << what);
            continue;
        }
        ++rows;
        api.stop();
        peer.be(row.peer);
        link.host = row.host;
        link.received = 0;
        const std::size_t before = requests();

        superoffice::call_options options{.timeout = time_out};
        if (row.at == stage::transmit || row.peer == std::string_view("full")) options.headers.more = many;
        auto call = api.start_get_batch_task_info(row.id, options, superoffice::allow_waiting_lookup);
        instant now{1'000'000};
        const instant deadline = now + time_out;
        const std::function<bool()> has_stalled = [&] {
            const std::string_view at = row.stalls_at;
            if (at == "request") return requests() > before;
            if (at == "reply") return link.received > 0;
            return at.empty() || peer.has_said(row.stalls_at);
        };
        // A hang ends the test by Meson's or the check's own timeout.
        bool is_done = false, stalled = false;
        while (!is_done && now < deadline) {
            is_done = call.step(now) == superoffice::step_state::done;
            if (is_done) break;
            CHECK(call.wants().until <= deadline);
            if (call.wants().what != superoffice::wait_for::time) link.wait(call.wants().what, milliseconds{20});
            if (row.time == passing::always) now = now + milliseconds{1000};
            if (row.time == passing::at_last) {
                if (stalled) now = now == deadline - milliseconds{1} ? deadline : deadline - milliseconds{1};
                stalled = stalled || has_stalled();
            }
        }
        if (!is_done) is_done = call.step(deadline) == superoffice::step_state::done;
        REQUIRE(is_done);
        const superoffice::error e = call.error();
        CHECK(std::string{name(e.code)} == std::string{name(row.code)});
        CHECK(std::string{name(e.stage)} == std::string{name(row.at)});
        CHECK((now == deadline) == (row.code == errc::deadline_exceeded));
        if (row.code == errc::deadline_exceeded) CHECK(api.last_reply().duration == time_out);
        told.emplace(e.stage, e.code, e.native, e.http_status);

        link.host = nullptr;
        peer.be("to service");
        const auto task = api.get_batch_task_info(497);
        CAPTURE(name(task.error().code));
        CHECK(task.has_value());
        CHECK(task->Id == 547);
    }
    CHECK(told.size() >= 20);  // the others differ in where the same thing happened
    MESSAGE(rows << " faults, " << told.size() << " different errors (stage, code, native code, status)");
}

TEST_CASE("a server that refuses its client closes at once, and its refusal is reported every time") {
    constexpr int times = 20;
    const std::string base = service().base_url("picky");
    for (const char* const name : {"", "unknown-authority", "self-signed", "expired", "client"}) {
        CAPTURE(std::string(name));
        superoffice::client_certificate me;
        superoffice::tls_options options = trusting_service(false);
        if (*name != '\0') {
            const std::string pair = service().directory() + "/" + name;
            REQUIRE(me.load_files((pair + ".pem").c_str(), (pair + ".key").c_str()));
            options.client = &me;
        }
        for (int again = 0; again < times; ++again) {
            superoffice::mbedtls_socket link{options};
            std::vector<std::byte> memory(16 * 1024);
            superoffice::client api{link, base, superoffice::bearer{good_token}, memory};
            const auto task = api.get_batch_task_info(497);
            const errc expected = name == std::string_view("client") ? errc::ok : errc::client_certificate_refused;
            CHECK(std::string{superoffice::name(task.error().code)} == std::string{superoffice::name(expected)});
            if (expected == errc::ok) continue;
            CHECK(task.error().tls_alert() != 0);
            CHECK(task.error().http_status == 0);
        }
    }
    superoffice::mbedtls_socket link{trusting_service(false)};
    std::vector<std::byte> memory(16 * 1024);
    superoffice::client api{link, base, superoffice::bearer{good_token}, memory};
    superoffice::watch<superoffice::BatchTaskInfo> task{api, 497, {}, superoffice::allow_waiting_lookup};
    superoffice::watch_state state = superoffice::watch_state::waiting;
    while ((state = task.step(superoffice::mbedtls_socket::clock::now())) == superoffice::watch_state::waiting)
        link.wait(superoffice::wait_for::readable, milliseconds{20});
    CHECK(state == superoffice::watch_state::call_failed);  // at the first time: it does not pass by itself
}

TEST_CASE("early close on a reused connection: the call is made again over a fresh one, and succeeds") {
    for (const std::int32_t id : {8017, 8018}) {  // by an orderly close, by a reset
        CAPTURE(id);
        superoffice::mbedtls_socket link{trusting_service()};
        std::vector<std::byte> memory(16 * 1024);
        superoffice::client api{link, service().base_url(), superoffice::bearer{good_token}, memory};
        const std::size_t before = service().log_lines({"\"event\": \"handshake\""}).size();
        for (int call = 0; call < 3; ++call) CHECK(api.get_batch_task_info(id)->Id == 547);
        CHECK(service().log_lines({"\"event\": \"handshake\""}).size() - before == 3);
    }
}
