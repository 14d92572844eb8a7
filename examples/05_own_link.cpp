// 05_own_link.cpp - your own link, for a modem, an engine's socket or a test. This one plays a canned reply.
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
    static constexpr bool may_wait = false;  // start() never blocks, so frame loops may use this link

    superoffice::io_result start(const superoffice::peer& to) noexcept;
    superoffice::io_result receive(std::span<std::byte> into) noexcept;
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept;
    void stop() noexcept {}

    // True: only the verified peer can read what is sent. If a link answers false, nothing is sent to an https address. A
    // modem that carries clear bytes answers false and is used below superoffice::tls<my_link>.
    [[nodiscard]] bool secure() const noexcept { return true; }

  private:
    std::size_t at_ = 0;
};

static_assert(superoffice::byte_transport<my_link>);  // the compiler names here what is missing

// Every function is noexcept and returns at once. "Nothing yet" is would_block. "The peer has ended the stream" is closed.
// Everything else that stops the bytes is failed, with an errc and a code of your choice for the log.
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

    // This link cannot wait and has no clock, so the program steps the call and passes the time in.
    auto call = api.start_get_batch_task_info(497);
    for (superoffice::instant now; call.step(now) != superoffice::step_state::done;)
        now = now + superoffice::milliseconds{1};

    if (!call.result()) {
        std::fprintf(stderr, "%s\n", superoffice::message(call.error()));
        return 1;
    }
    std::printf("%d %%\n", call.value().ProgressPercent.value_or(0));
}
