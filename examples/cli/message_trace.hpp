// message_trace.hpp - reads HTTP messages as they go by, and says what they are made of, but no value that may be secret.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_MESSAGE_TRACE_HPP
#define SUPEROFFICE_CLI_MESSAGE_TRACE_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cli {

/// Requests or replies, one after another. Of a header it keeps the name, the size, and the value if that is a
/// Content-Length, Content-Type, Date or Retry-After with the form of one. Of a request's target it keeps the path and the
/// size of the query.
class message_trace {
  public:
    enum class kind { requests, replies };
    using line_writer = std::function<void(const std::string&)>;
    using stopwatch = std::function<std::string()>;

    /// `write_line` gets a line at a time. `lap` gives the time since it was asked last, in words; for replies only.
    message_trace(kind what, line_writer write_line, stopwatch lap)
        : kind_(what), write_line_(std::move(write_line)), lap_(std::move(lap)) {}

    void take(std::span<const std::byte> bytes);

    /// The message is over, also if it does not say so: the next byte begins another one.
    void end();

    /// A message has begun and is not over.
    [[nodiscard]] bool is_within() const { return part_ != part::start; }
    /// The status of the last reply; 0 if there was none.
    [[nodiscard]] int status() const { return status_; }

  private:
    enum class part { start, first_line, name, value, body };

    void take_of_head(char c);
    void take_of_first_line(char c);
    void take_of_value(char c);
    void tell_first_line();
    void tell_header();
    void end_head();
    void take_body(std::string_view bytes);

    kind kind_;
    line_writer write_line_;
    stopwatch lap_;
    part part_ = part::start;
    std::string text_;  // the first line as far as it is kept, or the name of a header
    std::size_t blanks_in_line_ = 0, query_ = 0;
    std::string value_;  // of one of the four headers only
    std::size_t value_size_ = 0, blanks_ = 0;
    bool in_query_ = false, keeps_value_ = false, has_length_ = false, is_chunked_ = false;
    std::uint64_t length_ = 0, body_ = 0;
    std::string tail_;  // the last bytes of a body in chunks
    int status_ = 0;
};

}  // namespace cli
#endif
