// expect: superoffice: this link's start may block for a name lookup: use a resolver that does not, or pass superoffice::allow_waiting_lookup
// expect-also: link_of_a_list
// expect-also: link_of_a_file
// expect-also: link_of_a_watch
// expect-also: link_of_many
// expect-also: link_of_a_bearer
// expect-also: link_of_a_system_user
// The compiler names the link of each place that it refuses, so each place has a link of its own.
#include <superoffice/batch.hpp>

struct waiting_link : superoffice::byte_transport_archetype {
    static constexpr bool may_wait = true;
};
struct link_of_a_list : waiting_link {};
struct link_of_a_file : waiting_link {};
struct link_of_a_watch : waiting_link {};
struct link_of_many : waiting_link {};
struct link_of_a_bearer : waiting_link {};
struct link_of_a_system_user : waiting_link {};

template <class Link>
using client_over = superoffice::client<Link, superoffice::bearer>;

void list(client_over<link_of_a_list>& api) {
    auto call = api.start_list(superoffice::get_batch_task_infos_by_state, {superoffice::BatchTaskState::Started},
                               [](const superoffice::BatchTaskInfo&) noexcept {});
    call.cancel();
}

void fetch(client_over<link_of_a_file>& api) {
    auto call =
        api.start_download(superoffice::get_output_from_batch, {497}, [](std::span<const std::byte>) noexcept {});
    call.cancel();
}

void follow(client_over<link_of_a_watch>& api) {
    superoffice::watch<> task{api, 497};
    task.step(superoffice::instant{0});
}

void follow(client_over<link_of_many>& api, std::span<superoffice::watched_task> tasks) {
    superoffice::watch_many<> all{api, tasks};
    all.step(superoffice::instant{0});
}

void log_in(link_of_a_bearer& link, std::span<std::byte> memory) {
    superoffice::refreshing_bearer login{link, superoffice::default_login_url, {"id", "secret"}, "refresh", memory};
    static_cast<void>(login.prepare(superoffice::instant{0}));
}

void log_in(link_of_a_system_user& link, superoffice::signer_archetype& key, superoffice::utc_clock clock,
            std::span<std::byte> memory) {
    superoffice::system_user robot{link,  superoffice::default_login_url, {"user", "secret", "Cust12345"}, key, clock,
                                   memory};
    static_cast<void>(robot.prepare(superoffice::instant{0}));
}
