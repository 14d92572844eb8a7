// The whole library with nothing switched on.
#include <superoffice/batch.hpp>

static_assert(SUPEROFFICE_WITH_SIMDJSON == 0 && SUPEROFFICE_WITH_MBEDTLS == 0 && SUPEROFFICE_WITH_SOCKETS == 0);
