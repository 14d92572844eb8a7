// tests/support/documented_reply.hpp - the service's documented sample as its server sends it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_DOCUMENTED_REPLY_HPP
#define SUPEROFFICE_TESTS_SUPPORT_DOCUMENTED_REPLY_HPP

#include <string>
#include <string_view>

/// The sample of the reference page, without the white space: 24 properties, task 547 in answer to 497.
inline constexpr std::string_view documented_reply =
    R"({"Id":547,"Name":"ContactExport","AssociateId":426,"DetailsTable":202,"DetailsRecord":91,)"
    R"("IsSystemTask":false,"IsInternalTask":false,"ParameterObject":{"ParameterObject1":"format=xlsx",)"
    R"("ParameterObject2":"includePersons=true"},"LastStarted":"2024-11-27T09:15:00+01:00",)"
    R"("Created":"2024-11-27T09:00:00+01:00","StartCount":1,"DatabaseSerialNumber":"459952",)"
    R"("Context":"User Export Request","Result":"Success","State":"Succeeded",)"
    R"("Description":"Export contact list to Excel with related person records",)"
    R"("Response":"Successfully exported 1,245 contacts","Request":"Export all active contacts from North region",)"
    R"("ProgressDescription":"Export completed - file ready for download","ProgressPercent":100,)"
    R"("FileName":"ContactExport_2024-11-27.xlsx","CancellationBehaviour":"CanCancel","TableRight":null,)"
    R"("FieldProperties":{"fieldName":{"FieldRight":null,"FieldType":"System.Int32","FieldLength":300}}})";

/// The whole reply with the header lines that the service was seen to send, its body in two chunks.
inline std::string documented_reply_chunked() {
    constexpr std::size_t first = 500;
    const auto chunk = [](std::string_view part) {
        constexpr char hex[] = "0123456789abcdef";
        std::string size;
        for (std::size_t n = part.size(); n != 0; n /= 16) size.insert(size.begin(), hex[n % 16]);
        return size + "\r\n" + std::string{part} + "\r\n";
    };
    return "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nPragma: no-cache\r\nTransfer-Encoding: chunked\r\n"
           "Content-Type: application/json; charset=utf-8\r\nExpires: -1\r\nVary: Accept-Encoding\r\n"
           "x-db-stats: implementationMS=12&Calls=2&Read=24\r\n\r\n" +
           chunk(documented_reply.substr(0, first)) + chunk(documented_reply.substr(first)) + "0\r\n\r\n";
}

#endif
