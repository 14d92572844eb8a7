// Section 11: XML requests and replies, in each of the shapes that the service may speak. Needs <superoffice/xml.hpp>.
#include "contract.hpp"

#include <superoffice/xml.hpp>

using namespace contract;
using superoffice::reply_type;
using superoffice::request_type;

#if SUPEROFFICE_WITH_SIMDJSON
#define XML_READERS \
    superoffice::xml_reader<superoffice::compact_reader>, superoffice::xml_reader<superoffice::simdjson_reader>
#else
#define XML_READERS superoffice::xml_reader<superoffice::compact_reader>
#endif

namespace {

constexpr const char* shapes[] = {"plain", "nil", "soap", "elements"};

superoffice::client_options in_xml(request_type sent = request_type::xml, reply_type wanted = reply_type::xml) {
    superoffice::client_options options;
    options.request_as = sent;
    options.reply_as = wanted;
    return options;
}

void set_shape(const char* shape) { control("settings", "{\"xml\": \"" + std::string{shape} + "\"}"); }

}  // namespace

TEST_CASE_TEMPLATE("§11 XML: both types as request and reply, in every shape, give the sample", Reader, XML_READERS) {
    const undisturbed around;
    const std::pair<request_type, std::string> requests[] = {{request_type::xml, "application/xml"},
                                                             {request_type::text_xml, "text/xml"},
                                                             {request_type::json, "application/json"}};
    const std::pair<reply_type, std::string> replies[] = {{reply_type::xml, "application/xml"},
                                                          {reply_type::text_xml, "text/xml"}};
    for (const char* const shape : shapes) {
        CAPTURE(shape);
        set_shape(shape);
        for (const auto& [sent, sent_name] : requests)
            for (const auto& [wanted, wanted_name] : replies) {
                host<Reader> to{in_xml(sent, wanted)};
                const journal log;
                check_sample(to.api.get_batch_task_info(497));
                CHECK(has_header(log.last_request(), "Content-Type", sent_name + "; charset=utf-8"));
                CHECK(has_header(log.last_request(), "Accept", wanted_name));
                CHECK(to.api.last_reply().head.content_type() == wanted_name + "; charset=utf-8");
            }
    }
}

TEST_CASE_TEMPLATE("§11 XML: nothing, and the service's error objects", Reader, XML_READERS) {
    const undisturbed around;
    host<Reader> to{in_xml()};
    for (const char* const shape : shapes) {
        CAPTURE(shape);
        set_shape(shape);
        check_refusal(to, {5, errc::no_such_task});
        check_refusal(to, {-1, errc::service_fault, 400, "The id must not be negative.", {}, "ArgumentException"});
    }
}

TEST_CASE_TEMPLATE("§11 XML: null, masks, maps, dates and enumerations as in JSON", Reader, XML_READERS) {
    const undisturbed around;
    host<Reader> to{in_xml(), service().base_url(), 512 * 1024};
    for (const char* const shape : shapes) {
        CAPTURE(shape);
        set_shape(shape);
        auto task = to.api.get_batch_task_info(6003);  // every string null
        REQUIRE(task.has_value());
        const std::string_view how = shape;
        const bool marked = how == "nil" || how == "soap";  // the others cannot tell null from empty
        CHECK((marked ? task->Name.is_null() : task->Name == ""));
        CHECK(task->State == BatchTaskState::Succeeded);

        task = to.api.get_batch_task_info(6207);
        REQUIRE(task.has_value());
        CHECK(task->TableRight->Mask->bits() == 15);
        CHECK(task->TableRight->Reason == "");
        CHECK(task->FieldProperties->find("Name")->FieldRight->Mask->has(superoffice::EFieldRight::Update));

        task = to.api.get_batch_task_info(6110);  // the state as a number
        REQUIRE(task.has_value());
        CHECK(task->State == BatchTaskState::Started);

        task = to.api.get_batch_task_info(6503);
        REQUIRE(task.has_value());
        CHECK(task->Created->utc()->seconds == 1545654885);

        task = to.api.get_batch_task_info(6304);
        REQUIRE(task.has_value());
        CHECK(task->ParameterObject->size() == 300);

        task = to.api.get_batch_task_info(6635);
        REQUIRE(task.has_value());
        CHECK(task->Name == "<b>&amp;</b> ]]> \"'");

        check_refusal(to, {6602, errc::out_of_range});
        check_refusal(to, {6520, errc::bad_date});
    }
}

TEST_CASE_TEMPLATE("§11 XML: $select works the same", Reader, XML_READERS) {
    const undisturbed around;
    host<Reader> to{in_xml()};
    superoffice::call_options options;
    options.select = "Name,TableRight/Mask";
    for (const char* const nulled : {"absent", "null", "defaults", "ignored"}) {
        CAPTURE(nulled);
        control("settings", "{\"nulled\": \"" + std::string{nulled} + "\"}");
        const auto task = to.api.get_batch_task_info(6205, options);
        REQUIRE(task.has_value());
        CHECK(task->Name == "ContactExport");
        CHECK(task->TableRight->Mask->bits() == 3);
    }
}

TEST_CASE_TEMPLATE("§11 XML: a reply is read by its own type, whatever was asked for", Reader, XML_READERS) {
    host<Reader> json;
    const auto task = json.api.get_batch_task_info(9204);
    REQUIRE(task.has_value());
    CHECK(task->Id == 547);
    CHECK(task->State == BatchTaskState::Succeeded);
    check_refusal(json, {9210, errc::bad_xml});  // said to be XML, but JSON
    host<Reader> xml{in_xml()};
    check_refusal(xml, {9010, errc::service_fault, 200, "The request is invalid.", "The parameter 'Id' has no value."});
    check_sample(xml.api.get_batch_task_info(6008));  // JSON though XML was asked for
    check_refusal(xml, {9006, errc::not_json});
    check_refusal(xml, {17404, errc::no_such_task, 404, "Batch task id 404 was not found", {}, "SoNotFoundException"});
}

TEST_CASE("§11 XML: needed() is exact where XML and JSON do not fit, and a document type is refused") {
    const undisturbed around;
    using reader = superoffice::xml_reader<superoffice::compact_reader>;
    host<reader> small{in_xml(), service().base_url(), 2560};
    const superoffice::error e = small.api.get_batch_task_info(497).error();
    CHECK(e == errc::memory_too_small);
    host<reader> to{in_xml()};
    check_sample(to.api.get_batch_task_info(497));
    control("next", R"({"match": "GetBatchTaskInfo", "headers": [["Content-Type", "application/xml"]],
            "body": "<!DOCTYPE x [<!ENTITY a \"b\">]><BatchTaskInfo><Name>&a;</Name></BatchTaskInfo>"})");
    check_refusal(to, {497, errc::bad_xml});
}

TEST_CASE("§11 XML: a watch follows a task in XML too") {
    const undisturbed around;
    host<superoffice::xml_reader<superoffice::compact_reader>> to{in_xml()};
    superoffice::watch<> task{to.api, 6104, superoffice::allow_waiting_lookup};
    superoffice::watch_state state{};
    while ((state = task.step(instant{0})) == superoffice::watch_state::waiting)
        to.link.wait(task.wants().what, milliseconds{1000});
    CHECK(state == superoffice::watch_state::finished);
}
