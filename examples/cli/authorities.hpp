// authorities.hpp - which certificate authorities the tool trusts: from the command line, from variables, or the system's.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_AUTHORITIES_HPP
#define SUPEROFFICE_CLI_AUTHORITIES_HPP

#include <superoffice/transport/tls/certificate_authorities.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <string>
#include <string_view>

namespace cli {

/// The first of these that is set and not empty: the option --ca-file; SUPEROFFICE_CA_FILE; SSL_CERT_FILE and SSL_CERT_DIR, as
/// OpenSSL and curl read them (both count if both are set; the second may name several folders). Else the system's.
class authorities {
  public:
    /// Throws std::invalid_argument, with a sentence, if SSL_CERT_DIR is used and holds no certificate.
    explicit authorities(const std::string& ca_file);

    /// Lets `options` name them. Lives as long as the link.
    void add_to(superoffice::tls_options& options) const;

  private:
    std::string file_;
    std::string_view source_;                       // what names the file
    superoffice::certificate_authorities folders_;  // and the file, where there are folders
};

}  // namespace cli
#endif
