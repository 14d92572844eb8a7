// superoffice/codec/keep.hpp - a decoded struct that outlives the reply: all its views are copied into your storage.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_KEEP_HPP
#define SUPEROFFICE_CODEC_KEEP_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/flags.hpp>
#include <superoffice/schema/string_map.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Copies texts one behind the other. A text that does not fit is counted, not copied.
class text_storage {
  public:
    explicit constexpr text_storage(std::span<char> into) noexcept : into_(into) {}

    /// The copy; the original where it did not fit.
    constexpr std::string_view copy(std::string_view text) noexcept {
        const std::size_t at = size_;
        size_ += text.size();
        if (size_ > into_.size()) return text;
        for (std::size_t n = 0; n < text.size(); ++n) into_[at + n] = text[n];
        return {into_.data() + at, text.size()};
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool fits() const noexcept { return size_ <= into_.size(); }

  private:
    std::span<char> into_;
    std::size_t size_ = 0;
};

// One overload for each type that holds a view. Other types hold their own data.

template <class T>
constexpr void keep_views(T& value, text_storage& storage) noexcept {
    if constexpr (is_described_struct<T>)
        for_each_member<T>([&](auto index) { keep_views(value.*member_pointer<T, index>, storage); });
}
constexpr void keep_views(std::string_view& text, text_storage& storage) noexcept { text = storage.copy(text); }
constexpr void keep_views(json_text& text, text_storage& storage) noexcept {
    text = json_text{storage.copy(text.raw()), text.is_escaped()};
}
constexpr void keep_views(date_time& date, text_storage& storage) noexcept {
    date = *date_time::from_text(storage.copy(date.text()));
}
template <class E>
constexpr void keep_views(coded<E>& value, text_storage& storage) noexcept {
    if (!value.text().empty()) value = coded<E>::from_text(storage.copy(value.text()));
}
template <class E>
constexpr void keep_views(flags<E>& value, text_storage& storage) noexcept {
    if (!value.text().empty()) value = flags<E>::from_text(storage.copy(value.text()));
}
template <class Value>
constexpr void keep_views(basic_map<Value>& map, text_storage& storage) noexcept {
    map = basic_map<Value>::of_checked(storage.copy(map.raw()));
}
template <class T>
constexpr void keep_views(field<T>& value, text_storage& storage) noexcept {
    if (value.has_value()) keep_views(*value, storage);
}
template <class T>
constexpr void keep_views(unlisted<T>& value, text_storage& storage) noexcept {
    if (value.has_value()) keep_views(*value, storage);
}

}  // namespace detail

/// A copy of a decoded struct whose texts stand in `storage`, and live as long as that: it survives the client's next
/// call. Works for every described struct.
///
/// @returns  the copy; or `memory_too_small`, with `needed()` saying how many bytes its texts have. They are no more than the
///           reply's body, but for numbers on the wire, which are kept as their enumerators' names, and for texts
///           that members were initialised with
/// Costs     one pass over the members; no heap
template <class Info>
[[nodiscard]] constexpr result<Info> keep(const Info& info, std::span<char> storage) noexcept {
    static_assert(sizeof(detail::described_struct<Info>) != 0);
    result<Info> kept{info};
    detail::text_storage texts{storage};
    detail::keep_views(*kept, texts);
    if (!texts.fits()) kept = error{.code = errc::memory_too_small, .offset = detail::as_offset(texts.size())};
    return kept;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
