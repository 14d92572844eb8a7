// The decoder by itself, as its text is measured: one struct, one reader.
#include <superoffice/batch.hpp>

extern "C" __attribute__((visibility("default"))) bool decode_task(superoffice::simdjson_reader& reader, char* data,
                                                                   std::size_t size, std::size_t capacity,
                                                                   superoffice::BatchTaskInfo& into) {
    const auto task = superoffice::decode<superoffice::BatchTaskInfo>(reader, {data, size, capacity});
    if (task) into = *task;
    return task.has_value();
}
