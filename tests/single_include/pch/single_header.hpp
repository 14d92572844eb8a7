// The precompiled beginning of every unit test over the single headers.
#include "../../../single_include/superoffice/batch.hpp"
#include "../../../single_include/superoffice/std_types.hpp"
#if __has_include(<ares.h>)
#include "../../../single_include/superoffice/transport/cares_resolver.hpp"
#endif
#if __has_include(<expat.h>)
#include "../../../single_include/superoffice/xml.hpp"
#endif

#include <doctest/doctest.h>

#include <string>
#include <vector>
