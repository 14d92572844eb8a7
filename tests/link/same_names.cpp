// A program whose global variables have names that the library uses for its parameters and variables.
extern int answer, api, at, base, body, bytes, call, code, count, credential, deadline, document, e, end, first, found,
    from, head, id, info, into, key, length, line, memory, more, n, name, names, now, offset, options, peer, place, r,
    reader, reply, request, result, row, self, size, slack, start, state, stack, status, table, task, text, timeout, to,
    token, value, values, wants, word, x;

#include <superoffice/batch.hpp>

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

template <class Link>
superoffice::error ask(Link& over, std::span<std::byte> room) {
    superoffice::client asking{over, "https://sod.superoffice.com/Cust12345/api", superoffice::bearer{"8A:token"},
                               room};
    auto running = asking.template start_get_batch_task_info<progress>(497, superoffice::allow_waiting_lookup);
    while (running.step(superoffice::instant{}) == superoffice::step_state::pending) {
    }
    superoffice::watch<progress> followed{asking, 497, {}, superoffice::allow_waiting_lookup};
    static_cast<void>(followed.step(superoffice::instant{}));
    if constexpr (superoffice::waiting_transport<Link>) return asking.get_batch_task_info(497).error();
    return followed.last_failure();
}
template superoffice::error ask(superoffice::byte_transport_archetype&, std::span<std::byte>);
#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS
template superoffice::error ask(superoffice::mbedtls_socket&, std::span<std::byte>);
#endif
