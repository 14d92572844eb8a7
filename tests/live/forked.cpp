// A process that forks with a connection that is kept: parent and child go on calling, and each gets its own answers.
#include "live.hpp"

#include <array>
#include <cstddef>

#include <sys/wait.h>
#include <unistd.h>

using namespace live;

namespace {

/// Of 20 calls, those that failed or were answered for another task.
template <class Client>
int wrong_of(Client& api, std::int32_t id, std::int32_t answered) {
    int wrong = 0;
    for (int call = 0; call < 20; ++call) {
        const auto task = api.get_batch_task_info(id);
        if (!task || task->Id.value_or(-1) != answered) ++wrong;
    }
    return wrong;
}

std::size_t connections_seen(const support::local_service& host) {
    return host.log_lines({"\"event\": \"handshake\""}).size();
}

}  // namespace

TEST_CASE("forked: parent and child share no connection, with and without TLS") {
    // A service by itself: other tests expect their connections one after the other.
    support::local_service host;
    REQUIRE_MESSAGE(host.is_ready(), host.problem());
    superoffice::tls_options options = trusting_service();
    options.ca_file = host.ca_file().c_str();
    superoffice::mbedtls_socket link{options};
    std::array<std::byte, 16 * 1024> memory{};
    const std::string base = url_of(host.port());
    superoffice::client api{link, superoffice::borrowed{base}, superoffice::bearer{good_token}, memory};
    const auto first = api.get_batch_task_info(497), other = api.get_batch_task_info(6013);
    REQUIRE(first);
    const std::int32_t of_497 = 547;  // as the documented reply has it
    REQUIRE(first->Id == of_497);
    REQUIRE(other);
    const std::int32_t of_6013 = other->Id.value_or(-1);
    REQUIRE(of_6013 != of_497);
    const std::size_t before = connections_seen(host);

    const pid_t child = ::fork();
    if (child == 0) ::_exit(wrong_of(api, 6013, of_6013));
    CHECK(wrong_of(api, 497, of_497) == 0);
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(wrong_of(api, 497, of_497) == 0);       // the child's end has not closed the parent's connection
    CHECK(connections_seen(host) == before + 1);  // the child's
}
