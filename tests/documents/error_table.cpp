// Prints the rows of the table of errors in the guide.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/error.hpp>

#include <cstdio>

int main() {
    for (unsigned n = 1; n < static_cast<unsigned>(superoffice::errc::count_); ++n) {
        const auto code = static_cast<superoffice::errc>(n);
        std::printf("| `%s` | %s | %s | %s |\n", superoffice::name(code), superoffice::message(code),
                    superoffice::name(superoffice::remedy_of(code)), superoffice::is_repeatable(code) ? "yes" : "no");
    }
}
