// superoffice/http/detail/http_call_writer.hpp - writes a request for the HTTP stack of the host, which does the framing.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_HTTP_CALL_WRITER_HPP
#define SUPEROFFICE_HTTP_DETAIL_HTTP_CALL_WRITER_HPP

#include <superoffice/http/detail/http1_writer.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Call `call`, header..., end_of_head in this order, then write the body behind them.
class http_call_writer : public target_writer {
  public:
    using target_writer::target_writer;

    /// `method` must be a constant: only the view is kept. For `parts` see `check_target`.
    void call(std::string_view method, std::string_view scheme, std::string_view authority,
              const std::string_view* parts, std::size_t count) noexcept {
        method_ = method;
        put(scheme);
        put(authority);
        target_at_ = size();
        check_target(parts, count);
        for (const std::string_view* each = parts; each != parts + count; ++each) put(*each);
        url_size_ = size();
        put(ascii::literal("\0"));  // a NUL at the end: most HTTP stacks are written in C
    }

    void end_of_head() noexcept {}

    [[nodiscard]] std::string_view method() const noexcept { return method_; }
    [[nodiscard]] std::size_t url_size() const noexcept { return url_size_; }    ///< without the NUL
    [[nodiscard]] std::size_t target_at() const noexcept { return target_at_; }  ///< where in the URL it begins

  private:
    std::string_view method_;
    std::size_t url_size_ = 0;
    std::size_t target_at_ = 0;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
