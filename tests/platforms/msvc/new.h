// new.h - operator new as declarations.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stddef.h>

namespace std {
struct nothrow_t {};
extern const nothrow_t nothrow;
using new_handler = void (*)();
new_handler get_new_handler() noexcept;
new_handler set_new_handler(new_handler) noexcept;
enum class align_val_t : size_t {};
}  // namespace std

void* operator new(size_t);
void* operator new[](size_t);
void operator delete(void*) noexcept;
void operator delete[](void*) noexcept;
inline void* operator new(size_t, void* place) noexcept { return place; }
inline void* operator new[](size_t, void* place) noexcept { return place; }
inline void operator delete(void*, void*) noexcept {}
inline void operator delete[](void*, void*) noexcept {}
