// expect: superoffice: the value of an enumerator does not fit into 32 bits
#include <superoffice/batch.hpp>

enum class wide : std::uint64_t { narrow = 1, top = std::uint64_t{1} << 40 };
BOOST_DESCRIBE_ENUM(wide, narrow, top)

constexpr auto one = superoffice::coded<wide>::from_text("top");
