// superoffice/schema/string_map.hpp - objects with free keys: ParameterObject and FieldProperties, kept as text.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_STRING_MAP_HPP
#define SUPEROFFICE_SCHEMA_STRING_MAP_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/rights.hpp>
#include <superoffice/text/detail/json_walk.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {
/// Reads a member's value and returns the place behind it. The functions for all types but text are defined beside the
/// decoder: a program that reads FieldProperties includes <superoffice/codec/json.hpp>.
template <class Value>
inline const char* read_map_value(const member_cursor& at, Value& into) noexcept;
template <>
constexpr const char* read_map_value<json_text>(const member_cursor& at, json_text& into) noexcept {
    into = at.value();
    return behind(into);
}
}  // namespace detail

/// A map with any keys. Only its text is kept, a view into the reply. The text was checked when it was decoded, so
/// nothing below can fail, and reading does not change it. Each access walks over the text once and needs no memory.
/// `Value` is the type of a member's value.
template <class Value>
class basic_map {
  public:
    struct value_type {
        json_text key;
        Value value;
    };

    /// The end of a walk. (The standard's own sentinel comes with `<iterator>`, which brings `<string>`.)
    struct sentinel {};

    /// Goes through the members in the order of the text. Reads each member when it comes to it, and gives it by value.
    class iterator {
      public:
        using value_type = basic_map::value_type;
        using difference_type = std::ptrdiff_t;

        constexpr iterator() noexcept = default;
        explicit constexpr iterator(std::string_view object) noexcept : at_(object) { read_value(); }

        [[nodiscard]] constexpr value_type operator*() const noexcept { return {at_.key(), value_}; }
        constexpr iterator& operator++() noexcept {
            at_.next_behind(value_end_);
            read_value();
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            const iterator before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }
        friend constexpr bool operator==(const iterator& it, sentinel) noexcept { return it.at_.at_end(); }

      private:
        constexpr void read_value() noexcept {
            if (!at_.at_end()) value_end_ = detail::read_map_value(at_, value_);
        }

        detail::member_cursor at_;
        Value value_;
        const char* value_end_ = nullptr;
    };

    constexpr basic_map() noexcept = default;

    /// Takes JSON text that a reader has checked. Anything but an object is kept as `raw()` and looks empty.
    static constexpr basic_map of_checked(std::string_view raw) noexcept {
        basic_map made;
        made.raw_ = raw;
        return made;
    }

    /// The JSON text, as it came. Empty for a default-made map.
    [[nodiscard]] constexpr std::string_view raw() const noexcept { return raw_; }
    [[nodiscard]] constexpr bool is_object() const noexcept { return !raw_.empty() && raw_.front() == '{'; }

    [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{raw_}; }
    [[nodiscard]] constexpr sentinel end() const noexcept { return {}; }
    [[nodiscard]] constexpr bool empty() const noexcept { return detail::member_cursor{raw_}.at_end(); }
    /// The number of members. Costs a walk over all of them.
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        std::size_t count = 0;
        for (detail::member_cursor at{raw_}; !at.at_end(); at.next()) ++count;
        return count;
    }

    /// The value of the last member with this key, letter case observed, escapes in keys understood; absent if none. For
    /// an entry that is null: a null field for `FieldProperties`; for `ParameterObject`, whose values are of any kind, a
    /// `json_text` that is null.
    [[nodiscard]] field<Value> find(std::string_view key) const noexcept {
        field<Value> found;
        for (detail::member_cursor at{raw_}; !at.at_end(); at.next())
            if (at.key() == key) {
                detail::read_map_value(at, found.emplace());
                if (!std::is_same_v<Value, json_text> && at.rest().front() == 'n') found.set_null();
            }
        return found;
    }

    /// The map as a described struct: members by name, the others skipped. There is no room here to rewrite text with
    /// escapes: such a text member fails with `memory_too_small`, and `needed()` says how much room the second form wants.
    /// Members of type `json_text` take any text. Other errors are those of `decode`: `wrong_kind` if this is no object,
    /// `empty_document` for a default-made map.
    template <class T>
    [[nodiscard]] result<T> as() const noexcept;
    /// The same over a copy of the text in `room`, in which the views of the answer then point.
    template <class T>
    [[nodiscard]] result<T> as(std::span<char> room) const noexcept;

    friend constexpr bool operator==(const basic_map& a, const basic_map& b) noexcept { return a.raw_ == b.raw_; }

  private:
    std::string_view raw_;
};

/// ParameterObject: text to text. Values may be null, and need not be strings. Source: section 7 of the service notes.
using string_map = basic_map<json_text>;

/// FieldProperties: field name to FieldProperty.
using field_property_map = basic_map<FieldProperty>;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
