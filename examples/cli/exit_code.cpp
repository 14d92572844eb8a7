#include "exit_code.hpp"

#include <array>
#include <cstdio>

namespace cli {
namespace {

struct row {
    exit_code code;
    const char* meaning;
};

constexpr row rows[] = {
    {exit_code::done,
     "get: the task was fetched, whatever its state; watch: it succeeded; stop: it is stopped; list, start, delete, "
     "output, "
     "probe: an answer; fetch: the file is there"},
    {exit_code::task_failed, "watch, fetch: the task failed; stop: it was not stopped"},
    {exit_code::usage, "the command line, the base URL or a header's text cannot be used; stop: it needs --yes"},
    {exit_code::no_such_task, "no such task; watch, fetch: it is gone, and its end was not seen"},
    {exit_code::credential, "the credential is missing, refused (401), or does not allow the call (403)"},
    {exit_code::connection, "no reply: name, network, TLS, certificate, or the time ran out"},
    {exit_code::bad_reply, "a reply that cannot be understood or is too large"},
    {exit_code::service, "the service answered with another error"},
    {exit_code::output,
     "the output could not be written; output, fetch: the file is there already; watch: --exec failed"},
    {exit_code::interrupted, "interrupted (SIGINT)"},
    {exit_code::terminated, "terminated (SIGTERM, SIGHUP)"},
};

}  // namespace

exit_code exit_code_of(const superoffice::error& e) {
    using superoffice::errc;
    switch (e.code) {
        case errc::ok: return exit_code::done;
        case errc::cancelled: return exit_code::interrupted;
        case errc::bad_base_url:
        case errc::bad_header_value:
        case errc::bad_select:
        case errc::memory_too_small:
            return e.stage == superoffice::stage::decode ? exit_code::bad_reply : exit_code::usage;
        case errc::no_such_task: return exit_code::no_such_task;
        case errc::credential_missing:
        case errc::credential_unavailable:
        case errc::unauthorized:
        case errc::forbidden: return exit_code::credential;
        default: break;
    }
    // Of the rest, the groups of errc decide. What is deeper in the call is behind: see error.hpp.
    if (e.code == errc::deadline_exceeded || e.code == errc::outcome_unknown || e.code == errc::insecure_link)
        return exit_code::connection;
    if (e.code >= errc::name_not_found && e.code < errc::bad_http) return exit_code::connection;
    if (e.code >= errc::bad_http && e.code < errc::no_such_task) return exit_code::bad_reply;
    if (e.code == errc::not_json || e.code == errc::foreign_document || e.code == errc::file_as_base64)
        return exit_code::bad_reply;
    return exit_code::service;
}

std::string list_of_exit_codes() {
    std::string list;
    for (const row& each : rows) {
        std::array<char, 16> number{};
        std::snprintf(number.data(), number.size(), "  %-5d", static_cast<int>(each.code));
        list.append(number.data()).append(each.meaning).append("\n");
    }
    return list;
}

}  // namespace cli
