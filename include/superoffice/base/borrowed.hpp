// superoffice/base/borrowed.hpp - views of text and lists that the caller keeps alive; a temporary one does not compile.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_BORROWED_HPP
#define SUPEROFFICE_BASE_BORROWED_HPP

#include <superoffice/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A view of text that must live longer than this object. Made from literals, `const char*` (null counts as empty), views,
/// and named strings of any type. A temporary that owns its text does not compile, because it would be gone at once.
class borrowed {
    // A type with a capacity holds its text itself, like `fixed_text`.
    template <class S>
    static constexpr bool is_view = std::is_trivially_copyable_v<S> && !requires(const S& text) { text.capacity(); };

  public:
    constexpr borrowed() noexcept = default;
    constexpr borrowed(const char* text) noexcept
        : text_(text == nullptr ? std::string_view{} : std::string_view{text}) {}
    constexpr borrowed(std::string_view text) noexcept : text_(text) {}

    template <class S>
        requires(std::is_class_v<std::remove_cvref_t<S>> && !std::same_as<std::remove_cvref_t<S>, std::string_view> &&
                 !std::same_as<std::remove_cvref_t<S>, borrowed> && std::convertible_to<const S&, std::string_view>)
    constexpr borrowed(S&& text) noexcept : text_(static_cast<std::string_view>(text)) {
        static_assert(
            std::is_lvalue_reference_v<S&&> || is_view<std::remove_cvref_t<S>>,
            "superoffice: this text is a temporary string and would be gone before it is used: give it a name "
            "that lives as long as the client");
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return text_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }

  private:
    std::string_view text_;
};

namespace detail {

/// Any class with `data()` and `size()`.
template <class R, class T>
concept list_of = std::is_class_v<std::remove_cvref_t<R>> && requires(const R& r) {
    { r.data() } -> std::convertible_to<const T*>;
    { r.size() } -> std::convertible_to<std::size_t>;
};

}  // namespace detail

/// A view of contiguous elements that must live longer than this object. Made from named arrays and containers, and from
/// spans. A temporary that owns its elements, such as a list in braces, does not compile, because it would be gone at once.
template <class T>
class borrowed_list {
  public:
    constexpr borrowed_list() noexcept = default;
    template <std::size_t Size>
    constexpr borrowed_list(const T (&list)[Size]) noexcept : first_(list), size_(Size) {}

    template <detail::list_of<T> R>
        requires(!std::same_as<std::remove_cvref_t<R>, borrowed_list>)
    constexpr borrowed_list(R&& list) noexcept : first_(list.data()), size_(list.size()) {
        constexpr bool outlives =
            std::is_lvalue_reference_v<R&&> || std::ranges::enable_borrowed_range<std::remove_cvref_t<R>>;
        refuse_temporary<outlives>();
    }
    template <std::size_t Size>
    constexpr borrowed_list(T (&&)[Size]) noexcept {
        refuse_temporary<Size == 0>();
    }
    template <class E>
        requires std::same_as<E, T>
    constexpr borrowed_list(std::initializer_list<E>) noexcept {
        refuse_temporary<!std::same_as<E, T>>();
    }

    [[nodiscard]] constexpr const T* data() const noexcept { return first_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr const T* begin() const noexcept { return first_; }
    [[nodiscard]] constexpr const T* end() const noexcept { return first_ + size_; }

  private:
    template <bool Outlives>
    static constexpr void refuse_temporary() noexcept {
        static_assert(Outlives,
                      "superoffice: this list is a temporary and would be gone before it is used: give it a name that "
                      "lives as long as the client and its link");
    }

    const T* first_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
