// The call as a bare loop over mbedTLS: fixed bytes out, as many bytes in as the reply is long; nothing is parsed. The
// handshake is mbedTLS's own, with its default curves; the server is verified. With BENCH_READS it is what somebody writes by
// hand who wants what the library does: it reads what it got (the status, the length, and the members by On-Demand and a
// switch), it looks whether a connection that was idle for a second is still alive, and it waits with a deadline. With
// BENCH_DOWNLOAD it asks for a file, and throws the bytes of it away as they come, 4 KB at a time.
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

#include "peer.hpp"

#if defined(BENCH_READS)
#include <poll.h>
#include <sys/socket.h>

#include "../decode/on_demand.hpp"
#endif

namespace {

#if defined(BENCH_DOWNLOAD)
constexpr std::string_view call_name = "BLOB/GetOutputFromBatch", body = "{\"BatchTaskId\":497}";
constexpr std::size_t memory_bytes = 4 * 1024;
constexpr bool reads_over = true;  // what has come is not kept
#else
constexpr std::string_view call_name = "Batch/GetBatchTaskInfo", body = "{\"Id\":497}";
constexpr std::size_t memory_bytes = 16 * 1024;
constexpr bool reads_over = false;
#endif

class session {
  public:
    explicit session(const bench::place& at) : at_(at) {
        request_ =
            "POST /Cust12345/api/v1/Agents/" + std::string(call_name) + " HTTP/1.1\r\nHost: " + std::string(at.host) +
            ":" + at.port +
            "\r\nAuthorization: Bearer 8A:Cust12345.AbCdEfGh\r\nContent-Type: application/json; charset=utf-8\r\n"
            "Content-Length: " +
            std::to_string(body.size()) +
            "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
            "User-Agent: bare/1\r\n\r\n" +
            std::string(body);
        mbedtls_net_init(&net_);
        mbedtls_ssl_init(&ssl_);
        mbedtls_ssl_config_init(&config_);
        mbedtls_x509_crt_init(&authorities_);
        mbedtls_ctr_drbg_init(&drbg_);
        mbedtls_entropy_init(&entropy_);
        mbedtls_ssl_session_init(&saved_);
        check(mbedtls_ctr_drbg_seed(&drbg_, mbedtls_entropy_func, &entropy_, nullptr, 0));
        check(mbedtls_x509_crt_parse_file(&authorities_, at.ca_file));
        check(mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT));
        mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config_, &authorities_, nullptr);
        mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, &drbg_);
        check(mbedtls_ssl_setup(&ssl_, &config_));
        check(mbedtls_ssl_set_hostname(&ssl_, at.host));
    }

    void call(bench::manner how) {
        if (how != bench::manner::kept && is_connected_) disconnect();
#if defined(BENCH_READS)
        const long long now = bench::nanoseconds(CLOCK_MONOTONIC);
        deadline_ = now + 30'000'000'000;
        if (is_connected_ && now - last_used_ >= 1'000'000'000 && !is_alive()) disconnect();
#endif
        if (!is_connected_) connect(how);
        exchange();
#if defined(BENCH_READS)
        last_used_ = bench::nanoseconds(CLOCK_MONOTONIC);
#endif
    }

#if defined(BENCH_READS)
    void print_reply() const {
        std::printf("%.*s %d\n", static_cast<int>(task_.Name.size()), task_.Name.data(), task_.ProgressPercent);
    }
#elif defined(BENCH_DOWNLOAD)
    void print_reply() const { std::printf("%zu\n", wanted_ - body_); }
#else
    void print_reply() const { std::printf("%s\n", reply_.substr(reply_.find("\r\n\r\n") + 4, size_).c_str()); }
#endif

  private:
    static void check(int code) {
        if (code >= 0) return;
        char text[200];
        mbedtls_strerror(code, text, sizeof text);
        bench::give_up(text);
    }

    void connect(bench::manner how) {
        check(mbedtls_net_connect(&net_, at_.host, at_.port, MBEDTLS_NET_PROTO_TCP));
        mbedtls_ssl_set_bio(&ssl_, &net_, mbedtls_net_send, mbedtls_net_recv, nullptr);
        if (how != bench::manner::fresh && is_saved_) check(mbedtls_ssl_set_session(&ssl_, &saved_));
        int code = 0;
        while ((code = mbedtls_ssl_handshake(&ssl_)) != 0)
            if (code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) check(code);
        if (how != bench::manner::fresh) {
            mbedtls_ssl_session_free(&saved_);
            mbedtls_ssl_session_init(&saved_);
            check(mbedtls_ssl_get_session(&ssl_, &saved_));
            is_saved_ = true;
        }
#if defined(BENCH_READS)
        check(mbedtls_net_set_nonblock(&net_));
#endif
        is_connected_ = true;
    }

    void disconnect() {
        mbedtls_ssl_close_notify(&ssl_);
        mbedtls_net_free(&net_);
        check(mbedtls_ssl_session_reset(&ssl_));
        is_connected_ = false;
    }

#if defined(BENCH_READS)
    bool is_alive() const {
        char unasked = 0;
        return recv(net_.fd, &unasked, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }
    void wait_for(short event) {
        const long long left = deadline_ - bench::nanoseconds(CLOCK_MONOTONIC);
        pollfd waited = {.fd = net_.fd, .events = event, .revents = 0};
        if (left <= 0 || poll(&waited, 1, static_cast<int>(left / 1'000'000 + 1)) <= 0) bench::give_up("too late");
    }
#endif

    void exchange() {
        for (std::size_t done = 0; done < request_.size();) {
            const int n = mbedtls_ssl_write(&ssl_, reinterpret_cast<const unsigned char*>(request_.data()) + done,
                                            request_.size() - done);
            if (n > 0) done += static_cast<std::size_t>(n);
#if defined(BENCH_READS)
            else if (n == MBEDTLS_ERR_SSL_WANT_WRITE)
                wait_for(POLLOUT);
#endif
            else
                check(n);
        }
        size_ = 0;
#if defined(BENCH_READS) || defined(BENCH_DOWNLOAD)
        wanted_ = 0;
#endif
#if defined(BENCH_READS)
        wait_for(POLLIN);
#endif
        while (wanted_ == 0 || size_ < wanted_) {
            const std::size_t at = reads_over && wanted_ != 0 ? 0 : size_;
            const int n =
                mbedtls_ssl_read(&ssl_, reinterpret_cast<unsigned char*>(reply_.data()) + at, reply_.size() - at);
            if (n == 0) bench::give_up("the server has closed");
#if defined(BENCH_READS)
            if (n == MBEDTLS_ERR_SSL_WANT_READ) {
                wait_for(POLLIN);
                continue;
            }
#endif
            if (n > 0) size_ += static_cast<std::size_t>(n);
            check(n);
            if (wanted_ == 0) learn();
        }
#if defined(BENCH_READS)
        if (!reply_.starts_with("HTTP/1.1 200 ")) bench::give_up("not the reply");
        task_ = {};
        if (!bench::by_switch<false>(parser_, reply_.data() + body_, wanted_ - body_, reply_.size() - body_, task_))
            bench::give_up("not the document");
#endif
    }

    /// How long this reply is, and all others of this server.
    void learn() {
        const std::string_view come(reply_.data(), size_);
        const std::size_t head = come.find("\r\n\r\n");
        const std::size_t length = come.find("Content-Length: ");
        if (head == come.npos || length > head) return;
        body_ = head + 4;
        wanted_ = body_ + static_cast<std::size_t>(std::atol(reply_.c_str() + length + 16));
    }

    bench::place at_;
    std::string request_;
    std::string reply_ = std::string(memory_bytes, '\0');
    std::size_t size_ = 0;
    std::size_t body_ = 0;
    std::size_t wanted_ = 0;
#if defined(BENCH_READS)
    long long deadline_ = 0, last_used_ = 0;
    bench::od::parser parser_;
    bench::plain_task task_;
#endif
    mbedtls_net_context net_;
    mbedtls_ssl_context ssl_;
    mbedtls_ssl_config config_;
    mbedtls_x509_crt authorities_;
    mbedtls_ctr_drbg_context drbg_;
    mbedtls_entropy_context entropy_;
    mbedtls_ssl_session saved_;
    bool is_connected_ = false;
    bool is_saved_ = false;
};

}  // namespace

int main(int argc, char** argv) { return bench::serve<session>(argc, argv); }
