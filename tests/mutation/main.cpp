// The main of a program with planted bugs: doctest's, and a listener that writes which bugs each test case reaches.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <mutation.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

// Writes a line for each test case to the file $SUPEROFFICE_MUTATION_REACHED: its seconds, the numbers of the bugs, its name.
class reach_listener : public doctest::IReporter {
  public:
    explicit reach_listener(const doctest::ContextOptions&) {
        if (const char* name = std::getenv("SUPEROFFICE_MUTATION_REACHED")) file_ = std::fopen(name, "a");
    }
    ~reach_listener() override {
        if (file_ != nullptr) std::fclose(file_);
    }

    void test_case_start(const doctest::TestCaseData& data) override {
        name_ = data.m_name;
        began_ = std::chrono::steady_clock::now();
        std::memset(superoffice_mutation::reached, 0, sizeof superoffice_mutation::reached);
    }
    void test_case_end(const doctest::CurrentTestCaseStats&) override {
        if (file_ == nullptr) return;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
        std::fprintf(file_, "%.6f ", took.count());
        for (int number = 1; number < superoffice_mutation::most; ++number) {
            if (superoffice_mutation::reached[number] != 0) std::fprintf(file_, "%d,", number);
        }
        std::fprintf(file_, " %s\n", name_.c_str());
        std::fflush(file_);
    }

    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

  private:
    std::FILE* file_ = nullptr;
    std::string name_;
    std::chrono::steady_clock::time_point began_;
};

}  // namespace

REGISTER_LISTENER("reach", 1, reach_listener);
