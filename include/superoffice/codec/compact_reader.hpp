// superoffice/codec/compact_reader.hpp - a strict JSON reader for small machines: no heap, no tables, no slack.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_COMPACT_READER_HPP
#define SUPEROFFICE_CODEC_COMPACT_READER_HPP

#include <superoffice/codec/detail/json_value.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/text/detail/json_check.hpp>
#include <superoffice/text/detail/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Reads a document front to back, each byte once, RFC 8259 to the letter: no byte order mark, no comments, no trailing
/// commas, no NaN, no text that is not UTF-8. Never looks past the document's end, never allocates, never recurses (the
/// functions handed to `object` and `array` may, `json_max_depth` deep). Freely copied; one document at a time.
/// `json_reader` says what each function does.
class compact_reader {
  public:
    static constexpr std::size_t slack = 0;

    using value = detail::json_value_of<compact_reader>;

    /// Errors: `empty_document`; `document_too_large` above 4 GB, where offsets end.
    [[nodiscard]] errc start(const json_document& document) noexcept {
        begin_ = document.data;
        cursor_ = {begin_, begin_ + document.size};
        fault_ = nullptr;
        depth_ = 0;
        if (document.size > UINT32_MAX) return errc::document_too_large;
        detail::skip_json_space(cursor_);
        return cursor_.at == cursor_.end ? errc::empty_document : errc::ok;
    }
    [[nodiscard]] value root() noexcept { return value{*this}; }
    [[nodiscard]] errc finish() noexcept {
        detail::skip_json_space(cursor_);
        return cursor_.at == cursor_.end ? errc::ok : detail::json_fault(cursor_, errc::bad_json);
    }
    /// The exact byte, if this reader refused it; the start of the value, if the caller's function refused it.
    [[nodiscard]] std::uint32_t offset() const noexcept {
        return static_cast<std::uint32_t>((fault_ != nullptr ? fault_ : cursor_.at) - begin_);
    }

  private:
    friend value;
    static constexpr bool has_shortcuts = false;

    bool on(char c) const noexcept { return cursor_.on(c); }
    const char* place() const noexcept { return cursor_.at; }
    const char* behind() const noexcept { return cursor_.at; }
    json_kind kind() const noexcept { return detail::json_kind_at(cursor_); }

    errc literal(const char* expected) noexcept { return detail::read_json_literal(cursor_, expected); }
    errc number(std::string_view& into) noexcept { return detail::read_json_number(cursor_, into); }
    errc string(json_text& into, bool rewrite) noexcept { return detail::read_json_string(cursor_, into, rewrite); }

    // The innermost container calls first: it knows the place best.
    [[gnu::cold]] void note_fault_place(const char* start, errc code) noexcept {
        const bool mine = code >= errc::bad_json && code <= errc::too_deep;
        if (fault_ == nullptr) fault_ = mine ? cursor_.at : start;
    }

    errc enter(char bracket, bool& more) noexcept {
        if (!cursor_.on(bracket)) return detail::json_refusal(cursor_);
        if (depth_ == json_max_depth) return errc::too_deep;
        ++depth_;
        ++cursor_.at;
        detail::skip_json_space(cursor_);
        more = !cursor_.on(closing(bracket));
        if (!more) close_container();
        return errc::ok;
    }

    errc next(char closing_bracket, bool& more) noexcept {
        if (!cursor_.on(',')) detail::skip_json_space(cursor_);
        more = cursor_.on(',');
        if (more) {
            ++cursor_.at;
            detail::skip_json_space(cursor_);
        } else if (cursor_.on(closing_bracket)) {
            close_container();
        } else {
            return detail::json_fault(cursor_, errc::bad_json);
        }
        return errc::ok;
    }

    void close_container() noexcept {
        ++cursor_.at;
        --depth_;
    }

    static char closing(char bracket) noexcept { return static_cast<char>(bracket + 2); }  // ASCII: [ \ ] and { | }

    bool key_is(std::string_view name) noexcept {
        const char* const key = cursor_.at;
        const std::size_t size = name.size() + 2;
        if (static_cast<std::size_t>(cursor_.end - key) <= size) return false;
        if (key[size - 1] != '"' || key[size] != ':' || *key != '"') return false;
        if (std::memcmp(key + 1, name.data(), name.size()) != 0) return false;
        cursor_.at = key + size + 1;
        detail::skip_json_space(cursor_);
        return true;
    }

    errc key(json_text& into) noexcept { return detail::read_json_key(cursor_, into); }
    errc skip() noexcept { return detail::check_json_value(cursor_, depth_); }

    const char* begin_ = nullptr;
    const char* fault_ = nullptr;
    detail::json_cursor cursor_;
    std::size_t depth_ = 0;
};
static_assert(json_reader<compact_reader>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
