// 10_asio.cpp - Boost.Asio drives a call, beside the other work of its io_context: 10_asio ID
#include <superoffice/batch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

// Asio looks names up in its own thread. The link gets the addresses that it found.
using link_type = superoffice::tls<superoffice::basic_tcp_socket<superoffice::given_addresses>>;
using client_type = superoffice::client<link_type, superoffice::bearer>;

// Steps one call when Asio reports its socket or its time. It can be neither copied nor moved and must outlive
// io_context::run, because Asio's handlers point to it.
class asio_call {
  public:
    using outcome = superoffice::result<superoffice::BatchTaskInfo>;

    asio_call(asio::io_context& io, client_type& api, link_type& link, std::int32_t id,
              std::function<void(const outcome&)> done)
        : link_(link), descriptor_(io), timer_(io), done_(std::move(done)), call_(api.start_get_batch_task_info(id)) {}
    asio_call(const asio_call&) = delete;
    asio_call& operator=(const asio_call&) = delete;
    ~asio_call() { let_go(); }

    void step() {
        if (call_.is_done()) return;
        // A step may close the socket and open another one, perhaps with the same number, when it tries the next address. So
        // Asio releases the socket before each step and gets the current one after it.
        let_go();
        if (call_.step(steady::now()) == superoffice::step_state::done) return done_(call_.result());

        const auto again = [this](error_code error) {
            if (error != asio::error::operation_aborted) step();
        };
        const superoffice::wait_condition wants = call_.wants();
        if (wants.until != superoffice::instant::never()) {  // the deadline, the time for one address, or "at once"
            timer_.expires_at(steady::time_point{std::chrono::milliseconds{wants.until.count()}});
            timer_.async_wait(again);
        }
        if (wants.what != superoffice::wait_for::readable && wants.what != superoffice::wait_for::writable) return;
        using descriptor = asio::posix::descriptor_base;
        error_code refused;  // if it is set, the timer ends the call
        descriptor_.assign(link_.native_handle(), refused);
        descriptor_.async_wait(
            wants.what == superoffice::wait_for::readable ? descriptor::wait_read : descriptor::wait_write,
            [again, refused](error_code error) { again(refused ? asio::error::operation_aborted : error); });
    }

    void cancel() {
        if (call_.is_done()) return;
        let_go();
        call_.cancel();
        done_(call_.result());
    }

  private:
    void let_go() {
        timer_.cancel();
        if (descriptor_.is_open()) descriptor_.release();  // not close: the link owns it
    }

    link_type& link_;
    asio::posix::stream_descriptor descriptor_;
    asio::steady_timer timer_;
    std::function<void(const outcome&)> done_;
    superoffice::call<client_type, superoffice::BatchTaskInfo> call_;
};

}  // namespace

int main(int argc, char** argv) {
    const superoffice::result<std::int32_t> id = superoffice::parse_task_id(argc > 1 ? argv[1] : "497");
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";
    const auto url = superoffice::parse_base_url(base);
    if (!id || !url) {
        std::fprintf(stderr, "%s\n", superoffice::message(id ? url.error() : id.error()));
        return 2;
    }

    link_type link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}};
    std::array<std::byte, 16 * 1024> memory;
    client_type api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};

    asio::io_context io;
    asio::ip::tcp::resolver resolver{io};
    asio::signal_set signals{io, SIGINT};
    int code = 1;
    asio_call call{io, api, link, *id, [&](const asio_call::outcome& task) {
                       resolver.cancel();
                       signals.cancel();
                       if (!task) {
                           std::fprintf(stderr, "%s\n", superoffice::message(task.error()));
                           return;
                       }
                       std::printf("%d %%\n", task->ProgressPercent.value_or(0));
                       code = 0;
                   }};
    signals.async_wait([&](error_code error, int) {
        if (!error) call.cancel();
    });
    // If there is no address, the call ends by itself with name_not_found.
    resolver.async_resolve(std::string{url->to.host}, "", [&](error_code, const auto& found) {
        superoffice::address_list known;
        for (const auto& each : found) known.add(each.endpoint().address().to_string());
        link.link().address_source() = superoffice::given_addresses{known};
        call.step();
    });
    io.run();
    return code;
}
