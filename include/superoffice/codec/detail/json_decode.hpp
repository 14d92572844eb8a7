// superoffice/codec/detail/json_decode.hpp - the one decoder of each reader: fills every struct by its member table.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_JSON_DECODE_HPP
#define SUPEROFFICE_CODEC_DETAIL_JSON_DECODE_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/detail/member_table.hpp>
#include <superoffice/codec/reader.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Not inlined, because it is called in many places.
[[gnu::noinline]] constexpr error decode_error(errc code, std::size_t offset, std::uint16_t member = 0) noexcept {
    return {.stage = stage::decode, .code = code, .offset = as_offset(offset), .member = member};
}

/// A second struct, which takes members that the first one does not have. A member of a kind that it does not expect is
/// skipped.
template <class Value>
struct also_members {
    const member_table<Value>& table;
    void* into;

    /// The row with this name, and the address of its member; nullptr if the second struct does not have it either.
    [[nodiscard]] const member_row<Value>* find(const json_text& key, void*& member) const noexcept {
        const std::size_t index = table.find_in_order(key);
        if (index == table.count) return nullptr;
        member = member_at(into, table.places, index);
        return table.rows + index;
    }
};

template <class Value>
errc decode_members(Value& value, const member_table<Value>& table, void* into, decode_state& state,
                    const also_members<Value>* also = nullptr) noexcept;

/// True if the next key is this row's name without escapes; then it moves over the key and its colon.
template <class Value>
bool is_next(Value& value, const member_row<Value>& row) noexcept {
    if constexpr (json_shortcuts<Value>)
        return value.key_is(row.key);
    else
        return value.key_is(row.name());
}

/// Decodes the value into the member at `at`, which this row describes.
template <class Value>
errc decode_row(Value& value, const member_row<Value>& row, void* at, decode_state& state) noexcept {
    const bool null = value.on('n') && row.null() != null_meaning::own;
    const errc e = null ? value.null() : row.read_into(value, at, state);
    if (row.null() == null_meaning::of_field) {
        const field_state read = null ? field_state::null : field_state::value;
        *static_cast<field_state*>(at) = e == errc::ok ? read : field_state::absent;
    }
    return e;
}

/// A member that the first struct does not have: goes into `also`, or is skipped.
template <class Value>
[[gnu::cold]] errc decode_other(Value& value, const member_table<Value>& table, const json_text& key,
                                const also_members<Value>* also) noexcept {
    void* at = nullptr;
    const member_row<Value>* const row = also != nullptr ? also->find(key, at) : nullptr;
    if constexpr (json_shortcuts<Value>)
        if (row == nullptr && value.pass_members(also != nullptr ? table.marks | also->table.marks : table.marks))
            return errc::ok;
    const char* const start = value.place();
    decode_state state;
    errc e = row != nullptr ? decode_row(value, *row, at, state) : errc::wrong_kind;
    if (e == errc::wrong_kind) e = value.skip();
    if (e != errc::ok) value.note_fault_place(start, e);
    return e;
}

/// Fills the struct at `into`. Members mostly come in the order of the description, so the row behind the last one is tried
/// first: then nothing looks for the end of the key. This saves 4,100 of a whole call's 26,100 instructions with the compact
/// reader, and 2,300 of 22,500 with simdjson's (`./tests/run instructions`).
template <class Value>
errc decode_members(Value& value, const member_table<Value>& table, void* into, decode_state& state,
                    const also_members<Value>* also) noexcept {
    bool more = false;
    errc e = value.enter('{', more);
    std::size_t expected = 0;
    while (more) {
        std::size_t index = expected;
        if (index == table.count || !is_next(value, table.rows[index])) {
            json_text key;
            if (e = value.key(key); e != errc::ok) return e;
            index = table.find(key);
            if (index == table.count) {
                state.passed = true;
                if (e = decode_other(value, table, key, also); e != errc::ok) return e;
                e = value.next('}', more);
                continue;
            }
        }
        expected = index + 1;
        state.matched = true;
        const char* const start = value.place();
        e = decode_row(value, table.rows[index], member_at(into, table.places, index), state);
        if (e != errc::ok) {
            state.member = static_cast<std::uint16_t>(expected);  // in the end, that of the outermost struct
            value.note_fault_place(start, e);
            return e;
        }
        e = value.next('}', more);
    }
    return e;
}

/// A whole document; `consume(root)` reads its value unless that is null.
template <json_reader Reader, class F>
error decode_root(Reader& reader, json_document document, decode_state& state, F consume) noexcept {
    errc e = errc::memory_too_small;
    std::size_t offset = document.size + Reader::slack;
    if (document.capacity >= offset) {
        e = reader.start(document);
        bool null = false;
        if (e == errc::ok) {
            auto root = reader.root();
            null = root.on('n');
            e = null ? root.null() : consume(root);
            if (e == errc::ok) e = reader.finish();
        }
        if (e == errc::ok && !null) return {};
        offset = e == errc::document_too_large ? document.size : static_cast<std::uint32_t>(reader.offset());
        if (e == errc::ok) {
            e = errc::null_document;
            offset = 0;
        }
    }
    return decode_error(e, offset, state.member);
}

/// A document that holds a described struct.
template <json_reader Reader, class Value>
error decode_by_table(Reader& reader, json_document document, const member_table<Value>& table, void* into,
                      decode_state& state, const also_members<Value>* also = nullptr) noexcept {
    return decode_root(reader, document, state,
                       [&](Value& root) noexcept { return decode_members(root, table, into, state, also); });
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
