// A thousand links at a real server, all verified by one object with the system's authorities: what each of them takes.
//
//     many_links LINKS     prints "roots BYTES", "link BYTES" (of the heap, for each idle link), "object BYTES"
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/mbedtls_socket.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <malloc.h>
#include <sys/resource.h>

#include "support/child_process.hpp"
#include "support/local_service.hpp"

namespace so = superoffice;

// ---- the heap: what is in use, with what the C library adds to each block to round it up

static std::atomic<std::size_t> in_use{0};

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);

static void* counted(void* block) noexcept {
    in_use += malloc_usable_size(block);
    return block;
}
void* malloc(std::size_t size) noexcept { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) noexcept { return counted(__libc_calloc(count, size)); }
void* realloc(void* block, std::size_t size) noexcept {
    in_use -= malloc_usable_size(block);
    return counted(__libc_realloc(block, size));
}
void free(void* block) noexcept {
    in_use -= malloc_usable_size(block);
    __libc_free(block);
}
}

namespace {

[[noreturn]] void give_up(const char* why) {
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

bool opens(so::mbedtls_socket& link, const so::peer& to) {
    for (;;) {
        const so::io_result r = link.start(to);
        if (r.state == so::io_state::ready) return true;
        if (r.state != so::io_state::would_block) {
            std::fprintf(stderr, "%s %d\n", so::message(r.code), r.native);
            return false;
        }
        link.wait(r.wants, so::milliseconds{5000});
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = static_cast<std::size_t>(argc == 2 ? std::atoi(argv[1]) : 0);
    if (count == 0) give_up("usage: many_links LINKS");
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    support::local_service service;
    if (!service.is_ready()) give_up(service.problem().c_str());
    const std::string script = std::getenv("SUPEROFFICE_NGINX");
    support::child_process nginx({"python3", script, "--directory", service.directory() + "/nginx", "--certificate",
                                  service.directory() + "/good.pem", "--key", service.directory() + "/good.key",
                                  "--tls", "1.2"});
    const std::string ready = nginx.line();
    if (ready.compare(0, 6, "ready ") != 0) give_up(ready.c_str());
    const so::peer to{"localhost", static_cast<std::uint16_t>(std::atoi(ready.c_str() + 6))};

    std::size_t before = in_use;
    so::certificate_authorities roots;
    if (!roots.add_system()) give_up("this machine has no authorities");
    if (!roots.add_file(service.ca_file().c_str())) give_up("the service's authority cannot be read");
    std::printf("certificates %u\nroots %zu\n", roots.size(), in_use - before);

    std::vector<std::unique_ptr<so::mbedtls_socket>> links;
    for (std::size_t n = 0; n < count; ++n)
        links.push_back(std::make_unique<so::mbedtls_socket>(so::tls_options{.authorities = &roots}));
    // What the first one takes for the whole process, such as the C library's name service, is not counted.
    so::mbedtls_socket first{{.authorities = &roots}};
    if (!opens(first, to)) return 1;
    before = in_use;
    for (const auto& link : links)
        if (!opens(*link, to)) return 1;
    std::printf("link %zu\nobject %zu\n", (in_use - before) / count, sizeof(so::mbedtls_socket));
}
