#include "authorities.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace cli {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

/// Adds every file of the folder that holds a certificate as PEM. A file counts once, whatever its links are called.
void add_folder(const fs::path& folder, std::set<fs::path>& seen, std::vector<std::byte>& certificates) {
    constexpr std::uintmax_t largest = 4 * 1024 * 1024;
    std::error_code problem;
    for (fs::directory_iterator each{folder, problem}, end; !problem && each != end; each.increment(problem)) {
        std::error_code ignored;
        const fs::path file = fs::canonical(each->path(), ignored);
        if (ignored || !fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) > largest) continue;
        if (!seen.insert(file).second) continue;
        std::ifstream in{file, std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{in}, {}};
        if (text.find("-----BEGIN ") == text.npos) continue;
        const std::span<const std::byte> bytes = std::as_bytes(std::span{text});
        certificates.insert(certificates.end(), bytes.begin(), bytes.end());
        certificates.push_back(std::byte{'\n'});
    }
}

}  // namespace

authorities::authorities(const std::string& ca_file) : file_(ca_file) {
    if (file_.empty()) file_ = variable("SUPEROFFICE_CA_FILE");
    if (!file_.empty()) return;
    file_ = variable("SSL_CERT_FILE");
    const std::string folders = variable("SSL_CERT_DIR");
#if defined(_WIN32)
    constexpr char separator = ';';
#else
    constexpr char separator = ':';
#endif
    std::set<fs::path> seen;
    for (std::string_view rest = folders; !rest.empty();) {
        const std::size_t end = std::min(rest.find(separator), rest.size());
        if (end > 0) add_folder(fs::path{rest.substr(0, end)}, seen, certificates_);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!folders.empty() && certificates_.empty() && file_.empty())
        throw std::invalid_argument{"SSL_CERT_DIR names " + folders + ", which holds no certificate"};
}

void authorities::add_to(superoffice::tls_options& options) const {
    if (!file_.empty()) options.ca_file = file_.c_str();
    if (!certificates_.empty()) options.ca_memory = certificates_;
}

}  // namespace cli
