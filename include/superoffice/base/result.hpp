// superoffice/base/result.hpp - a value or an error, without exceptions; the member names of std::expected.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_RESULT_HPP
#define SUPEROFFICE_BASE_RESULT_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/error.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Either a T or an `error`. It is the same type in every language mode. T must be default-constructible, as every
/// described struct is: value and error lie side by side (16 bytes more than T), so copies are trivial where those of T are.
/// Reading the value of a result that holds an error is a mistake of the program: SUPEROFFICE_ASSERT.
template <class T>
class [[nodiscard]] result {
  public:
    using value_type = T;
    using error_type = superoffice::error;

    constexpr result() noexcept(std::is_nothrow_default_constructible_v<T>) = default;
    constexpr result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
    constexpr result(const superoffice::error& e) noexcept(std::is_nothrow_default_constructible_v<T>) : error_(e) {}

    /// Turns this into an error. The value keeps its bytes but must no longer be read.
    constexpr result& operator=(const superoffice::error& e) noexcept {
        error_ = e;
        return *this;
    }

    [[nodiscard]] constexpr bool has_value() const noexcept { return error_.code == errc::ok; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr T& value() & noexcept { return require_value(), value_; }
    [[nodiscard]] constexpr const T& value() const& noexcept { return require_value(), value_; }
    [[nodiscard]] constexpr T&& value() && noexcept { return require_value(), std::move(value_); }
    [[nodiscard]] constexpr T& operator*() & noexcept { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return value(); }
    [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(*this).value(); }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value(); }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value(); }

    /// The error; its code is `errc::ok` if there is a value.
    [[nodiscard]] constexpr const superoffice::error& error() const noexcept { return error_; }

    template <class U>
    [[nodiscard]] constexpr T value_or(U&& otherwise) const {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(otherwise));
    }

    /// f(value), where f returns a result; an error is passed on.
    template <class F>
    constexpr auto and_then(F&& f) const -> std::invoke_result_t<F, const T&> {
        if (!has_value()) return error_;
        return std::forward<F>(f)(value_);
    }

    /// f(value) as a result, also where f returns nothing; an error is passed on.
    template <class F>
    constexpr auto transform(F&& f) const -> result<std::remove_cvref_t<std::invoke_result_t<F, const T&>>> {
        if (!has_value()) return error_;
        if constexpr (std::is_void_v<std::invoke_result_t<F, const T&>>)
            return std::forward<F>(f)(value_), result<std::invoke_result_t<F, const T&>>{};
        else
            return std::forward<F>(f)(value_);
    }

    /// f(error), where f returns a result<T>; a value is passed on.
    template <class F>
    constexpr result or_else(F&& f) const {
        return has_value() ? *this : std::forward<F>(f)(error_);
    }

    /// Converts to std::expected<T, error> and to types like it. <expected> is not included.
    template <class Expected>
        requires(!std::same_as<Expected, result> && std::same_as<typename Expected::value_type, T> &&
                 std::same_as<typename Expected::error_type, superoffice::error>)
    [[nodiscard]] constexpr operator Expected() const {
        if (has_value()) return Expected(value_);
        return Expected(typename Expected::unexpected_type(error_));
    }

  private:
    constexpr void require_value() const noexcept {
        SUPEROFFICE_ASSERT(has_value() &&
                           "superoffice: this result holds an error and no value: test it before value(), * or ->");
    }

    T value_{};
    superoffice::error error_{};
};

/// Success without a value, or an `error`.
template <>
class [[nodiscard]] result<void> {
  public:
    using value_type = void;
    using error_type = superoffice::error;

    constexpr result() noexcept = default;
    constexpr result(const superoffice::error& e) noexcept : error_(e) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return error_.code == errc::ok; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
    constexpr void value() const noexcept {
        SUPEROFFICE_ASSERT(has_value() && "superoffice: this result holds an error: test it before value()");
    }
    [[nodiscard]] constexpr const superoffice::error& error() const noexcept { return error_; }

    /// The same as in the other `result`, but f takes nothing.
    template <class F>
    constexpr auto and_then(F&& f) const -> std::invoke_result_t<F> {
        if (!has_value()) return error_;
        return std::forward<F>(f)();
    }
    template <class F>
    constexpr auto transform(F&& f) const -> result<std::remove_cvref_t<std::invoke_result_t<F>>> {
        if (!has_value()) return error_;
        if constexpr (std::is_void_v<std::invoke_result_t<F>>)
            return std::forward<F>(f)(), result{};
        else
            return std::forward<F>(f)();
    }
    template <class F>
    constexpr result or_else(F&& f) const {
        return has_value() ? *this : std::forward<F>(f)(error_);
    }
    /// Converts to std::expected<void, error> and to types like it.
    template <class Expected>
        requires(std::is_void_v<typename Expected::value_type> && !std::same_as<Expected, result> &&
                 std::same_as<typename Expected::error_type, superoffice::error>)
    [[nodiscard]] constexpr operator Expected() const {
        if (has_value()) return Expected();
        return Expected(typename Expected::unexpected_type(error_));
    }

  private:
    superoffice::error error_{};
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
