// superoffice/json/compact_reader.hpp - a strict JSON reader for small machines: no heap, no tables, no slack.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_JSON_COMPACT_READER_HPP
#define SUPEROFFICE_JSON_COMPACT_READER_HPP

#include <superoffice/detail/json_scan.hpp>
#include <superoffice/json/reader.hpp>

#include <cstddef>
#include <cstdint>
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

    /// A handle to where the reader is. Copies of it are the same value.
    class value {
      public:
        [[nodiscard]] json_kind kind() const noexcept { return detail::json_kind_at(reader_->cursor_); }
        [[nodiscard]] errc null() noexcept { return detail::read_json_literal(reader_->cursor_, json_kind::null); }
        [[nodiscard]] errc boolean(bool& into) noexcept {
            into = reader_->cursor_.on('t');
            return detail::read_json_literal(reader_->cursor_, json_kind::boolean);
        }
        [[nodiscard]] errc number(std::string_view& into) noexcept {
            return detail::read_json_number(reader_->cursor_, into);
        }
        [[nodiscard]] errc string(json_text& into) noexcept { return detail::read_json_string(reader_->cursor_, into); }

        template <class F>
        [[nodiscard]] errc object(F&& f) noexcept {
            bool more = false;
            errc code = reader_->enter('{', more);
            while (more) {
                json_text key;
                code = reader_->key(key);
                if (code != errc::ok) break;
                const char* const start = reader_->cursor_.at;
                code = f(key, *this);
                if (code != errc::ok) return reader_->passed_on(start, code);
                code = reader_->next('}', more);
            }
            return code;
        }
        template <class F>
        [[nodiscard]] errc array(F&& f) noexcept {
            bool more = false;
            errc code = reader_->enter('[', more);
            while (more) {
                const char* const start = reader_->cursor_.at;
                code = f(*this);
                if (code != errc::ok) return reader_->passed_on(start, code);
                code = reader_->next(']', more);
            }
            return code;
        }

        [[nodiscard]] errc skip() noexcept { return reader_->skip(); }
        [[nodiscard]] errc raw(std::string_view& into) noexcept {
            const char* const start = reader_->cursor_.at;
            const errc code = reader_->skip();
            if (code == errc::ok) into = {start, static_cast<std::size_t>(reader_->cursor_.at - start)};
            return code;
        }

      private:
        friend class compact_reader;
        explicit value(compact_reader& reader) noexcept : reader_(&reader) {}

        compact_reader* reader_;
    };

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
    /// The very byte, for what this reader refused; the start of the value, for what the caller's function refused.
    [[nodiscard]] std::uint32_t offset() const noexcept {
        return static_cast<std::uint32_t>((fault_ != nullptr ? fault_ : cursor_.at) - begin_);
    }

  private:
    // The functions given to object() and array() pass errors on, the innermost first: that one knows the place.
    errc passed_on(const char* start, errc code) noexcept {
        const bool mine = code >= errc::bad_json && code <= errc::too_deep;
        if (fault_ == nullptr) fault_ = mine ? cursor_.at : start;
        return code;
    }

    // Over the opening bracket; `more` when an item follows, on which `at` then is. Over the closing one otherwise.
    errc enter(char bracket, bool& more) noexcept {
        if (!cursor_.on(bracket)) return detail::json_refusal(cursor_);
        if (depth_ == json_max_depth) return errc::too_deep;
        ++depth_;
        ++cursor_.at;
        detail::skip_json_space(cursor_);
        more = !cursor_.on(closing(bracket));
        if (!more) leave();
        return errc::ok;
    }

    // Behind an item: the same for the next one.
    errc next(char closing_bracket, bool& more) noexcept {
        detail::skip_json_space(cursor_);
        more = cursor_.on(',');
        if (more) {
            ++cursor_.at;
            detail::skip_json_space(cursor_);
        } else if (cursor_.on(closing_bracket)) {
            leave();
        } else {
            return detail::json_fault(cursor_, errc::bad_json);
        }
        return errc::ok;
    }

    void leave() noexcept {
        ++cursor_.at;
        --depth_;
    }

    static char closing(char bracket) noexcept { return static_cast<char>(bracket + 2); }  // ASCII: [ \ ] and { | }

    // A member's name, and over the colon to its value.
    errc key(json_text& into) noexcept {
        if (!cursor_.on('"')) return detail::json_fault(cursor_, errc::bad_json);
        const errc code = detail::scan_json_string(cursor_, into);
        if (code != errc::ok) return code;
        detail::skip_json_space(cursor_);
        if (!cursor_.on(':')) return detail::json_fault(cursor_, errc::bad_json);
        ++cursor_.at;
        detail::skip_json_space(cursor_);
        return errc::ok;
    }

    errc skip() noexcept {
        static_assert(json_max_depth <= 32, "one bit for each level");
        std::uint32_t objects = 0;  // bit 0: the innermost container that was entered here is an object
        const std::size_t outside = depth_;
        for (;;) {
            json_text text;
            errc code = errc::ok;
            bool more = false;
            switch (detail::json_kind_at(cursor_)) {
                case json_kind::object:
                    code = enter('{', more);
                    if (more) objects = objects << 1 | 1;
                    break;
                case json_kind::array:
                    code = enter('[', more);
                    if (more) objects <<= 1;
                    break;
                case json_kind::string: code = detail::scan_json_string(cursor_, text); break;
                case json_kind::number: code = detail::scan_json_number(cursor_); break;
                case json_kind::boolean:
                case json_kind::null: code = detail::scan_json_literal(cursor_); break;
                default: return detail::json_refusal(cursor_);
            }
            while (code == errc::ok && !more) {
                if (depth_ == outside) return errc::ok;
                code = next((objects & 1) != 0 ? '}' : ']', more);
                if (!more) objects >>= 1;
            }
            if (code == errc::ok && (objects & 1) != 0) code = key(text);
            if (code != errc::ok) return code;
        }
    }

    const char* begin_ = nullptr;
    const char* fault_ = nullptr;
    detail::json_cursor cursor_;
    std::size_t depth_ = 0;
};
static_assert(json_reader<compact_reader>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
