// Tests of superoffice/transport/tls/detail/tls_trust.hpp that the tests of tls do not reach with every mbedTLS: the system's own
// authorities, and addresses in certificates, of which 2.28 lists none.
#include <superoffice/base/config.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls/detail/tls_trust.hpp>

#include <cstdint>
#include <string_view>

namespace so = superoffice;
using so::errc;

namespace {

/// A certificate whose subjectAltName lists just these, each with its tag.
struct made_certificate {
    made_certificate() {
        mbedtls_x509_crt_init(&it);
        it.subject_raw.p = it.issuer_raw.p = subject;
        it.subject_raw.len = it.issuer_raw.len = sizeof subject;
    }
    void lists(mbedtls_x509_sequence& entry, int tag, unsigned char* bytes, std::size_t size) {
        entry = {};
        entry.buf.tag = tag;
        entry.buf.p = bytes;
        entry.buf.len = size;
    }
    unsigned char subject[1] = {0};
    mbedtls_x509_crt it;  // holds nothing of the heap, so it is not freed
};

std::uint32_t judged(mbedtls_x509_crt& certificate, std::string_view address) {
    so::ip_address wanted;
    REQUIRE(so::parse_ip_address(address, wanted));
    so::detail::tls_judge judge;
    so::tls_options options;
    options.skip_certificate_dates = true;
    judge.begin(options, 0, wanted);
    std::uint32_t flags = 0;
    CHECK(so::detail::tls_judge::look(&judge, &certificate, 0, &flags) == 0);
    CHECK(judge.has_seen());
    CHECK(judge.flags() == flags);
    return flags;
}

}  // namespace

TEST_CASE("tls_judge: an address is one of the certificate's addresses, byte for byte, and never a name") {
    constexpr int dns_name = 0x82, ip_address = 0x87;  // RFC 5280 section 4.2.1.6
    unsigned char four[] = {192, 0, 2, 1}, six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    unsigned char text[] = {'1', '9', '2', '.', '0', '.', '2', '.', '1'};
    made_certificate made;
    mbedtls_x509_sequence second, third;
    made.lists(made.it.subject_alt_names, dns_name, text, sizeof text);
    CHECK(judged(made.it, "192.0.2.1") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    made.lists(second, ip_address, four, sizeof four);
    made.it.subject_alt_names.next = &second;
    CHECK(judged(made.it, "192.0.2.1") == 0);
    CHECK(judged(made.it, "192.0.2.2") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    CHECK(judged(made.it, "2001:db8::1") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    made.lists(third, ip_address, six, sizeof six);
    second.next = &third;
    CHECK(judged(made.it, "2001:db8::1") == 0);
    CHECK(judged(made.it, "2001:db8::2") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
}

TEST_CASE("tls_authorities: without any named the system's own are taken, once") {
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);  // as `tls` does before it reads a certificate
    so::detail::tls_authorities authorities;
    const so::io_result r = authorities.load({});
    if (r.state == so::io_state::ready) {
        CHECK(authorities.chain()->raw.len != 0);
        const auto* const first = authorities.chain()->raw.p;
        CHECK(authorities.load({}).state == so::io_state::ready);
        CHECK(authorities.chain()->raw.p == first);
    } else {  // a machine that has none
        CHECK(r.code == errc::no_authorities);
        CHECK(r.at == so::stage::handshake);
    }
}

#endif
