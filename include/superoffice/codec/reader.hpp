// superoffice/codec/reader.hpp - what a JSON reader must do for the reflected decoder, and the document it reads.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_READER_HPP
#define SUPEROFFICE_CODEC_READER_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/codec/detail/key_marks.hpp>
#include <superoffice/text/json_kind.hpp>
#include <superoffice/text/json_text.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A JSON document in the caller's memory. `data` is not const: escapes are rewritten in place where text is asked for,
/// so a document is decoded once. `capacity` counts from `data` and is at least `size` plus the reader's `slack`.
struct json_document {
    char* data = nullptr;
    std::size_t size = 0;
    std::size_t capacity = 0;
};

namespace detail {
struct any_member {
    template <class Value>
    errc operator()(json_text, Value& value) const noexcept {
        return value.skip();
    }
};
struct any_element {
    template <class Value>
    errc operator()(Value& value) const noexcept {
        return value.skip();
    }
};
}  // namespace detail

/// One value of the document that is being read, to be consumed exactly once by one of the functions below, each of
/// which answers `errc::ok` or an error:
///
/// `kind()`            its kind, by its first byte; consumes nothing; `malformed` when no value starts with that byte
/// `null()`            the literal null
/// `boolean(bool&)`    true or false
/// `number(view&)`     the number's text, its grammar checked (RFC 8259 section 6)
/// `string(text&)`     the string's token, fully checked: UTF-8, control characters, escapes, surrogate pairs
/// `string(text&, rewrite)`  with true, the escapes are rewritten in place: the token has none, and is shorter than it was
///                     in the document, which is no longer JSON there
/// `object(f)`         calls `errc f(json_text key, Value& member)` for each member in order; the key is fully checked;
///                     f consumes `member`; an answer other than ok stops, and is the answer
/// `array(f)`          the same with `errc f(Value& element)`
/// `skip()`            any value, checked as if it had been read
/// `raw(view&)`        the same, and its text without the white space around it
///
/// A function that meets another kind than its own answers `wrong_kind` and consumes nothing.
///
/// The steps of `object` and `array`, for a caller that knows which member it expects next:
///
/// `enter(bracket, more)`  over the bracket; `more` when an item follows, else over the closing one too
/// `key_is(name)`          true, and over key and colon, when the next key is this name, without escapes and with the colon
///                         at once behind it; false, and consumes nothing, for anything else
/// `key(text&)`            over any key and its colon; the key is fully checked
/// `next(closing, more)`   behind an item: over the comma to the next one, or over the closing bracket
/// `note_fault_place(start, e)`  the item that begins at `start` was refused with `e`: keeps the place for `offset()`,
///                         unless an inner container has kept one. Each container calls it on the way out
/// `on(c)`                 the value's first byte is c
/// `place()`               where in the document the value starts; `since(place)` is the text from there to what was
///                         consumed last
///
template <class Value>
concept json_value = requires(Value& value, bool& flag, std::string_view& text, json_text& token) {
    { value.kind() } noexcept -> std::same_as<json_kind>;
    { value.null() } noexcept -> std::same_as<errc>;
    { value.boolean(flag) } noexcept -> std::same_as<errc>;
    { value.number(text) } noexcept -> std::same_as<errc>;
    { value.string(token) } noexcept -> std::same_as<errc>;
    { value.string(token, flag) } noexcept -> std::same_as<errc>;
    { value.object(detail::any_member{}) } noexcept -> std::same_as<errc>;
    { value.array(detail::any_element{}) } noexcept -> std::same_as<errc>;
    { value.skip() } noexcept -> std::same_as<errc>;
    { value.raw(text) } noexcept -> std::same_as<errc>;
    { value.enter('{', flag) } noexcept -> std::same_as<errc>;
    { value.key_is(text) } noexcept -> std::same_as<bool>;
    { value.key(token) } noexcept -> std::same_as<errc>;
    { value.next('}', flag) } noexcept -> std::same_as<errc>;
    { value.place() } noexcept -> std::same_as<const char*>;
    { value.note_fault_place(value.place(), errc::ok) } noexcept;
    { value.on('n') } noexcept -> std::same_as<bool>;
    { value.since(value.place()) } noexcept -> std::same_as<std::string_view>;
};

/// What a value may offer beside that, for speed: all of it or nothing. The decoder works without, and gives the same
/// answers. `simdjson_reader` offers it (`detail/simdjson_shortcuts.hpp` says what each shortcut gains).
///
/// `row_key`               a type made of a member's name at compile time and kept in the tables: `row_key{name}`
/// `key_is(row_key)`       as `key_is(name)`
/// `plain_text(view&)`     true, and consumed, for a string without escapes; the text is what stands between the quotes
/// `short_integer(int&)`   true, and consumed, for an integer of a few digits
/// `pass_members(marks)`   on a member's value: true, and skipped, if it is plain; then it also skips the next members, as
///                         long as they are plain and their keys have none of these marks
///
/// A shortcut that answers false has consumed nothing.
template <class Value>
concept json_shortcuts = json_value<Value> && requires(Value& value, std::string_view& text, std::int32_t& number,
                                                       const typename Value::row_key& key, detail::key_marks marks) {
    typename Value::row_key;
    { value.key_is(key) } noexcept -> std::same_as<bool>;
    { value.plain_text(text) } noexcept -> std::same_as<bool>;
    { value.short_integer(number) } noexcept -> std::same_as<bool>;
    { value.pass_members(marks) } noexcept -> std::same_as<bool>;
};

/// Reads one document after another, without allocating.
///
/// `slack`        bytes past the document's end that the reader may look at
/// `start(d)`     takes a document: `empty_document` when there is nothing but white space, `document_too_large`
/// `root()`       its one value; only after `start` answered ok
/// `finish()`     after the root was consumed: ok, or `bad_json` when more than white space follows
/// `offset()`     after any answer but ok: the byte of the document at fault
///
/// The readers of this library accept and reject the same documents and give the same values and, for a document that
/// is malformed in one place only, the same `errc`.
template <class Reader>
concept json_reader = requires(Reader& reader, json_document document) {
    { Reader::slack } -> std::convertible_to<std::size_t>;
    { reader.start(document) } noexcept -> std::same_as<errc>;
    { reader.root() } noexcept -> json_value;
    { reader.finish() } noexcept -> std::same_as<errc>;
    { reader.offset() } noexcept -> std::convertible_to<std::uint32_t>;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
