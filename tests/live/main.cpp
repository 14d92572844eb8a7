// Against real servers on the loopback: an nginx, the local service, and a peer that goes wrong on command.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
