// superoffice/codec/detail/json_value.hpp - the value of both readers, built on the steps in which the readers differ.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_JSON_VALUE_HPP
#define SUPEROFFICE_CODEC_DETAIL_JSON_VALUE_HPP

#include <superoffice/codec/detail/key_marks.hpp>
#include <superoffice/codec/detail/packed_key.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/text/detail/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A handle to where a reader is: the `json_value` of this library's readers. Copies of it are the same value. The reader
/// has the same functions for one token each, and knows which containers it is in.
template <class Reader>
class json_value_of {
  public:
    explicit constexpr json_value_of(Reader& reader) noexcept : reader_(&reader) {}

    [[nodiscard]] bool on(char c) const noexcept { return reader_->on(c); }
    [[nodiscard]] const char* place() const noexcept { return reader_->place(); }
    [[nodiscard]] json_kind kind() const noexcept { return reader_->kind(); }
    [[nodiscard]] errc null() noexcept { return reader_->literal("null"); }
    [[nodiscard]] errc boolean(bool& into) noexcept {
        into = on('t');
        return reader_->literal(into ? "true" : "false");
    }
    [[nodiscard]] errc number(std::string_view& into) noexcept { return reader_->number(into); }
    [[nodiscard]] errc string(json_text& into, bool rewrite = false) noexcept { return reader_->string(into, rewrite); }

    [[nodiscard]] [[gnu::noinline]] errc enter(char bracket, bool& more) noexcept {
        return reader_->enter(bracket, more);
    }
    [[nodiscard]] bool key_is(std::string_view name) noexcept { return reader_->key_is(name); }
    [[nodiscard]] errc key(json_text& into) noexcept { return reader_->key(into); }
    [[nodiscard]] errc next(char closing, bool& more) noexcept { return reader_->next(closing, more); }
    void note_fault_place(const char* start, errc code) noexcept { reader_->note_fault_place(start, code); }

    template <class F>
    [[nodiscard]] errc object(F&& f) noexcept {
        bool more = false;
        errc code = enter('{', more);
        while (more) {
            json_text name;
            code = key_apart(name);
            if (code != errc::ok) break;
            const char* const start = place();
            code = f(name, *this);
            if (code != errc::ok) {
                note_fault_place(start, code);
                break;
            }
            code = next_apart('}', more);
        }
        return code;
    }
    template <class F>
    [[nodiscard]] errc array(F&& f) noexcept {
        bool more = false;
        errc code = enter('[', more);
        while (more) {
            const char* const start = place();
            code = f(*this);
            if (code != errc::ok) {
                note_fault_place(start, code);
                break;
            }
            code = next_apart(']', more);
        }
        return code;
    }

    [[nodiscard]] errc skip() noexcept { return reader_->skip(); }
    [[nodiscard]] errc raw(std::string_view& into) noexcept {
        const char* const start = place();
        const errc code = reader_->skip();
        if (code == errc::ok) into = since(start);
        return code;
    }
    // The shortcuts: see `json_shortcuts`.

    using row_key = packed_key;
    [[nodiscard]] bool key_is(const packed_key& name) noexcept
        requires(Reader::has_shortcuts)
    {
        return reader_->key_is(name);
    }
    [[nodiscard]] bool plain_text(std::string_view& into) noexcept
        requires(Reader::has_shortcuts)
    {
        return reader_->plain_text(into);
    }
    [[nodiscard]] bool short_integer(std::int32_t& into) noexcept
        requires(Reader::has_shortcuts)
    {
        return reader_->short_integer(into);
    }
    [[nodiscard]] bool pass_members(key_marks wanted) noexcept
        requires(Reader::has_shortcuts)
    {
        return reader_->pass_members(wanted);
    }

    /// The document from `start` to the end of the last value that was consumed.
    [[nodiscard]] std::string_view since(const char* start) const noexcept {
        return {start, static_cast<std::size_t>(reader_->behind() - start)};
    }

  private:
    friend Reader;

    // Not inlined: otherwise each function that is given to object() and array() would have a copy of them.
    [[gnu::noinline]] errc key_apart(json_text& into) noexcept { return key(into); }
    [[gnu::noinline]] errc next_apart(char closing, bool& more) noexcept { return next(closing, more); }

    Reader* reader_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
