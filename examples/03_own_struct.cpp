// 03_own_struct.cpp - the struct is the query: its members become the $select and the decoder of the reply.
#include <superoffice/batch.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

// Only what this program shows. The reply shrinks to a few dozen bytes, so less memory is enough.
// If you misspell a member, or make ProgressPercent a text, the compiler says so and names the member.
struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>>
        State;                                         // coded: also holds states that are added later
    superoffice::field<std::int32_t> ProgressPercent;  // field: absent, null or a value
    superoffice::fixed_text<254> ProgressDescription;  // owns its text, so it outlives the reply
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent, ProgressDescription))

static_assert(superoffice::select_of<progress>() == "State,ProgressPercent,ProgressDescription");

}  // namespace

int main() {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";

    superoffice::mbedtls_socket link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}};
    std::array<std::byte, 4 * 1024> memory;
    superoffice::client api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};

    const auto task = api.get_batch_task_info<progress>(497);
    if (!task) {
        std::fprintf(stderr, "%s\n", superoffice::message(task.error()));
        return 1;
    }
    // Views of the reply do not end with a NUL: print them with their length.
    const std::string_view state = task->State ? task->State->text() : "(no state)";
    std::printf("%.*s, %d %%: %s\n", static_cast<int>(state.size()), state.data(), task->ProgressPercent.value_or(0),
                task->ProgressDescription.c_str());
}
