// The test program of the contract: every other file here is about one section of the service notes.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
