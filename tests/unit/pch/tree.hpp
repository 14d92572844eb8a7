// What every unit test begins with, precompiled. That each header needs nothing before it, tests/link shows.
#include <superoffice/batch.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>
