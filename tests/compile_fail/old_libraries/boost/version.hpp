// The version of Debian 12: Boost.Describe came with 1.77.
// SPDX-License-Identifier: BSL-1.0
#define BOOST_VERSION 107400
