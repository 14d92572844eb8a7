// Writes the inputs that each fuzz target begins with, from what the tests know: seeds FOLDER makes FOLDER/TARGET/NUMBER.
// SPDX-License-Identifier: BSL-1.0
#include <support/documented_reply.hpp>
#include <support/json_cases.hpp>
#include <support/nobodys_authority.hpp>
#include <support/wire_file.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

using namespace std::string_view_literals;

namespace {

class target {
  public:
    target(const std::filesystem::path& folder, std::string_view name) : folder_(folder / name) {
        std::filesystem::create_directories(folder_);
    }
    /// `numbers` is what the target takes from its input's back.
    void add(std::string_view text, std::string_view numbers = {}) {
        std::ofstream file(folder_ / std::to_string(count_++), std::ios::binary);
        file << text << numbers;
        if (!file.flush()) std::exit(1);
    }

  private:
    std::filesystem::path folder_;
    std::size_t count_ = 0;
};

constexpr std::string_view narrow_documents[] = {
    R"({"Id":1,"IsSystemTask":false,"State":"Started","Name":"short","ParameterObject":{"a\n":null,"b":{"c":[1]}}})",
    R"({"State":7,"Name":"longer than its room","Id":2147483648})",
    R"({"ParameterObject":{"Id":3,"Name":"\u00e5","State":"soon"},"IsSystemTask":1})",
    R"({"TableRight":{"Mask":"Select, Update","Reason":""},"FieldProperties":{"x":{"FieldLength":1},"y":null}})",
    R"({"Created":"0001-01-01T00:00:00","LastStarted":"2024-02-30T00:00:00Z","CancellationBehaviour":null})",
};

constexpr std::string_view urls[] = {
    "https://sod.superoffice.com/Cust12345/api",
    "http://localhost:8080",
    "https://[2001:db8::1]:444/a/b/api/v1/",
    "https://[::ffff:192.0.2.1]/api/",
    "HTTP://192.0.2.7/%41/API",
    "https://user@host/",
    "https://a.example/path?query",
    "https://:1/",
    "192.0.2.1",
    "2001:db8::192.0.2.33",
    "fe80::1%1",
    "https://a:65536/",
};

// A date, or a header's value and the Date beside it.
constexpr std::string_view dates[] = {
    "2019-12-19T10:44:12",
    "2024-11-27T09:15:00+01:00",
    "2019-12-19T10:44:12.1234567Z",
    "0001-01-01T00:00:00",
    "2016-02-29T23:59:59.999999999-0500",
    "Sun, 06 Nov 1994 08:49:37 GMT\nSun, 06 Nov 1994 08:49:30 GMT",
    "120\nSun, 06 Nov 1994 08:49:37 GMT",
    "application/json; charset=utf-8",
    "text/xml",
    "application/soap+xml",
    "application/problem+json",
    "text/html",
    "9999-12-31T23:59:59+14:00",
};

constexpr std::string_view heads[] = {
    "POST\xFE/api/v1/Agents/Batch/GetBatchTaskInfo\xFEState,ProgressPercent\xFESO-AppToken\xFEtoken\xFEtom\xFEpass",
    "GET\xFE/\xFE\xFEX\xFE one\ttwo \xFE\xFE",
    "POST\xFE"
    "a.example\xFEx\xFE"
    "Accept-Language\xFE"
    "en\r\nX: y\xFEu:v\xFEp\n",
    "CONNECT\xFE"
    "2001:db8::1\xFEy\xFEHost\xFE\xC3\xA5\xFE\xC3\xB8\xFE\xC3\xA6",
};

constexpr std::string_view proxy_replies[] = {
    "HTTP/1.1 200 Connection established\r\n\r\n",
    "HTTP/1.0 200 OK\r\nProxy-Agent: p\r\nContent-Length: 5\r\n\r\n\x16\x03\x03hello",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nthe peer's",
    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n\r\n<html>",
    "HTTP/1.1 503 Unavailable\n\n",
    "HTTP/1.1 101 Switching\r\n\r\n",
    "SSH-2.0-OpenSSH\r\n",
};

constexpr std::string_view chunked_bodies[] = {
    "5\r\nhello\r\n0\r\n\r\nbehind",
    "0000000000000003 ; a=\"b;c\" ;d\r\nabc\r\n00\r\nTrailer: value\r\nB:\r\n\r\n",
    "ffffffffffffffff\r\nabc",
    "1A;x\r\nabcdefghijklmnopqrstuvwxyz\r\n",
    "1\nx\n0\n\n",
};

constexpr std::string_view xml_documents[] = {
    R"(<?xml version="1.0" encoding="utf-8"?><BatchTaskInfo><Id>547</Id><Name>A &amp; &#229;</Name></BatchTaskInfo>)",
    R"(<r xmlns:i="x"><Id i:nil="true"/><Name/><State> Started </State><IsSystemTask>1</IsSystemTask></r>)",
    R"(<r><ParameterObject><StringKeyValuePair><Value>v</Value><Key>k</Key></StringKeyValuePair><k>v</k></ParameterObject></r>)",
    R"(<r><ParameterObject><item key="k" value="v"/><item key="k">v</item><K><Key/></K></ParameterObject></r>)",
    R"(<r><TableRight><Mask>Select Update</Mask></TableRight><FieldProperties><x><FieldLength>3</FieldLength></x></FieldProperties></r>)",
    R"(<Error><Message>no</Message><Unknown><![CDATA[<x>]]></Unknown><!-- c --><?p i?></Error>)",
    R"(<!DOCTYPE r [<!ENTITY e "x">]><r>&e;</r>)",
};

/// The bytes of a certificate in PEM.
std::string der_of(std::string_view pem) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned group = 0, bits = 0;
    const std::size_t begin = pem.find('\n');
    for (const char c : pem.substr(begin, pem.find("-----END") - begin)) {
        const std::size_t digit = digits.find(c);
        if (digit == digits.npos) continue;
        group = group << 6 | static_cast<unsigned>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 0xff);
    }
    return bytes;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 2;
    const std::filesystem::path folder = words[1];
    target decode(folder, "decode"), readers(folder, "readers"), exchange(folder, "exchange");
    target chunked(folder, "chunked"), base_url(folder, "base_url"), date(folder, "dates"), head(folder, "heads");
    target proxy(folder, "proxy"), xml(folder, "xml"), tls(folder, "tls"), authorities(folder, "authorities");

    for (target* json : {&decode, &readers}) {
        for (const std::string_view text : support::good_documents) json->add(text, "}"sv);
        for (const auto& bad : support::malformed_documents) json->add(bad.text, "}"sv);
        for (const std::string_view text : narrow_documents) json->add(text, "\0"sv);
        json->add(documented_reply, " "sv);
    }
    // Deeper, where a struct's decoder gets to see it.
    for (const auto& bad : support::malformed_documents)
        decode.add("{\"Id\":1,\"ParameterObject\":{\"a\":" + std::string{bad.text} + "}}", "}"sv);
    for (const wire_file& file : wire::all()) {
        if (!file.mistake.empty()) return 1;
        // Memory, how it is cut, slack, and whether the peer closes.
        const std::string numbers{'\0', '\7', static_cast<char>(file.slack), static_cast<char>(file.closed ? 0 : 1)};
        exchange.add(file.reply, numbers);
        const std::size_t body = file.reply.find("\r\n\r\n");
        if (body != file.reply.npos) {
            decode.add(std::string_view{file.reply}.substr(body + 4), "}"sv);
            chunked.add(std::string_view{file.reply}.substr(body + 4), "\7"sv);
        }
        proxy.add(file.reply, "\0\0\3"sv);
    }
    exchange.add(documented_reply_chunked(), "\0\7\x10\1"sv);
    for (const std::string_view text : chunked_bodies) chunked.add(text, "\7"sv);
    for (const std::string_view text : urls) base_url.add(text);
    for (const std::string_view text : dates) date.add(text);
    for (const std::string_view text : heads) head.add(text, "\1\xBB"sv);
    for (const std::string_view text : proxy_replies) proxy.add(text, "\1\5\3"sv);
    for (const std::string_view text : xml_documents) xml.add(text);
    tls.add("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "\0\1\2"sv);
    tls.add("", "\xFF\0\7"sv);
    const std::string pem = support::nobodys_authority, der = der_of(pem);
    authorities.add(pem);
    authorities.add("words\n" + pem + pem.substr(0, 300) + pem);
    authorities.add(der);
    authorities.add(der + der);
    for (const char known : {'\0', '\x05', '\x28', '\xFF'})
        tls.add("\0\0\0\1\0\0\0\1"sv, std::string{known, '\0', '\7'});
    return 0;
}
