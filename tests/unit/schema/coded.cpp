// Tests of superoffice/schema/coded.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/coded.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
using so::BatchTaskState;
using so::coded;

namespace {

using state = coded<BatchTaskState>;
using behaviour = coded<so::BatchTaskCancellationBehaviour>;

enum class no_zero { one = 1, also_one = 1, two = 2, minus = -5 };
BOOST_DESCRIBE_ENUM(no_zero, one, also_one, two, minus)

static_assert(std::is_trivially_copyable_v<state>);
static_assert(state{BatchTaskState::Aquired} == BatchTaskState::Aquired);
static_assert(state::from_text("Aquired").text() == "Aquired");

constexpr bool is_known = true, is_unknown = false;

}  // namespace

TEST_CASE("coded: section 6, texts of both enumerations in any letter case") {
    struct {
        std::string_view text;
        bool known;
        BatchTaskState value;
    } const cases[] = {
        {"Unknown", is_known, BatchTaskState::Unknown},
        {"New", is_known, BatchTaskState::New},
        {"Aquired", is_known, BatchTaskState::Aquired},
        {"Started", is_known, BatchTaskState::Started},
        {"Succeeded", is_known, BatchTaskState::Succeeded},
        {"Failed", is_known, BatchTaskState::Failed},
        {"SucceededManualCleanup", is_known, BatchTaskState::SucceededManualCleanup},
        {"All", is_known, BatchTaskState::All},
        {"started", is_known, BatchTaskState::Started},
        {"STARTED", is_known, BatchTaskState::Started},
        {"succeededmanualcleanup", is_known, BatchTaskState::SucceededManualCleanup},
        {"Acquired", is_unknown, {}},  // with the c that the wire does not have
        {"Succeeded ", is_unknown, {}},
        {"Succeede", is_unknown, {}},
        {"Paused", is_unknown, {}},
        {"4", is_unknown, {}},
        {"", is_unknown, {}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const state made = state::from_text(one.text);
        CHECK(made.known() == one.known);
        CHECK(made.text() == one.text);
        CHECK((made == one.value) == one.known);
        CHECK(made.value_or(BatchTaskState::All) == (one.known ? one.value : BatchTaskState::All));
        if (one.known) {
            CHECK(made.value() == one.value);
            CHECK(made.number() == static_cast<std::int32_t>(one.value));
        }
    }
    CHECK(behaviour::from_text("cancelwithwarning") == so::BatchTaskCancellationBehaviour::CancelWithWarning);
    CHECK(behaviour::from_text("CanCancel") == so::BatchTaskCancellationBehaviour::CanCancel);
    CHECK(behaviour::from_text("CannotCancel").number() == 2);
}

TEST_CASE("coded: section 6, numbers") {
    struct {
        std::int32_t number;
        bool known;
        std::string_view text;
    } const cases[] = {
        {0, is_known, "Unknown"}, {4, is_known, "Succeeded"}, {99999, is_known, "All"},
        {7, is_unknown, ""},      {-1, is_unknown, ""},
    };
    for (const auto& one : cases) {
        CAPTURE(one.number);
        const state made = state::from_number(one.number);
        CHECK(made.known() == one.known);
        CHECK(made.text() == one.text);
        CHECK(made.number() == one.number);
    }
    CHECK(coded<no_zero>::from_number(1).text() == "one");
    CHECK(coded<no_zero>::from_text("ALSO_ONE") == no_zero::one);
    CHECK(coded<no_zero>::from_number(-5) == no_zero::minus);
    CHECK_FALSE(coded<no_zero>::from_number(0).known());
}

TEST_CASE("coded: an enumerator's number that the enumeration does not have is unknown") {
    const state made = static_cast<BatchTaskState>(77);
    CHECK_FALSE(made.known());
    CHECK(made.number() == 77);
    CHECK(made == state::from_number(77));
}

TEST_CASE("coded: known values compare by number, unknown ones by number and text") {
    CHECK(state::from_text("started") == state::from_number(3));
    CHECK(state::from_text("started") == state{BatchTaskState::Started});
    CHECK(state::from_text("Paused") == state::from_text("Paused"));
    CHECK(state::from_text("Paused") != state::from_text("paused"));
    CHECK(state::from_text("Paused") != state::from_text("Unknown"));
    CHECK(state::from_text("Unknown") != state::from_text("Paused"));  // both have the number 0
    CHECK(state::from_number(8) != state::from_number(9));
    CHECK(state{} != BatchTaskState::Unknown);
}

TEST_CASE("coded: one that nothing was put into is unknown, with the number 0 and no text") {
    CHECK_FALSE(state{}.known());
    CHECK(state{}.number() == 0);
    CHECK(state{}.text().empty());
}
