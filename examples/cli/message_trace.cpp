#include "message_trace.hpp"

#include <superoffice/base/detail/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace cli {
namespace {

namespace ascii = superoffice::detail::ascii;

constexpr std::size_t longest_line = 2'048, longest_name = 40, longest_value = 64;

bool consists_of(std::string_view text, const char* others) {
    return std::all_of(text.begin(), text.end(), [others](char c) { return ascii::is_alphanumeric_or(c, others); });
}

bool begins_with_one_of(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [text](std::string_view each) { return ascii::begins_with(text, each); });
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos && text.size() < 20;
}

/// "Mon, 30 Nov 2026 01:02:03 GMT" and the two older forms.
bool is_date(std::string_view text) {
    return begins_with_one_of(text, {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}) && text.size() <= 33 &&
           consists_of(text, " ,:-");
}

/// "application/json", without parameters.
bool is_type(std::string_view text) {
    return begins_with_one_of(text, {"application/", "text/", "image/", "multipart/"}) && consists_of(text, "/.+-");
}

enum class known { none, length, type, date, retry_after, coding };

known known_header(const std::string& name) {
    switch (ascii::index_of_word("content-length content-type date retry-after transfer-encoding ", name)) {
        case 0: return known::length;
        case 1: return known::type;
        case 2: return known::date;
        case 3: return known::retry_after;
        case 4: return known::coding;
        default: return known::none;
    }
}

/// What may be shown of a value; empty where that is nothing. A server may put anything anywhere, also what it was sent.
std::string_view harmless(known header, std::string_view value) {
    switch (header) {
        case known::length: return is_number(value) ? value : std::string_view{};
        case known::date: return is_date(value) ? value : std::string_view{};
        case known::retry_after: return is_number(value) || is_date(value) ? value : std::string_view{};
        case known::type: value = value.substr(0, value.find(';')); return is_type(value) ? value : std::string_view{};
        case known::none:
        case known::coding: break;
    }
    return {};
}

std::string bytes_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace

void message_trace::take(std::span<const std::byte> bytes) {
    std::string_view rest{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    while (!rest.empty()) {
        std::size_t size = 1;
        if (part_ != part::body) {
            take_of_head(rest.front());
        } else {
            const bool has_end = has_length_ && !is_chunked_ && length_ - body_ < rest.size();
            size = has_end ? static_cast<std::size_t>(length_ - body_) : rest.size();
            take_body(rest.substr(0, size));
        }
        rest.remove_prefix(size);
    }
}

void message_trace::take_of_head(char c) {
    switch (part_) {
        case part::start:
            text_.clear();
            blanks_in_line_ = query_ = 0;
            in_query_ = has_length_ = is_chunked_ = false;
            length_ = body_ = 0;
            status_ = 0;
            tail_.clear();
            part_ = part::first_line;
            [[fallthrough]];
        case part::first_line:
            if (c != '\n') return take_of_first_line(c);
            tell_first_line();
            text_.clear();
            part_ = part::name;
            return;
        case part::name:
            if (c == '\r') return;
            if (c == ':') {
                value_.clear();
                value_size_ = blanks_ = 0;
                keeps_value_ = known_header(text_) != known::none;
                part_ = part::value;
            } else if (c != '\n') {
                if (text_.size() <= longest_name) text_ += c;
            } else if (text_.empty()) {
                end_head();
            } else {
                write_line_("a line that is no header");
                text_.clear();
            }
            return;
        case part::value:
            if (c != '\n') return take_of_value(c);
            tell_header();
            text_.clear();
            part_ = part::name;
            return;
        case part::body: return;
    }
}

/// "POST /path?query HTTP/1.1" or "HTTP/1.1 200 OK".
void message_trace::take_of_first_line(char c) {
    if (c == ' ') ++blanks_in_line_;
    if (kind_ == kind::requests && blanks_in_line_ == 1 && (c == '?' || in_query_)) {
        if (in_query_) ++query_;
        in_query_ = true;
    } else if (text_.size() < longest_line && blanks_in_line_ <= 1) {
        text_ += c;
    }
}

void message_trace::take_of_value(char c) {
    if (c == ' ' || c == '\t' || c == '\r') {
        ++blanks_;
        return;
    }
    if (value_size_ == 0) blanks_ = 0;
    if (keeps_value_ && value_size_ + blanks_ < longest_value) value_.append(blanks_, ' ') += c;
    if (value_size_ + blanks_ >= longest_value) keeps_value_ = false;
    value_size_ += blanks_ + 1;
    blanks_ = 0;
}

void message_trace::tell_first_line() {
    if (kind_ == kind::requests) {
        const bool is_plain = consists_of(text_, " /%-._~!$&'()*+,;=:@");
        return write_line_((is_plain ? text_ : std::string{"a request line with other characters"}) +
                           (in_query_ ? ", a query of " + bytes_text(query_) : std::string{}));
    }
    const std::string_view status = std::string_view{text_}.substr(std::min<std::size_t>(text_.size(), 9), 3);
    const bool is_http = ascii::begins_with(text_, "HTTP/1.") && is_number(status) && status.size() == 3;
    if (is_http) std::from_chars(status.data(), status.data() + status.size(), status_);
    write_line_((is_http ? text_.substr(0, 12) : std::string{"no HTTP"}) + lap_());
}

void message_trace::tell_header() {
    const known header = known_header(text_);
    const std::string_view value = keeps_value_ ? std::string_view{value_} : std::string_view{};
    if (header == known::length && is_number(value)) {
        has_length_ = std::from_chars(value.data(), value.data() + value.size(), length_).ec == std::errc{};
    } else if (header == known::coding) {
        is_chunked_ = true;
    }
    const bool is_plain = text_.size() <= longest_name && consists_of(text_, "-_");
    const std::string_view shown = harmless(header, value);
    write_line_((is_plain ? text_ : std::string{"a header with an unusual name"}) + ": " +
                (shown.empty() ? bytes_text(value_size_) : std::string{shown}));
}

void message_trace::end_head() {
    const bool is_reply = kind_ == kind::replies;
    const bool may_have_body = !is_reply || (status_ >= 200 && status_ != 204 && status_ != 304);
    const bool has_body = is_chunked_ || (has_length_ ? length_ > 0 : is_reply);
    part_ = may_have_body && has_body ? part::body : part::start;
}

void message_trace::take_body(std::string_view bytes) {
    body_ += bytes.size();
    bool is_whole = has_length_ && !is_chunked_ && body_ >= length_;
    if (is_chunked_) {
        constexpr std::string_view last = "\r\n0\r\n\r\n";
        tail_.append(bytes.substr(bytes.size() - std::min(bytes.size(), last.size())));
        tail_.erase(0, tail_.size() - std::min(tail_.size(), last.size()));
        is_whole = tail_ == last || (body_ == 5 && tail_ == last.substr(2));
    }
    if (is_whole) end();
}

void message_trace::end() {
    if (part_ == part::body)
        write_line_((is_chunked_ ? "body in chunks, " : "body of ") + bytes_text(body_) +
                    (kind_ == kind::replies ? lap_() : std::string{}));
    else if (part_ != part::start)
        write_line_("ends within its head");
    std::fill(value_.begin(), value_.end(), '\0');
    part_ = part::start;
}

}  // namespace cli
