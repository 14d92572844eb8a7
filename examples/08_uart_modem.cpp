// 08_uart_modem.cpp - TLS through a modem on a serial line whose UART has a FIFO of 16 bytes: 08_uart_modem DEVICE ID
#include <superoffice/batch.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace {

constexpr std::int64_t bytes_per_ms = 11;  // at 115200 baud, ten bits to a byte
constexpr std::int64_t fifo_bytes = 16;

// Dials with "ATD host:port". After the modem has answered CONNECT it passes all bytes on, until the line is closed. Every
// function returns at once. The operating system's buffer is much larger than the FIFO that this class assumes.
class modem {
  public:
    static constexpr bool may_wait = false;  // the modem looks the name up
    static constexpr bool relays = true;     // and knows localhost as itself

    explicit modem(const char* device) noexcept : device_(device) {}
    modem(const modem&) = delete;
    modem& operator=(const modem&) = delete;
    ~modem() { stop(); }

    superoffice::io_result start(const superoffice::peer& to) noexcept;
    superoffice::io_result receive(std::span<std::byte> into) noexcept;
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept;
    void stop() noexcept {
        if (line_ >= 0) ::close(line_);  // this hangs up
        line_ = -1;
        dialled_ = false;
    }
    [[nodiscard]] bool secure() const noexcept { return false; }  // the bytes are clear: https needs tls<modem>

    // Optional functions of a link: tick() computes how much the FIFO has sent, wake_at() says when it has room again.
    void tick(superoffice::instant now, superoffice::instant) noexcept {
        room_ += (now - now_).count() * bytes_per_ms;
        if (room_ > fifo_bytes) room_ = fifo_bytes;
        now_ = now;
    }
    [[nodiscard]] superoffice::instant wake_at() const noexcept {
        return room_ > 0 ? superoffice::instant::never() : now_ + superoffice::milliseconds{1};
    }

    [[nodiscard]] int native_handle() const noexcept { return line_; }

  private:
    static superoffice::io_result failed(superoffice::stage at) noexcept {
        return superoffice::io_result::failed(superoffice::errc::link_failed, errno, at);
    }

    const char* device_;
    int line_ = -1;
    bool dialled_ = false;
    std::int64_t room_ = fifo_bytes;
    superoffice::instant now_;
    char text_[superoffice::max_host_bytes + 16] = {};  // the command, then the modem's answer
    std::size_t size_ = 0, at_ = 0;
};

// The compiler names here what is missing.
static_assert(superoffice::byte_transport<modem>);
static_assert(superoffice::timed_transport<modem> && superoffice::waking_transport<modem>);
static_assert(superoffice::relaying_transport<modem>);

superoffice::io_result modem::start(const superoffice::peer& to) noexcept {
    constexpr auto here = superoffice::stage::connect;
    if (line_ < 0) {
        line_ = ::open(device_, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        termios raw{};
        if (line_ < 0 || tcgetattr(line_, &raw) != 0) return failed(here);
        cfmakeraw(&raw);
        cfsetspeed(&raw, B115200);
        raw.c_cflag |= HUPCL;
        if (tcsetattr(line_, TCSANOW, &raw) != 0) return failed(here);
        size_ = static_cast<std::size_t>(std::snprintf(text_, sizeof text_, "ATD%.*s:%u\r",
                                                       static_cast<int>(to.host.size()), to.host.data(), to.port));
        at_ = 0;
    }
    while (!dialled_) {
        const superoffice::io_result r = transmit(std::as_bytes(std::span{text_}).subspan(at_, size_ - at_));
        if (r.state != superoffice::io_state::ready) return r;
        at_ += r.bytes;
        dialled_ = at_ == size_;
        if (dialled_) size_ = 0;
    }
    // Read the answer byte by byte: the bytes behind it belong to the peer.
    while (size_ == 0 || text_[size_ - 1] != '\n') {
        if (size_ == sizeof text_) return superoffice::io_result::failed(superoffice::errc::link_failed, 0, here);
        const superoffice::io_result r = receive(std::as_writable_bytes(std::span{text_}).subspan(size_, 1));
        if (r.state != superoffice::io_state::ready) return r;
        ++size_;
    }
    if (std::string_view{text_, size_} == "CONNECT\r\n") return superoffice::io_result::ready();
    return superoffice::io_result::failed(superoffice::errc::peer_unreachable, 0, here);
}

superoffice::io_result modem::receive(std::span<std::byte> into) noexcept {
    const ssize_t n = ::read(line_, into.data(), into.size() < fifo_bytes ? into.size() : fifo_bytes);
    if (n > 0) return superoffice::io_result::ready(static_cast<std::size_t>(n));
    if (n == 0) return superoffice::io_result::closed();  // the modem has hung up
    if (errno == EAGAIN || errno == EINTR) return superoffice::io_result::would_block(superoffice::wait_for::readable);
    return failed(superoffice::stage::receive);
}

superoffice::io_result modem::transmit(std::span<const std::byte> from) noexcept {
    if (room_ == 0) return superoffice::io_result::would_block(superoffice::wait_for::time);
    const auto room = static_cast<std::size_t>(room_);
    const ssize_t n = ::write(line_, from.data(), from.size() < room ? from.size() : room);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return superoffice::io_result::would_block(superoffice::wait_for::writable);
    if (n < 0) return failed(superoffice::stage::transmit);
    room_ -= n;
    return superoffice::io_result::ready(static_cast<std::size_t>(n));
}

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

int main(int argc, char** argv) {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";
    const superoffice::result<std::int32_t> id = superoffice::parse_task_id(argc == 3 ? argv[2] : "");
    if (!id) {
        std::fprintf(stderr, "usage: %s /dev/ttyUSB0 ID\n", argv[0]);
        return 2;
    }
    superoffice::tls<modem> link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}, argv[1]};
    std::array<std::byte, 4 * 1024> memory;
    superoffice::client api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};

    std::signal(SIGINT, [](int) { interrupted = 1; });
    auto call = api.start_get_batch_task_info(*id);
    for (;;) {
        const superoffice::instant now = std::chrono::steady_clock::now();
        if (call.step(now) == superoffice::step_state::done) break;
        if (interrupted != 0) call.cancel();
        // A device sleeps here until the UART interrupts it or the time has come, or does its other work.
        const superoffice::wait_condition wants = call.wants();
        const bool reads = wants.what == superoffice::wait_for::readable;
        const bool waits = reads || wants.what == superoffice::wait_for::writable;
        pollfd line{waits ? link.link().native_handle() : -1, static_cast<short>(reads ? POLLIN : POLLOUT), 0};
        const std::int64_t pause = wants.until > now ? (wants.until - now).count() : 0;
        poll(&line, 1, pause < 60'000 ? static_cast<int>(pause) : 60'000);
    }
    if (!call.result()) {
        std::fprintf(stderr, "%s\n", superoffice::message(call.error()));
        return 1;
    }
    std::printf("%d %%\n", call.value().ProgressPercent.value_or(0));
}
