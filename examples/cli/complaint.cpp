#include "complaint.hpp"

#include "circumstances.hpp"
#include "error_line.hpp"
#include "visible_text.hpp"

#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>
#include <cstdio>
#include <utility>

namespace cli {

/// What --json says of an error: the members that have a value.
struct error_record {
    superoffice::field<std::string_view> message, advice, stage, code;
    superoffice::field<std::int32_t> http_status;
    superoffice::field<std::string_view> service_message, service_detail, service_type;
    superoffice::field<std::int32_t> native;
    superoffice::field<std::string_view> member, header, proxy;
    superoffice::field<std::int64_t> at_byte, needs_bytes, retry_after_seconds;
    superoffice::field<bool> asks_again;
    superoffice::field<std::int64_t> pause_seconds;
    superoffice::field<std::int32_t> retry, retries, id, exit_code;
};
BOOST_DESCRIBE_STRUCT(error_record, (),
                      (message, advice, stage, code, http_status, service_message, service_detail, service_type, native,
                       member, header, proxy, at_byte, needs_bytes, retry_after_seconds, asks_again, pause_seconds,
                       retry, retries, id, exit_code))

struct error_document {
    error_record error;
};
BOOST_DESCRIBE_STRUCT(error_document, (), (error))

struct notice {
    std::string_view message;
    superoffice::field<std::int32_t> id;
};
BOOST_DESCRIBE_STRUCT(notice, (), (message, id))

struct trace_line {
    std::string_view trace;
};
BOOST_DESCRIBE_STRUCT(trace_line, (), (trace))

namespace {

bool in_json = false;
superoffice::field<std::int32_t> named_task;
std::string special_advice;

std::string take_advice(const superoffice::error& e) {
    std::string advice = std::exchange(special_advice, {});
    return advice.empty() ? std::string{advice_on(e)} : advice;
}

void say(const std::string& line) {
    const std::string name = named_task ? "task " + std::to_string(*named_task) + ": " : std::string{};
    std::fprintf(stderr, "superoffice-batch: %s%s\n", name.c_str(), line.c_str());
}

template <class Struct>
void say_in_json(const Struct& shown) {
    std::string text(superoffice::encode(shown, {}).error().needed(), '\0');
    const superoffice::result<std::string_view> written = superoffice::encode(shown, text);
    std::fprintf(stderr, "%s\n", written ? one_line(*written).c_str() : "{}");
}

/// Views into the texts given.
error_record record_of(const superoffice::error& e, const std::string& message, const superoffice::reply_info& reply,
                       std::string_view member, std::string_view advice) {
    error_record record;
    const auto text = [](superoffice::field<std::string_view>& into, std::string_view from) {
        if (!from.empty()) into = from;
    };
    record.message = message;
    text(record.advice, advice);
    record.stage = name(e.stage);
    record.code = name(e.code);
    if (e.http_status != 0) record.http_status = e.http_status;
    text(record.service_message, reply.message);
    text(record.service_detail, reply.detail);
    text(record.service_type, reply.type);
    if (e.native != 0) record.native = e.native;
    text(record.member, member);
    text(record.header, superoffice::header_name(e, {}));
    text(record.proxy, proxy_of(e));
    if (e.position() != superoffice::error::no_position) record.at_byte = static_cast<std::int64_t>(e.position());
    if (e.needed() != 0) record.needs_bytes = static_cast<std::int64_t>(e.needed());
    if (reply.retry_after) record.retry_after_seconds = reply.retry_after->count() / 1'000;
    return record;
}

/// Whole seconds, and not fewer than the pause has.
std::int64_t seconds_of(const retry& next) { return (next.pause.count() + 999) / 1'000; }

std::string trying_again(const retry& next) {
    return "; trying again in " + std::to_string(seconds_of(next)) + " s (" + std::to_string(next.number) + " of " +
           std::to_string(next.of) + ")";
}

void note(error_record& record, const retry& next) {
    record.asks_again = true;
    record.pause_seconds = seconds_of(next);
    record.retry = static_cast<std::int32_t>(next.number);
    record.retries = static_cast<std::int32_t>(next.of);
    record.id = named_task;
}

void complain(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member,
              bool asks_again) {
    const std::string advice = take_advice(e);
    if (!in_json) return say(error_line(e, reply, member, advice) + (asks_again ? "; asking again" : ""));
    const std::string message = what_happened(e);
    error_record record = record_of(e, message, reply, member, advice);
    record.id = named_task;
    if (asks_again)
        record.asks_again = true;
    else
        record.exit_code = static_cast<std::int32_t>(exit_code_of(e));
    say_in_json(error_document{record});
}

}  // namespace

void complain_in_json() { in_json = true; }

about_task::about_task(std::optional<std::int32_t> id) {
    if (id) named_task = *id;
}

about_task::~about_task() { named_task.reset(); }

void advise(std::string sentence) { special_advice = std::move(sentence); }

void complain(std::string_view sentence, exit_code code) {
    special_advice.clear();
    if (!in_json) return say(std::string{sentence});
    error_record record;
    record.message = sentence;
    record.id = named_task;
    record.exit_code = static_cast<std::int32_t>(code);
    say_in_json(error_document{record});
}

void notify(std::string_view sentence) {
    if (!in_json) return say(std::string{sentence});
    say_in_json(notice{sentence, named_task});
}

void trace(std::string_view line) {
    if (in_json) return say_in_json(trace_line{line});
    std::fprintf(stderr, "trace: %.*s\n", static_cast<int>(line.size()), line.data());
}

void complain(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member) {
    complain(e, reply, member, false);
}

void complain_and_retry(std::string_view sentence, const retry& next) {
    if (!in_json) return say(std::string{sentence} + trying_again(next));
    error_record record;
    record.message = sentence;
    note(record, next);
    say_in_json(error_document{record});
}

void complain_and_retry(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member,
                        const retry& next) {
    const std::string advice = take_advice(e);
    if (!in_json) return say(error_line(e, reply, member, advice) + trying_again(next));
    const std::string message = what_happened(e);
    error_record record = record_of(e, message, reply, member, advice);
    note(record, next);
    say_in_json(error_document{record});
}

void complain_and_go_on(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member) {
    complain(e, reply, member, true);
}

}  // namespace cli
