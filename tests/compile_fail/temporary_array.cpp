// expect: superoffice: this list is a temporary and would be gone before it is used: give it a name that lives as long as the client and its link
#include <superoffice/batch.hpp>

#include <array>

superoffice::request_headers in_an_array() { return {.more = std::array<superoffice::header_field, 2>{}}; }
