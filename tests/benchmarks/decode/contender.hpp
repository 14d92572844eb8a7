// What decodes a reply for ./tests/bench: this library, and others, each written as its users write it.
#ifndef SUPEROFFICE_TESTS_BENCHMARKS_DECODE_CONTENDER_HPP
#define SUPEROFFICE_TESTS_BENCHMARKS_DECODE_CONTENDER_HPP

#include <cstddef>
#include <memory>

#include <nlohmann/json.hpp>

namespace bench {

/// One reply in memory of its own, which may be rewritten, so each decode gets another copy. Behind it is a NUL,
/// and room up to `capacity`.
struct document {
    char* data;
    std::size_t size;
    std::size_t capacity;
};

class contender {
  public:
    virtual ~contender() = default;
    /// Decodes everything into the contender's own struct; this is timed. False if the document is refused.
    virtual bool decode(document) = 0;
    /// The same, and what the struct holds then: an object with the members of the reply.
    virtual nlohmann::json seen(document) = 0;
};

using maker = std::unique_ptr<contender> (*)(std::size_t max_bytes);

std::unique_ptr<contender> make_ours_simdjson(std::size_t);
std::unique_ptr<contender> make_ours_compact(std::size_t);
std::unique_ptr<contender> make_ours_narrow(std::size_t);
std::unique_ptr<contender> make_ours_walked(std::size_t);
std::unique_ptr<contender> make_find_unordered(std::size_t);
std::unique_ptr<contender> make_find_walked(std::size_t);
std::unique_ptr<contender> make_switch(std::size_t);
std::unique_ptr<contender> make_every_pair(std::size_t);
std::unique_ptr<contender> make_rapidjson(std::size_t);
std::unique_ptr<contender> make_nlohmann(std::size_t);
std::unique_ptr<contender> make_boost(std::size_t);
std::unique_ptr<contender> make_cjson(std::size_t);
std::unique_ptr<contender> make_jsmn(std::size_t);
std::unique_ptr<contender> make_jsmn_unescaped(std::size_t);

/// Keeps the compiler from leaving out what nobody looks at.
inline void use(const void* what) { asm volatile("" : : "r"(what) : "memory"); }

}  // namespace bench
#endif
