// A device that nobody logs in follows a task for a week: the clock of the service and of the device go by hand, and TLS, tokens
// and tickets are real. What happened is asked of the service.
#include "live.hpp"

#include <array>
#include <fstream>
#include <sstream>

using namespace live;

namespace {

/// The pause that a call wants between two steps while its credential is fetched; all other pauses here are longer.
constexpr milliseconds a_credential_is_fetched{10};
constexpr std::string_view refresh_token_name = "test-refresh-token-rotating-";

struct clock_move {
    std::int64_t advance = 0;
};
BOOST_DESCRIBE_STRUCT(clock_move, (), (advance))
struct clock_answer {};
BOOST_DESCRIBE_STRUCT(clock_answer, (), ())
constexpr superoffice::operation<clock_move, superoffice::json_text> move_clock{"/control/clock", milliseconds{3'000}};

/// The service by itself, its clock, and ours.
struct simulation {
    support::local_service host{{"--manual-clock", "--time", "2026-11-29T20:00:00Z", "--task-seconds", "604800"}};
    std::string root = host.base_url().substr(0, host.base_url().rfind("/Cust12345"));
    superoffice::mbedtls_socket control_link{trusting()}, login_link{trusting()}, link{trusting()};
    std::array<std::byte, 4'096> control_memory{}, memory{};
    std::array<std::byte, 8'192> login_memory{};
    superoffice::client<superoffice::mbedtls_socket, superoffice::anonymous> control{
        control_link, root, {}, control_memory};
    instant now{1'000'000};
    std::int64_t behind = 0;           // milliseconds that the service's clock has not moved yet
    std::int64_t utc = 1'795'982'400;  // 2026-11-29T20:00:00Z

    superoffice::tls_options trusting() {
        superoffice::tls_options options;
        options.ca_file = host.ca_file().c_str();
        options.protocol = support::test_tls();
        return options;
    }

    void pass(milliseconds time) {
        now = now + time;
        behind += time.count();
        if (behind < 1'000) return;
        const auto moved = control.run(move_clock, {behind / 1'000});
        CHECK(moved.has_value());
        utc += behind / 1'000;
        behind %= 1'000;
    }

    /// Steps the watch to its end; time passes only in the pauses. Gives the number of questions that were answered.
    template <class Watch>
    superoffice::watch_state follow(Watch& task) {
        for (;;) {
            const superoffice::watch_state state = task.step(now);
            if (state == superoffice::watch_state::changed) continue;
            if (state != superoffice::watch_state::waiting) return state;
            const superoffice::error& failure = task.last_failure();
            if (failure.code != errc::ok) CHECK_MESSAGE(false, std::string{name(failure.code)});
            const superoffice::wait_condition wants = task.wants();
            if (wants.what != superoffice::wait_for::time)
                link.wait(wants.what, milliseconds{1'000});
            else if (wants.until - now > a_credential_is_fetched)
                pass(wants.until - now);
            else
                login_link.wait(superoffice::wait_for::readable, milliseconds{20});
        }
    }
    [[nodiscard]] std::size_t requests(const char* path) const {
        return host.log_lines({"\"event\": \"request\"", path}).size();
    }
};

std::string refresh_token() {
    return std::string{refresh_token_name} + std::string(64 - refresh_token_name.size(), '0');
}

struct stored_token {
    std::string text;
    int rotations = 0;
    static void store(void* self, std::string_view token) noexcept {
        auto& me = *static_cast<stored_token*>(self);
        me.text = token;
        ++me.rotations;
    }
};

}  // namespace

TEST_CASE("a week with a refresh token: renewed every hour, and no call lost") {
    simulation week;
    REQUIRE_MESSAGE(week.host.is_ready(), week.host.problem());
    stored_token stored;
    const std::string first = refresh_token();
    superoffice::refreshing_bearer login{week.login_link,
                                         week.root,
                                         {.client_id = "test-native-client"},
                                         first,
                                         week.login_memory,
                                         {stored_token::store, &stored},
                                         superoffice::allow_waiting_lookup};
    superoffice::client api{week.link, week.host.base_url(), &login, week.memory};
    superoffice::watch<> task{api, 1000, {.interval = milliseconds{600'000}}, superoffice::allow_waiting_lookup};
    CHECK(week.follow(task) == superoffice::watch_state::finished);
    CHECK(login.why() == errc::ok);
    // A week has 168 hours; each token is renewed a minute early.
    CHECK(login.generation() >= 168);
    CHECK(login.generation() <= 172);
    CHECK(static_cast<std::uint32_t>(stored.rotations) == login.generation());
    CHECK(week.requests("/login/common/oauth/tokens") == login.generation());
    CHECK(week.requests("GetBatchTaskInfo") >= 1'008);
    CHECK(week.host.log_lines({"\"event\": \"request\"", "\"status\": 401"}).empty());
    CHECK(week.host.log_lines({"\"event\": \"internal-error\""}).empty());
}

TEST_CASE("a week as a system user whose clock is 20 minutes late: one repeat, and no call lost") {
    simulation week;
    REQUIRE_MESSAGE(week.host.is_ready(), week.host.problem());
    superoffice::mbedtls_rsa_signer key;
    REQUIRE(key.load(support::text_of_file(week.host.directory() + "/system-user.xml")).has_value());
    // 2026-11-29T20:00:00Z, less 20 minutes.
    week.utc = 1'795'982'400 - 1'200;
    const superoffice::utc_clock clock{[](void* at) noexcept { return *static_cast<const std::int64_t*>(at); },
                                       &week.utc};
    superoffice::system_user robot{week.login_link,
                                   week.root,
                                   {"Local Test App-2d2D5KmBji", "test-app-token", "Cust12345"},
                                   key,
                                   clock,
                                   week.login_memory,
                                   {},
                                   superoffice::allow_waiting_lookup};
    superoffice::client api{week.link, week.host.base_url(), &robot, week.memory};
    superoffice::watch<> task{api, 1000, {.interval = milliseconds{6 * 3'600'000}}, superoffice::allow_waiting_lookup};
    CHECK(week.follow(task) == superoffice::watch_state::finished);
    CHECK(robot.why() == errc::ok);
    CHECK(robot.clock_offset() >= 1'199);
    CHECK(robot.clock_offset() <= 1'201);
    CHECK(robot.generation() >= 28);
    CHECK(week.requests("/Login/api/PartnerSystemUser/Authenticate") == robot.generation() + 1);
    CHECK(week.host.log_lines({"\"event\": \"internal-error\""}).empty());
}
