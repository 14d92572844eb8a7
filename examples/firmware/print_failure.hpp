// print_failure.hpp - prints why there is no credential: our error, and the log-in host's own word for it.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_PRINT_FAILURE_HPP
#define FIRMWARE_PRINT_FAILURE_HPP

#include "board.hpp"

#include <superoffice/batch.hpp>

#include <cstdint>
#include <string_view>

namespace firmware {

/// "error 12: certificate_expired, native 1". FIRMWARE_TEXTS: see main.cpp.
inline void print_error(const superoffice::error& e) noexcept {
    print("error ");
    print(static_cast<std::uint32_t>(e.code));
#if FIRMWARE_TEXTS
    print(": ");
    print(superoffice::name(e.code));
#endif
    if (e.native != 0) {  // a code of mbedTLS, below 0, or what the error of this name says
        print(e.native < 0 ? ", native -" : ", native ");
        print(static_cast<std::uint32_t>(e.native < 0 ? -e.native : e.native));
    }
    print("\n");
}

/// Nothing where the last log-in did not fail.
inline void print_failure(const superoffice::error& why, std::string_view reason) noexcept {
    if (why.code == superoffice::errc::ok) return;
    print("log-in: ");
    print(reason);
    print(reason.empty() ? "" : ", ");
    print_error(why);
}

}  // namespace firmware
#endif
