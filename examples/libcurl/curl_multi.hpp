// curl_multi.hpp - libcurl's multi interface carries whole HTTP calls, with its proxies, HTTP/2 and TLS. Nothing blocks.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_EXAMPLES_LIBCURL_CURL_MULTI_HPP
#define SUPEROFFICE_EXAMPLES_LIBCURL_CURL_MULTI_HPP

#include <superoffice/base/detail/loopback.hpp>
#include <superoffice/http/header_line.hpp>
#include <superoffice/transport/http_transport.hpp>
#include <superoffice/transport/proxy_status.hpp>

#include <curl/curl.h>
#if !defined(_WIN32)
#include <netdb.h>
#endif

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

/// How a `curl_multi` reaches the service. Unset options: libcurl's own defaults (system's authorities, proxy
/// variables).
struct curl_options {
    const char* ca_file = nullptr;
    const char* proxy = nullptr;          ///< "http://proxy:3128"; "" for none, whatever the environment says
    const char* proxy_userpwd = nullptr;  ///< "user:password"; goes to the proxy only
    long http_version = CURL_HTTP_VERSION_2TLS;
};

/// One call at a time, on one easy handle that keeps its connections between calls. libcurl allocates. Its name lookup
/// must not block, so libcurl must be built with a threaded or c-ares resolver (CURL_VERSION_ASYNCHDNS), as Debian's
/// is. Call curl_global_init before you make the first object. A child of fork() must make its own: it would share the
/// connections of its parent. There is no verbose log, because libcurl's shows the
/// credential.
class curl_multi {
  public:
    static constexpr bool may_wait = false;

    explicit curl_multi(const curl_options& options = {}) noexcept
        : options_(options), multi_(curl_multi_init()), easy_(curl_easy_init()) {}
    curl_multi(const curl_multi&) = delete;
    curl_multi& operator=(const curl_multi&) = delete;
    ~curl_multi() { cancel(); }

    superoffice::io_result start(const superoffice::http_request& what) noexcept {
        cancel();
        if (!multi_ || !easy_) return superoffice::io_result::failed(superoffice::errc::link_failed, CURLE_FAILED_INIT);
        CURLcode bad = CURLE_OK;
        const auto set = [&](CURLoption option, auto value) {
            if (const CURLcode code = curl_easy_setopt(easy_.get(), option, value); bad == CURLE_OK) bad = code;
        };
        curl_easy_reset(easy_.get());  // keeps the connections
        host_ = what.to.host;
        text_[0] = '\0';
        set(CURLOPT_URL, what.url.data());
        set(CURLOPT_ERRORBUFFER, text_);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
        set(CURLOPT_HTTP_VERSION, options_.http_version);
        set(CURLOPT_FRESH_CONNECT, what.may_repeat ? 0L : 1L);  // libcurl repeats on a fresh one what a dead one lost
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_NOPROGRESS, 1L);
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // the credential is not for the proxy
        set(CURLOPT_TIMEOUT_MS, what.time_left.count() < LONG_MAX / 2 ? static_cast<long>(what.time_left.count()) : 0L);
        if (options_.ca_file != nullptr) set(CURLOPT_CAINFO, options_.ca_file);
        if (options_.proxy != nullptr) set(CURLOPT_PROXY, options_.proxy);
        // To this machine without a proxy, which would see what is not encrypted.
        if (!what.https && superoffice::detail::is_loopback(host_)) set(CURLOPT_PROXY, "");
        if (options_.proxy_userpwd != nullptr) set(CURLOPT_PROXYUSERPWD, options_.proxy_userpwd);
        set(CURLOPT_WRITEFUNCTION, &curl_multi::take_body);
        set(CURLOPT_WRITEDATA, static_cast<void*>(this));
        if (what.method == "POST") {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
            set(CURLOPT_COPYPOSTFIELDS, what.body.data());
        }
        superoffice::header_line line;
        for (std::string_view rest = what.fields; superoffice::next_header(rest, line);) {
            // libcurl spells a header without a value with a semicolon.
            std::string text{line.name};
            text.append(line.value.empty() ? ";" : ": ").append(line.value);
            add_header(text.c_str(), bad);
            wipe(text.data(), text.size());
        }
        add_header("Expect:", bad);  // no waiting for 100
        set(CURLOPT_HTTPHEADER, headers_);
        if (bad == CURLE_OK && curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) bad = CURLE_FAILED_INIT;
        if (bad != CURLE_OK) {
            drop_headers();
            return superoffice::io_result::failed(superoffice::errc::link_failed, bad);
        }
        state_ = state::running;
        return superoffice::io_result::ready();
    }

    superoffice::io_result step(superoffice::instant now, std::span<std::byte> into) noexcept {
        if (state_ == state::idle) return superoffice::io_result::failed(superoffice::errc::link_failed, 0);
        into_ = into;
        taken_ = 0;
        take(std::exchange(rest_, {}));
        int running = 0;
        if (state_ == state::running && rest_.empty()) {
            if (std::exchange(paused_, false)) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
            curl_multi_perform(multi_.get(), &running);
            int left = 0;
            while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
                if (message->msg == CURLMSG_DONE) end(message->data.result);
        }
        into_ = {};
        if (taken_ != 0) return superoffice::io_result::ready(taken_);
        if (state_ == state::ended && result_ == CURLE_OK) return superoffice::io_result::closed();
        if (state_ == state::ended && is_asking(now))
            return superoffice::io_result::would_block(superoffice::wait_for::time);
        if (state_ == state::ended) return failure();
        long pause = -1;
        curl_multi_timeout(multi_.get(), &pause);
        // In some versions a name lookup has no socket to wait for, so step again soon.
        wake_at_ = now + superoffice::milliseconds{pause < 0 || pause > longest_pause ? longest_pause : pause};
        return superoffice::io_result::would_block(superoffice::wait_for::readable);
    }

    [[nodiscard]] std::uint16_t status() const noexcept {
        long code = 0;
        if (state_ != state::idle) curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
        return code < 200 ? std::uint16_t{0} : static_cast<std::uint16_t>(code);
    }

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
        char terminated[64] = {};
        curl_header* found = nullptr;
        if (state_ == state::idle || name.size() >= sizeof terminated) return {};
        std::memcpy(terminated, name.data(), name.size());
        const bool is_there = curl_easy_header(easy_.get(), terminated, 0, CURLH_HEADER, -1, &found) == CURLHE_OK;
        return is_there ? std::string_view{found->value} : std::string_view{};
    }

    void cancel() noexcept {
        if (state_ == state::running) curl_multi_remove_handle(multi_.get(), easy_.get());
        drop_headers();
        state_ = state::idle;
        rest_.clear();
        paused_ = false;
        asked_.reset();
    }

    /// libcurl checks certificate and name by default, and nothing here changes that.
    [[nodiscard]] bool secure() const noexcept { return true; }

    [[nodiscard]] superoffice::instant wake_at() const noexcept { return wake_at_; }

    void wait(superoffice::wait_for, superoffice::milliseconds at_most) noexcept {
        const int most = at_most.count() < longest_pause ? static_cast<int>(at_most.count()) : longest_pause;
        curl_multi_poll(multi_.get(), nullptr, 0, most, nullptr);
    }
    struct clock {
        [[nodiscard]] superoffice::instant now() const noexcept { return std::chrono::steady_clock::now(); }
    };

    /// For your own loop: curl_multi_fdset, curl_multi_poll, curl_multi_wakeup.
    [[nodiscard]] CURLM* native_handle() const noexcept { return multi_.get(); }
    /// For curl_easy_getinfo after a call: CURLINFO_HTTP_VERSION, CURLINFO_NUM_CONNECTS and so on.
    [[nodiscard]] CURL* easy_handle() const noexcept { return easy_.get(); }

  private:
    enum class state : std::uint8_t { idle, running, ended };
    static constexpr int longest_pause = 1000;

    static std::size_t take_body(const char* bytes, std::size_t, std::size_t size, void* self) noexcept {
        auto& me = *static_cast<curl_multi*>(self);
        if (!me.rest_.empty()) return me.paused_ = true, std::size_t{CURL_WRITEFUNC_PAUSE};
        me.take({bytes, size});
        return size;
    }

    /// Keeps what does not fit for the next step, because libcurl hands over up to CURL_MAX_WRITE_SIZE at once, or
    /// nothing.
    void take(std::string_view bytes) {
        const std::size_t fits = (std::min)(bytes.size(), into_.size() - taken_);
        if (fits != 0) std::memcpy(into_.data() + taken_, bytes.data(), fits);
        taken_ += fits;
        rest_ = bytes.substr(fits);
    }

    void end(CURLcode result) noexcept {
        curl_multi_remove_handle(multi_.get(), easy_.get());
        drop_headers();
        result_ = result;
        state_ = state::ended;
        if (result == CURLE_COULDNT_RESOLVE_HOST) ask_system(host_);
        if (result == CURLE_COULDNT_RESOLVE_PROXY) ask_system(name_in_words());
    }

    /// "Could not resolve proxy: proxy.example": the proxy may come from the environment, and only the text names it.
    [[nodiscard]] std::string_view name_in_words() const noexcept {
        const std::string_view words = text_;
        const std::size_t colon = words.find(": ");
        const std::string_view name = words.substr(colon == words.npos ? words.size() : colon + 2);
        return name.substr(0, name.find(' '));
    }

    /// libcurl reports each failed lookup by one code: a name that does not exist, and a name server that does not
    /// answer. The system is asked which it was, in a thread, since getaddrinfo blocks.
    struct question {
        std::string name;
        std::atomic<bool> is_over{false};
        int code = 0;
    };
    static constexpr int longest_question = 2000;

    void ask_system(std::string_view name) noexcept try {
        asked_ = std::make_shared<question>();
        asked_->name = name;
        ask_until_ = superoffice::instant::never();
        std::thread([asked = asked_] {
            addrinfo* found = nullptr;
            addrinfo wanted = {};
            wanted.ai_socktype = SOCK_STREAM;
            asked->code = getaddrinfo(asked->name.c_str(), nullptr, &wanted, &found);
            if (asked->code == 0) freeaddrinfo(found);
            asked->is_over = true;
        }).detach();
    } catch (const std::exception&) {
        asked_.reset();
    }

    bool is_asking(superoffice::instant now) noexcept {
        if (!asked_ || asked_->is_over) return false;
        if (ask_until_ == superoffice::instant::never()) ask_until_ = now + superoffice::milliseconds{longest_question};
        wake_at_ = now + superoffice::milliseconds{10};
        return now < ask_until_;
    }

    [[nodiscard]] superoffice::io_result lookup_failure() const noexcept {
        const bool is_known = asked_ && asked_->is_over && asked_->code != 0;
        bool is_unknown_name = is_known && asked_->code == EAI_NONAME;
#if defined(EAI_NODATA)
        is_unknown_name = is_unknown_name || (is_known && asked_->code == EAI_NODATA);
#endif
        return superoffice::io_result::failed(
            is_unknown_name ? superoffice::errc::name_not_found : superoffice::errc::name_lookup_failed,
            is_known ? asked_->code : static_cast<int>(result_), superoffice::stage::resolve);
    }

    void add_header(const char* line, CURLcode& bad) noexcept {
        curl_slist* const longer = curl_slist_append(headers_, line);
        if (longer == nullptr && bad == CURLE_OK) bad = CURLE_OUT_OF_MEMORY;
        if (longer != nullptr) headers_ = longer;
    }

    void drop_headers() noexcept {
        if (easy_) curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, nullptr);
        for (curl_slist* each = headers_; each != nullptr; each = each->next) wipe(each->data, std::strlen(each->data));
        curl_slist_free_all(headers_);
        headers_ = nullptr;
    }

    static void wipe(char* text, std::size_t size) noexcept {
        for (volatile char* at = text; size-- != 0; ++at) *at = 0;
    }

    [[nodiscard]] superoffice::io_result failure() const noexcept {
        using superoffice::errc;
        using superoffice::stage;
        const auto failed = [this](errc code, stage at) { return superoffice::io_result::failed(code, result_, at); };
        long proxy = 0, detail = 0, verdict = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &proxy);
        curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &detail);
        curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verdict);
        if (proxy >= 300)  // the status is the native code, as it is for connect_proxy
            return superoffice::io_result::failed(superoffice::errc_of_proxy_status(proxy), static_cast<int>(proxy),
                                                  stage::connect);
        switch (result_) {
            case CURLE_COULDNT_RESOLVE_HOST:
            case CURLE_COULDNT_RESOLVE_PROXY: return lookup_failure();
            case CURLE_COULDNT_CONNECT:
                return failed(detail == ECONNREFUSED ? errc::connection_refused : errc::peer_unreachable,
                              stage::connect);
            case CURLE_OPERATION_TIMEDOUT: return failed(errc::deadline_exceeded, stage::none);
            case CURLE_SSL_CACERT_BADFILE: return failed(errc::bad_authorities, stage::handshake);
            case CURLE_SSL_CONNECT_ERROR: return failed(handshake_error(detail), stage::handshake);
            case CURLE_PEER_FAILED_VERIFICATION: return failed(refusal(verdict), stage::handshake);
            case CURLE_SEND_ERROR: return failed(errc::connection_reset, stage::transmit);
            case CURLE_RECV_ERROR:
                if (says("Proxy CONNECT aborted")) return failed(errc::connection_closed, stage::connect);
                return failed(errc::connection_reset, stage::none);
            case CURLE_GOT_NOTHING: return failed(errc::connection_closed, stage::receive);
            case CURLE_PARTIAL_FILE: return failed(errc::connection_closed, stage::http);
            case CURLE_WEIRD_SERVER_REPLY:
            case CURLE_UNSUPPORTED_PROTOCOL:
            case CURLE_HTTP2:
            case CURLE_HTTP2_STREAM: return failed(errc::bad_http, stage::http);
            default: return failed(errc::link_failed, stage::none);
        }
    }

    [[nodiscard]] bool says(const char* words) const noexcept { return std::strstr(text_, words) != nullptr; }

    /// One code of libcurl stands for all of these; OpenSSL's words tell them apart.
    [[nodiscard]] superoffice::errc handshake_error(long system_code) const noexcept {
        using superoffice::errc;
        if (system_code == ECONNRESET) return errc::connection_reset;
        if (says("wrong version number") || says("packet length too long")) return errc::not_tls;
        if (says("alert protocol version")) return errc::tls_version_refused;
        if (says("certificate required") || says("alert bad certificate") || says("alert unknown ca") ||
            says("alert certificate"))
            return errc::client_certificate_refused;
        if (says("SSL_ERROR_SYSCALL") || says("unexpected eof")) return errc::connection_closed;
        return errc::handshake_failed;
    }

    /// OpenSSL's verdicts (X509_V_ERR_...); libcurl checks the name by itself, before it asks for the verdict.
    static superoffice::errc refusal(long verdict) noexcept {
        switch (verdict) {
            case 0:
            case 1: return superoffice::errc::certificate_wrong_name;  // 1: none was asked for
            case 9: return superoffice::errc::certificate_not_yet_valid;
            case 10: return superoffice::errc::certificate_expired;
            case 18: return superoffice::errc::certificate_self_signed;
            case 19:
            case 20:
            case 21: return superoffice::errc::certificate_unknown_authority;
            default: return superoffice::errc::certificate_refused;
        }
    }

    struct end_multi {
        void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
    };
    struct end_easy {
        void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    };

    curl_options options_;
    std::unique_ptr<CURLM, end_multi> multi_;
    std::unique_ptr<CURL, end_easy> easy_;
    curl_slist* headers_ = nullptr;
    std::span<std::byte> into_;
    std::size_t taken_ = 0;
    std::string host_;  // of the request
    std::shared_ptr<question> asked_;
    superoffice::instant ask_until_ = superoffice::instant::never();
    char text_[CURL_ERROR_SIZE] = {};  // libcurl's words, which say more than its codes
    std::string rest_;                 // the part of the body that has arrived and did not fit
    superoffice::instant wake_at_ = superoffice::instant::never();
    CURLcode result_ = CURLE_OK;
    state state_ = state::idle;
    bool paused_ = false;  // libcurl has more of it
};
static_assert(superoffice::waking_http_transport<curl_multi> && superoffice::waiting_http_transport<curl_multi>);

#endif
