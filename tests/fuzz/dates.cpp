// Fuzz target: the service's dates, HTTP's dates, Retry-After and Content-Type.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/http/content_type.hpp>
#include <superoffice/http/detail/http_date.hpp>
#include <superoffice/schema/date_time.hpp>

#include <string>

namespace so = superoffice;
namespace detail = superoffice::detail;

namespace {

void take_date(std::string_view text) {
    so::civil_time read;
    const bool is_shaped = detail::read_date_and_time(text, read);

    const so::field<so::date_time> date = so::date_time::from_text(text);
    if (!date) return;
    MUST(date->text() == text && (is_shaped || text.empty()));
    const so::civil_time& local = date->local();
    MUST(detail::is_in_calendar(local) && local.second <= 59 && local.nanosecond < 1'000'000'000);
    MUST(date->is_set() == (local.year > 1));
    MUST(date->utc().has_value() == (date->is_set() && date->offset().has_value()));
    if (!date->utc()) return;
    const std::int64_t east = std::int64_t{*date->offset()} * 60;
    MUST(east >= -15 * 3600 && east <= 15 * 3600);
    MUST(date->utc()->seconds + east == detail::seconds_since_1970(local));
    MUST(date->utc()->nanoseconds == local.nanosecond);
}

void take_header(std::string_view value, std::string_view date) {
    for (const std::int64_t now : {std::int64_t{0}, std::int64_t{1795910400}}) {
        std::int64_t seconds = -1;
        MUST(detail::parse_http_date(value, now, seconds) == (seconds >= 0));
        if (seconds >= 0) MUST(value.ends_with(" GMT") || value.find(',') == value.npos);
        so::milliseconds wait{-1};
        MUST(detail::parse_retry_after(value, date, now, wait) == (wait.count() >= 0));
        MUST(wait.count() <= 24 * 60 * 60 * 1000);
    }

    const detail::content_kind kind = detail::content_kind_of(value);
    MUST(detail::content_kind_of(' ' + std::string{value} + "; charset=utf-8") == kind);
    if (kind == detail::content_kind::json || kind == detail::content_kind::xml)
        MUST(value.find_first_of("jJxX") != value.npos && value.find('/') != value.npos);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in{data, size};
    const fuzzing::exact_memory first(in.until('\n')), second(in.rest());
    take_date(first.text());
    take_header(first.text(), second.text());
    return 0;
}
