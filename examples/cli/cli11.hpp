// cli11.hpp - CLI11, without the warnings that it gives.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_CLI11_HPP
#define SUPEROFFICE_CLI_CLI11_HPP

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#include <CLI/CLI.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#endif
