// prelude.hpp - what the C++ blocks of the documents use and do not declare: see fragments.py.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

using link_type = superoffice::mbedtls_socket;
extern link_type link_of_the_program;
extern superoffice::client<link_type, superoffice::bearer> api;
extern std::array<std::byte, 4096> memory;

bool frame();
superoffice::instant now();
template <class T>
void show(const T& what);

extern "C" std::uint32_t HAL_GetTick();
