// tests/support/nobodys_authority.hpp - an authority in PEM that signed nothing.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_NOBODYS_AUTHORITY_HPP
#define SUPEROFFICE_TESTS_SUPPORT_NOBODYS_AUTHORITY_HPP

namespace support {

/// An authority that signed nothing, so that links can be configured where no service runs. It was made for these tests, and
/// its key is gone.
inline constexpr char nobodys_authority[] = R"(-----BEGIN CERTIFICATE-----
MIIBqjCCAVGgAwIBAgIUIHtYKAJ7a2wXYZf2N3pQb8SA0+QwCgYIKoZIzj0EAwIw
IjEgMB4GA1UEAwwXTm9ib2R5J3MgVGVzdCBBdXRob3JpdHkwIBcNMjYxMTIzMjMx
MzE3WhgPMjA1MTA3MTUyMzEzMTdaMCIxIDAeBgNVBAMMF05vYm9keSdzIFRlc3Qg
QXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmYAJPFI7BUv+mC5a
4Ep0uNPb537skzKPbCRahrztWnclOA7/1cKgAPXDfn1F3vRMCabNYx4bs99xV+ou
AGaQmaNjMGEwHQYDVR0OBBYEFLwXsWeFH7DCcbmkeLvFtNsFtL/cMB8GA1UdIwQY
MBaAFLwXsWeFH7DCcbmkeLvFtNsFtL/cMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgIEMAoGCCqGSM49BAMCA0cAMEQCIFtVGeGHXboX5rdUkZOW8A8myLid
F7DND2BpFMqxjs/QAiBJB1rwFeh/7Y1oKRJ5eaG59JK/vGVqb4AIBqmIqzv/5A==
-----END CERTIFICATE-----
)";

}  // namespace support
#endif
