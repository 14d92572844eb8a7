#include "authorities.hpp"

#include "circumstances.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace cli {
namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

}  // namespace

authorities::authorities(const std::string& ca_file) : file_(ca_file), source_("--ca-file") {
    if (file_.empty()) {
        source_ = "SUPEROFFICE_CA_FILE";
        file_ = variable("SUPEROFFICE_CA_FILE");
    }
    if (!file_.empty()) return;
    source_ = "SSL_CERT_FILE";
    file_ = variable("SSL_CERT_FILE");
    const std::string folders = variable("SSL_CERT_DIR");
#if defined(_WIN32)
    constexpr char separator = ';';
#else
    constexpr char separator = ':';
#endif
    for (std::string_view rest = folders; !rest.empty();) {
        const std::size_t end = std::min(rest.find(separator), rest.size());
        // A folder that does not exist, or that holds no certificate, is left out, as OpenSSL does.
        if (end > 0) static_cast<void>(folders_.add_folder(std::string{rest.substr(0, end)}.c_str()));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!folders.empty() && !folders_.is_loaded() && file_.empty())
        throw std::invalid_argument{"SSL_CERT_DIR names " + folders + ", which holds no certificate"};
    // With a file that cannot be read the link tries it again, and says what is wrong.
    if (folders_.is_loaded() && !file_.empty() && !folders_.add_file(file_.c_str())) folders_.clear();
}

void authorities::add_to(superoffice::tls_options& options) const {
    if (folders_.is_loaded())
        options.authorities = &folders_;
    else if (!file_.empty())
        options.ca_file = file_.c_str();
    if (options.ca_file != nullptr) note_authorities(file_, source_);
}

}  // namespace cli
