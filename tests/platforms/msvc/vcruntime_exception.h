// vcruntime_exception.h - std::exception as a declaration.
// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace std {

class exception {
  public:
    exception() noexcept;
    explicit exception(const char* what, int = 1) noexcept;
    virtual ~exception() noexcept;
    virtual const char* what() const noexcept;
};
class bad_exception : public exception {};
class bad_alloc : public exception {};
class bad_array_new_length : public bad_alloc {};

}  // namespace std
