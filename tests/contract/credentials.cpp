// Section 3: credentials: each scheme, each kind of installation, and an expired credential.
#include "contract.hpp"

#include <functional>

using namespace contract;

namespace {

/// Asks for the sample with that credential; what the call ended in, and as whom the service knew it.
template <class Credential>
void check_credential(Credential credential, const std::string& base, errc expected, std::string_view known_as,
                      const superoffice::client_options& options = {}) {
    const journal log;
    host<superoffice::default_reader, Credential> to{std::move(credential), options, base};
    const auto task = to.api.get_batch_task_info(497);
    CHECK_MESSAGE(name(task.error().code) == std::string_view{name(expected)}, known_as, " ", base);
    REQUIRE(log.requests().size() == 1);
    const std::string name = known_as.empty() ? "null" : "\"" + std::string{known_as} + "\"";
    CHECK_MESSAGE(holds(log.last_request(), "\"credential\": " + name), log.last_request());
}

/// A source that fetches a new token when one is refused.
struct refreshing {
    std::string token = expired_token;
    std::function<std::string()> fetch{};  // empty: there is none
    int pending_steps = 0;                 // so long it takes
    int asked = 0, refusals = 0;

    superoffice::credential_state prepare(instant) noexcept {
        ++asked;
        if (pending_steps == 0) return superoffice::credential_state::ready;
        --pending_steps;
        return superoffice::credential_state::pending;
    }
    void add_to(superoffice::request_head& head) noexcept { head.header("Authorization", "Bearer ", token); }
    bool refused() noexcept {
        ++refusals;
        if (!fetch) return false;
        token = fetch();
        return true;
    }
};

using source_host = host<superoffice::default_reader, refreshing*>;

}  // namespace

TEST_CASE("§3 basic: base64 of UTF-8, onsite only") {
    using superoffice::basic;
    const std::string onsite = origin() + "/superoffice", online = service().base_url();
    check_credential(basic{"test-user", "test-password"}, onsite, errc::ok, "basic-good");
    check_credential(basic{"j\u00f8rgen", "p\u00e5ssord-\u20ac"}, onsite, errc::ok, "basic-unicode");
    check_credential(basic{"test-user", "test-password"}, online, errc::unauthorized, {});
    check_credential(basic{"expired-user", "test-password"}, onsite, errc::unauthorized, {});
    check_credential(basic{"test-user", ""}, onsite, errc::unauthorized, {});
}

TEST_CASE("§3 ticket: sent raw as SOTicket; Online it needs SO-AppToken beside it, onsite not") {
    using superoffice::ticket;
    const std::string onsite = origin() + "/crm", online = service().base_url();
    const journal log;
    check_credential(ticket{"7T:test-ticket-good"}, onsite, errc::ok, "ticket-good");
    CHECK(has_header(log.last_request(), "Authorization", "SOTicket (redacted)"));
    CHECK(!has_header(log.last_request(), "SO-AppToken"));
    check_credential(ticket{"7T:test-ticket-good", "test-app-token"}, online, errc::ok, "ticket-good");
    CHECK(has_header(log.last_request(), "SO-AppToken", "(redacted)"));
    check_credential(ticket{"7T:test-ticket-good"}, online, errc::unauthorized, {});
    check_credential(ticket{"7T:test-ticket-good", "another"}, online, errc::unauthorized, {});
    check_credential(ticket{"7T:test-ticket-expired", "test-app-token"}, online, errc::unauthorized, {});
    superoffice::client_options options;  // or from the headers
    options.headers.app_token = "test-app-token";
    check_credential(ticket{"7T:test-ticket-good"}, online, errc::ok, "ticket-good", options);
}

TEST_CASE("§3 access token: Bearer, Online without SO-AppToken") {
    using superoffice::bearer;
    const journal log;
    check_credential(bearer{good_token}, service().base_url(), errc::ok, "bearer-good");
    CHECK(!has_header(log.last_request(), "SO-AppToken"));
    check_credential(bearer{good_token}, origin() + "/superoffice", errc::ok, "bearer-good");
    check_credential(bearer{expired_token}, service().base_url(), errc::unauthorized, {});
    check_credential(bearer{"8A:Cust12345.nobody-knows+/=:"}, service().base_url(), errc::unauthorized, {});
}

TEST_CASE("§3 session: the whole Cookie header and X-XSRF-TOKEN, no Authorization") {
    using superoffice::session;
    const journal log;
    for (const std::string& base : {service().base_url(), origin() + "/superoffice"})
        check_credential(session{"a=b; SoSession=test-session-good; c=d", "test-xsrf-good"}, base, errc::ok,
                         "session-good");
    CHECK(!has_header(log.last_request(), "Authorization"));
    CHECK(has_header(log.last_request(), "Cookie"));
    CHECK(has_header(log.last_request(), "X-XSRF-TOKEN", "(redacted)"));
    check_credential(session{"S=test-session-good", "another"}, service().base_url(), errc::unauthorized, {});
    check_credential(session{"S=test-session-expired", "test-xsrf-expired"}, service().base_url(), errc::unauthorized,
                     {});
}

TEST_CASE("§3 anonymous: without a credential the service answers 401, and names what it accepts") {
    host<superoffice::default_reader, superoffice::anonymous> to{superoffice::anonymous{}};
    check_refusal(to, {497, errc::unauthorized, 401, "A credential is missing."});
    CHECK(to.api.last_reply().head.www_authenticate() == "Bearer realm=\"SuperOffice\"");
}

TEST_CASE("§3 missing: an empty credential is refused before anything is sent") {
    const journal log;
    const auto ask = [](auto credential) {
        host<superoffice::default_reader, decltype(credential)> to{credential};
        const superoffice::error e = to.api.get_batch_task_info(497).error();
        CHECK(e.stage == stage::credential);
        return e.code;
    };
    CHECK(ask(superoffice::bearer{static_cast<const char*>(nullptr)}) == errc::credential_missing);
    CHECK(ask(superoffice::ticket{""}) == errc::credential_missing);
    CHECK(ask(superoffice::basic{"", "password"}) == errc::credential_missing);
    CHECK(ask(superoffice::session{"cookie=1", ""}) == errc::credential_missing);
    CHECK(ask(superoffice::session{"", "xsrf"}) == errc::credential_missing);
    CHECK(log.connections() == 0);
}

TEST_CASE("§3 forbidden characters: a credential that cannot be a header is refused before anything is sent") {
    const journal log;
    using namespace std::string_view_literals;
    for (const std::string_view evil : {"8A:\r\nX: y"sv, "8A:\n"sv, "8\0A"sv}) {
        host<> bearer{superoffice::bearer{evil}};
        CHECK(bearer.api.get_batch_task_info(497).error() == errc::bad_header_value);
        host<superoffice::default_reader, superoffice::ticket> ticket{superoffice::ticket{"7T:", evil}};
        CHECK(ticket.api.get_batch_task_info(497).error() == errc::bad_header_value);
        host<superoffice::default_reader, superoffice::session> session{superoffice::session{evil, "x"}};
        CHECK(session.api.get_batch_task_info(497).error() == errc::bad_header_value);
    }
    CHECK(log.connections() == 0);
}

TEST_CASE("§3 length: tokens of 8 KB work, and too little memory says how much it takes") {
    const std::string token = "8A:Cust12345.test-token-long." + std::string(8192, 'x') + "+/=:.";
    const std::string ticket = "7T:test-ticket-long." + std::string(8192, '=');
    check_credential(superoffice::bearer{token}, service().base_url(), errc::ok, "bearer-long");
    check_credential(superoffice::ticket{ticket, "test-app-token"}, service().base_url(), errc::ok, "ticket-long");

    const journal log;
    host<> small{superoffice::bearer{token}, superoffice::client_options{}, service().base_url(), 4096};
    const superoffice::error e = small.api.get_batch_task_info(497).error();
    CHECK(e == errc::memory_too_small);
    CHECK(e.stage == stage::request);
    CHECK(log.connections() == 0);
    host<> enough{superoffice::bearer{token}, superoffice::client_options{}, service().base_url(), e.needed()};
    check_sample(enough.api.get_batch_task_info(497));
}

TEST_CASE("§3 expiry: 401 asks the source for a fresh credential, and the call is repeated once") {
    const undisturbed around;
    refreshing source{.fetch = [] { return std::string{good_token}; }};
    source_host to{&source};
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    CHECK(source.refusals == 1);
    auto sent = log.requests();
    REQUIRE(sent.size() == 2);
    CHECK(holds(sent[0], "\"status\": 401"));
    CHECK(holds(sent[1], "\"credential\": \"bearer-good\""));

    control("expire", R"({"kind": "bearer", "value": "8A:Cust12345.test-token-good", "after": 1})");
    check_sample(to.api.get_batch_task_info(497));  // the last use
    source.fetch = [] {
        const std::string answer = control("renew", R"({"kind": "bearer"})");  // {"value": "..."}
        return answer.substr(11, answer.find('"', 11) - 11);
    };
    check_sample(to.api.get_batch_task_info(497));
    CHECK(source.refusals == 2);
    CHECK(holds(log.last_request(), "\"credential\": \"bearer-renewed-1\""));
}

TEST_CASE("§3 expiry: one repeat at most, and none if the source has no fresh credential") {
    refreshing again{.fetch = [] { return std::string{expired_token}; }};
    source_host to{&again};
    const journal log;
    check_refusal(to, {497, errc::unauthorized, 401, "The bearer credential has expired."});
    CHECK(log.requests().size() == 2);
    CHECK(again.refusals == 1);

    refreshing nothing;
    source_host other{&nothing};
    check_refusal(other, {497, errc::unauthorized, 401, "The bearer credential has expired."});
    CHECK(log.requests().size() == 3);
    CHECK(nothing.refusals == 1);
}

TEST_CASE("§3 expiry: 401 in all its forms is the trigger, 403 is not") {
    refreshing source{.token = good_token, .fetch = [] { return std::string{good_token}; }};
    source_host to{&source};
    const journal log;
    check_refusal(to, {7401, errc::unauthorized, 401, "Log in first."});
    check_refusal(to, {17401, errc::unauthorized, 401});
    CHECK(to.api.last_reply().head.www_authenticate().data() == nullptr);
    check_refusal(to, {27401, errc::unauthorized, 401});
    CHECK(to.api.last_reply().head.www_authenticate() == "Negotiate");
    CHECK(source.refusals == 3);
    CHECK(log.requests().size() == 6);
    check_refusal(to,
                  {7403, errc::forbidden, 403, "The right to see this task is missing.", {}, "SoSecurityException"});
    CHECK(source.refusals == 3);
    CHECK(log.requests().size() == 7);
}

TEST_CASE("§3 source: a source that is still fetching is asked again, within the deadline") {
    refreshing source{.token = good_token, .pending_steps = 3};
    source_host to{&source};
    auto call = to.api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup);
    const journal log;
    instant now{};
    for (int left = 3; left > 0; --left, now = call.wants().until) {
        CHECK(source.pending_steps == left);
        CHECK(call.step(now) == superoffice::step_state::pending);
        CHECK(call.wants().what == superoffice::wait_for::time);
        CHECK(log.connections() == 0);
    }
    drive(to.link, call, now, now);
    check_sample(call.result());
    CHECK(source.asked == 4);

    source.pending_steps = 1000;
    auto late = to.api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup);
    CHECK(late.step(instant{0}) == superoffice::step_state::pending);
    CHECK(late.step(instant{30'000}) == superoffice::step_state::done);
    CHECK(late.error() == errc::deadline_exceeded);
    CHECK(late.error().stage == stage::credential);
}
