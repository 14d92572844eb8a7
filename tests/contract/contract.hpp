// tests/contract/contract.hpp - the local service that all contract tests share, and clients for it like a user's.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_CONTRACT_CONTRACT_HPP
#define SUPEROFFICE_TESTS_CONTRACT_CONTRACT_HPP

#include <superoffice/batch.hpp>

#include <doctest/doctest.h>

#include <support/local_service.hpp>
#include <support/test_tls.hpp>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

// How a contract test looks:
//
//     TEST_CASE_TEMPLATE("§7 texts: escapes are read", Reader, READERS) {
//         host<Reader> to;                                       // link, memory and client, over TLS
//         const auto task = to.api.get_batch_task_info(497);  // the id chooses the reply: see local_superoffice_tasks.py
//         CHECK(...);
//     }
//
// `control(...)` tells the service how to behave, `undisturbed` undoes that, `journal` reads what the service has seen.

// The readers that a test of replies runs with, one after another.
#if SUPEROFFICE_WITH_SIMDJSON
#define READERS superoffice::compact_reader, superoffice::simdjson_reader
#else
#define READERS superoffice::compact_reader
#endif

namespace contract {

using superoffice::BatchTaskInfo;
using superoffice::BatchTaskState;
using superoffice::errc;
using superoffice::instant;
using superoffice::milliseconds;
using superoffice::stage;

// Bearer tokens: the service accepts the first, and answers 401 to the second.
inline constexpr const char* good_token = "8A:Cust12345.test-token-good";
inline constexpr const char* expired_token = "8A:Cust12345.test-token-expired";

/// Whether this machine has the IPv6 loopback address.
inline bool has_ipv6() {
    const int probe = ::socket(AF_INET6, SOCK_STREAM, 0);
    if (probe == -1) return false;
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_addr = in6addr_loopback;
    const bool there = ::bind(probe, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
    ::close(probe);
    return there;
}

/// The local service. The first use starts it, the end of the program stops it. It has three listeners: the main one with
/// TLS, "plain" without, and "second" with TLS on another port. Its clock stands still: only `advance_tasks` makes tasks
/// progress, and a task takes 10 seconds of that clock.
inline support::local_service& service() {
    static support::local_service one({"--manual-clock", "--task-seconds", "10", "--host",
                                       has_ipv6() ? "both" : "127.0.0.1", "--listen", "plain=plain", "--listen",
                                       "second=good", "--drip-seconds", "0"});
    REQUIRE_MESSAGE(one.is_ready(), one.problem());
    return one;
}

/// Scheme, host and port of a listener, such as "https://localhost:40001"; of the main one where none is named.
inline std::string origin(std::string_view listener = {}) {
    const std::string url = listener.empty() ? service().base_url() : service().base_url(listener);
    return url.substr(0, url.find('/', url.find("://") + 3));
}

/// Sends a command to the service: POST /control/NAME with JSON arguments. tests/support/local_superoffice.py lists
/// them ("reset", "clock", "next", "expire" ...). Uses a plain socket, not the library. Answers the reply's body; fails
/// the test unless the status is 200.
inline std::string control(std::string_view name, std::string_view arguments = "{}") {
    const int link = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(service().port("plain"));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(link, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    std::string text =
        "POST /control/" + std::string{name} +
        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + std::to_string(arguments.size()) +
        "\r\n\r\n" + std::string{arguments};
    REQUIRE(::send(link, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    text.clear();
    char piece[4096];
    for (ssize_t n = 0; (n = ::recv(link, piece, sizeof piece, 0)) > 0;)
        text.append(piece, static_cast<std::size_t>(n));
    ::close(link);
    REQUIRE_MESSAGE(text.find(" 200 ") == 8, name, " ", arguments, ": ", text);
    return text.substr(text.find("\r\n\r\n") + 4);
}

/// Moves the service's clock, and with it all tasks, forward.
inline void advance_tasks(milliseconds by) {
    control("clock",
            "{\"advance\": " + std::to_string(by.count() / 1000) + "." + std::to_string(by.count() % 1000 / 100) + "}");
}

/// Declared first in a test that changes the service: resets the service before the test and after it.
struct undisturbed {
    undisturbed() { control("reset"); }
    undisturbed(const undisturbed&) = delete;
    undisturbed& operator=(const undisturbed&) = delete;
    ~undisturbed() { control("reset"); }
};

/// What the service has logged since this object was made: one line of JSON for each event.
class journal {
  public:
    journal() : from_(service().log().size()) {}

    /// The lines that contain `part`.
    [[nodiscard]] std::vector<std::string> lines(std::string_view part) const {
        std::vector<std::string> found;
        std::istringstream all(service().log().substr(from_));
        for (std::string line; std::getline(all, line);)
            if (line.find(part) != std::string::npos) found.push_back(line);
        return found;
    }
    [[nodiscard]] std::vector<std::string> requests() const { return lines("\"event\": \"request\""); }
    /// Empty if there was none.
    [[nodiscard]] std::string last_request() const {
        const auto all = requests();
        return all.empty() ? std::string{} : all.back();
    }
    [[nodiscard]] std::size_t connections() const { return lines("\"event\": \"connection\"").size(); }

  private:
    std::size_t from_;
};

/// Whether the line contains `part`.
inline bool holds(const std::string& line, std::string_view part) { return line.find(part) != std::string::npos; }

/// Whether a logged request has this header line; the second form accepts any value.
inline bool has_header(const std::string& line, const std::string& name, const std::string& value) {
    return holds(line, "[\"" + name + "\", \"" + value + "\"]");
}
inline bool has_header(const std::string& line, const std::string& name) { return holds(line, "[\"" + name + "\", "); }

/// A reader for replies of up to `bytes` bytes. simdjson's takes its memory when it is made, the compact one needs none.
template <class Reader>
Reader make_reader(std::size_t bytes) {
    if constexpr (std::is_constructible_v<Reader, std::size_t>)
        return Reader{bytes};
    else
        return Reader{};
}

/// Enough for every reply of the service but those that are too large on purpose.
inline constexpr std::size_t usual_memory = 64 * 1024;

/// What a program has: a TLS link, memory, and a client `api` over both. The first constructor uses the good access token.
/// `base_url` may name another listener or tenant, `bytes` sets the size of the memory.
template <class Reader = superoffice::default_reader, class Credential = superoffice::bearer>
class host {
  public:
    explicit host(const superoffice::client_options& options = {}, const std::string& base_url = service().base_url(),
                  std::size_t bytes = usual_memory)
        : host(Credential{good_token}, options, base_url, bytes) {}
    explicit host(Credential credential, const superoffice::client_options& options = {},
                  const std::string& base_url = service().base_url(), std::size_t bytes = usual_memory)
        : base(base_url), memory(bytes),
          api(link, base, std::move(credential), memory, options, make_reader<Reader>(bytes)) {}

    superoffice::mbedtls_socket link{{.ca_file = service().ca_file().c_str(), .protocol = support::test_tls()}};
    std::string base;
    std::vector<std::byte> memory;
    superoffice::client<superoffice::mbedtls_socket, Credential, Reader> api;
};

/// The same over the listener without TLS.
template <class Reader = superoffice::default_reader, class Credential = superoffice::bearer>
class plain_host {
  public:
    explicit plain_host(Credential credential, const std::string& base_url = service().base_url("plain"),
                        std::size_t bytes = usual_memory)
        : base(base_url), memory(bytes),
          api(link, base, std::move(credential), memory, {}, make_reader<Reader>(bytes)) {}

    superoffice::tcp_socket link;
    std::string base;
    std::vector<std::byte> memory;
    superoffice::client<superoffice::tcp_socket, Credential, Reader> api;
};

/// Steps a call to its end. The call is told that it is `first` at the first step and `later` at all others, so a test
/// chooses how much time passes. Sleeps until the link is ready, never until a time.
template <class Link, class Call>
void drive(Link& link, Call& call, instant first, instant later) {
    for (instant now = first; call.step(now) != superoffice::step_state::done; now = later)
        if (call.wants().what != superoffice::wait_for::time) link.wait(call.wants().what, milliseconds{1000});
}

/// A row of a table: the id of a task whose reply is refused, how the call ends, and what `last_reply()` says.
struct refusal {
    std::int32_t id;
    errc code;
    std::uint16_t status = 200;
    std::string_view message = {};
    std::string_view detail = {};
    std::string_view type = {};
};

/// Makes the call of the row and compares. `to` is a `host` or a `plain_host`.
template <class Host>
void check_refusal(Host& to, const refusal& row) {
    CAPTURE(row.id);
    const auto task = to.api.get_batch_task_info(row.id);
    CHECK(name(task.error().code) == std::string_view{name(row.code)});
    CHECK(task.error().http_status == row.status);
    CHECK(to.api.last_reply().status == row.status);
    CHECK(to.api.last_reply().message == row.message);
    CHECK(to.api.last_reply().detail == row.detail);
    CHECK(to.api.last_reply().type == row.type);
}

/// Compares all 24 properties with the documented sample (sections 1.4 and 1.5).
inline void check_sample(const superoffice::result<BatchTaskInfo>& task) {
    const std::string problem = name(task.error().code);
    REQUIRE_MESSAGE(task.has_value(), problem);
    CHECK(task->Id == 547);
    CHECK(task->Name == "ContactExport");
    CHECK(task->AssociateId == 426);
    CHECK(task->DetailsTable == 202);
    CHECK(task->DetailsRecord == 91);
    CHECK(task->IsSystemTask == false);
    CHECK(task->IsInternalTask == false);
    REQUIRE(task->ParameterObject.has_value());
    CHECK(task->ParameterObject->size() == 2);
    CHECK(task->ParameterObject->find("ParameterObject1") == "format=xlsx");
    CHECK(task->ParameterObject->find("ParameterObject2") == "includePersons=true");
    REQUIRE((task->LastStarted.has_value() && task->Created.has_value()));
    CHECK(task->LastStarted->text() == "2024-11-27T09:15:00+01:00");
    CHECK(task->Created->text() == "2024-11-27T09:00:00+01:00");
    CHECK(task->StartCount == 1);
    CHECK(task->DatabaseSerialNumber == "459952");
    CHECK(task->Context == "User Export Request");
    CHECK(task->Result == "Success");
    CHECK(task->State == BatchTaskState::Succeeded);
    CHECK(task->Description == "Export contact list to Excel with related person records");
    CHECK(task->Response == "Successfully exported 1,245 contacts");
    CHECK(task->Request == "Export all active contacts from North region");
    CHECK(task->ProgressDescription == "Export completed - file ready for download");
    CHECK(task->ProgressPercent == 100);
    CHECK(task->FileName == "ContactExport_2024-11-27.xlsx");
    CHECK(task->CancellationBehaviour == superoffice::BatchTaskCancellationBehaviour::CanCancel);
    CHECK(task->TableRight.is_null());
    REQUIRE(task->FieldProperties.has_value());
    REQUIRE(task->FieldProperties->size() == 1);
    const auto property = task->FieldProperties->find("fieldName");
    REQUIRE(property.has_value());
    CHECK(property->FieldRight.is_null());
    CHECK(property->FieldType == "System.Int32");
    CHECK(property->FieldLength == 300);
}

}  // namespace contract
#endif
