// Tests of superoffice/http/content_type.hpp: the media types of the reference page (section 1.2), and the types of replies.
#include <superoffice/http/content_type.hpp>

#include <doctest/doctest.h>

#include <string_view>

using superoffice::media_type;
using superoffice::reply_type;
using superoffice::request_type;
using superoffice::detail::content_kind;

TEST_CASE("content type: the seven of a request (section 1.2)") {
    CHECK(media_type(request_type::json) == "application/json");
    CHECK(media_type(request_type::text_json) == "text/json");
    CHECK(media_type(request_type::xml) == "application/xml");
    CHECK(media_type(request_type::text_xml) == "text/xml");
    CHECK(media_type(request_type::form) == "application/x-www-form-urlencoded");
    CHECK(media_type(request_type::json_patch) == "application/json-patch+json");
    CHECK(media_type(request_type::merge_patch) == "application/merge-patch+json");
}

TEST_CASE("content type: how a body is written") {
    using superoffice::detail::body_form;
    for (const auto type :
         {request_type::json, request_type::text_json, request_type::json_patch, request_type::merge_patch}) {
        CHECK(type.written_as() == body_form::json);
        CHECK_FALSE(superoffice::detail::is_xml(type));
    }
    for (const auto type : {request_type::xml, request_type::text_xml}) {
        CHECK(type.written_as() == body_form::xml);
        CHECK(superoffice::detail::is_xml(type));
    }
    CHECK(request_type::form.written_as() == body_form::form);
    CHECK_FALSE(superoffice::detail::is_xml(request_type::form));
    CHECK(superoffice::detail::is_xml(reply_type::xml));
    CHECK_FALSE(superoffice::detail::is_xml(reply_type::json));
}

TEST_CASE("content type: the six of a reply (section 1.2)") {
    CHECK(media_type(reply_type::json) == "application/json");
    CHECK(media_type(reply_type::text_json) == "text/json");
    CHECK(media_type(reply_type::xml) == "application/xml");
    CHECK(media_type(reply_type::text_xml) == "text/xml");
    CHECK(media_type(reply_type::json_patch) == "application/json-patch+json");
    CHECK(media_type(reply_type::merge_patch) == "application/merge-patch+json");
}

TEST_CASE("content type: the media type alone decides how a reply is read") {
    struct row {
        std::string_view text;
        content_kind kind;
    };
    const std::string_view without_slash = std::string_view{"zz+json"}.substr(4);  // nothing before it is looked at
    const row rows[] = {
        {"", content_kind::unknown},
        {" ; charset=utf-8", content_kind::unknown},
        {"application/json", content_kind::json},
        {"application/json; charset=utf-8", content_kind::json},
        {"Application/JSON ;charset=\"utf-8\"", content_kind::json},
        {"text/json", content_kind::json},
        {"application/json-patch+json", content_kind::json},
        {"application/problem+json", content_kind::json},
        {"application/xml", content_kind::xml},
        {"text/xml; charset=utf-8", content_kind::xml},
        {"application/soap+xml", content_kind::xml},
        {"text/html; charset=utf-8", content_kind::other},
        {"application/xhtml+xml", content_kind::other},
        {"Application/XHTML+XML; charset=utf-8", content_kind::other},
        {"text/plain", content_kind::other},
        {"application/jsonx", content_kind::other},
        {"+json", content_kind::other},
        {without_slash, content_kind::other},
        {"image/json", content_kind::other},
        {"image/svg+xml", content_kind::xml},
        {"audio/xml", content_kind::other},
        {"application-soap+xml", content_kind::other},
        {"application/octet-stream", content_kind::other},
        {"application/json, application/json", content_kind::json},
        {"application/json; charset=utf-8,text/json;charset=utf-8", content_kind::json},
        {"application/json; profile=\"a, b\"", content_kind::json},
        {"text/xml, application/xml", content_kind::xml},
        {"application/json, text/html", content_kind::other},
        {"text/html, application/json", content_kind::other},
        {"application/json, application/json, text/xml", content_kind::other},
        {"application/json,", content_kind::other},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        CHECK(superoffice::detail::content_kind_of(r.text) == r.kind);
    }
}
