// superoffice/codec/detail/json_decode.hpp - the one decoder of each reader: fills whatever struct a member table describes.
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

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

constexpr error decode_error(errc code, std::size_t offset, std::uint16_t member = 0) noexcept {
    return {.stage = stage::decode, .code = code, .offset = as_offset(offset), .member = member};
}

/// A second struct that takes members which the first does not have. One of a kind that it does not expect is skipped.
template <class Value>
struct also_members {
    const member_table<Value>* table;  ///< nullptr: there is none
    void* into;

    /// nullptr: not there either.
    [[nodiscard]] const member_row<Value>* find(json_text key) const noexcept {
        if (SUPEROFFICE_FOR_SPEED && !key.is_escaped() && !table->sizes.has(key.raw().size() - 2)) return nullptr;
        const member_row<Value>* const row = table->find_by_text(key);
        return row != table->end() ? row : nullptr;
    }
    /// Of the names in either.
    [[nodiscard]] name_sizes sizes_beside(const member_table<Value>& first) const noexcept {
        return table != nullptr ? first.sizes | table->sizes : first.sizes;
    }
};

template <class Value>
errc decode_members(Value& value, const member_table<Value>& table, void* into, decode_state& state,
                    also_members<Value> also = {}) noexcept;

/// Whether the next key is this row's name, spelt as it mostly is; then over it and its colon.
template <class Value>
SUPEROFFICE_HOT bool is_next(Value& value, const member_row<Value>& row) noexcept {
    if constexpr (requires { row.spelling.size; })
        return value.key_is(row.spelling);
    else
        return value.key_is(row.name());
}

/// A member that mostly is a string, and is not null.
template <class Value>
SUPEROFFICE_HOT errc decode_texts(Value& value, const member_row<Value>& row, void* at, decode_state& state) noexcept {
    const auto kind = static_cast<member_kind>(row.kind);
    std::string_view text;
    if (const errc e = decode_text(value, text, state); e != errc::ok) {
        if (e != errc::wrong_kind || kind < member_kind::coded) return e;
        if (kind == member_kind::coded) return decode_number(value, *static_cast<coded_value*>(at), *row.detail.names);
        return decode_number(value, *static_cast<flags_value*>(at), *row.detail.names);
    }
    switch (kind) {
        case member_kind::text: *static_cast<std::string_view*>(at) = text; break;
        case member_kind::date: return static_cast<date_time*>(at)->assign(text) ? errc::ok : errc::bad_date;
        case member_kind::coded:
            *static_cast<coded_value*>(at) = coded_value::from_text(*row.detail.names, text);
            break;
        default: *static_cast<flags_value*>(at) = flags_value::from_text(*row.detail.names, text); break;
    }
    return errc::ok;
}

/// The member that a row describes, of the struct at `into`.
template <class Value>
SUPEROFFICE_HOT errc decode_row(Value& value, const member_row<Value>& row, void* into, decode_state& state) noexcept {
    void* const at = static_cast<char*>(into) + row.place;
    const auto kind = static_cast<member_kind>(row.kind);
    if (kind == member_kind::other) return row.detail.other(value, at, state);

    // What is not a field has no state, and null leaves its initialiser alone.
    field_state unseen = field_state::absent;
    auto& presence =
        row.state == row.no_state ? unseen : *reinterpret_cast<field_state*>(static_cast<char*>(into) + row.state);
    if (value.on('n')) {
        const errc e = value.null();
        if (e == errc::ok) presence = field_state::null;
        return e;
    }
    errc e = errc::ok;
    if (kind <= member_kind::flags) {
        e = decode_texts(value, row, at, state);
    } else {
        switch (kind) {
            case member_kind::int32: e = decode_integer(value, *static_cast<std::int32_t*>(at)); break;
            case member_kind::boolean: e = value.boolean(*static_cast<bool*>(at)); break;
            case member_kind::json: e = decode_raw(value, *static_cast<json_text*>(at)); break;
            case member_kind::map: e = decode_raw(value, *static_cast<string_map*>(at)); break;
            default:  // object
                row.detail.members->clear(at);
                e = decode_members(value, *row.detail.members, at, state);
                break;
        }
    }
    presence = e == errc::ok ? field_state::value : field_state::absent;
    return e;
}

/// Fills the struct at `into`. Members mostly come in the order of the description: the one behind the last is tried
/// first, and then costs no look for the end of its name.
template <class Value>
errc decode_members(Value& value, const member_table<Value>& table, void* into, decode_state& state,
                    also_members<Value> also) noexcept {
    bool more = false;
    errc e = value.enter('{', more);
    const member_row<Value>* expected = table.rows;
    decode_state theirs;
    while (more) {
        const member_row<Value>* row = expected;
        json_text key;
        if (row == table.end() || !is_next(value, *row)) {
            e = value.key(key);
            if (e != errc::ok) return e;
            row = table.find(key);
        }
        const bool mine = row != table.end();
        if (!mine) {
            row = also.table != nullptr ? also.find(key) : nullptr;
            if constexpr (SUPEROFFICE_FOR_SPEED && requires { value.pass_members(table.sizes); })
                if (row == nullptr) value.pass_members(also.sizes_beside(table));
        }
        const char* const start = value.place();
        if (mine) {
            state.matched = true;
            expected = row + 1;
        }
        if (row != nullptr) e = decode_row(value, *row, mine ? into : also.into, mine ? state : theirs);
        if (row == nullptr || (e == errc::wrong_kind && !mine)) e = value.skip();
        if (e != errc::ok) {
            if (mine) state.member = static_cast<std::uint16_t>(expected - table.rows);  // the outermost stays
            return value.passed_on(start, e);
        }
        e = value.next('}', more);
    }
    return e;
}

/// A whole document; `consume(root)` reads its value, but null.
template <json_reader Reader, class F>
SUPEROFFICE_HOT error decode_root(Reader& reader, json_document document, decode_state& state, F consume) noexcept {
    if (document.capacity < document.size + Reader::slack)
        return decode_error(errc::memory_too_small, document.size + Reader::slack);
    errc e = reader.start(document);
    if (e == errc::ok) {
        auto root = reader.root();
        const bool null = root.on('n');
        e = null ? root.null() : consume(root);
        if (e == errc::ok) e = reader.finish();
        if (e == errc::ok) return null ? decode_error(errc::null_document, 0) : error{};
    }
    const std::size_t offset = e == errc::document_too_large ? document.size
                               : state.needed != 0           ? state.needed
                                                             : static_cast<std::uint32_t>(reader.offset());
    return decode_error(e, offset, state.member);
}

/// A described struct, by its tables.
template <json_reader Reader, class Value>
error decode_by_table(Reader& reader, json_document document, const member_table<Value>& table, void* into,
                      decode_state& state, also_members<Value> also) noexcept {
    return decode_root(reader, document, state,
                       [&](Value& root) noexcept { return decode_members(root, table, into, state, also); });
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/macros_end.hpp>
#endif
