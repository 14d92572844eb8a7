// superoffice/json/simdjson_reader.hpp - a JSON reader over simdjson On-Demand, for hosts and large replies; opt-in.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_JSON_SIMDJSON_READER_HPP
#define SUPEROFFICE_JSON_SIMDJSON_READER_HPP

#include <superoffice/config.hpp>
#if SUPEROFFICE_WITH_SIMDJSON

#include <superoffice/detail/json_scan.hpp>
#include <superoffice/json/compact_reader.hpp>
#include <superoffice/json/reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

// Unset, simdjson turns its development checks on wherever the compiler does not optimise, and they change the size of
// its objects: two translation units built differently would disagree about the reader. Off everywhere, unless somebody
// has decided before.
#ifndef SIMDJSON_DEVELOPMENT_CHECKS
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#endif

// simdjson may be reached by -I instead of -isystem, and is not written for every warning that a consumer turns on.
// Both compilers know all of these; of them it needs -Wsign-conversion (simdjson 3.0 to 4.6, g++ 12, clang 14 and 19).
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
#include <simdjson.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Reads like `compact_reader`, and refuses what it refuses, but has simdjson find the structure: one pass over the
/// whole document at `start`, many bytes at a time. Works with simdjson 3.0 and later.
///
/// Allocates when constructed (about 6 bytes for each of `max_bytes`) and never again. If that failed, every `start`
/// answers `document_too_large`. Movable between two documents, not while one is being read.
///
/// Where the two readers differ, on purpose:
/// - A document with several faults: this reader has seen the whole document at `start`, so a string that is never
///   closed, a control character in a string, bytes that are not UTF-8, or a root that its last bracket does not close
///   are refused there, before the first member is given out, and an earlier fault of another kind (`wrong_kind`, say)
///   is not reached. Of several such faults, the first in the document is named, as by `compact_reader`.
/// - A document without a fault, but larger than `max_bytes`, is `document_too_large`; `offset` is its size then.
class simdjson_reader {
  public:
    static constexpr std::size_t slack = simdjson::SIMDJSON_PADDING;

    explicit simdjson_reader(std::size_t max_bytes) noexcept {
        // Small ones are rounded up: simdjson works in blocks. Deeper nesting than ours never gets to it, and the
        // memory for its own default depth, 1024, would be 9 KB.
        constexpr std::size_t block = 64, outermost = 2;
        const std::size_t largest = simdjson::SIMDJSON_MAXSIZE_BYTES;
        const std::size_t wanted = max_bytes > largest ? largest : max_bytes < block ? block : max_bytes;
        if (parser_.allocate(wanted, json_max_depth + outermost) == simdjson::SUCCESS)
            max_bytes_ = max_bytes > largest ? largest : max_bytes;
    }

    /// A value of the document. Not to be copied: it is consumed once.
    class value {
      public:
        [[nodiscard]] json_kind kind() const noexcept { return detail::json_kind_at({at_, reader_->cursor_.end}); }
        [[nodiscard]] errc null() noexcept { return detail::read_json_literal(here(), json_kind::null); }
        [[nodiscard]] errc boolean(bool& into) noexcept {
            into = here().on('t');
            return detail::read_json_literal(here(), json_kind::boolean);
        }
        // simdjson leaves a scalar that nobody has taken behind by itself, when it goes on to the next item.
        [[nodiscard]] errc number(std::string_view& into) noexcept { return detail::read_json_number(here(), into); }
        [[nodiscard]] errc string(json_text& into) noexcept {
            detail::json_cursor& c = here();
            if (root_ || !c.on('"')) return detail::read_json_string(c, into);
            // Strings have to be taken: one left behind with a colon after it would pass for a key, wherever it stands.
            // The view that get_string() gives dies with the next document, so ours is into the document itself.
            const std::string_view token = value_.raw_json_token();
            if (value_.get_raw_json_string().error() != simdjson::SUCCESS) return errc::bad_json;
            return reader_->known_string(token, into);
        }

        template <class F>
        [[nodiscard]] errc object(F&& f) noexcept {
            simdjson::ondemand::object object;
            errc code = reader_->enter(*this, '{', object);
            if (code != errc::ok) return code;
            for (auto item = object.begin(), last = object.end(); item != last; ++item) {
                json_text key;
                code = reader_->key(key);
                simdjson::ondemand::field field;
                if ((*item).get(field) != simdjson::SUCCESS) return reader_->structure_fault(code);
                if (code != errc::ok) return code;
                value member{*reader_, std::move(field).value()};
                const char* const start = member.at_;
                code = f(key, member);
                if (code != errc::ok) return reader_->passed_on(start, code);
            }
            return reader_->leave(root_);
        }
        template <class F>
        [[nodiscard]] errc array(F&& f) noexcept {
            simdjson::ondemand::array array;
            errc code = reader_->enter(*this, '[', array);
            if (code != errc::ok) return code;
            for (auto item : array) {
                simdjson::ondemand::value found;
                if (std::move(item).get(found) != simdjson::SUCCESS) return reader_->structure_fault();
                value element{*reader_, std::move(found)};
                const char* const start = element.at_;
                code = f(element);
                if (code != errc::ok) return reader_->passed_on(start, code);
            }
            return reader_->leave(root_);
        }

        // simdjson's own skipping and raw_json() do not look inside, so everything is iterated.
        [[nodiscard]] errc skip() noexcept {
            json_text text;
            std::string_view digits;
            switch (kind()) {
                case json_kind::object: return object(detail::any_member{});
                case json_kind::array: return array(detail::any_element{});
                case json_kind::string: return string(text);
                case json_kind::number: return number(digits);
                case json_kind::boolean:
                case json_kind::null: return detail::read_json_literal(here(), kind());
                default: return detail::json_refusal(here());
            }
        }
        [[nodiscard]] errc raw(std::string_view& into) noexcept {
            const errc code = skip();
            if (code == errc::ok) into = {at_, static_cast<std::size_t>(reader_->cursor_.at - at_)};
            return code;
        }

      private:
        friend class simdjson_reader;
        explicit value(simdjson_reader& reader) noexcept : reader_(&reader), at_(reader.cursor_.at), root_(true) {}
        value(simdjson_reader& reader, simdjson::ondemand::value&& found) noexcept
            : value_(std::move(found)), reader_(&reader), at_(value_.raw_json_token().data()) {}

        detail::json_cursor& here() noexcept {
            reader_->cursor_.at = at_;
            return reader_->cursor_;
        }

        simdjson::ondemand::value value_;  // not for the root, which simdjson reads through the document
        simdjson_reader* reader_;
        const char* at_;
        bool root_ = false;
    };

    /// Errors: `empty_document`, `document_too_large`, `memory_too_small` for less capacity than size and `slack`
    /// (`offset` is what was needed, for both), and what can be told of the whole document, see above.
    [[nodiscard]] errc start(const json_document& document) noexcept {
        begin_ = document.data;
        cursor_ = {begin_, begin_ + document.size};
        fault_ = nullptr;
        needed_ = 0;
        depth_ = 0;
        detail::skip_json_space(cursor_);
        if (cursor_.at == cursor_.end) return errc::empty_document;
        if (document.size > max_bytes_) return lacking(document.size, errc::document_too_large);
        if (document.capacity < document.size + slack) return lacking(document.size + slack, errc::memory_too_small);
        // Anything else than a container is one token: simdjson is not asked. Later versions would also pass over a
        // byte order mark, which thus never gets to them.
        if (!cursor_.on('{') && !cursor_.on('[')) return errc::ok;
        const auto failed = parser_.iterate(begin_, document.size, document.capacity).get(document_);
        return failed == simdjson::SUCCESS ? errc::ok : search_fault();
    }
    [[nodiscard]] value root() noexcept { return value{*this}; }
    [[nodiscard]] errc finish() noexcept {
        detail::skip_json_space(cursor_);
        return cursor_.at == cursor_.end ? errc::ok : detail::json_fault(cursor_, errc::bad_json);
    }
    /// As for `compact_reader`.
    [[nodiscard]] std::uint32_t offset() const noexcept {
        if (needed_ != 0) return needed_;
        return static_cast<std::uint32_t>((fault_ != nullptr ? fault_ : cursor_.at) - begin_);
    }

  private:
    errc lacking(std::size_t needed, errc code) noexcept {
        needed_ = needed > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(needed);
        return code;
    }

    // Only while the document is as it came: simdjson says that something is wrong, `compact_reader` what and where.
    errc search_fault() noexcept {
        compact_reader strict;
        const auto size = static_cast<std::size_t>(cursor_.end - begin_);
        errc code = strict.start({const_cast<char*>(begin_), size, size});
        if (code == errc::ok) code = strict.root().skip();
        if (code == errc::ok) code = strict.finish();
        cursor_.at = begin_ + strict.offset();
        return code == errc::ok ? errc::bad_json : code;
    }

    // The functions given to object() and array() pass errors on, the innermost first: that one knows the place.
    errc passed_on(const char* start, errc code) noexcept {
        const bool mine = code >= errc::bad_json && code <= errc::too_deep;
        if (fault_ == nullptr) fault_ = mine ? cursor_.at : start;
        return code;
    }

    // A member's name, before simdjson has looked whether it is one, and has a colon.
    errc key(json_text& into) noexcept {
        cursor_.at = location();
        return cursor_.on('"') ? detail::scan_json_string(cursor_, into) : detail::json_fault(cursor_, errc::bad_json);
    }

    // simdjson has met something else than what must come here: the token before the one that it stands on now. Of this
    // and a fault in a key, the first in the document counts.
    errc structure_fault(errc in_key = errc::ok) noexcept {
        const char* const met = location();
        if (in_key != errc::ok && cursor_.at < met) return in_key;
        cursor_.at = met;
        return detail::json_fault(cursor_, errc::bad_json);  // its portable kernel checks UTF-8 in strings only
    }

    // The token that simdjson comes to next; the document's end where there is none.
    const char* location() noexcept {
        const char* found = nullptr;
        return document_.current_location().get(found) == simdjson::SUCCESS ? found : cursor_.end;
    }

    template <class Container>
    errc enter(value& from, char bracket, Container& into) noexcept {
        cursor_.at = from.at_;
        if (!cursor_.on(bracket)) return detail::json_refusal(cursor_);
        if (depth_ == json_max_depth) return errc::too_deep;
        ++depth_;
        const auto failed = from.root_ ? document_.get(into) : from.value_.get(into);
        if (failed == simdjson::SUCCESS) return errc::ok;
        // The last bracket of the document does not close its first: found before anything was read.
        return from.root_ ? search_fault() : structure_fault();
    }

    // Behind a closing bracket.
    errc leave(bool root) noexcept {
        --depth_;
        const char* const next = location();
        cursor_.at = next;
        // The container around this one is not closed. Looked for here because simdjson would look at the bytes past
        // the document's end, and they may be anything.
        if (!root && next == cursor_.end) return errc::bad_json;
        while (detail::is_json_space(cursor_.at[-1])) --cursor_.at;
        return errc::ok;
    }

    // A string of which simdjson has checked everything but the escapes, and white space up to the next token.
    errc known_string(std::string_view token, json_text& into) noexcept {
        if (std::memchr(token.data(), '\\', token.size()) != nullptr) return detail::scan_json_string(cursor_, into);
        while (detail::is_json_space(token.back())) token.remove_suffix(1);
        cursor_.at += token.size();
        into = json_text{token, false};
        return errc::ok;
    }

    simdjson::ondemand::parser parser_;
    simdjson::ondemand::document document_;
    std::size_t max_bytes_ = 0;
    const char* begin_ = nullptr;
    const char* fault_ = nullptr;
    detail::json_cursor cursor_;
    std::size_t depth_ = 0;
    std::uint32_t needed_ = 0;
};
static_assert(json_reader<simdjson_reader>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
#endif
