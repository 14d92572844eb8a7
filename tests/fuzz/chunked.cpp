// Fuzz target: the chunked framing, whole and in pieces: the same body, the same end, the same byte at fault.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/http/detail/chunked.hpp>

#include <string>

using superoffice::detail::chunked;

namespace {

struct outcome {
    chunked::answer answer = chunked::answer::more;
    std::size_t consumed = 0;
    std::string body;

    bool operator==(const outcome&) const = default;
};

template <class Size>
outcome play(std::string_view text, Size piece) {
    chunked framing;
    outcome made;
    for (std::string_view left = text; !left.empty() && made.answer == chunked::answer::more;) {
        const std::size_t size = piece(left.size());
        const fuzzing::exact_memory arrived(left.substr(0, size));
        std::string_view input = arrived.text(), part;
        while ((made.answer = framing.next(input, part)) == chunked::answer::payload) {
            MUST(!part.empty() && fuzzing::is_within(part, arrived.text()));
            made.body += part;
        }
        MUST(made.answer != chunked::answer::more || input.empty());
        made.consumed += size - input.size();
        left.remove_prefix(size - input.size());
    }
    return made;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in{data, size};
    fuzzing::pieces sizes(in.number());
    const std::string_view text = in.rest();
    const outcome whole = play(text, [](std::size_t most) { return most; });
    MUST(whole == play(text, [](std::size_t) { return std::size_t{1}; }));
    MUST(whole == play(text, [&](std::size_t most) { return sizes.next(most); }));
    MUST(whole.body.size() <= whole.consumed && whole.consumed <= text.size());
    if (whole.answer != chunked::answer::done) return 0;
    // Nothing that ends before its last byte, and nothing that depends on what follows.
    MUST(play(text.substr(0, whole.consumed), [](std::size_t most) { return most; }) == whole);
    MUST(play(text.substr(0, whole.consumed - 1), [](std::size_t most) { return most; }).answer ==
         chunked::answer::more);
    return 0;
}
