// expect: superoffice: this list is a temporary and would be gone before it is used: give it a name that lives as long as the client and its link
#include <superoffice/batch.hpp>

superoffice::request_headers with_two(const superoffice::header_field& a, const superoffice::header_field& b) {
    superoffice::request_headers headers;
    headers.more = {a, b};
    return headers;
}
