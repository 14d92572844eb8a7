// Prints the memory that a call needs, as the rows of the guide's table: object sizes by sizeof, and the smallest memory
// with which the documented reply still arrives, found by trying.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>

#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include <support/documented_reply.hpp>

namespace {

using superoffice::script_step;
namespace script = superoffice::script;

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

/// Takes whatever is sent and gives the documented reply, chunked like the service's own.
class canned_link {
  public:
    static constexpr bool may_wait = false;
    superoffice::io_result start(const superoffice::peer&) noexcept { return superoffice::io_result::ready(); }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        return superoffice::io_result::ready(from.size());
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        const std::size_t count = into.size() < reply_.size() - given_ ? into.size() : reply_.size() - given_;
        if (count == 0) return superoffice::io_result::closed();
        for (std::size_t n = 0; n < count; ++n) into[n] = static_cast<std::byte>(reply_[given_ + n]);
        given_ += count;
        return superoffice::io_result::ready(count);
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }

  private:
    std::string reply_ = documented_reply_chunked();
    std::size_t given_ = 0;
};
static_assert(superoffice::byte_transport<canned_link>);

template <class Reader>
bool arrives_in(std::span<std::byte> memory, Reader reader) {
    canned_link link;
    superoffice::client<canned_link, superoffice::bearer, Reader> api{link,
                                                                      "https://online.superoffice.com/Cust12345/api",
                                                                      superoffice::bearer{"8A:Cust12345.token"},
                                                                      memory,
                                                                      {},
                                                                      std::move(reader)};
    auto call = api.start_get_batch_task_info(497);
    while (call.step(superoffice::instant{0}) != superoffice::step_state::done) {
    }
    return call.result().has_value();
}

template <class Make>
std::size_t smallest_memory(Make make) {
    static std::array<std::byte, 16 * 1024> memory;
    std::size_t size = memory.size();
    while (size > 1 && arrives_in(std::span{memory}.first(size - 1), make(size - 1))) --size;
    return size;
}

void row(const char* what, std::size_t bytes) { std::printf("| %s | %zu |\n", what, bytes); }

}  // namespace

int main() {
    using compact_client = superoffice::client<superoffice::scripted, superoffice::bearer, superoffice::compact_reader>;
    row("client, with its compact reader and a bearer token", sizeof(compact_client));
    row("a running call for all 24 properties", sizeof(superoffice::call<compact_client, superoffice::BatchTaskInfo>));
    row("a running call for 2 properties", sizeof(superoffice::call<compact_client, progress>));
    row("a watch on 2 properties", sizeof(superoffice::watch<progress>));
    row("`BatchTaskInfo`", sizeof(superoffice::BatchTaskInfo));
#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS
    row("`tcp_socket`", sizeof(superoffice::tcp_socket));
    row("`mbedtls_socket` with Debian 12's mbedTLS", sizeof(superoffice::mbedtls_socket));
#endif
    row("your memory, at least, for the documented reply: compact reader",
        smallest_memory([](std::size_t) { return superoffice::compact_reader{}; }));
#if SUPEROFFICE_WITH_SIMDJSON
    row("your memory, at least, for the documented reply: simdjson",
        smallest_memory([](std::size_t bytes) { return superoffice::simdjson_reader{bytes}; }));
#endif
}
