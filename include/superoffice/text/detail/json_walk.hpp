// superoffice/text/detail/json_walk.hpp - steps through JSON text that a reader has already checked, as often as wanted.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_DETAIL_JSON_WALK_HPP
#define SUPEROFFICE_TEXT_DETAIL_JSON_WALK_HPP

#include <superoffice/text/detail/json_scan.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

// Each function below relies on the text being well-formed: it looks for the one character that ends what it steps over.
// `end` is the end of a text around it.

constexpr const char* after_space(const char* at) noexcept {
    while (is_json_space(*at)) ++at;
    return at;
}

/// The string that starts here.
constexpr json_text checked_string(const char* at, const char* end) noexcept {
    const char* const start = at;
    bool escaped = false;
    for (++at; *(at = skip_plain_text(at, end, true)) != '"'; at += 2) escaped = true;
    return json_text{{start, static_cast<std::size_t>(at + 1 - start)}, escaped};
}

constexpr const char* behind(json_text token) noexcept { return token.raw().data() + token.raw().size(); }

/// The value that starts here, which is a member's value: something always follows it.
constexpr json_text checked_value(const char* at, const char* end) noexcept {
    if (*at == '"') return checked_string(at, end);
    const char* const start = at;
    std::size_t depth = 0;
    for (;; ++at) {
        const char c = *at;
        if (c == '"')
            at = behind(checked_string(at, end)) - 1;
        else if (c == '{' || c == '[')
            ++depth;
        else if (depth == 0 ? c == ',' || c == '}' || is_json_space(c) : (c == '}' || c == ']') && --depth == 0)
            break;
    }
    if (*start == '{' || *start == '[') ++at;  // its last bracket belongs to it
    return json_text{{start, static_cast<std::size_t>(at - start)}, false};
}

/// A member of an object whose text was checked, or the place behind the last one: its key, and where its value starts.
class member_cursor {
  public:
    constexpr member_cursor() noexcept = default;

    /// Begins at the first member of the object; at the end if the text is empty or no object.
    explicit constexpr member_cursor(std::string_view object) noexcept : end_(object.data() + object.size()) {
        if (!object.empty() && object.front() == '{') enter(after_space(object.data() + 1));
    }

    [[nodiscard]] constexpr bool at_end() const noexcept { return key_.raw().empty(); }
    [[nodiscard]] constexpr json_text key() const noexcept { return key_; }
    [[nodiscard]] constexpr json_text value() const noexcept { return checked_value(value_, end_); }
    /// The text from the value to the end of the object.
    [[nodiscard]] constexpr std::string_view rest() const noexcept {
        return {value_, static_cast<std::size_t>(end_ - value_)};
    }

    constexpr void next() noexcept { next_behind(behind(value())); }
    /// The same for a caller that knows where the value ends.
    constexpr void next_behind(const char* value_end) noexcept {
        const char* const at = after_space(value_end);
        enter(*at == ',' ? after_space(at + 1) : at);
    }

    friend constexpr bool operator==(const member_cursor& a, const member_cursor& b) noexcept {
        return a.key_.raw().data() == b.key_.raw().data();
    }

  private:
    constexpr void enter(const char* at) noexcept {
        key_ = *at == '}' ? json_text{} : checked_string(at, end_);
        if (!at_end()) value_ = after_space(after_space(behind(key_)) + 1);  // over the colon
    }

    json_text key_;
    const char* value_ = nullptr;
    const char* end_ = nullptr;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
