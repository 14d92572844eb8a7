// expect: superoffice: this text is a temporary string and would be gone before it is used: give it a name that lives as long as the client
#include <superoffice/batch.hpp>

superoffice::fixed_text<64> token_of_the_day();

superoffice::bearer credential_of_the_day() { return superoffice::bearer{token_of_the_day()}; }
