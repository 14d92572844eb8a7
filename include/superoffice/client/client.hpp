// superoffice/client/client.hpp - makes calls over a link, in the caller's memory: blocking, or step by step.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_CLIENT_HPP
#define SUPEROFFICE_CLIENT_CLIENT_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/byte_connection.hpp>
#include <superoffice/client/detail/call_driver.hpp>
#include <superoffice/client/detail/http_connection.hpp>
#include <superoffice/codec/default_reader.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/operations.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>
#include <superoffice/service/task_id.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/http_transport.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

template <class Info>
class watch;

namespace detail {

template <class Info>
class asker;

/// In the place of a link's own clock.
struct no_clock {};

/// The clock that a link brings for the blocking call, if it does.
template <class Link>
struct own_clock {
    using type = no_clock;
};
template <class Link>
    requires requires { typename Link::clock; }
struct own_clock<Link> {
    using type = typename Link::clock;
};

/// What carries a client's requests: this library's own HTTP over a link, or the host's.
template <class Link>
struct connection_over {
    using type =
        byte_connection<byte_transport_archetype>;  // of neither kind: the client says so, and nothing else does
};
template <byte_transport Link>
struct connection_over<Link> {
    using type = byte_connection<Link>;
};
template <http_transport Stack>
    requires(!byte_transport<Stack>)
struct connection_over<Stack> {
    using type = http_connection<Stack>;
};

/// What a call answers that named no `Info`: all of the operation's reply.
template <class Info, class Reply>
using asked_for = std::conditional_t<std::is_void_v<Info>, Reply, Info>;

}  // namespace detail

inline namespace SUPEROFFICE_ABI_READER {

/// Asks one service, over one link, one call at a time. The link carries bytes (`byte_transport`) or, where the host has
/// an HTTP stack of its own, whole calls (`http_transport`).
///
/// It borrows the link, the base URL's text, the credential's texts and the memory, all of which outlive it. The link is its
/// own from its first call to `stop()` or its end, since that holds the kept connection: another client on it would send its
/// credential there. The memory is its own while a call runs; between calls the program may write to it, but for as many bytes
/// at its end as `base()` has, once a tenant has moved. Request, head and reply stand there; texts of a decoded struct are
/// views into it, valid until the next call starts. `stop()` and the client's end zero it, and such texts with it: what is
/// to outlive the client is kept (`keep`, `fixed_text`). The request's bytes are zeroed as they are sent.
/// Neither copied nor moved. One thread at a time uses a client, its link and its calls; clients share nothing. No heap, no
/// clock, no waiting but in the blocking call.
template <class Link, class Credential, json_reader Reader = default_reader>
class client {
    static_assert(byte_transport<Link> || http_transport<Link>,
                  "superoffice: this is no link: give what models byte_transport (it carries bytes) or http_transport "
                  "(it carries whole HTTP calls); static_assert one of them for your type to see what is missing");
    static_assert(
        credential_source<std::remove_pointer_t<Credential>>,
        "superoffice: this is no credential: give basic, ticket, bearer, session, anonymous, or whatever models "
        "credential_source (or a pointer to it)");

  public:
    using link_type = Link;

    /// What `start_get_batch_task_info` gives, for a member of that type.
    template <class Info = BatchTaskInfo>
    using call_of = call<client, Info>;

    /// Checks the base URL; `check_base_url()` tells the outcome, and so does every call. A reader of one's own comes last.
    client(Link& link, borrowed base, Credential credential, std::span<std::byte> memory, client_options options = {})
        : client(link, base, std::move(credential), memory, options, make_reader(memory.size())) {}
    client(Link& link, borrowed base, Credential credential, std::span<std::byte> memory, client_options options,
           Reader reader)
        : driver_(link, base, std::move(credential), memory, options, std::move(reader)) {}
    template <class Memory>
        requires(!std::convertible_to<Memory, std::span<std::byte>>)
    client(Link&, borrowed, Credential, Memory&&, const client_options& = {}) {
        constexpr bool is_temporary = std::convertible_to<std::remove_reference_t<Memory>&, std::span<std::byte>>;
        static_assert(!is_temporary,
                      "superoffice: this memory is a temporary that is gone before the first call: give it a name, and "
                      "let it live as long as the client");
        static_assert(is_temporary || std::convertible_to<Memory, std::span<std::byte>>,
                      "superoffice: the memory is a std::span<std::byte>: declare it as std::byte memory[1024] or "
                      "std::array<std::byte, 1024>");
    }
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// Whether the client can be used at all: else `bad_base_url`, with the offset.
    [[nodiscard]] result<void> check_base_url() const noexcept { return driver_.check_base_url(); }

    /// Asks how the task is doing, and waits for the answer. `Info` is a described struct; its members become the
    /// `$select`. The link is waited on where it can be (`waiting_transport`,
    /// `waiting_http_transport`), otherwise asked again at once.
    ///
    /// @returns  the task, or the error that stopped the call; `errc::no_such_task` where the service knows none
    /// Costs     at most `timeout` of time (plus the system's name look-up, which cannot be interrupted); no heap
    template <class Info = BatchTaskInfo, class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<Info> get_batch_task_info(task_id id, const call_options& options = {}, Clock clock = {}) {
        return run<Info>(superoffice::get_batch_task_info, GetBatchTaskInfoRequest{id.number}, options, clock);
    }

    /// The same in steps that never wait. The call is the caller's; this client runs one at a time (`errc::busy`).
    template <class Info = BatchTaskInfo>
    [[nodiscard]] call<client, Info> start_get_batch_task_info(task_id id, const call_options& options = {}) noexcept {
        return start<Info>(superoffice::get_batch_task_info, GetBatchTaskInfoRequest{id.number}, options);
    }
    template <class Info = BatchTaskInfo>
    [[nodiscard]] call<client, Info> start_get_batch_task_info(task_id id, const call_options& options,
                                                               allow_waiting_lookup_t allowed) noexcept {
        return start<Info>(superoffice::get_batch_task_info, GetBatchTaskInfoRequest{id.number}, options, allowed);
    }
    template <class Info = BatchTaskInfo>
    [[nodiscard]] call<client, Info> start_get_batch_task_info(task_id id, allow_waiting_lookup_t allowed) noexcept {
        return start_get_batch_task_info<Info>(id, call_options{}, allowed);
    }

    /// Any operation of the service, in both manners: what the functions above are made of. Without an `Info` the operation's
    /// own reply: `api.run(superoffice::stop_batch_job, {497})`.
    template <class Info = void, class Request, class Reply, class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<detail::asked_for<Info, Reply>> run(const operation<Request, Reply>& what,
                                                             const std::type_identity_t<Request>& request,
                                                             const call_options& options = {}, Clock clock = {}) {
        static_assert(monotonic_clock<Clock>,
                      "superoffice: the blocking call needs a clock, and this link brings none: pass "
                      "superoffice::steady_clock{} of <superoffice/std_types.hpp> (or your own monotonic_clock) after "
                      "the options, or step() the call yourself");
        call_of<detail::asked_for<Info, Reply>> running{*this, what, request, options};
        if constexpr (waiting_transport<Link>)
            if (!running.is_done()) driver_.set_blocking();
        for (;;) {
            const instant now = clock.now();
            if (running.step(now) == step_state::done) return std::move(running.result());
            wait(running.wants(), now);
        }
    }
    template <class Info = void, class Request, class Reply>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                const std::type_identity_t<Request>& request,
                                                                const call_options& options = {}) noexcept {
        static_assert(!Link::may_wait,
                      "superoffice: this link's start may wait for a name look-up: give it a resolver "
                      "that does not, or say superoffice::allow_waiting_lookup");
        return start<Info>(what, request, options, allow_waiting_lookup);
    }
    template <class Info = void, class Request, class Reply>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                const std::type_identity_t<Request>& request,
                                                                const call_options& options,
                                                                allow_waiting_lookup_t) noexcept {
        return {*this, what, request, options};
    }
    template <class Info = void, class Request, class Reply>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                const std::type_identity_t<Request>& request,
                                                                allow_waiting_lookup_t allowed) noexcept {
        return start<Info>(what, request, call_options{}, allowed);
    }

    /// About the last reply, whether it was a value or an error; valid as long as the decoded text.
    [[nodiscard]] const reply_info& last_reply() const noexcept { return driver_.last_reply(); }

    /// The base URL that calls go to: the one given, or the one that the tenant's directory named since.
    [[nodiscard]] std::string_view base() const noexcept { return driver_.base(); }

    /// True while a call runs.
    [[nodiscard]] bool is_busy() const noexcept { return driver_.is_busy(); }

    /// Hangs up: drops the kept connection and zeroes the memory as far as it was used. Not while a call runs, which is
    /// for `call::cancel` to end: a mistake of the programmer. A device that goes to sleep with its clock calls it before:
    /// how long the connection was idle could not be told afterwards, and a dead one takes a call's whole time.
    void stop() noexcept {
        SUPEROFFICE_ASSERT(!is_busy());
        if (!is_busy()) driver_.stop();
    }

  private:
    template <class Client, class Info>
    friend class superoffice::call;
    template <class Info>
    friend class superoffice::watch;
    template <class Info>
    friend class detail::asker;

    /// Where the link can be waited on; elsewhere nothing, and it is asked again at once.
    void wait([[maybe_unused]] const wait_condition& wanted, [[maybe_unused]] instant now) {
        if constexpr (waiting_transport<Link> || waiting_http_transport<Link>)
            if (wanted.until > now) driver_.link().wait(wanted.what, wanted.until - now);
    }

    static Reader make_reader(std::size_t bytes) {
        if constexpr (std::constructible_from<Reader, std::size_t>)
            return Reader{bytes};
        else
            return Reader{};
    }

    // What call and watch use.
    template <class Request, class Reply>
    error start_call(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                     const call_options& options) noexcept {
        return driver_.start(what, request, select, options);
    }
    template <class Info>
    step_state step_call(instant now, result<Info>& answer) noexcept {
        return driver_.step(now, answer);
    }
    [[nodiscard]] wait_condition wants() const noexcept { return driver_.wants(); }
    void cancel() noexcept { driver_.cancel(); }
    [[nodiscard]] milliseconds timeout() const noexcept { return driver_.timeout(); }
    void want_digest() noexcept { driver_.want_digest(); }
    [[nodiscard]] std::uint64_t digest() const noexcept { return driver_.digest(); }

    detail::call_driver<typename detail::connection_over<Link>::type, Credential, Reader> driver_;
};

}  // namespace SUPEROFFICE_ABI_READER

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
