// Tests of superoffice/codec/select.hpp. Structs that must not compile are in tests/compile_fail.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/select.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"

#include <cstdint>
#include <string_view>

namespace so = superoffice;
using so::field;
using so::select_of;

namespace {

struct progress {
    field<so::coded<so::BatchTaskState>> State;
    field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))
static_assert(select_of<progress>() == "State,ProgressPercent");

// The service's own struct is everything.
static_assert(select_of<so::BatchTaskInfo>().empty());

// The order is the description's, not the service's.
struct turned {
    field<std::int32_t> ProgressPercent;
    field<std::int32_t> Id;
};
BOOST_DESCRIBE_STRUCT(turned, (), (ProgressPercent, Id))
static_assert(select_of<turned>() == "ProgressPercent,Id");

struct one {
    std::int32_t Id = 0;
};
BOOST_DESCRIBE_STRUCT(one, (), (Id))
static_assert(select_of<one>() == "Id");

// A service's struct inside a program's struct is selected whole, a program's struct member by member.
struct whole_right {
    field<so::TableRight> TableRight;
};
BOOST_DESCRIBE_STRUCT(whole_right, (), (TableRight))
static_assert(select_of<whole_right>() == "TableRight");

struct just_mask {
    so::flags<so::ETableRight> Mask;
};
BOOST_DESCRIBE_STRUCT(just_mask, (), (Mask))
struct nested {
    std::string_view Name;
    field<just_mask> TableRight;
    field<std::string_view> FileName;
};
BOOST_DESCRIBE_STRUCT(nested, (), (Name, TableRight, FileName))
static_assert(select_of<nested>() == "Name,TableRight/Mask,FileName");

struct reason_and_mask {
    so::fixed_text<40> Reason;
    field<so::flags<so::ETableRight>> Mask;
};
BOOST_DESCRIBE_STRUCT(reason_and_mask, (), (Reason, Mask))
struct nested_plain {
    reason_and_mask TableRight;
};
BOOST_DESCRIBE_STRUCT(nested_plain, (), (TableRight))
static_assert(select_of<nested_plain>() == "TableRight/Reason,TableRight/Mask");

// What this version does not list is asked for by its name, unchecked.
struct with_unlisted {
    so::unlisted<std::int32_t> Priority;
    so::unlisted<just_mask> Owner;
    so::unlisted<std::string_view> Id;  // listed, but said not to be: no check of its type
};
BOOST_DESCRIBE_STRUCT(with_unlisted, (), (Priority, Owner, Id))
static_assert(select_of<with_unlisted>() == "Priority,Owner,Id");

// Inherited members come first.
struct more_progress : progress {
    field<std::string_view> ProgressDescription;
};
BOOST_DESCRIBE_STRUCT(more_progress, (progress), (ProgressDescription))
static_assert(select_of<more_progress>() == "State,ProgressPercent,ProgressDescription");

// Every type that can hold what the service sends.
struct other_types {
    std::int64_t Id = 0;
    so::fixed_text<254> Name;
    std::uint8_t AssociateId = 0;
    so::json_text DetailsTable;
    bool IsSystemTask = false;
    so::json_text ParameterObject;
    field<so::fixed_text<40>> LastStarted;
    std::string_view Created;
    so::BatchTaskState State{};
    field<so::fixed_text<20>> CancellationBehaviour;
    so::json_text TableRight;
    field<so::string_map> FieldProperties;
};
BOOST_DESCRIBE_STRUCT(other_types, (),
                      (Id, Name, AssociateId, DetailsTable, IsSystemTask, ParameterObject, LastStarted, Created, State,
                       CancellationBehaviour, TableRight, FieldProperties))
static_assert(select_of<other_types>() ==
              "Id,Name,AssociateId,DetailsTable,IsSystemTask,ParameterObject,LastStarted,Created,State,"
              "CancellationBehaviour,TableRight,FieldProperties");

// The program's own enum in place of the service's, known by the same names; its own struct in place of a map, which is
// asked for whole.
enum class phase : std::uint8_t { Started = 1, Succeeded = 2 };
BOOST_DESCRIBE_ENUM(phase, Started, Succeeded)
struct parameters {
    std::string_view SelectionId;
    field<so::fixed_text<20>> Format;
};
BOOST_DESCRIBE_STRUCT(parameters, (), (SelectionId, Format))
struct own_types {
    field<so::coded<phase>> State;
    phase CancellationBehaviour{};
    field<parameters> ParameterObject;
};
BOOST_DESCRIBE_STRUCT(own_types, (), (State, CancellationBehaviour, ParameterObject))
static_assert(select_of<own_types>() == "State,CancellationBehaviour,ParameterObject");

// A mask may be text.
struct mask_as_text {
    std::string_view Mask;
};
BOOST_DESCRIBE_STRUCT(mask_as_text, (), (Mask))
struct right_as_text {
    field<mask_as_text> TableRight;
};
BOOST_DESCRIBE_STRUCT(right_as_text, (), (TableRight))
static_assert(select_of<right_as_text>() == "TableRight/Mask");

// Another call's reply is the other parameter.
static_assert(select_of<just_mask, so::TableRight>() == "Mask");
static_assert(select_of<so::TableRight, so::TableRight>().empty());

// Which types hold which.
static_assert(so::detail::can_hold<std::int64_t, std::int32_t>() && !so::detail::can_hold<bool, std::int32_t>());
static_assert(!so::detail::can_hold<std::int32_t, bool>() && !so::detail::can_hold<std::string_view, std::int32_t>());
static_assert(!so::detail::can_hold<std::int32_t, std::string_view>() &&
              !so::detail::can_hold<so::date_time, std::string_view>());
static_assert(!so::detail::can_hold<so::coded<so::BatchTaskState>, so::coded<so::BatchTaskCancellationBehaviour>>());
static_assert(!so::detail::can_hold<std::int32_t, so::coded<so::BatchTaskState>>());
static_assert(!so::detail::can_hold<std::string_view, so::string_map>() &&
              !so::detail::can_hold<so::field_property_map, so::string_map>());
static_assert(!so::detail::can_hold<std::int32_t, so::TableRight>() &&
              !so::detail::can_hold<std::string_view, so::TableRight>());

}  // namespace

TEST_CASE("select_of: each selected property is decoded into the program's own type") {
    CHECK(support::decoded_as<own_types>(
              R"({"State":"started","CancellationBehaviour":2,"ParameterObject":{"Other":"x","SelectionId":"7"}})") ==
          R"({"State":"started","CancellationBehaviour":"Succeeded","ParameterObject":{"SelectionId":"7"}})");
    CHECK(support::decoded_as<own_types>(R"({"State":"Aquired","ParameterObject":null})") ==
          R"({"State":"Aquired","CancellationBehaviour":"","ParameterObject":null})");
    CHECK(support::decoded_as<own_types>(R"({"CancellationBehaviour":"CanCancel"})") ==
          "unknown_enumerator 25 CancellationBehaviour");
}

TEST_CASE("select_of: lives in the program, not on the stack") {
    const std::string_view first = select_of<nested>();
    const std::string_view second = select_of<nested>();
    CHECK(first.data() == second.data());
    CHECK(first == "Name,TableRight/Mask,FileName");
}
