// circumstances.hpp - what the tool knows about its last connection and its authorities, for the messages about errors.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_CIRCUMSTANCES_HPP
#define SUPEROFFICE_CLI_CIRCUMSTANCES_HPP

#include <superoffice/base/error.hpp>

#include <string>
#include <string_view>

namespace cli {

/// A connection begins that goes through this proxy, "proxy.example:3128", which `source` names: "--proxy", "HTTPS_PROXY". An
/// error that comes before `note_no_proxy` is the proxy's.
void note_proxy(std::string address, std::string_view source);

/// The connection through the proxy is open, or there is no proxy.
void note_no_proxy();

/// The address of the proxy that this error is about; empty if it is not about one.
std::string_view proxy_of(const superoffice::error& e);

/// The certificate authorities come from this file, which `source` names: "--ca-file", "SSL_CERT_FILE".
void note_authorities(std::string file, std::string_view source);

/// The sentence about the error, with the proxy or the file of authorities that it is about.
std::string with_circumstances(std::string sentence, const superoffice::error& e);

/// Whether the error is about authorities, and the user has named a file of them.
bool is_about_named_authorities(const superoffice::error& e);

}  // namespace cli
#endif
