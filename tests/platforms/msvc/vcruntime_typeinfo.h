// vcruntime_typeinfo.h - std::type_info as a declaration.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vcruntime_exception.h>

class type_info {
  public:
    type_info(const type_info&) = delete;
    type_info& operator=(const type_info&) = delete;
    virtual ~type_info();
    const char* name() const;
    bool operator==(const type_info&) const noexcept;
};
namespace std {
using ::type_info;
}
