// main.cpp - libcurl fetches one task: through the proxy that the environment names, over HTTP/2 if the server has it.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>

#include "curl_multi.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

int main() {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";
    curl_global_init(CURL_GLOBAL_DEFAULT);

    curl_multi stack{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}};
    std::array<std::byte, 16 * 1024> memory;
    superoffice::client api{stack, superoffice::borrowed{base}, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")},
                            memory};

    const auto task = api.get_batch_task_info(497);
    if (!task) {
        std::fprintf(stderr, "%s (%s)\n", superoffice::message(task.error()), superoffice::name(task.error().stage));
        return 1;
    }
    long version = 0;
    curl_easy_getinfo(stack.easy_handle(), CURLINFO_HTTP_VERSION, &version);
    std::printf("%d %%, HTTP/%s\n", task->ProgressPercent.value_or(0), version == CURL_HTTP_VERSION_2_0 ? "2" : "1");
}
