// No copy of a secret outlives its use: not in the heap, not in the environment, not on the stack. Prints each that does.
#include "secret.hpp"
#include "support/freed_memory.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace {

// In two parts, so that the whole stands nowhere in the program.
constexpr std::string_view first = "8A:Cust12345.the-", second = "access-token-of-a-test";
constexpr std::size_t whole = first.size() + second.size();

int wrong = 0;

void check(bool good, const char* what) {
    if (good) return;
    std::printf("%s\n", what);
    ++wrong;
}

bool holds(std::string_view memory) {
    for (std::size_t at = 0; at + whole <= memory.size(); ++at)
        if (memory.substr(at, first.size()) == first && memory.substr(at + first.size(), second.size()) == second)
            return true;
    return false;
}

void use(const char* file) {
    std::array<char, whole> text;
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), text.begin()));
    const std::string_view token{text.data(), text.size()};
    {
        cli::secret one{token}, other{token};
        other = std::move(one);
        other = cli::secret{token};
        const cli::secret moved{std::move(other)};
        check(moved.view() == token, "a secret that was moved is lost");
    }
    {
        const cli::secret found = cli::secret_in_file(file, cli::around::blanks);
        check(found.view() == token, "the secret in the file is not found");
    }
    char* const variable = std::getenv("SECRET_OF_A_TEST");
    {
        const cli::secret found = cli::taken_from_environment("SECRET_OF_A_TEST", cli::around::blanks);
        check(found.view() == token, "the secret in the environment is not found");
    }
    check(!holds({variable, whole}), "a secret stays in the environment");
    check(std::getenv("SECRET_OF_A_TEST") == nullptr, "the variable stays in the environment");
    cli::wipe(text.data(), text.size());
}

void* use_in_thread(void* file) {
    use(static_cast<const char*>(file));
    return nullptr;
}

}  // namespace

int main() {
    char file[] = "/tmp/secret_rules_XXXXXX";
    const int handle = ::mkstemp(file);
    const std::string line = std::string{first} + std::string{second} + "\n";
    check(::write(handle, line.data(), line.size()) == static_cast<ssize_t>(line.size()), "the file cannot be written");
    ::close(handle);
    ::setenv("SECRET_OF_A_TEST", line.c_str(), 1);
    {
        const support::freed_memory freed{first};
        use(file);
        check(freed.blocks() > 0, "nothing was freed");
        check(freed.found() == 0, "memory is given back that holds a secret");
    }

    // The same in a thread whose stack can be looked at afterwards.
    ::setenv("SECRET_OF_A_TEST", line.c_str(), 1);
    constexpr std::size_t size = 1024 * 1024;
    void* stack = nullptr;
    check(::posix_memalign(&stack, 4096, size) == 0, "no memory");
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstack(&attributes, stack, size);
    pthread_t thread;
    check(::pthread_create(&thread, &attributes, use_in_thread, file) == 0, "no thread");
    ::pthread_join(thread, nullptr);
    check(!holds({static_cast<const char*>(stack), size}), "a secret stays on the stack");
    std::free(stack);
    ::unlink(file);
    return wrong == 0 ? 0 : 1;
}
