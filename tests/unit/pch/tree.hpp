// Precompiled: the headers that every unit test includes. tests/link shows that each header needs nothing before it.
#include <superoffice/batch.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>
