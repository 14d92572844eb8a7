/* mbedtls_config.h - mbedTLS 2.28 as a client of one service: TLS 1.2, ECDHE-ECDSA with P-256, AES-128-GCM, SHA-256.

   FIRMWARE_CREDENTIAL    2: signs with an RSA key, see credential.hpp
   FIRMWARE_RSA_SERVERS   1: also servers with RSA certificates. `openssl s_client -connect HOST:443 -showcerts` shows which ones
                          your server has, and how many bytes MBEDTLS_SSL_IN_CONTENT_LEN must hold */
#ifndef FIRMWARE_MBEDTLS_CONFIG_H
#define FIRMWARE_MBEDTLS_CONFIG_H

/* the protocol */
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#if FIRMWARE_RSA_SERVERS
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_SSL_CIPHERSUITES \
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
#else
#define MBEDTLS_SSL_CIPHERSUITES MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
#endif

/* Records: what comes has to fit, above all the server's certificates, which are one message; a server whose chain is longer
   needs more. max_fragment_length (RFC 6066) is of no use here: mbedTLS 2.28 would ask for the smaller of both sizes, and
   does not put a message together that came in pieces. */
#define MBEDTLS_SSL_IN_CONTENT_LEN 4096
#define MBEDTLS_SSL_OUT_CONTENT_LEN 1024

/* certificates; the authority is DER, in flash, and used where it is */
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CHECK_KEY_USAGE
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE
#define MBEDTLS_X509_REMOVE_INFO
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C

/* arithmetic: small before fast */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_NO_UDBL_DIVISION  // the C library divides 64 bits by a function of 700 bytes
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_WINDOW_SIZE 2
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_MPI_WINDOW_SIZE 1
#if FIRMWARE_RSA_SERVERS || FIRMWARE_CREDENTIAL == 2
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_MPI_MAX_SIZE 512 /* keys of up to 4096 bits, as authorities have */
#else
#define MBEDTLS_MPI_MAX_SIZE 48
#endif
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES

/* What a client like this never does, but tables of functions would link: decrypt a block by itself (GCM and CTR_DRBG only
   encrypt), sign, make a key pair to keep. Each is refused in tls.cpp. */
#define MBEDTLS_AES_SETKEY_DEC_ALT
#define MBEDTLS_AES_DECRYPT_ALT
#define MBEDTLS_ECDSA_SIGN_ALT

/* random numbers: the device's own source, see tls.cpp */
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT
#define MBEDTLS_ENTROPY_MAX_SOURCES 1
#define MBEDTLS_CTR_DRBG_C

/* memory: an arena of fixed size, and nothing of the C library's heap */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_EXIT_MACRO(code) __builtin_trap()
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C

#include <mbedtls/check_config.h>
#endif
