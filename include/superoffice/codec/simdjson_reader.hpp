// superoffice/codec/simdjson_reader.hpp - a JSON reader over simdjson, for hosts and large replies; opt-in.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_SIMDJSON_READER_HPP
#define SUPEROFFICE_CODEC_SIMDJSON_READER_HPP

#include <superoffice/base/config.hpp>
#if SUPEROFFICE_WITH_SIMDJSON

#include <superoffice/codec/detail/json_value.hpp>
#include <superoffice/codec/detail/key_marks.hpp>
#include <superoffice/codec/detail/packed_key.hpp>
#include <superoffice/codec/detail/simdjson_shortcuts.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/text/detail/json_check.hpp>
#include <superoffice/text/detail/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Unset, simdjson turns its development checks on wherever the compiler does not optimise, and they change the size of
// its objects: two translation units built differently would disagree about the reader. Off everywhere, unless the program
// has set it.
#ifndef SIMDJSON_DEVELOPMENT_CHECKS
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#endif

// Older versions of simdjson.h contain code for every kind of processor. The code that a plain x86-64 may be unable to run
// is left out. If -march names a better processor, simdjson.h chooses by that, and nothing is left out.
#if SUPEROFFICE_SIMDJSON_BUILTIN_ONLY && !defined(__SSE4_2__) && !defined(__AVX__)
#ifndef SIMDJSON_IMPLEMENTATION_ICELAKE
#define SIMDJSON_IMPLEMENTATION_ICELAKE 0
#endif
#ifndef SIMDJSON_IMPLEMENTATION_HASWELL
#define SIMDJSON_IMPLEMENTATION_HASWELL 0
#endif
#ifndef SIMDJSON_IMPLEMENTATION_WESTMERE
#define SIMDJSON_IMPLEMENTATION_WESTMERE 0
#endif
#endif

#if !__has_include(<simdjson.h>)
#error \
    "superoffice-batch: SUPEROFFICE_WITH_SIMDJSON is 1, but simdjson.h is missing: install simdjson 3.0 or later (Debian: libsimdjson-dev)"
#endif

// simdjson may be found by -I instead of -isystem, and does not compile without every warning that a program turns on.
// Both compilers know all of these; simdjson causes -Wsign-conversion (simdjson 3.0 to 4.6, g++ 12, clang 14 and 19).
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
static_assert(simdjson::SIMDJSON_VERSION_MAJOR >= 3,
              "superoffice-batch: this simdjson is too old: version 3.0 or later is needed (Debian: libsimdjson-dev)");

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Reads like `compact_reader`, and refuses what it refuses, but has simdjson find the structure: one pass over the
/// whole document at `start`, many bytes at a time (what simdjson calls stage 1), after which this reader goes from
/// token to token. Works with simdjson 3.0 and later.
///
/// Allocates when constructed (about 4 bytes for each of `max_bytes`) and never again. If that failed, every `start`
/// answers `document_too_large`. Movable between two documents, not while one is being read.
///
/// Where the two readers differ, on purpose:
/// - A document with several faults: this reader has seen the whole document at `start`, so a string that is never
///   closed, a control character in a string, bytes that are not UTF-8, or a root that its last bracket does not close
///   are refused there, before the first member is given out, and an earlier fault of another kind (`wrong_kind`, say)
///   is not reached. Of several such faults, the first in the document is named, as by `compact_reader`.
/// - A document that ends before its root is closed: an error's `member` may be the one that was closed last.
/// - A document without a fault, but larger than `max_bytes`, is `document_too_large`; `offset` is its size then.
class simdjson_reader {
  public:
    static constexpr std::size_t slack = simdjson::SIMDJSON_PADDING;
    using value = detail::json_value_of<simdjson_reader>;
    static_assert(slack >= detail::packed_key::reach && slack >= detail::simdjson_tokens::scalar_reach);

    explicit simdjson_reader(std::size_t max_bytes) noexcept {
        // Small ones are rounded up: simdjson works in blocks. Its own depth does not matter: it is not asked to nest.
        constexpr std::size_t block = 64;
        const std::size_t largest = simdjson::SIMDJSON_MAXSIZE_BYTES;
        const std::size_t wanted = max_bytes > largest ? largest : max_bytes < block ? block : max_bytes;
        auto& kernel = simdjson::get_active_implementation();
        if (kernel->create_dom_parser_implementation(wanted, 1, parser_) == simdjson::SUCCESS)
            max_bytes_ = max_bytes > largest ? largest : max_bytes;
    }

    /// Errors: `empty_document`, `document_too_large`, `memory_too_small` for less capacity than size and `slack`
    /// (`offset` is what was needed, for both), and what can be told of the whole document, see above.
    [[nodiscard]] [[gnu::cold]] errc start(const json_document& document) noexcept {
        begin_ = document.data;
        cursor_ = {begin_, begin_ + document.size};
        fault_ = nullptr;
        needed_ = 0;
        depth_ = 0;
        detail::skip_json_space(cursor_);
        if (cursor_.at == cursor_.end) return errc::empty_document;
        if (document.size > max_bytes_) return lacking(document.size, errc::document_too_large);
        if (document.capacity < document.size + slack) return lacking(document.size + slack, errc::memory_too_small);
        // A scalar is one token, for which simdjson is not needed. (Later versions would skip a byte order mark, so it must
        // not reach them.)
        if (!cursor_.on('{') && !cursor_.on('[')) return start_alone();
        auto& found = *parser_;
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(begin_);
        if (found.stage1(bytes, document.size, simdjson::stage1_mode::regular) != simdjson::SUCCESS)
            return search_fault();
        cursor_.checked = true;
        const std::uint32_t* const first = found.structural_indexes.get();
        tokens_ = {.begin = begin_,
                   .at = first,
                   .last = first + found.n_structural_indexes,
                   .backslash = next_backslash(cursor_.at),
                   .is_scalar = false};
        // Another token always follows the current one: see close_container().
        if (begin_[tokens_.last[-1]] != *cursor_.at + 2) return search_fault();
        return errc::ok;
    }
    [[nodiscard]] value root() noexcept { return value{*this}; }
    [[nodiscard]] [[gnu::cold]] errc finish() noexcept {
        if (!tokens_.is_scalar) cursor_.at = tokens_.at == tokens_.last ? cursor_.end : place();
        return check_end();
    }
    /// As for `compact_reader`.
    [[nodiscard]] std::uint32_t offset() const noexcept {
        if (needed_ != 0) return needed_;
        return static_cast<std::uint32_t>((fault_ != nullptr ? fault_ : cursor_.at) - begin_);
    }

  private:
    // Cold functions are compiled for size. Beside the error paths, start() and finish() are: they run once for a document.
    friend value;
    static constexpr bool has_shortcuts = true;

    [[gnu::cold]] [[gnu::noinline]] errc lacking(std::size_t needed, errc code) noexcept {
        needed_ = detail::as_offset(needed);
        return code;
    }

    // A scalar is the only token of its document.
    [[gnu::cold]] errc start_alone() noexcept {
        alone_[0] = static_cast<std::uint32_t>(cursor_.at - begin_);
        alone_[1] = static_cast<std::uint32_t>(cursor_.end - begin_);
        tokens_ = {.begin = begin_, .at = alone_, .last = alone_ + 1, .backslash = begin_, .is_scalar = true};
        return errc::ok;
    }

    // simdjson says only that the document has a fault; this function says which and where.
    [[gnu::cold]] errc search_fault() noexcept {
        errc code = detail::check_json_value(cursor_, 0);
        if (code == errc::ok) code = check_end();
        return code == errc::ok ? errc::bad_json : code;
    }
    errc check_end() noexcept {
        detail::skip_json_space(cursor_);
        return cursor_.at == cursor_.end ? errc::ok : detail::json_fault(cursor_, errc::bad_json);
    }

    // The innermost container calls first: it knows the place best.
    [[gnu::cold]] void note_fault_place(const char* start, errc code) noexcept {
        const bool mine = code >= errc::bad_json && code <= errc::too_deep;
        if (fault_ == nullptr) fault_ = mine ? cursor_.at : start;
    }

    const char* place() const noexcept { return tokens_.place(); }
    bool on(char c) const noexcept { return tokens_.on(c); }
    json_kind kind() const noexcept { return detail::json_kind_at({place(), cursor_.end}); }

    detail::json_cursor& here() noexcept {
        cursor_.at = place();
        return cursor_;
    }
    [[gnu::cold]] errc fault_here() noexcept { return detail::json_fault(here(), errc::bad_json); }

    // The place behind the token before the current one.
    [[gnu::noinline]] const char* behind() const noexcept {
        if (tokens_.at == tokens_.last && tokens_.is_scalar) return cursor_.at;
        const char* end = tokens_.at == tokens_.last ? cursor_.end : place();
        while (detail::is_json_space(end[-1])) --end;
        return end;
    }

    errc consumed(errc code) noexcept {
        tokens_.at += code == errc::ok;
        return code;
    }
    [[gnu::noinline]] errc literal(const char* expected) noexcept {
        if (!tokens_.is_scalar && on(*expected) && tokens_.is_short_scalar(place(), tokens_.next_place()))
            return ++tokens_.at, errc::ok;
        return consumed(detail::read_json_literal(here(), expected));
    }
    [[gnu::cold]] errc number(std::string_view& into) noexcept {
        return consumed(detail::read_json_number(here(), into));
    }

    // The shortcuts.
    bool key_is(const detail::packed_key& key) noexcept { return tokens_.take_key(key); }
    bool plain_text(std::string_view& into) noexcept { return tokens_.take_plain_text(into); }
    bool short_integer(std::int32_t& into) noexcept { return tokens_.take_short_integer(into); }
    bool pass_members(detail::key_marks wanted) noexcept {
        return tokens_.pass_members(wanted, json_max_depth - depth_);
    }

    [[gnu::noinline]] errc string(json_text& into, bool rewrite) noexcept {
        const char* const from = place();
        if (*from != '"') return detail::json_refusal(here());
        if (!tokens_.is_scalar) {
            if (tokens_.backslash < from) tokens_.backslash = next_backslash(from);
            if (std::string_view text; plain_text(text))
                return into = json_text{{from, text.size() + 2}, false}, errc::ok;
        }
        return consumed(detail::scan_json_string(here(), into, rewrite));
    }
    [[gnu::noinline]] const char* next_backslash(const char* from) const noexcept {
        const void* const found = std::memchr(from, '\\', static_cast<std::size_t>(cursor_.end - from));
        return found != nullptr ? static_cast<const char*>(found) : cursor_.end;
    }

    errc enter(char bracket, bool& more) noexcept {
        if (!on(bracket)) return detail::json_refusal(here());
        if (depth_ == json_max_depth) return static_cast<void>(here()), errc::too_deep;
        ++depth_;
        ++tokens_.at;
        more = !on(static_cast<char>(bracket + 2));  // ASCII: [ \ ] and { | }
        return more ? errc::ok : close_container();
    }
    errc next(char closing, bool& more) noexcept {
        more = on(',');
        if (more) return ++tokens_.at, errc::ok;
        return on(closing) ? close_container() : fault_here();
    }
    // Moves over a closing bracket. The document's last token closes its root. As long as that is not consumed, there is a
    // token to look at, so the end can come too early only behind a container.
    errc close_container() noexcept {
        ++tokens_.at;
        --depth_;
        return check_not_last();
    }
    [[gnu::noinline]] errc check_not_last() noexcept {
        if (tokens_.at != tokens_.last || depth_ == 0) return errc::ok;
        cursor_.at = cursor_.end;
        return errc::bad_json;
    }

    errc skip() noexcept { return pass_members(detail::key_marks::all()) ? errc::ok : skip_with_care(); }
    // A value that is not plain, byte by byte.
    [[gnu::cold]] errc skip_with_care() noexcept {
        if (const errc code = detail::check_json_value(here(), depth_); code != errc::ok) return code;
        while (tokens_.at != tokens_.last && place() < cursor_.at) ++tokens_.at;
        if (tokens_.backslash < cursor_.at) tokens_.backslash = next_backslash(cursor_.at);
        return check_not_last();
    }

    bool key_is(std::string_view name) noexcept {
        const char* const from = place();
        if (!tokens_.has_key_of(name.size() + 2) || *from != '"' || from[name.size() + 1] != '"') return false;
        if (std::memcmp(from + 1, name.data(), name.size()) != 0) return false;
        tokens_.at += 2;
        return true;
    }
    [[gnu::noinline]] errc key(json_text& into) noexcept {
        const char* const colon = tokens_.next_place();
        if (*colon == ':' && colon[-1] == '"' && tokens_.is_plain_text()) {
            into = json_text{{place(), static_cast<std::size_t>(colon - place())}, false};
            tokens_.at += 2;
            return errc::ok;
        }
        return key_with_care(into);
    }
    [[gnu::cold]] errc key_with_care(json_text& into) noexcept {
        if (!on('"')) return fault_here();
        if (const errc code = string(into, false); code != errc::ok) return code;
        if (!on(':')) return fault_here();
        ++tokens_.at;
        return errc::ok;
    }

    decltype(simdjson::dom::parser::implementation) parser_;
    std::size_t max_bytes_ = 0;
    const char* begin_ = nullptr;
    detail::simdjson_tokens tokens_;
    const char* fault_ = nullptr;
    detail::json_cursor cursor_;
    std::size_t depth_ = 0;
    std::uint32_t needed_ = 0;
    std::uint32_t alone_[2] = {};
};
static_assert(json_reader<simdjson_reader>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#else

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

class SUPEROFFICE_SWITCHED_OFF("SUPEROFFICE_WITH_SIMDJSON=1") simdjson_reader;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif
#include <superoffice/base/detail/macros_end.hpp>
#endif
