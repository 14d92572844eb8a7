// superoffice/client/client.hpp - makes calls over a link, in the caller's memory: blocking, or step by step.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_CLIENT_HPP
#define SUPEROFFICE_CLIENT_CLIENT_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/byte_connection.hpp>
#include <superoffice/client/detail/call_driver.hpp>
#include <superoffice/client/detail/http_connection.hpp>
#include <superoffice/client/download.hpp>
#include <superoffice/client/list_call.hpp>
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

/// Used where the link has no clock.
struct no_clock {};

/// The clock that a link brings for the blocking call, or `no_clock`.
template <class Link>
struct own_clock {
    using type = no_clock;
};
template <class Link>
    requires requires { typename Link::clock; }
struct own_clock<Link> {
    using type = typename Link::clock;
};

/// The kind of connection: the library's own HTTP over a link, or an HTTP stack of the host.
template <class Link>
struct connection_over {
    using type = byte_connection<byte_transport_archetype>;  // neither kind: the client's assertion is the only error
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

/// The type of a call's result: `Info`, or the operation's whole reply where no `Info` was named.
template <class Info, class Reply>
using asked_for = std::conditional_t<std::is_void_v<Info>, value_of_reply<Reply>, Info>;

/// The elements of a list that are asked for: `Info`, or the service's own.
template <class Info, class Element>
using element_for = std::conditional_t<std::is_void_v<Info>, Element, Info>;

}  // namespace detail

inline namespace SUPEROFFICE_ABI_READER {

/// Calls one service over one link, one call at a time. The link carries bytes (`byte_transport`) or, where the host has an
/// HTTP stack, whole calls (`http_transport`).
///
/// Lifetimes   The client borrows the link, the text of the base URL, the texts of the credential and the memory. All of
///             them must outlive it.
/// Link        From the first call on only this client may use it, until `stop()` or the end of the client: it holds the kept
///             connection, and another client on it would send its credential there.
/// Memory      Holds the request, then the reply. The texts of a decoded struct are views into it, valid until the next call
///             starts. `stop()` and the end of the client zero it: copy what you need longer (`keep`, `fixed_text`). The
///             request is zeroed as it is sent. Between calls the program may write to the memory, except to its last
///             `base().size()` bytes after a tenant has moved.
/// Threads     One thread at a time uses a client, its link and its calls. Clients share nothing.
/// Costs       No heap and no clock. Only the blocking call waits. A client is neither copied nor moved.
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
    using reader_type = Reader;

    /// The type of a running call, for a member that holds one.
    template <class Info = BatchTaskInfo>
    using call_of = call<client, Info>;

    /// Checks the base URL; `check_base_url()` tells the outcome, and so does every call. The last argument is for your own
    /// reader.
    client(Link& link, borrowed base, Credential credential, std::span<std::byte> memory, client_options options = {})
        : driver_(link, base, std::move(credential), memory, options, [&] { return make_reader(memory.size()); }) {}
    client(Link& link, borrowed base, Credential credential, std::span<std::byte> memory, client_options options,
           Reader reader)
        : driver_(link, base, std::move(credential), memory, options, [&]() -> Reader&& { return std::move(reader); }) {
    }
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

    /// Whether the base URL can be used; else `bad_base_url` with the offset of the byte at fault.
    [[nodiscard]] result<void> check_base_url() const noexcept { return driver_.check_base_url(); }

    /// Asks how the task is doing, and waits for the answer. `Info` is a described struct; its members become the
    /// `$select`. Between two steps the link is waited on, if it can be (`waiting_transport`, `waiting_http_transport`); any
    /// other link is asked again at once.
    ///
    /// @returns  the task, or the error that stopped the call; `errc::no_such_task` if the service does not know it
    /// Costs     at most `timeout` of time, and the system's name lookup, which cannot be interrupted; no heap
    template <class Info = BatchTaskInfo, class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<Info> get_batch_task_info(task_id id, const call_options& options = {}, Clock clock = {}) {
        return run<Info>(superoffice::get_batch_task_info, GetBatchTaskInfoRequest{id.number}, options, clock);
    }

    /// The same in steps that never wait. The caller holds the call. The client runs one call at a time; a second one ends
    /// with `errc::busy`.
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

    /// Any operation of the service, blocking (`run`) or in steps (`start`): `api.run(superoffice::stop_batch_job, {497})`.
    /// Without an `Info` the result is the operation's whole reply.
    template <class Info = void, class Request, class Reply, class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<detail::asked_for<Info, Reply>> run(const operation<Request, Reply>& what,
                                                             const std::type_identity_t<Request>& request,
                                                             const call_options& options = {}, Clock clock = {}) {
        call_of<detail::asked_for<Info, Reply>> running{*this, what, request, options};
        run_to_end(running, clock);
        return std::move(running.result());
    }
    template <class Info = void, class Request, class Reply>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                const std::type_identity_t<Request>& request,
                                                                const call_options& options = {}) noexcept {
        detail::require_link_that_never_blocks<Link>();
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

    /// An operation that answers with a list, blocking (`run_list`) or in steps (`start_list`): each element goes to
    /// `function` as soon as it has arrived. `Info` describes an element; its members become the `$select`. See `list_call`.
    ///
    ///     api.run_list<my_task>(superoffice::get_batch_task_infos_by_state, {BatchTaskState::Started},
    ///                           [](const my_task& task) noexcept { show(task); });
    ///
    /// @returns  how many elements the function got
    template <class Info = void, class Request, class Element, class Function,
              class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<std::uint64_t> run_list(const operation<Request, list_of<Element>>& what,
                                                 const std::type_identity_t<Request>& request, Function function,
                                                 const call_options& options = {}, Clock clock = {}) {
        list_call<client, detail::element_for<Info, Element>, Function> running{*this, what, request,
                                                                                std::move(function), options};
        run_to_end(running, clock);
        return running.result();
    }
    template <class Info = void, class Request, class Element, class Function>
    [[nodiscard]] list_call<client, detail::element_for<Info, Element>, Function> start_list(
        const operation<Request, list_of<Element>>& what, const std::type_identity_t<Request>& request,
        Function function, const call_options& options = {}) noexcept {
        detail::require_link_that_never_blocks<Link>();
        return {*this, what, request, std::move(function), options};
    }
    template <class Info = void, class Request, class Element, class Function>
    [[nodiscard]] list_call<client, detail::element_for<Info, Element>, Function> start_list(
        const operation<Request, list_of<Element>>& what, const std::type_identity_t<Request>& request,
        Function function, const call_options& options, allow_waiting_lookup_t) noexcept {
        return {*this, what, request, std::move(function), options};
    }

    /// An operation that answers with a file, blocking (`run_download`) or in steps (`start_download`): the bytes go to
    /// `sink` as they arrive. A file of more than `max_bytes` ends with `reply_too_large`. See `download`.
    ///
    ///     api.run_download(superoffice::get_output_from_batch, {497},
    ///                      [&](std::span<const std::byte> piece) noexcept { return store(piece); });
    ///
    /// @returns  how many bytes the sink took
    template <class Request, detail::file_sink Sink, class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<std::uint64_t> run_download(const operation<Request, file_bytes>& what,
                                                     const std::type_identity_t<Request>& request, Sink sink,
                                                     std::uint64_t max_bytes = default_max_file_bytes,
                                                     const call_options& options = {}, Clock clock = {}) {
        download<client, Sink> running{*this, what, request, std::move(sink), max_bytes, options};
        run_to_end(running, clock);
        return running.result();
    }
    template <class Request, detail::file_sink Sink>
    [[nodiscard]] download<client, Sink> start_download(const operation<Request, file_bytes>& what,
                                                        const std::type_identity_t<Request>& request, Sink sink,
                                                        std::uint64_t max_bytes = default_max_file_bytes,
                                                        const call_options& options = {}) noexcept {
        detail::require_link_that_never_blocks<Link>();
        return {*this, what, request, std::move(sink), max_bytes, options};
    }
    template <class Request, detail::file_sink Sink>
    [[nodiscard]] download<client, Sink> start_download(const operation<Request, file_bytes>& what,
                                                        const std::type_identity_t<Request>& request, Sink sink,
                                                        std::uint64_t max_bytes, const call_options& options,
                                                        allow_waiting_lookup_t) noexcept {
        return {*this, what, request, std::move(sink), max_bytes, options};
    }

    // A request that is too large to be copied is borrowed until the call is over, so a temporary is refused.
    template <class Info = void, class Request, class Reply>
        requires detail::is_borrowed_request<Request>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                std::type_identity_t<Request>&& request,
                                                                const call_options& = {}) noexcept {
        return refuse_temporary<Info>(what, request);
    }
    template <class Info = void, class Request, class Reply>
        requires detail::is_borrowed_request<Request>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                std::type_identity_t<Request>&& request,
                                                                const call_options&, allow_waiting_lookup_t) noexcept {
        return refuse_temporary<Info>(what, request);
    }
    template <class Info = void, class Request, class Reply>
        requires detail::is_borrowed_request<Request>
    [[nodiscard]] call_of<detail::asked_for<Info, Reply>> start(const operation<Request, Reply>& what,
                                                                std::type_identity_t<Request>&& request,
                                                                allow_waiting_lookup_t) noexcept {
        return refuse_temporary<Info>(what, request);
    }

    /// About the last reply, whether the call gave a value or an error. Valid as long as the decoded texts.
    [[nodiscard]] const reply_info& last_reply() const noexcept { return driver_.last_reply(); }

    /// The base URL of the calls: the one that was given, or the one that the tenant's directory has named since.
    [[nodiscard]] std::string_view base() const noexcept { return driver_.base(); }

    /// True while a call runs.
    [[nodiscard]] bool is_busy() const noexcept { return driver_.is_busy(); }

    /// Drops the kept connection and zeroes the whole memory, except the address of a tenant that has moved. A mistake of the
    /// programmer while a call runs: cancel the call first (`call::cancel`). Call it before a sleep during which the clock
    /// stands still: afterwards it is unknown how long the connection was idle.
    void stop() noexcept {
        SUPEROFFICE_ASSERT(!is_busy() && "superoffice: a call is running: cancel it before stop()");
        if (!is_busy()) driver_.stop();
    }

  private:
    template <class Client, class Info>
    friend class superoffice::call;
    template <class Client, class Info, class Function>
    friend class superoffice::list_call;
    template <class Client, class Sink>
    friend class superoffice::download;
    template <class Info>
    friend class superoffice::watch;
    template <class Info>
    friend class detail::asker;

    template <class Call, class Clock>
    void run_to_end(Call& running, Clock& clock) {
        static_assert(monotonic_clock<Clock>,
                      "superoffice: the blocking call needs a clock, and this link brings none: pass "
                      "superoffice::steady_clock{} of <superoffice/std_types.hpp> (or your own monotonic_clock) after "
                      "the options, or step() the call yourself");
        if constexpr (monotonic_clock<Clock>) {
            if constexpr (waiting_transport<Link>)
                if (!running.is_done()) driver_.set_blocking();
            for (;;) {
                const instant now = clock.now();
                if (running.step(now) == step_state::done) return;
                wait(running.wants(), now);
            }
        }
    }

    /// Waits for the link, if it can be waited on.
    void wait([[maybe_unused]] const wait_condition& wanted, [[maybe_unused]] instant now) {
        if constexpr (waiting_transport<Link> || waiting_http_transport<Link>)
            if (wanted.until > now) driver_.link().wait(wanted.what, wanted.until - now);
    }

    template <class Info, class Request, class Reply>
    call_of<detail::asked_for<Info, Reply>> refuse_temporary(const operation<Request, Reply>&,
                                                             const Request&) noexcept {
        static_assert(!detail::is_borrowed_request<Request>,
                      "superoffice: this request is too large to be copied, so it is borrowed until the call is over: "
                      "give it a name");
        return {};
    }

    static Reader make_reader(std::size_t bytes) {
        if constexpr (std::constructible_from<Reader, std::size_t>)
            return Reader{bytes};
        else
            return Reader{};
    }

    // For `call` and `watch`.
    template <class Request, class Reply>
    error start_call(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                     const call_options& options) noexcept {
        return driver_.start(what, request, select, options);
    }
    template <class Request, class Reply>
    error start_stream(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                       const call_options& options, detail::body_stream<Reader>& stream,
                       const error& foreign) noexcept {
        return driver_.start_stream(what, request, select, options, stream, foreign);
    }
    template <class Info>
    step_state step_call(instant now, result<Info>& answer) noexcept {
        return driver_.step(now, answer);
    }
    [[nodiscard]] const wait_condition& wants() const noexcept { return driver_.wants(); }
    void cancel() noexcept { driver_.cancel(); }
    void limit_time(milliseconds left) noexcept { driver_.limit_time(left); }
    void want_digest(detail::body_digest& into) noexcept { driver_.want_digest(into); }

    detail::call_driver<typename detail::connection_over<Link>::type, Credential, Reader> driver_;
};

/// A deduction guide, for compilers that ask for one (-Wctad-maybe-unsupported).
template <class Link, class Credential>
client(Link&, borrowed, Credential, std::span<std::byte>) -> client<Link, Credential>;

}  // namespace SUPEROFFICE_ABI_READER

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
