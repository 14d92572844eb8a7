// expect: superoffice: this text is a temporary string and would be gone before it is used: give it a name that lives as long as the client
#include <superoffice/batch.hpp>

#include <string>

superoffice::bearer credential_of(const char* token) { return superoffice::bearer{std::string{"8A:"} + token}; }
