// 01_one_call.cpp - asks how one task is doing, and says how far it is.
#include <superoffice/batch.hpp>
#include <array>
#include <cstdio>
#include <cstdlib>

int main() {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");  // of your tenant
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";

    superoffice::mbedtls_socket link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}};  // unset: the system's CA store
    std::array<std::byte, 16 * 1024> memory;                                            // request and reply live here
    superoffice::client api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};

    const auto task = api.get_batch_task_info(497);
    if (!task) {
        std::fprintf(stderr, "%s\n", superoffice::message(task.error()));
        return 1;
    }
    std::printf("%d %%\n", task->ProgressPercent.value_or(0));
}
