// The same by hand: On-Demand, a switch over the keys.
#include "../decode/on_demand.hpp"

extern "C" __attribute__((visibility("default"))) bool decode_task(bench::od::parser& parser, char* data,
                                                                   std::size_t size, std::size_t capacity,
                                                                   bench::plain_task& into) {
    return bench::by_switch<false>(parser, data, size, capacity, into);
}
