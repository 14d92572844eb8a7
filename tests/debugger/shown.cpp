// What gdb prints with the library's printers: each line `// EXPRESSION: TEXT` is compared.
#include <superoffice/batch.hpp>

#include <cstdio>
#include <string_view>

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

int main() {
    using namespace superoffice;
    using state = coded<BatchTaskState>;

    field<int> absent, nothing = nullptr, number = 42;
    field<bool> no = false;
    unlisted<int> of_own;
    of_own.emplace() = 7;
    // absent: absent
    // nothing: null
    // number: 42
    // no: false
    // of_own: 7

    const state succeeded{BatchTaskState::Succeeded}, text_unknown = state::from_text("Paused"),
                                                      number_unknown = state::from_number(99);
    const auto rights = flags<EFieldRight>::from_text("Read, Write");
    // succeeded: Succeeded
    // text_unknown: Paused (unknown)
    // number_unknown: 99 (unknown)
    // rights: Read, Write

    const auto date = date_time::from_text("2019-12-19T10:44:12"), year_1 = date_time::from_text("0001-01-01T00:00:00");
    const date_time empty;
    // date: 2019-12-19T10:44:12
    // year_1: not set (0001-01-01T00:00:00)
    // empty: not set

    fixed_text<16> name;
    name.assign("Gr\xC3\xB8nt lys");
    // name: "Grønt lys"

    const superoffice::error fine{}, refused{stage::service, errc::unauthorized, 401},
        reset{stage::receive, errc::connection_reset, 0, 104};
    // fine: no error
    // refused: error unauthorized at stage service, HTTP status 401
    // reset: error connection_reset at stage receive, native 104

    const result<int> three = 3, failed = refused;
    const result<void> done, not_done = reset;
    const result<progress> task = progress{state{BatchTaskState::Started}, 37};
    // three: 3
    // failed: error unauthorized at stage service, HTTP status 401
    // done: done
    // not_done: error connection_reset at stage receive, native 104
    // task: {State = Started, ProgressPercent = 37}

    static char document[] = R"({"ParameterObject":{"a":"1"},"Context":"now"})";
    const auto info =
        decode<BatchTaskInfo>(compact_reader{}, json_document{document, sizeof document - 1, sizeof document});
    // info.value_.ParameterObject: {"a":"1"}
    // info.value_.Context: "now"

    return std::puts(info && absent.is_absent() && nothing.is_null() && number == 42 && no == false && of_own == 7 &&
                             succeeded.known() && !text_unknown.known() && !number_unknown.known() && rights.known() &&
                             date && year_1 && !empty.is_set() && !name.empty() && fine == errc::ok && !failed &&
                             three && done && !not_done && task
                         ? "here"
                         : "not here") < 0;
}
