// superoffice/schema/service_fault.hpp - the error object that the service sends in place of a value.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_SERVICE_FAULT_HPP
#define SUPEROFFICE_SCHEMA_SERVICE_FAULT_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What the service puts into an error object. Every member is optional, and older servers send less.
/// The last two come from the log-in host, which answers by RFC 6749 section 5.2.
/// Source: section 4 of the service notes, shapes A, B and C.
struct service_fault {
    field<bool> Error;
    field<std::string_view> ErrorType;
    field<std::string_view> Message;
    field<std::string_view> ErrorMessage;
    field<std::string_view> MessageDetail;
    field<std::string_view> ErrorSource;
    field<std::string_view> error;
    field<std::string_view> error_description;
};
BOOST_DESCRIBE_STRUCT(service_fault, (),
                      (Error, ErrorType, Message, ErrorMessage, MessageDetail, ErrorSource, error, error_description))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
