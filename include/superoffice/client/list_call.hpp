// superoffice/client/list_call.hpp - one running call whose reply is a list: hands over each element as it arrives.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_LIST_CALL_HPP
#define SUPEROFFICE_CLIENT_LIST_CALL_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/body_stream.hpp>
#include <superoffice/codec/detail/array_scanner.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What a function that takes the elements of a list may answer. A function that returns nothing takes all elements.
enum class list_answer : std::uint8_t {
    more,  ///< the next element, please
    stop,  ///< no further element: the call ends well, and the rest of the reply is not received
};

namespace detail {

/// A function of the caller that takes elements.
template <class Function, class Info>
concept element_function =
    std::invocable<Function&, const Info&> && (std::is_void_v<std::invoke_result_t<Function&, const Info&>> ||
                                               std::same_as<std::invoke_result_t<Function&, const Info&>, list_answer>);

/// Decodes one element after the other, in the window where it has arrived.
template <class Reader, class Info, class Function>
class element_stream : public body_stream<Reader> {
    using base = body_stream<Reader>;

  public:
    explicit element_stream(Function function) noexcept : base(&take_piece), function_(std::move(function)) {}

    /// The error for a reply that is no list.
    static constexpr error foreign{.stage = stage::decode, .code = errc::wrong_kind};

  private:
    static stream_state take_piece(base& self, Reader& reader, const body_piece& piece) noexcept {
        return static_cast<element_stream&>(self).take_elements(reader, piece);
    }

    stream_state take_elements(Reader& reader, const body_piece& piece) noexcept {
        const std::string_view text{piece.window.data(), piece.window.size()};
        array_scanner::answer found = array_scanner::answer::more;
        while ((found = scanner_.next(text)) == array_scanner::answer::element) {
            if (const error e = take_element(reader, piece); e.code != errc::ok) return fail(e);
            if (this->has_stopped) return drop_used(), stream_state::stopped;
        }
        if (!scanner_.has_begun() && (found == array_scanner::answer::no_array || piece.last))
            return stream_state::whole;
        if (!scanner_.has_begun()) return stream_state::more;
        if (!checked_) {
            if (const errc refusal = refusal_of_type(piece.content_type); refusal != errc::ok)
                return fail(decode_error(refusal, 0));
            checked_ = true;
        }
        if (found == array_scanner::answer::bad || (piece.last && found != array_scanner::answer::done))
            return fail(decode_error(errc::bad_json, scanner_.end()));
        drop_used();
        return stream_state::more;
    }

    error take_element(Reader& reader, const body_piece& piece) noexcept {
        const std::size_t at = scanner_.begin(), size = scanner_.end() - at;
        const json_document document{piece.window.data() + at, size, piece.capacity - at};
        Info element{};
        decode_state state;
        error e = decode_document(reader, document, element, state);
        if (e.code == errc::null_document) e.code = errc::wrong_kind;
        if (e.code == errc::ok && is_described_struct<Info> && !state.matched && state.passed)
            e = reply_error(stage::service, errc::foreign_document, 0);
        if (e.stage == stage::decode) e.offset += as_offset(at);
        if (e.code != errc::ok) return e;
        ++this->count;
        if constexpr (std::is_void_v<std::invoke_result_t<Function&, const Info&>>)
            function_(std::as_const(element));
        else
            this->has_stopped = function_(std::as_const(element)) == list_answer::stop;
        return {};
    }

    void drop_used() noexcept {
        this->used = scanner_.unused();
        scanner_.drop(this->used);
        dropped_ += this->used;
    }

    stream_state fail(error e) noexcept {
        if (e.stage == stage::decode) e.offset = as_offset(dropped_ + e.offset);
        this->failure = e;
        return stream_state::failed;
    }

    array_scanner scanner_;
    std::size_t dropped_ = 0;  // bytes of the body before the window
    bool checked_ = false;     // the Content-Type is known to be right
    Function function_;
};

}  // namespace detail

/// A running call whose reply is a list. Each element is decoded as soon as it has arrived and handed to the function, a
/// `noexcept` one; its texts are views that end with the function. So the client's memory must hold the reply's head and one
/// element, however long the list is. The object stays where it is made, and must be destroyed before its client.
template <class Client, class Info, class Function>
class list_call {
  public:
    /// Made by the client.
    template <class Request, class Element>
    list_call(Client& api, const operation<Request, list_of<Element>>& what, const Request& request, Function function,
              const call_options& options) noexcept
        : stream_(std::move(function)),
          call_(api, api.start_stream(what, request,
                                      options.select.empty() ? select_of<Info, Element>() : options.select.view(),
                                      options, stream_, stream_.foreign)) {}
    list_call(const list_call&) = delete;
    list_call& operator=(const list_call&) = delete;

    /// Goes on as far as it can without waiting; calls the function for each element that is complete.
    step_state step(instant now) noexcept { return call_.step(now); }
    [[nodiscard]] wait_condition wants() const noexcept { return call_.wants(); }
    [[nodiscard]] bool is_done() const noexcept { return call_.is_done(); }
    void cancel() noexcept { call_.cancel(); }

    /// How many elements the function got, or the error. Once `step` has answered done.
    [[nodiscard]] const superoffice::result<std::uint64_t>& result() const noexcept { return call_.result(); }
    [[nodiscard]] superoffice::error error() const noexcept { return call_.error(); }

    /// How many elements the function got so far, also after an error.
    [[nodiscard]] std::uint64_t count() const noexcept { return stream_.count; }

  private:
    detail::element_stream<typename Client::reader_type, Info, Function> stream_;
    call<Client, std::uint64_t> call_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
