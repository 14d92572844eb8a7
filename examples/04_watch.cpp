// 04_watch.cpp - follows one task to its end: 04_watch ID
#include <superoffice/batch.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;  // a watch needs it
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

}  // namespace

int main(int argc, char** argv) {
    const superoffice::result<std::int32_t> id = superoffice::parse_task_id(argc > 1 ? argv[1] : "497");
    if (!id) {
        std::fprintf(stderr, "ID: %s\n", superoffice::message(id.error()));
        return 2;
    }
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";

    superoffice::mbedtls_socket link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}};
    std::array<std::byte, 4 * 1024> memory;
    superoffice::client api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};

    // The server's workers look for news every 2 seconds, so once a second is often enough. The deadline is needed because
    // a task whose worker has died stays Started for ever. The watch survives failures that may pass (a lost connection,
    // a 503) and pauses after each.
    superoffice::watch_options options;
    options.interval = superoffice::milliseconds{1'000};
    options.deadline = superoffice::milliseconds{3'600'000};
    superoffice::watch<progress> task{api, *id, options, superoffice::allow_waiting_lookup};

    // This program has nothing else to do, so it blocks until there is news. Other programs call step(now) instead.
    superoffice::watch_state news = task.follow(api);
    for (; news == superoffice::watch_state::changed; news = task.follow(api))
        std::printf("%d %%\n", task.value().ProgressPercent.value_or(0));

    if (news == superoffice::watch_state::gone) {
        // The service deleted it before its end was seen: neither success nor failure.
        std::printf("gone\n");
        return 1;
    }
    if (!task.result()) {
        std::fprintf(stderr, "%s\n", superoffice::message(task.error()));
        return 1;
    }
    if (!superoffice::has_succeeded(task.value().State)) {  // a task that is over may have failed
        std::printf("failed\n");
        return 1;
    }
    std::printf("done\n");
}
