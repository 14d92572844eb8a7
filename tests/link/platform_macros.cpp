// The whole library, and a program that uses it, where every lower-case macro of many platforms is defined.
#include "system_headers.hpp"
#include "platform_macros.hpp"

#include <superoffice/batch.hpp>
#include <superoffice/std_types.hpp>
#if __has_include(<ares.h>)
#include <superoffice/transport/cares_resolver.hpp>
#endif
#if __has_include(<expat.h>)
#include <superoffice/xml.hpp>
#endif

#include "../../examples/05_own_link.cpp"
