// Compiled with -O3: g++ knows the length of a literal, and warns if code could read past its end.
#include <superoffice/batch.hpp>

void write_short_texts(superoffice::request_head& head) {
    head.header("X", "");
    head.header("X", "1");
    head.header("X", "12", "3");
    head.header("X-Seven", "1234567");
    head.header("X-Eight", "12345678");
    head.header("X-Nine", "123456789");
    head.header("X-Pair", superoffice::base64_pair{"user", "pass"});
}

superoffice::error ask_as_user(superoffice::byte_transport_archetype& link, std::span<std::byte> memory) {
    superoffice::client api{link, "https://a/b", superoffice::basic{"user", "pass"}, memory};
    return api.start_get_batch_task_info(497).error();
}
