// Tests of superoffice/client/kept_list.hpp, over a scripted link.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/client/kept_list.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;

namespace {

struct row {
    std::int32_t Id = -1;
    so::field<std::string_view> Name;
    so::field<so::coded<so::BatchTaskState>> State;
};
BOOST_DESCRIBE_STRUCT(row, (), (Id, Name, State))

const std::string request =
    support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfosByState?$select=Id,Name,State",
                          .body = R"({"State":"Started"})"}
        .text();
constexpr so::GetBatchTaskInfosByStateRequest started{so::BatchTaskState::Started};

const std::string reply = support::reply_text(
    "200 OK", R"([{"Id":1,"Name":"One","State":"Started"},{"Id":2,"Name":"Z\u00fcrich","State":"Sleeping"},{"Id":3}])");

template <std::size_t Rows, std::size_t Texts>
struct bench {
    std::array<row, Rows> rows{};
    std::array<char, Texts> texts{};
    so::kept_list<row> kept{rows, texts};
    so::result<std::uint64_t> count = so::error{};

    void fetch() {
        const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
        so::scripted link{steps, {.at_most = 7}};
        std::array<std::byte, 512> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        const support::allocation_count heap;
        auto call = api.start_list<row>(so::get_batch_task_infos_by_state, started, kept.function());
        support::step_to_end(call);
        count = call.result();
        CHECK(heap.so_far() == 0);
        memory.fill(std::byte{'x'});  // what was kept does not stand here
    }
};

}  // namespace

TEST_CASE("kept_list: elements and their texts outlive the client") {
    bench<3, 64> b;
    b.fetch();
    CHECK(b.count.value_or(0) == 3);
    CHECK(b.kept.is_complete());
    REQUIRE(b.kept.elements().size() == 3);
    CHECK(b.rows[0].Id == 1);
    CHECK(b.rows[0].Name == "One");
    CHECK(b.rows[0].State == so::BatchTaskState::Started);
    CHECK(b.rows[1].Name == "Z\xc3\xbcrich");
    CHECK(b.rows[1].State->text() == "Sleeping");
    CHECK(b.rows[2].Id == 3);
    CHECK(b.rows[2].Name.is_absent());
}

TEST_CASE("kept_list: ends where the span is full, and says so") {
    bench<2, 64> b;
    b.fetch();
    CHECK(b.count.value_or(0) == 3);  // the third was seen, and had no room
    CHECK(b.kept.elements().size() == 2);
    CHECK_FALSE(b.kept.is_complete());
}

TEST_CASE("kept_list: ends where the storage for texts is full, exactly") {
    // The texts of the first element have 10 bytes, those of the second 15.
    bench<3, 25> exact;
    exact.fetch();
    CHECK(exact.kept.is_complete());
    CHECK(exact.kept.elements().size() == 3);
    bench<3, 24> short_of_one;
    short_of_one.fetch();
    CHECK_FALSE(short_of_one.kept.is_complete());
    CHECK(short_of_one.kept.elements().size() == 1);
}

TEST_CASE("kept_list: begins anew after clear") {
    bench<3, 25> b;
    b.fetch();
    b.kept.clear();
    CHECK(b.kept.elements().empty());
    b.fetch();
    CHECK(b.kept.is_complete());
    CHECK(b.kept.elements().size() == 3);
}

TEST_CASE("kept_list: a list that was not complete begins anew after clear, too") {
    bench<2, 64> b;
    b.fetch();
    CHECK_FALSE(b.kept.is_complete());
    b.kept.clear();
    CHECK(b.kept.is_complete());
    CHECK(b.kept.elements().empty());
}

TEST_CASE("kept_list: made from an array's span, with and without storage for texts") {
    row rows[4];
    char texts[16];
    so::kept_list with{std::span{rows}, texts};
    so::kept_list without{std::span{rows}};
    CHECK(with.elements().empty());
    CHECK(without.is_complete());
}
