// superoffice/client/download.hpp - one running call whose reply is a file: hands over the bytes as they arrive.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DOWNLOAD_HPP
#define SUPEROFFICE_CLIENT_DOWNLOAD_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/body_stream.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What a sink answers to a piece of a file. A sink that returns nothing takes every piece.
enum class sink_answer : std::uint8_t {
    more,     ///< taken; the next piece, please
    not_now,  ///< nothing was taken: the same bytes again later. Until then nothing more is received
    stop,     ///< taken, and enough: the call ends well, and the rest of the file is not received
};

/// A longer file is refused unless the program names another limit.
inline constexpr std::uint64_t default_max_file_bytes = std::uint64_t{1} << 30;

namespace detail {

/// A function of the caller that takes pieces of a file.
template <class Sink>
concept file_sink = std::invocable<Sink&, std::span<const std::byte>> &&
                    (std::is_void_v<std::invoke_result_t<Sink&, std::span<const std::byte>>> ||
                     std::same_as<std::invoke_result_t<Sink&, std::span<const std::byte>>, sink_answer>);

/// Whether a 2xx reply of this type is not the file: an error object, null, or the file as text.
constexpr bool is_json(std::string_view content_type) noexcept {
    return content_kind_of(content_type) == content_kind::json;
}

/// A page of a proxy or of a log-in.
constexpr bool is_page(std::string_view content_type) noexcept {
    return ascii::is_word("text/html ", ascii::trim(ascii::first(content_type, ascii::find(content_type, ';'))));
}

/// Everything about a download but its sink: what the next piece is, before the sink gets it. `more`: it is part of the file.
template <class Reader>
stream_state check_piece(body_stream<Reader>& self, const body_piece& piece, std::uint64_t max_bytes) noexcept {
    const auto fail = [&self](errc code, std::size_t offset) noexcept {
        self.failure = {.stage = code == errc::reply_too_large ? stage::http : stage::decode,
                        .code = code,
                        .offset = as_offset(offset)};
        return stream_state::failed;
    };
    if (self.count == 0) {
        if (is_page(piece.content_type)) return fail(errc::unsupported_content_type, 0);
        if (is_json(piece.content_type)) {
            std::size_t at = 0;
            while (at < piece.window.size() && ascii::is_one_of(piece.window[at], " \t\r\n")) ++at;
            if (at == piece.window.size()) return piece.last ? stream_state::whole : stream_state::not_now;
            return piece.window[at] == '"' ? fail(errc::file_as_base64, at) : stream_state::whole;
        }
    }
    if (piece.window.size() > max_bytes - self.count)
        return fail(errc::reply_too_large,
                    static_cast<std::size_t>(max_bytes < UINT32_MAX ? max_bytes + 1 : UINT32_MAX));
    return stream_state::more;
}

/// Gives a sink each piece in the window where it has arrived.
template <class Reader, class Sink>
class file_stream : public body_stream<Reader> {
    using base = body_stream<Reader>;

  public:
    file_stream(Sink sink, std::uint64_t max_bytes) noexcept
        : base(&take_piece), max_bytes_(max_bytes), sink_(std::move(sink)) {}

    /// The error for a reply that is a JSON value, but no error object.
    static constexpr error foreign{.stage = stage::decode, .code = errc::unsupported_content_type};

  private:
    static stream_state take_piece(base& self, Reader&, const body_piece& piece) noexcept {
        return static_cast<file_stream&>(self).take_bytes(piece);
    }

    stream_state take_bytes(const body_piece& piece) noexcept {
        const stream_state checked = check_piece(*this, piece, max_bytes_);
        if (checked == stream_state::not_now) return stream_state::more;  // only white space so far
        if (checked != stream_state::more || piece.window.empty()) return checked;
        const std::span<const std::byte> bytes = std::as_bytes(piece.window);
        sink_answer answer = sink_answer::more;
        if constexpr (std::is_void_v<std::invoke_result_t<Sink&, std::span<const std::byte>>>)
            sink_(bytes);
        else
            answer = sink_(bytes);
        if (answer == sink_answer::not_now) return stream_state::not_now;
        this->count += bytes.size();
        this->used = bytes.size();
        return answer == sink_answer::stop ? stream_state::stopped : stream_state::more;
    }

    std::uint64_t max_bytes_;
    Sink sink_;
};

}  // namespace detail

/// A running call whose reply is a file. The sink, a `noexcept` function, gets the bytes as they arrive, in pieces that fit
/// the client's memory, however long the file is. A file that comes as base64 text in JSON is refused: `file_as_base64`. The
/// object stays where it is made, and must be destroyed before its client. The `timeout` of the call covers the whole file.
template <class Client, class Sink>
class download {
  public:
    /// Made by the client.
    template <class Request>
    download(Client& api, const operation<Request, file_bytes>& what, const Request& request, Sink sink,
             std::uint64_t max_bytes, const call_options& options) noexcept
        : stream_(std::move(sink), max_bytes),
          call_(api, api.start_stream(what, request, options.select.view(), options, stream_, stream_.foreign)) {}
    /// No download yet: done, and its error is `errc::cancelled`. For a member that `start` uses again and again.
    explicit download(Sink sink, std::uint64_t max_bytes = default_max_file_bytes) noexcept
        : stream_(std::move(sink), max_bytes) {}
    download(const download&) = delete;
    download& operator=(const download&) = delete;

    /// Begins another download into the same sink. One that runs is cancelled.
    template <class Request>
    void start(Client& api, const operation<Request, file_bytes>& what, const std::type_identity_t<Request>& request,
               const call_options& options = {}) noexcept {
        static_assert(!Client::link_type::may_wait,
                      "superoffice: this link's start may block for a name lookup: use a resolver that does not");
        call_.cancel();
        stream_.reset();
        call_ = call<Client, std::uint64_t>{
            api, api.start_stream(what, request, options.select.view(), options, stream_, stream_.foreign)};
    }

    /// Goes on as far as it can without waiting; gives the sink what has arrived.
    step_state step(instant now) noexcept { return call_.step(now); }
    /// Where the sink says "not now", a time after which it is asked again. It may be asked earlier, by a step.
    [[nodiscard]] wait_condition wants() const noexcept { return call_.wants(); }
    [[nodiscard]] bool is_done() const noexcept { return call_.is_done(); }
    void cancel() noexcept { call_.cancel(); }

    /// How many bytes the sink took, or the error. Once `step` has answered done.
    [[nodiscard]] const superoffice::result<std::uint64_t>& result() const noexcept { return call_.result(); }
    [[nodiscard]] superoffice::error error() const noexcept { return call_.error(); }

    /// How many bytes the sink took so far, also after an error.
    [[nodiscard]] std::uint64_t count() const noexcept { return stream_.count; }

  private:
    detail::file_stream<typename Client::reader_type, Sink> stream_;
    call<Client, std::uint64_t> call_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
