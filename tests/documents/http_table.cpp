// Prints the rows of the table in http/README.md: what of a reply is taken and what is refused.
// SPDX-License-Identifier: BSL-1.0
#include <support/http_leniency.hpp>

#include <cstdio>

int main() {
    for (const http_leniency::row& row : http_leniency::rows)
        std::printf("| %s | %s | %s%s%s |\n", row.what.data(), row.section.data(),
                    row.code == superoffice::errc::ok ? "taken" : "`",
                    row.code == superoffice::errc::ok ? "" : superoffice::name(row.code),
                    row.code == superoffice::errc::ok ? "" : "`");
}
