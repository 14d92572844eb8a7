// superoffice/codec/detail/json_value.hpp - what a value of either reader does, made of the few steps in which they differ.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_JSON_VALUE_HPP
#define SUPEROFFICE_CODEC_DETAIL_JSON_VALUE_HPP

#include <superoffice/base/detail/name_sizes.hpp>
#include <superoffice/codec/detail/packed_key.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/text/detail/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A handle to where a reader is: the `json_value` of this library's readers. Copies of it are the same value. The reader
/// has the same functions for one token each, and knows which containers it is in.
template <class Reader>
class json_value_of {
  public:
    using spelling = typename Reader::spelling;  ///< of the names in its tables

    explicit constexpr json_value_of(Reader& reader) noexcept : reader_(&reader) {}

    [[nodiscard]] SUPEROFFICE_HOT bool on(char c) const noexcept { return reader_->on(c); }
    [[nodiscard]] SUPEROFFICE_HOT const char* place() const noexcept { return reader_->place(); }
    [[nodiscard]] SUPEROFFICE_HOT json_kind kind() const noexcept { return reader_->kind(); }
    [[nodiscard]] SUPEROFFICE_HOT errc null() noexcept {
        return on('n') && reader_->passes_literal("null", 4) ? errc::ok : reader_->literal(json_kind::null);
    }
    [[nodiscard]] SUPEROFFICE_HOT errc boolean(bool& into) noexcept {
        into = on('t');
        if (into ? reader_->passes_literal("true", 4) : on('f') && reader_->passes_literal("false", 5)) return errc::ok;
        return reader_->literal(json_kind::boolean);
    }
    [[nodiscard]] errc number(std::string_view& into) noexcept { return reader_->number(into); }
    [[nodiscard]] errc string(json_text& into) noexcept { return reader_->string(into); }

    // Short cuts for what most values are; false, and nothing consumed, for anything else.

    /// An integer of a few digits.
    [[nodiscard]] SUPEROFFICE_HOT bool short_integer(std::int32_t& into) noexcept {
        return reader_->short_integer(into);
    }
    /// What is between the quotes of a string without escapes.
    [[nodiscard]] SUPEROFFICE_HOT bool plain_text(std::string_view& into) noexcept { return reader_->plain_text(into); }

    [[nodiscard]] SUPEROFFICE_HOT errc enter(char bracket, bool& more) noexcept {
        return reader_->enter(bracket, more);
    }
    [[nodiscard]] SUPEROFFICE_HOT bool key_is(std::string_view name) noexcept { return reader_->key_is(name); }
    [[nodiscard]] SUPEROFFICE_HOT bool key_is(const spelt_name& name) noexcept { return reader_->key_is(name); }
    [[nodiscard]] SUPEROFFICE_HOT errc key(json_text& into) noexcept { return reader_->key(into); }
    [[nodiscard]] SUPEROFFICE_HOT errc next(char closing, bool& more) noexcept { return reader_->next(closing, more); }
    /// On a member's value: to that of a later one, over such as have no key of these sizes.
    void pass_members(name_sizes wanted) noexcept
        requires requires(Reader& reader) { reader.pass_members(wanted); }
    {
        reader_->pass_members(wanted);
    }
    errc passed_on(const char* start, errc code) noexcept { return reader_->passed_on(start, code); }

    template <class F>
    [[nodiscard]] errc object(F&& f) noexcept {
        bool more = false;
        errc code = enter_apart('{', more);
        while (more) {
            json_text name;
            code = key_apart(name);
            if (code != errc::ok) break;
            const char* const start = place();
            code = f(name, *this);
            if (code != errc::ok) return passed_on(start, code);
            code = next_apart('}', more);
        }
        return code;
    }
    template <class F>
    [[nodiscard]] errc array(F&& f) noexcept {
        bool more = false;
        errc code = enter_apart('[', more);
        while (more) {
            const char* const start = place();
            code = f(*this);
            if (code != errc::ok) return passed_on(start, code);
            code = next_apart(']', more);
        }
        return code;
    }

    [[nodiscard]] SUPEROFFICE_HOT errc skip() noexcept {
        return reader_->passes_text() || reader_->passes_scalar() ? errc::ok : skip_any();
    }
    [[nodiscard]] errc raw(std::string_view& into) noexcept {
        const char* const start = place();
        const errc code = skip_any();
        if (code == errc::ok) into = since(start);
        return code;
    }
    /// The document from `start` to behind what was consumed last.
    [[nodiscard]] std::string_view since(const char* start) const noexcept {
        return {start, static_cast<std::size_t>(reader_->behind() - start)};
    }

  private:
    // For whoever hands over a function: each of those would have the three once more.
    SUPEROFFICE_APART errc enter_apart(char bracket, bool& more) noexcept { return enter(bracket, more); }
    SUPEROFFICE_APART errc key_apart(json_text& into) noexcept { return key(into); }
    SUPEROFFICE_APART errc next_apart(char closing, bool& more) noexcept { return next(closing, more); }

    SUPEROFFICE_APART errc skip_any() noexcept {
        static_assert(json_max_depth <= 32, "one bit for each level");
        std::uint32_t objects = 0;  // bit 0: the innermost container that was entered here is an object
        std::size_t inside = 0;     // how many were
        for (;;) {
            json_text text;
            std::string_view digits;
            errc code = errc::ok;
            bool more = false;
            if (!reader_->passes_text() && !reader_->passes_scalar()) switch (kind()) {
                    case json_kind::object:
                        code = enter_apart('{', more);
                        if (more) objects = objects << 1 | 1, ++inside;
                        break;
                    case json_kind::array:
                        code = enter_apart('[', more);
                        if (more) objects <<= 1, ++inside;
                        break;
                    case json_kind::string: code = reader_->string(text); break;
                    case json_kind::number: code = reader_->number(digits); break;
                    case json_kind::boolean: code = reader_->literal(json_kind::boolean); break;
                    default: code = reader_->literal(json_kind::null); break;  // says what is wrong with anything else
                }
            while (code == errc::ok && !more) {
                if (inside == 0) return errc::ok;
                code = next((objects & 1) != 0 ? '}' : ']', more);
                if (!more) objects >>= 1, --inside;
            }
            if (code == errc::ok && (objects & 1) != 0) {
                code = key(text);
                if constexpr (SUPEROFFICE_FOR_SPEED && requires { reader_->pass_members({}); })
                    if (code == errc::ok) reader_->pass_members({});
            }
            if (code != errc::ok) return code;
        }
    }

    Reader* reader_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/macros_end.hpp>
#endif
