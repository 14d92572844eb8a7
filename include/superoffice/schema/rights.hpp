// superoffice/schema/rights.hpp - who may do what: the rights on an object and on its fields.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_RIGHTS_HPP
#define SUPEROFFICE_SCHEMA_RIGHTS_HPP

#include <superoffice/schema/field.hpp>
#include <superoffice/schema/flags.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstdint>
#include <string_view>

// The wire has enumerators with names that platform headers define as macros (X11: None). Those macros are put back at the
// end.
#pragma push_macro("None")
#pragma push_macro("Select")
#pragma push_macro("Insert")
#pragma push_macro("Delete")
#pragma push_macro("Update")
#undef None
#undef Select
#undef Insert
#undef Delete
#undef Update

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Rights on a table row. Combined names are what the server prints for common sums. Source: enumeration page
/// ETableRight; section 6 of the service notes.
enum class ETableRight : std::uint32_t {
    None = 0,
    Select = 1,
    R = 1,
    Update = 2,
    UR = 3,
    Insert = 4,
    RI = 5,
    URI = 7,
    Delete = 8,
    UDR = 11,
    FULL = 15,
    Filtering = 16,
    F = 16,
    RF = 17,
    FI = 20,
    RestrictedUpdate = 32,
    URU = 34,
    WRITE = 38,
    Unused1 = 64,
    Uninitialized = 128,
};
BOOST_DESCRIBE_ENUM(ETableRight, None, Select, R, Update, UR, Insert, RI, URI, Delete, UDR, FULL, Filtering, F, RF, FI,
                    RestrictedUpdate, URU, WRITE, Unused1, Uninitialized)

/// Rights on one field. Source: enumeration page EFieldRight.
enum class EFieldRight : std::uint32_t {
    None = 0,
    Read = 1,
    Write = 2,
    Update = 3,
    FULL = 3,
    Unused1 = 4,
    Unused2 = 8,
    Unused3 = 16,
    Nullable = 32,
    Unused4 = 32,
    UIHintMandatory = 64,
    UIHintReadOnly = 128,
    UIHints = 192,
    UndefinedValue256 = 256,
};
BOOST_DESCRIBE_ENUM(EFieldRight, None, Read, Write, Update, FULL, Unused1, Unused2, Unused3, Nullable, Unused4,
                    UIHintMandatory, UIHintReadOnly, UIHints, UndefinedValue256)

/// The right on the whole object. `Reason` is empty when nothing is denied, else a text or a resource key.
struct TableRight {
    field<flags<ETableRight>> Mask;
    field<std::string_view> Reason;
};
BOOST_DESCRIBE_STRUCT(TableRight, (), (Mask, Reason))

/// The right on one field. It is a part of `FieldProperties`, which is read again at each access, so its text is never
/// rewritten.
struct FieldRight {
    field<flags<EFieldRight>> Mask;
    field<json_text> Reason;
};
BOOST_DESCRIBE_STRUCT(FieldRight, (), (Mask, Reason))

/// What `FieldProperties` says about one field. `FieldType` is free text ("System.Int32", "ShortText", even empty).
struct FieldProperty {
    field<superoffice::FieldRight> FieldRight;
    field<json_text> FieldType;
    field<std::int32_t> FieldLength;
};
BOOST_DESCRIBE_STRUCT(FieldProperty, (), (FieldRight, FieldType, FieldLength))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#pragma pop_macro("Update")
#pragma pop_macro("Delete")
#pragma pop_macro("Insert")
#pragma pop_macro("Select")
#pragma pop_macro("None")
#endif
