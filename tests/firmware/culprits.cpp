// One use of each thing that the library must not bring along. The check that looks for their symbols has to find them all here.
#include <cctype>
#include <cerrno>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <typeinfo>

namespace culprits {

struct shape {
    virtual ~shape() = default;
};
struct circle : shape {
    int radius = 1;
};
struct with_destructor {
    ~with_destructor();
};

int at_start();
int at_run_time = at_start();  // a static constructor
with_destructor at_exit;       // and something to be done at exit

void* from_the_c_heap(std::size_t size) { return std::malloc(size); }
void to_the_c_heap(void* memory) { std::free(memory); }
void* from_the_heap(std::size_t size) { return ::operator new(size); }
void to_the_heap(void* memory) { ::operator delete(memory); }

void throws() { throw 1; }
int is_circle(shape& any) { return dynamic_cast<circle*>(&any) != nullptr; }
const char* name_of(const shape& any) { return typeid(any).name(); }

int lower(int c) { return std::tolower(c); }
int is_letter(int c) { return std::isalpha(c); }
const char* point() { return std::localeconv()->decimal_point; }
void set() { std::setlocale(LC_ALL, ""); }
void print(int number) { std::printf("%d", number); }
void print_line(const char* text) { std::printf("%s\n", text); }
void print_letter(char c) { std::printf("%c", c); }
int print_to_error() { return std::fputc('x', stderr); }
int print_into(char* text, std::size_t size, int number) { return std::snprintf(text, size, "%d", number); }
long number_of(const char* text) { return std::strtol(text, nullptr, 10); }
int last_error() { return errno; }

void on_exit(void (*what)()) { std::atexit(what); }

double product(double a, double b) { return a * b; }
float sum(std::int32_t a, float b) { return static_cast<float>(a) * b; }
std::uint64_t quotient(std::uint64_t a, std::uint64_t b) { return a / b; }
std::int64_t signed_quotient(std::int64_t a, std::int64_t b) { return a / b; }

std::time_t now() { return std::time(nullptr); }
std::clock_t ticks() { return std::clock(); }
const char* from_environment() { return std::getenv("HOME"); }

}  // namespace culprits
