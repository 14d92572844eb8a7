// expect: superoffice: this text is a temporary string and would be gone before it is used: give it a name that lives as long as the client
#include <superoffice/batch.hpp>

#include <string>
#include <string_view>

class own_string {
  public:
    explicit own_string(const char* text) : text_(text) {}
    operator std::string_view() const { return text_; }

  private:
    std::string text_;
};

superoffice::bearer credential_of_own_string(const char* token) { return superoffice::bearer{own_string{token}}; }
