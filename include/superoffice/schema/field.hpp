// superoffice/schema/field.hpp - one property of a reply: absent, null, or a value.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_FIELD_HPP
#define SUPEROFFICE_SCHEMA_FIELD_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {
// Not nested in field<T>, because a comparison would then look for operators of field<T>.
enum class field_state : std::uint8_t { absent, null, value };
struct field_parts;  // for the decoder, which writes the value, and the state by its place
}  // namespace detail

/// A value, null, or absent. Used like std::optional. Reading a value that is not there is a mistake of the program
/// (SUPEROFFICE_ASSERT). `field<bool>` has no conversion to bool, since presence and value would look
/// alike: ask `has_value()` or compare `== true`.
template <class T>
class field {
  public:
    using value_type = T;

    constexpr field() noexcept = default;
    constexpr field(std::nullptr_t) noexcept : state_(detail::field_state::null) {}
    template <class U = T>
        requires(!std::same_as<std::remove_cvref_t<U>, field> &&
                 !std::same_as<std::remove_cvref_t<U>, std::nullptr_t> &&
                 std::constructible_from<T, U &&>)  // which takes a compiler longest, so it comes last
    constexpr explicit(!std::convertible_to<U, T>) field(U&& value)
        : state_(detail::field_state::value), value_(std::forward<U>(value)) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return state_ == state::value; }
    [[nodiscard]] constexpr bool is_null() const noexcept { return state_ == state::null; }
    [[nodiscard]] constexpr bool is_absent() const noexcept { return state_ == state::absent; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept
        requires(!std::same_as<T, bool>)
    {
        return has_value();
    }

    [[nodiscard]] constexpr T& value() & noexcept { return require_value(), value_; }
    [[nodiscard]] constexpr const T& value() const& noexcept { return require_value(), value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return value(); }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value(); }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value(); }

    template <class U>
    [[nodiscard]] constexpr T value_or(U&& otherwise) const {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(otherwise));
    }

    /// Makes it present with a default value, for decoding straight into it.
    constexpr T& emplace() {
        value_ = T{};
        state_ = state::value;
        return value_;
    }
    constexpr void set_null() {
        value_ = T{};
        state_ = state::null;
    }
    constexpr void reset() {
        value_ = T{};
        state_ = state::absent;
    }

    friend constexpr bool operator==(const field& a, const field& b) noexcept
        requires std::equality_comparable<T>
    {
        return a.state_ == b.state_ && (!a.has_value() || a.value_ == b.value_);
    }

  private:
    constexpr void require_value() const noexcept {
        SUPEROFFICE_ASSERT(
            has_value() &&
            "superoffice: this field is absent or null: test it before value(), * or ->, or use value_or()");
    }

    friend detail::field_parts;
    using state = detail::field_state;
    state state_ = state::absent;  // the first byte of the field: the decoder sets it without knowing T
    T value_{};
};

namespace detail {
struct field_parts {
    template <class T>
    static constexpr T& value(field<T>& of) noexcept {
        return of.value_;
    }
};
}  // namespace detail

/// True when a value is there and equals the other side. (No friend: it would take everything that converts to a field, for
/// example the expressions of test frameworks.)
template <class T, class U>
    requires(!std::derived_from<U, field<T>> && !std::same_as<U, std::nullptr_t> &&
             requires(const T& t, const U& u) {
                 { t == u } -> std::convertible_to<bool>;
             })
constexpr bool operator==(const field<T>& a, const U& b) noexcept {
    return a.has_value() && *a == b;
}

/// Whether it is null. Also for a field of text, although a text can be made from `nullptr`.
template <class T>
constexpr bool operator==(const field<T>& a, std::nullptr_t) noexcept {
    return a.is_null();
}

/// A member of your struct for a property that this version of the library does not list. It is decoded and selected by its
/// name like any other member, without the check that the service has it.
template <class T>
struct unlisted : field<T> {
    using field<T>::field;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
