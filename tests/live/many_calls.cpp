// Thousands of calls to a real nginx and to the local service, over one connection and over as many as there are calls. What
// happened is asked of the servers.
#include "live.hpp"

#include <memory>
#include <sstream>

using namespace live;

namespace {

/// What a server says of one connection.
struct seen_connection {
    int requests = 0;
    bool resumed = false;
};

/// A server and its log.
struct server {
    std::string base;
    std::vector<seen_connection> (*seen)();
};

support::child_process& nginx() {
    static support::child_process one = [] {
        std::vector<std::string> words{"python3",       file_of("support/nginx_superoffice.py"),
                                       "--directory",   service().directory() + "/nginx",
                                       "--certificate", service().directory() + "/good.pem",
                                       "--key",         service().directory() + "/good.key"};
        for (const std::string& word : tls_arguments()) words.push_back(word);
        return support::child_process(words);
    }();
    return one;
}

/// A line for each request: connection, number in it, "r" or ".", version, status.
std::vector<seen_connection> seen_by_nginx() {
    std::vector<seen_connection> found;
    std::istringstream log(support::text_of_file(service().directory() + "/nginx/access.log"));
    long connection = 0, last = -1;
    int number = 0, status = 0;
    for (std::string reused, version; log >> connection >> number >> reused >> version >> status; last = connection) {
        if (connection != last) found.push_back({.resumed = reused == "r"});
        CHECK(number == ++found.back().requests);
        CHECK(status == 200);
    }
    return found;
}

/// The whole number behind a name, in a line of the service's log.
int number_in(const std::string& line, std::string_view name) {
    const std::size_t at = line.find(name);
    return at == std::string::npos ? -1 : std::atoi(line.c_str() + at + name.size());
}

std::vector<seen_connection> seen_by_service() {
    std::vector<seen_connection> found;
    std::vector<int> numbers;
    std::istringstream log(service().log());
    for (std::string line; std::getline(log, line);) {
        const int connection = number_in(line, "\"connection\": ");
        if (line.find("\"event\": \"handshake\"") != std::string::npos) {
            numbers.push_back(connection);
            found.push_back({.resumed = line.find("\"resumed\": true") != std::string::npos});
        }
        if (line.find("\"event\": \"request\"") == std::string::npos) continue;
        REQUIRE_FALSE(found.empty());
        CHECK(connection == numbers.back());
        CHECK(number_in(line, "\"number\": ") == ++found.back().requests);
    }
    CHECK(service().log_lines({"\"event\": \"internal-error\""}).empty());
    return found;
}

const server& server_of(std::string_view name) {
    static const server by_nginx = [] {
        const std::string ready = nginx().line();
        REQUIRE(ready.substr(0, 6) == "ready ");
        return server{url_of(static_cast<std::uint16_t>(std::atoi(ready.c_str() + 6))), seen_by_nginx};
    }();
    static const server by_service{service().base_url(), seen_by_service};
    return name == "nginx" ? by_nginx : by_service;
}

/// What was seen since this was made.
class journal {
  public:
    explicit journal(const server& of) : of_(of), before_(of.seen().size()) {}
    /// Once there are so many requests: nginx logs one when the reply is out already. A server that never does so ends the
    /// loop, not the clock.
    std::vector<seen_connection> connections(int requests) const {
        for (int looks = 0;; ++looks) {
            std::vector<seen_connection> all = of_.seen();
            all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before_));
            int logged = 0;
            for (const seen_connection& one : all) logged += one.requests;
            if (logged >= requests || looks == 200) return all;
            superoffice::tcp_socket{}.wait(superoffice::wait_for::time, milliseconds{20});
        }
    }

  private:
    const server& of_;
    std::size_t before_;
};

using client = superoffice::client<superoffice::mbedtls_socket, superoffice::bearer>;

/// A call like any other. No check of doctest in here: that would allocate.
bool is_answered(client& api) noexcept {
    const auto task = api.get_batch_task_info(497);
    return task.has_value() && task->Id == 547 && task->Name == "ContactExport" && task->ProgressPercent == 100;
}

}  // namespace

TEST_CASE("many calls over one connection: each is answered, none allocates, and the server saw no other connection") {
    for (const std::string name : {"nginx", "the local service"}) {
        CAPTURE(name);
        const server& to = server_of(name);
        const journal log(to);
        superoffice::mbedtls_socket link{trusting_service()};
        std::vector<std::byte> memory(16 * 1024);
        client api{link, to.base, superoffice::bearer{good_token}, memory};
        REQUIRE(is_answered(api));  // the handshake, which allocates

        int answered = 1;
        const std::size_t before = support::heap::calls;
        for (int call = 1; call < kept_calls(); ++call) answered += is_answered(api);
        const std::size_t allocated = support::heap::calls - before;
        CHECK(answered == kept_calls());
        CHECK(allocated == 0);
        api.stop();

        const std::vector<seen_connection> seen = log.connections(kept_calls());
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].requests == kept_calls());
        MESSAGE(name << ": " << answered << " calls over one connection, " << allocated << " allocations");
    }
    CHECK(support::heap::calls > 0);  // the counter counts
}

TEST_CASE("many calls over fresh connections: the server sees them resumed, unless that was forbidden") {
    for (const std::string name : {"nginx", "the local service"}) {
        for (const bool resume : {true, false}) {
            CAPTURE(name);
            CAPTURE(resume);
            const server& to = server_of(name);
            const journal log(to);
            superoffice::mbedtls_socket link{trusting_service(resume)};
            std::vector<std::byte> memory(16 * 1024);
            client api{link, to.base, superoffice::bearer{good_token}, memory};
            int answered = 0;
            for (int call = 0; call < fresh_calls(); ++call) {
                answered += is_answered(api);
                api.stop();
            }
            CHECK(answered == fresh_calls());

            const std::vector<seen_connection> seen = log.connections(fresh_calls());
            CHECK(seen.size() == static_cast<std::size_t>(fresh_calls()));
            int resumed = 0, with_one_request = 0;
            for (const seen_connection& one : seen) {
                resumed += one.resumed;
                with_one_request += one.requests == 1;
            }
            CHECK(with_one_request == fresh_calls());
            CHECK(resumed == (resume ? fresh_calls() - 1 : 0));
            MESSAGE(name << ": " << answered << " calls over fresh connections, " << resumed << " of them resumed");
        }
    }
}
