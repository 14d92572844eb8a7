// The whole library after the macros of unfriendly platforms, which must be unchanged afterwards.
#include "hostile_macros.hpp"

#include <superoffice/batch.hpp>
#include <superoffice/std_types.hpp>
#if __has_include(<ares.h>)
#include <superoffice/transport/cares_resolver.hpp>
#endif
#if __has_include(<expat.h>)
#include <superoffice/xml.hpp>
#endif

static_assert(None == 0L && Select == 1 && Update == 2 && Insert == 4 && Delete == 8);
static_assert(min(1, 2) == 1 && max(1, 2) == 2 && ERROR == 0 && DELETE == 0x00010000L && HIGH == 1 && small(65) == 'A');
