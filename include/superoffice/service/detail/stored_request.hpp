// superoffice/service/detail/stored_request.hpp - keeps a request without its type, so that it can be written more than once.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_DETAIL_STORED_REQUEST_HPP
#define SUPEROFFICE_SERVICE_DETAIL_STORED_REQUEST_HPP

#include <superoffice/codec/detail/form.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/service/operation.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A reader that can also write requests as XML: `xml_reader` of <superoffice/xml.hpp>.
template <class Reader, class Request>
concept writes_xml = requires(json_writer& out, const Request& request) {
    { Reader::write_xml(out, request) } noexcept;
};

/// Small requests are copied. This is the largest one, in bytes, without the texts and lists it borrows: 56 where a pointer
/// has 8 bytes, 32 where it has 4.
inline constexpr std::size_t max_request_object_bytes = 8 + 6 * sizeof(void*);

/// Larger ones, and those that hold memory, are borrowed until the call is over.
template <class Request>
inline constexpr bool is_borrowed_request =
    sizeof(Request) > max_request_object_bytes || !std::is_trivially_copyable_v<Request>;

/// Keeps the request, because a call that is sent once more is written anew.
class stored_request {
  public:
    template <class Reader, class Request>
    void store(const Request& request) noexcept {
        if constexpr (std::same_as<Request, path_segment>) {
            body_ = nullptr;
            segment_ = request.text;
        } else {
            if constexpr (is_borrowed_request<Request>)
                borrowed_ = &request;
            else
                std::memcpy(bytes_, &request, sizeof request);
            body_ = &body_of<Reader, Request>;
        }
    }

    /// The text behind the path; empty for a request with a body.
    [[nodiscard]] std::string_view segment() const noexcept { return body_ == nullptr ? segment_ : std::string_view{}; }

    /// Appends the body. False where this request, or this client's reader, does not know the type.
    bool write_body(json_writer& out, request_type type) const noexcept {
        return body_ == nullptr || body_(*this, out, type);
    }

  private:
    template <class Reader, class Request>
    static bool body_of(const stored_request& from, json_writer& out, request_type type) noexcept {
        if constexpr (is_borrowed_request<Request>) {
            return write_as<Reader>(*static_cast<const Request*>(from.borrowed_), out, type);
        } else {
            Request request;
            std::memcpy(&request, from.bytes_, sizeof request);
            return write_as<Reader>(request, out, type);
        }
    }

    template <class Reader, class Request>
    static bool write_as(const Request& request, json_writer& out, request_type type) noexcept {
        if (is_xml(type)) {
            if constexpr (writes_xml<Reader, Request>)
                return Reader::write_xml(out, request), true;
            else
                return false;
        }
        if (type.written_as() == body_form::form) {
            if constexpr (is_form<Request>)
                return write_form(out, request), true;
            else
                return false;
        }
        return codec<Request>::encode(out, request), true;
    }

    bool (*body_)(const stored_request&, json_writer&, request_type) noexcept = nullptr;
    union {
        std::string_view segment_{};  // without `body_`
        const void* borrowed_;
        std::byte bytes_[max_request_object_bytes];
    };
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
