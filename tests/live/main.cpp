// The test program for real servers on the loopback: an nginx, the local service, and a peer that misbehaves on command.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
