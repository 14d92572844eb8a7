// Sections 1.2 and 11: the media types of requests and replies. XML itself is in xml.cpp.
#include "contract.hpp"

using namespace contract;
using superoffice::reply_type;
using superoffice::request_type;

TEST_CASE("§1.2 request types: every JSON kind and the form are sent under their names") {
    const struct {
        request_type type;
        const char* name;
        const char* body;
    } rows[] = {{request_type::json, "application/json", R"({\"Id\":497})"},
                {request_type::text_json, "text/json", R"({\"Id\":497})"},
                {request_type::json_patch, "application/json-patch+json", R"({\"Id\":497})"},
                {request_type::merge_patch, "application/merge-patch+json", R"({\"Id\":497})"},
                {request_type::form, "application/x-www-form-urlencoded", "Id=497"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        superoffice::client_options options;
        options.request_as = row.type;
        host<> to{options};
        const journal log;
        check_sample(to.api.get_batch_task_info(497));
        CHECK(has_header(log.last_request(), "Content-Type", std::string{row.name} + "; charset=utf-8"));
        CHECK(holds(log.last_request(), "\"body\": \"" + std::string{row.body} + "\""));
        CHECK(to.api.get_batch_task_info(-1).error() == errc::service_fault);  // whatever stands before the digits
    }
}

TEST_CASE_TEMPLATE("§1.2 reply types: every JSON kind is asked for under its name and decoded", Reader, READERS) {
    const std::pair<reply_type, std::string> rows[] = {{reply_type::json, "application/json"},
                                                       {reply_type::text_json, "text/json"},
                                                       {reply_type::json_patch, "application/json-patch+json"},
                                                       {reply_type::merge_patch, "application/merge-patch+json"}};
    for (const auto& row : rows) {
        const auto& [type, name] = row;
        CAPTURE(row.second);
        superoffice::client_options options;
        options.reply_as = type;
        host<Reader> to{options};
        const journal log;
        check_sample(to.api.get_batch_task_info(497));
        CHECK(has_header(log.last_request(), "Accept", name));
        CHECK(to.api.last_reply().head.content_type() == name + "; charset=utf-8");
        CHECK(to.api.get_batch_task_info(5).error() == errc::no_such_task);
        CHECK(to.api.get_batch_task_info(-1).error() == errc::service_fault);
    }
}

TEST_CASE("§11 XML: a reader without XML neither asks for XML nor sends it") {
    const journal log;
    for (const request_type type : {request_type::xml, request_type::text_xml}) {
        superoffice::client_options options;
        options.request_as = type;
        host<> to{options};
        CHECK(to.api.get_batch_task_info(497).error() == errc::unsupported_content_type);
    }
    for (const reply_type type : {reply_type::xml, reply_type::text_xml}) {
        superoffice::client_options options;
        options.reply_as = type;
        host<> to{options};
        CHECK(to.api.get_batch_task_info(497).error() == errc::unsupported_content_type);
    }
    CHECK(log.connections() == 0);
}

TEST_CASE_TEMPLATE("§1.2 reply types: a reply is read by its own Content-Type, or refused with its own code", Reader,
                   READERS) {
    host<Reader> to;
    for (const std::int32_t id : {9201, 9202, 9203}) {  // none, without charset, in capitals
        CAPTURE(id);
        check_sample(to.api.get_batch_task_info(id));
    }
    for (const refusal& row : {refusal{9200, errc::not_json},
                               {9209, errc::not_json},
                               {9206, errc::bad_utf8},
                               {9204, errc::unsupported_content_type},
                               {9210, errc::unsupported_content_type}})
        check_refusal(to, row);
}

TEST_CASE("§11 forms: a refused id comes back as the same error object") {
    superoffice::client_options options;
    options.request_as = request_type::form;
    host<> to{options};
    const journal log;
    check_refusal(to, {-7, errc::service_fault, 400, "The id must not be negative.", {}, "ArgumentException"});
    CHECK(holds(log.last_request(), "\"body\": \"Id=-7\""));
}
