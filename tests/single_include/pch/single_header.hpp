// What every unit test over the single header begins with, precompiled.
#include "../../../single_include/superoffice/batch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>
