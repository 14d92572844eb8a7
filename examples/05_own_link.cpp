// 05_own_link.cpp - a link of one's own: a modem, an engine's socket, a test. This one has a canned reply behind it.
#include <superoffice/batch.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

namespace {

constexpr std::string_view canned_reply =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Length: 40\r\n"
    "\r\n"
    R"({"State":"Started","ProgressPercent":62})";

class my_link {
  public:
    static constexpr bool may_wait = false;  // start() never waits: frame loops may use this link

    superoffice::io_result start(const superoffice::peer& to) noexcept;
    superoffice::io_result receive(std::span<std::byte> into) noexcept;
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept;
    void stop() noexcept {}

    // "Only the verified peer can read this." Over a link that says false, nothing is sent to an https address. A modem
    // that speaks bytes in clear says false and goes below superoffice::tls<my_link>.
    [[nodiscard]] bool secure() const noexcept { return true; }

  private:
    std::size_t at_ = 0;
};

static_assert(superoffice::byte_transport<my_link>);  // first: what is missing is named here, not deep in the client

// Every function is noexcept and answers what happened, at once. "Nothing yet" is would_block, "the peer has ended it" is
// closed; all else that stops the bytes is failed, with an errc and a code of yours for the log.
superoffice::io_result my_link::start(const superoffice::peer& to) noexcept {
    std::printf("dial %.*s, port %u\n", static_cast<int>(to.host.size()), to.host.data(), to.port);
    at_ = 0;
    return superoffice::io_result::ready();
}

superoffice::io_result my_link::receive(std::span<std::byte> into) noexcept {
    const std::string_view rest = canned_reply.substr(at_, into.size());
    if (rest.empty()) return superoffice::io_result::closed();
    std::memcpy(into.data(), rest.data(), rest.size());
    at_ += rest.size();
    return superoffice::io_result::ready(rest.size());
}

superoffice::io_result my_link::transmit(std::span<const std::byte> from) noexcept {
    std::printf("sent %zu bytes\n", from.size());
    return superoffice::io_result::ready(from.size());
}

}  // namespace

int main() {
    my_link link;
    std::array<std::byte, 4 * 1024> memory;
    superoffice::client api{link, "https://sod.superoffice.com/Cust12345/api", superoffice::bearer{"an access token"},
                            memory};

    // A link that cannot wait and brings no clock is stepped; the time comes in from wherever this program has it.
    auto call = api.start_get_batch_task_info(497);
    for (superoffice::instant now; call.step(now) != superoffice::step_state::done;)
        now = now + superoffice::milliseconds{1};

    if (!call.result()) {
        std::fprintf(stderr, "%s\n", superoffice::message(call.error()));
        return 1;
    }
    std::printf("%d %%\n", call.value().ProgressPercent.value_or(0));
}
