// expect: superoffice: this list is a temporary and would be gone before it is used: give it a name that lives as long as the client and its link
#include <superoffice/batch.hpp>

superoffice::request_headers in_braces() { return {.more = {{{"X-Trace", "1"}}}}; }
