// Long lists and large files through 4 KB of memory, calls without a value, and the allocations after the handshake.
#include "live.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace live::bulk {
namespace {

struct listed {
    superoffice::field<std::int32_t> Id;
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
};
BOOST_DESCRIBE_STRUCT(listed, (), (Id, State))

/// A client with 4 KB that has made its first call: the handshake, which allocates, is over.
struct connected {
    superoffice::mbedtls_socket link{trusting_service()};
    std::string base = service().base_url();
    std::array<std::byte, 4096> memory{};
    superoffice::client<superoffice::mbedtls_socket, superoffice::bearer> api{link, base,
                                                                              superoffice::bearer{good_token}, memory};
    connected() { REQUIRE(api.get_batch_task_info<listed>(497)->Id == 547); }
};

/// Steps the call to its end; the heap's calls meanwhile. No check of doctest in here: that would allocate.
template <class Link, class Call>
std::size_t allocations_of(Link& link, Call& call) noexcept {
    const std::size_t before = support::heap::calls;
    const typename Link::clock clock;
    while (call.step(clock.now()) == superoffice::step_state::pending)
        if (call.wants().what != superoffice::wait_for::time) link.wait(call.wants().what, milliseconds{1'000});
    return support::heap::calls - before;
}

constexpr superoffice::call_options long_call{.timeout = milliseconds{120'000}};

/// A link that gives a list of so many elements and never holds more than one of them.
class list_source {
  public:
    static constexpr bool may_wait = false;
    explicit list_source(std::uint64_t count) noexcept : left_(count) {}

    superoffice::io_result start(const superoffice::peer&) noexcept { return superoffice::io_result::ready(); }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        return superoffice::io_result::ready(from.size());
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        std::size_t given = 0;
        while (given < into.size()) {
            if (at_ == size_ && !next()) break;
            const std::size_t part = std::min(into.size() - given, size_ - at_);
            std::memcpy(into.data() + given, piece_.data() + at_, part);
            given += part;
            at_ += part;
        }
        return given == 0 ? superoffice::io_result::closed() : superoffice::io_result::ready(given);
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }

  private:
    bool next() noexcept {
        at_ = 0;
        if (!begun_) return put("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n["), begun_ = true;
        if (left_ == 0) return put(ended_ ? "" : "]"), !std::exchange(ended_, true);
        return put(--left_ == 0 ? R"({"Id":7,"State":"New"})" : R"({"Id":7,"State":"New"},)"), true;
    }
    void put(std::string_view text) noexcept {
        std::memcpy(piece_.data(), text.data(), text.size());
        size_ = text.size();
    }

    std::uint64_t left_;
    std::array<char, 64> piece_{};
    std::size_t at_ = 0, size_ = 0;
    bool begun_ = false, ended_ = false;
};
static_assert(superoffice::byte_transport<list_source>);

}  // namespace

TEST_CASE("a list of 100,000 tasks over TLS, in steps, in 4 KB: each is counted and nothing is allocated") {
    connected to;
    std::uint64_t finished = 0;
    auto call = to.api.start_list<listed>(
        superoffice::get_all_batch_task_infos_by_name, {"List-100000"},
        [&](const listed& task) noexcept { finished += superoffice::is_final(task.State) ? 1U : 0U; }, long_call,
        superoffice::allow_waiting_lookup);
    const std::size_t allocated = allocations_of(to.link, call);
    CHECK(call.error().code == errc::ok);
    CHECK(call.count() == 100'000);
    CHECK(finished > 0);
    CHECK(finished < 100'000);
    CHECK(allocated == 0);
    MESSAGE("a list of " << call.count() << " tasks in " << to.memory.size() << " bytes: " << allocated
                         << " allocations");
}

TEST_CASE("a list of a million elements in 4 KB: each is counted and nothing is allocated") {
    list_source link{1'000'000};
    std::array<std::byte, 4096> memory{};
    superoffice::client api{link, "https://localhost/Cust12345/api", superoffice::bearer{good_token}, memory};
    std::int64_t sum = 0;
    auto call = api.start_list<listed>(
        superoffice::get_batch_task_infos_by_state, {},
        [&](const listed& task) noexcept { sum += task.Id.value_or(0); }, long_call);
    const std::size_t before = support::heap::calls;
    while (call.step(superoffice::instant{0}) == superoffice::step_state::pending) {
    }
    const std::size_t allocated = support::heap::calls - before;
    CHECK(call.error().code == errc::ok);
    CHECK(call.count() == 1'000'000);
    CHECK(sum == 7'000'000);
    CHECK(allocated == 0);
}

TEST_CASE("a file of 64 MB over TLS, in steps, in 4 KB: every byte arrives and nothing is allocated") {
    constexpr std::int32_t size = 64 << 20;
    connected to;
    std::uint64_t bytes = 0;
    std::size_t largest = 0;
    auto call = to.api.start_download(
        superoffice::get_output_from_batch, {1'000'000'000 + size},
        [&](std::span<const std::byte> piece) noexcept {
            bytes += piece.size();
            if (piece.size() > largest) largest = piece.size();
        },
        superoffice::default_max_file_bytes, long_call, superoffice::allow_waiting_lookup);
    const std::size_t allocated = allocations_of(to.link, call);
    CHECK(call.error().code == errc::ok);
    CHECK(bytes == size);
    CHECK(largest <= to.memory.size());
    CHECK(allocated == 0);
    MESSAGE("a file of " << bytes << " bytes in " << to.memory.size() << ": " << allocated << " allocations");
}

TEST_CASE("calls without a value, with a bool, and with a number: none allocates behind the handshake") {
    connected to;
    const std::int32_t several[] = {2000, 3000};
    superoffice::StartBatchJobRequest job;
    job.BatchTaskInfo.Name = std::string_view{"ContactExport"};
    int done = 0;
    const std::size_t before = support::heap::calls;
    for (int n = 0; n != 100; ++n) {
        done += to.api.run(superoffice::delete_batch_task, {1000}).has_value();
        done += to.api.run(superoffice::delete_batch_tasks, {several}).has_value();
        done += to.api.run(superoffice::cleanup_batch_task, {4000}).has_value();
        done += to.api.run(superoffice::stop_batch_job, {1001}).has_value();
        done += to.api.run(superoffice::start_batch_job, job).has_value();
    }
    const std::size_t allocated = support::heap::calls - before;
    CHECK(done == 500);
    CHECK(allocated == 0);
}

}  // namespace live::bulk
