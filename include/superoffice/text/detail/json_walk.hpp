// superoffice/text/detail/json_walk.hpp - steps through JSON text that a reader has already checked, as often as wanted.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_DETAIL_JSON_WALK_HPP
#define SUPEROFFICE_TEXT_DETAIL_JSON_WALK_HPP

#include <superoffice/text/json_text.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

// Each function below relies on the text being well-formed: it looks for the one character that ends what it steps over.

constexpr const char* after_space(const char* at) noexcept {
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') ++at;
    return at;
}

constexpr const char* after_string(const char* at) noexcept {
    for (++at; *at != '"'; ++at)
        if (*at == '\\') ++at;
    return at + 1;
}

/// Behind the value that starts here, which is a member's value: something always follows it.
constexpr const char* after_value(const char* at) noexcept {
    if (*at == '"') return after_string(at);
    if (*at != '{' && *at != '[') {
        while (*at != ',' && *at != '}' && *at != ' ' && *at != '\t' && *at != '\n' && *at != '\r') ++at;
        return at;
    }
    std::size_t depth = 0;
    do {
        if (*at == '"') {
            at = after_string(at);
            continue;
        }
        if (*at == '{' || *at == '[') ++depth;
        if (*at == '}' || *at == ']') --depth;
        ++at;
    } while (depth > 0);
    return at;
}

/// A whole value's text that was checked as a `json_text`.
constexpr json_text checked_text(std::string_view token) noexcept {
    const bool string = !token.empty() && token.front() == '"';
    return json_text{token, string && token.find('\\') != token.npos};
}

/// One member of an object whose text was checked, or the place behind the last one.
class member_cursor {
  public:
    constexpr member_cursor() noexcept = default;

    /// At the first member of the object; at the end if the text is empty or no object.
    explicit constexpr member_cursor(std::string_view object) noexcept {
        if (!object.empty() && object.front() == '{') enter(after_space(object.data() + 1));
    }

    [[nodiscard]] constexpr bool at_end() const noexcept { return key_ == nullptr; }
    [[nodiscard]] constexpr json_text key() const noexcept { return text_between(key_, key_end_); }
    [[nodiscard]] constexpr json_text value() const noexcept { return text_between(value_, value_end_); }

    constexpr void next() noexcept {
        const char* at = after_space(value_end_);
        enter(*at == ',' ? after_space(at + 1) : at);
    }

    friend constexpr bool operator==(const member_cursor& a, const member_cursor& b) noexcept {
        return a.key_ == b.key_;
    }

  private:
    static constexpr json_text text_between(const char* from, const char* to) noexcept {
        return checked_text({from, static_cast<std::size_t>(to - from)});
    }
    constexpr void enter(const char* at) noexcept {
        if (*at == '}') {
            *this = {};
            return;
        }
        key_ = at;
        key_end_ = after_string(at);
        value_ = after_space(after_space(key_end_) + 1);  // over the colon
        value_end_ = after_value(value_);
    }

    const char* key_ = nullptr;
    const char* key_end_ = nullptr;
    const char* value_ = nullptr;
    const char* value_end_ = nullptr;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
