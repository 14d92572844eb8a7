// What a client of this kind cannot do without, and nothing done with it.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <simdjson.h>

int main() {}
