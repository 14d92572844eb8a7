// Uses the library, and looks at what has come with it.
#include <superoffice/batch.hpp>

#ifdef WANTS_MBEDTLS
static_assert(SUPEROFFICE_WITH_MBEDTLS == 1 && SUPEROFFICE_WITH_SOCKETS == 1);
static_assert(superoffice::byte_transport<superoffice::mbedtls_socket>);
#else
static_assert(SUPEROFFICE_WITH_MBEDTLS == 0 && SUPEROFFICE_WITH_SOCKETS == 0);
#endif
static_assert(SUPEROFFICE_WITH_SIMDJSON == 1, "found when the library was set up, so switched on for everybody");

struct progress {
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (ProgressPercent))

int main() {
    char text[256] = R"({"ProgressPercent":42})";
    superoffice::simdjson_reader reader{sizeof text};
    const auto task = superoffice::decode<progress>(reader, {text, 22, sizeof text});
    return task && task->ProgressPercent == 42 ? 0 : 1;
}
