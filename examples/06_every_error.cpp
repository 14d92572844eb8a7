// 06_every_error.cpp - prints every error that a call may end with, who can act, and whether it may pass by itself.
#include <superoffice/batch.hpp>

#include <cstdio>

int main() {
    std::printf("%-30s %-13s %-6s %s\n", "name", "who can help", "again?", "what to tell a person");
    for (int n = 0; n < static_cast<int>(superoffice::errc::count_); ++n) {
        const auto code = static_cast<superoffice::errc>(n);
        std::printf("%-30s %-13s %-6s %s\n", superoffice::name(code), superoffice::name(superoffice::remedy_of(code)),
                    superoffice::is_repeatable(code) ? "yes" : "no", superoffice::message(code));
    }

    // An error has 16 bytes and no text. A log needs these parts of it.
    const superoffice::error e{.stage = superoffice::stage::handshake,
                               .code = superoffice::errc::certificate_expired,
                               .native = 1};  // all faults of the certificate: `tls_refusal` puts them into words
    std::printf("\nstage=%s code=%s faults=0x%x http=%u\n", superoffice::name(e.stage), superoffice::name(e.code),
                static_cast<unsigned>(e.certificate_faults()), e.http_status);
}
