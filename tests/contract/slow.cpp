// Section 9: the mark for a call that took longer than the page's threshold. The test steps the clock.
#include "contract.hpp"

using namespace contract;

namespace {

/// Ready at the second step, so that no call is over at its first, however fast the service is.
struct unhurried {
    bool asked = false;
    superoffice::credential_state prepare(instant) noexcept {
        asked = !asked;
        return asked ? superoffice::credential_state::pending : superoffice::credential_state::ready;
    }
    void add_to(superoffice::request_head& head) noexcept { head.header("Authorization", "Bearer ", good_token); }
    bool refused() noexcept { return false; }
};

}  // namespace

TEST_CASE_TEMPLATE("§9 slow: above 3000 ms and not at 3000 ms, for every outcome", Reader, READERS) {
    host<Reader, unhurried> to{unhurried{}};
    for (const auto& row : {std::pair{0, false}, {2999, false}, {3000, false}, {3001, true}, {29'999, true}}) {
        const auto& [took, slow] = row;
        CAPTURE(row.first);
        for (const std::int32_t id : {497, 9000, 7503}) {
            auto call = to.api.start_get_batch_task_info(id, superoffice::allow_waiting_lookup);
            drive(to.link, call, instant{0}, instant{took});
            CHECK(call.result().has_value() == (id == 497));
            CHECK(to.api.last_reply().duration == milliseconds{took});
            CHECK(to.api.last_reply().slow == slow);
        }
    }
}

TEST_CASE("§9 slow: a mark, not a timeout, and the default deadline is 30 s") {
    host<superoffice::default_reader, unhurried> to{unhurried{}};
    auto call = to.api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{29'999});
    check_sample(call.result());
    auto late = to.api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup);
    drive(to.link, late, instant{0}, instant{30'000});
    CHECK(late.error() == errc::deadline_exceeded);
    superoffice::call_options long_timeout;
    long_timeout.timeout = milliseconds{60'000};
    auto longer = to.api.start_get_batch_task_info(497, long_timeout, superoffice::allow_waiting_lookup);
    drive(to.link, longer, instant{0}, instant{59'999});
    check_sample(longer.result());
    CHECK(superoffice::get_batch_task_info.slow == milliseconds{3000});
}
