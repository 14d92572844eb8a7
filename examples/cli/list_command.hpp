// list_command.hpp - the command list: a line for each task, printed as soon as it has arrived.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_LIST_COMMAND_HPP
#define SUPEROFFICE_CLI_LIST_COMMAND_HPP

#include "session.hpp"
#include "terminal.hpp"

#include <superoffice/batch.hpp>

#include <array>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace cli {

/// What is asked for of each task in a list.
struct listed_task {
    superoffice::field<std::int32_t> Id;
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
    superoffice::field<std::string_view> Name;
};
BOOST_DESCRIBE_STRUCT(listed_task, (), (Id, State, ProgressPercent, Name))

/// "1000        Started     42 %  ContactExport". What is missing is a dash.
std::string list_line(const listed_task& task);

/// Takes one element of a list after the other. A function that the library calls must not throw, so an exception waits in
/// here.
class list_printer {
  public:
    list_printer(bool json, superoffice::BatchTaskState only) : json_(json), only_(only) {}

    superoffice::list_answer take(const listed_task& task) noexcept;

    [[nodiscard]] bool has_taken() const { return has_taken_; }

    /// Throws what stopped the printing.
    void check() const {
        if (problem_) std::rethrow_exception(problem_);
    }

  private:
    bool json_, has_taken_ = false;
    superoffice::BatchTaskState only_;  // All: every state
    std::exception_ptr problem_;
};

/// Chooses the call that the service has for these options. It has none for a name, a user and a state at once: then the tool
/// itself leaves out the other states.
template <class Link>
exit_code list(session<Link>& to) {
    using superoffice::BatchTaskState;
    const arguments& given = to.given();
    std::int32_t own = 0;
    if (given.mine) {
        const superoffice::result<superoffice::CurrentPrincipal> who =
            to.template with_retries<superoffice::CurrentPrincipal>(
                [&] { return to.api().run(superoffice::get_current_principal, {}); });
        if (!who) return to.template fail<superoffice::CurrentPrincipal>(who.error());
        if (!who->AssociateId) {
            complain("the service does not say whose credential this is, so --mine cannot be used", exit_code::service);
            return exit_code::service;
        }
        own = *who->AssociateId;
    }
    const std::array<std::int32_t, 1> ids{own};
    const std::span<const std::int32_t> users{ids};
    const std::string_view name = given.name;
    const bool filters = given.mine && !name.empty();
    list_printer printer{given.json, filters ? given.state : BatchTaskState::All};
    const auto print = [&printer](const listed_task& task) noexcept { return printer.take(task); };
    const auto ask = [&](const auto& what, const auto& request) {
        for (std::uint32_t done = 0;; ++done) {
            const auto made = to.api().template run_list<listed_task>(what, request, print);
            // What was printed cannot be taken back.
            if (made || printer.has_taken() || !to.template tries_again<listed_task>(made.error(), done)) return made;
        }
    };

    using namespace superoffice;  // the requests
    const superoffice::result<std::uint64_t> count =
        filters
            ? ask(get_batch_task_infos_by_name_and_associates, GetBatchTaskInfosByNameAndAssociatesRequest{name, users})
        : !name.empty()
            ? ask(get_batch_task_infos_by_name_and_state, GetBatchTaskInfosByNameAndStateRequest{name, given.state})
        : given.mine && given.state != BatchTaskState::All
            ? ask(get_batch_task_infos_by_associates_and_state,
                  GetBatchTaskInfosByAssociatesAndStateRequest{users, given.state})
        : given.mine ? ask(get_batch_task_infos_by_associates, GetBatchTaskInfosByAssociatesRequest{users})
                     : ask(get_batch_task_infos_by_state, GetBatchTaskInfosByStateRequest{given.state});
    printer.check();
    return count ? exit_code::done : to.template fail<listed_task>(count.error());
}

}  // namespace cli
#endif
