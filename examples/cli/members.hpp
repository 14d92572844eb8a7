// members.hpp - the members of a described struct, one after another: all that this tool knows of their names.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_MEMBERS_HPP
#define SUPEROFFICE_CLI_MEMBERS_HPP

#include <superoffice/schema/batch_task_info.hpp>

#include <string_view>
#include <type_traits>

namespace cli {

/// f(name, member) for each, in the order of the description. `object` may be const.
template <class Struct, class F>
void for_each_member(Struct& object, F&& f) {
    using members = boost::describe::describe_members<std::remove_const_t<Struct>, boost::describe::mod_public>;
    boost::mp11::mp_for_each<members>([&](auto member) { f(std::string_view{member.name}, object.*member.pointer); });
}

}  // namespace cli
#endif
