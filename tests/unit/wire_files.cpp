// Tests of a call, over each file of tests/wire: whole, in pieces, made to wait, and with the link going down at each byte.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/transport/connect_proxy.hpp>
#include <superoffice/transport/scripted.hpp>
#include <superoffice/transport/scripted_http.hpp>

#include <doctest/doctest.h>

#include <support/counting_heap.hpp>
#include <support/replay.hpp>
#include <support/scripted_call.hpp>
#include <support/wire_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
namespace http_script = superoffice::http_script;
using so::errc;
using so::http_script_step;
using so::instant;
using so::io_result;
using so::io_state;
using so::script_step;
using so::scripted;
using so::scripted_http;
using so::stage;

namespace {

// Short, since each of its bytes is a place where a script is cut.
constexpr const char* base = "http://h/api";
const std::string request = support::request_text{.target = "/api/v1/Agents/Batch/GetBatchTaskInfo",
                                                  .host = "h",
                                                  .user_agent = "x",
                                                  .credential = "Authorization: Bearer t\r\n"}
                                .text();
constexpr std::string_view good_value = R"({"Id":1})";
const std::string good_reply = support::reply_text("200 OK", good_value);

constexpr so::http_proxy via{"proxy.example", 3128};
constexpr std::string_view question = "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n";
constexpr std::string_view agreed = "HTTP/1.1 200 Connection established\r\n\r\n";

/// How a call ended, held without a heap.
struct ending {
    so::error error;
    std::uint16_t status = 0;
    std::size_t size = 0;
    std::array<char, 128> text{};

    [[nodiscard]] std::string_view value() const { return {text.data(), size}; }
    bool operator==(const ending&) const = default;
};

/// The call that the script is about, and the next one of the same client.
struct two_endings {
    ending first, second;
    std::size_t allocations = 0;
    bool operator==(const two_endings&) const = default;
};

template <class Api>
ending ask(Api& api, instant& now) {
    auto call = api.start_get_batch_task_info(497);
    // Ends in any case: with the deadline.
    for (; call.step(now) != so::step_state::done; now = now + so::milliseconds{1}) {
    }
    ending seen{.error = call.error(), .status = api.last_reply().status};
    if (call.result().has_value()) {
        const auto written = so::encode(call.value(), seen.text);
        seen.size = written.has_value() ? written->size() : SIZE_MAX;
    }
    return seen;
}

constexpr std::size_t memory_size = 352;
constexpr std::size_t slack = std::max<std::size_t>(so::compact_reader::slack, 1);

template <class Link>
two_endings ask_twice(Link& link) {
    std::array<std::byte, memory_size> memory{};
    const support::allocation_count allocations;
    two_endings seen;
    {
        so::client api{link,
                       base,
                       so::bearer{"t"},
                       memory,
                       so::client_options{.allow_credential_in_clear_text = true, .headers = {.user_agent = "x"}},
                       so::compact_reader{}};
        instant now{1'000};
        seen.first = ask(api, now);
        seen.second = ask(api, now);
    }
    seen.allocations = allocations.so_far();
    return seen;
}

/// A scripted link that gives way to another one when it is hung up.
class replaced_link : public support::changing_link {
  public:
    scripted* next = nullptr;
    void stop() noexcept {
        support::changing_link::stop();
        now = next;
    }
};
static_assert(so::byte_transport<replaced_link>);

/// A scripted stack that gives way to another one after its first call.
class replaced_stack {
  public:
    static constexpr bool may_wait = false;
    scripted_http* now;
    scripted_http* next;

    io_result start(const so::http_request& what) noexcept {
        if (used_) now = next;
        const io_result r = now->start(what);
        used_ = r.state != io_state::would_block;
        return r;
    }
    io_result step(instant at, std::span<std::byte> into) noexcept { return now->step(at, into); }
    [[nodiscard]] std::uint16_t status() const noexcept { return now->status(); }
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return now->header(name); }
    void cancel() noexcept { now->cancel(); }
    [[nodiscard]] bool secure() const noexcept { return now->secure(); }

    replaced_stack(scripted_http& first, scripted_http& second) noexcept : now(&first), next(&second) {}

  private:
    bool used_ = false;
};
static_assert(so::http_transport<replaced_stack>);

/// What carries the calls of a script.
enum class way { link, proxy };

std::vector<script_step> opened(way by) {
    if (by == way::link) return {script::starts("h", 80)};
    return {script::starts("proxy.example", 3128), script::expects(question), script::gives(agreed)};
}

two_endings ask_twice_by(way by, scripted& first) {
    static const std::vector<script_step> fresh[] = {
        {script::starts("h", 80), script::expects(request), script::gives(good_reply)},
        {script::starts("proxy.example", 3128), script::expects(question), script::gives(agreed),
         script::expects(request), script::gives(good_reply)}};
    scripted second{fresh[static_cast<std::size_t>(by)]};
    const auto ask_over = [&](auto& link, replaced_link& below) {
        below.now = &first;
        below.next = &second;
        return ask_twice(link);
    };
    if (by == way::link) {
        replaced_link link;
        return ask_over(link, link);
    }
    so::connect_proxy<replaced_link> tunnel{via};
    return ask_over(tunnel, tunnel.link());
}

/// The script of a file: its reply to the first call; and a good one to the second where the connection is kept.
std::vector<script_step> steps_of(const wire_file& file, way by) {
    std::vector<script_step> steps = opened(by);
    steps.push_back(script::expects(request));
    steps.push_back(script::gives(file.reply));
    if (file.closed) steps.push_back(script::closes());
    if (file.reusable == "yes") {
        steps.push_back(script::expects(request));
        steps.push_back(script::gives(good_reply));
    }
    return steps;
}

bool ends_by_close(const wire_file& file) {
    return file.done && file.reply.find("Content-Length") == std::string::npos &&
           file.reply.find("chunked") == std::string::npos;
}

/// In the reply, of which 1xx are a part.
std::size_t fields_at(const wire_file& file) {
    return file.reply.find("\r\n", file.reply.find(' ' + std::to_string(file.status) + ' ')) + 2;
}
/// What a status of 300 or above means by itself, whatever became of the reply behind it.
so::error of_status(int status) {
    const auto number = static_cast<std::uint16_t>(status);
    errc code = so::detail::errc_of_status(number);
    if (code == errc::outcome_unknown) code = errc::unavailable;  // the call may be repeated
    return {.stage = stage::service, .code = code, .http_status = number};
}
std::size_t body_at(const wire_file& file) { return file.reply.find("\r\n\r\n", fields_at(file) - 2) + 4; }

void check_is_good(const ending& second) {
    CHECK(second.error == so::error{});
    CHECK(second.value() == good_value);
}

/// A script that went undisturbed.
void check_outcome(const wire_file& file, const two_endings& got) {
    const ending& first = got.first;
    if (!file.done && file.status >= 300) {  // the status decides
        CHECK(first.error == of_status(file.status));
        check_is_good(got.second);
        CHECK(got.allocations == 0);
        return;
    }
    CHECK(std::string_view{so::name(first.error.code)} == (file.done ? file.call_code : file.code));
    CHECK(first.value() == file.call_value);
    if (file.done) CHECK(first.status == file.status);
    if (first.error.code != errc::ok) {
        CHECK(std::string_view{so::name(first.error.stage)} == (file.done ? "service" : file.stage));
        if (file.status != -1) CHECK(first.error.http_status == file.status);
    }
    if (!file.done && file.fault_at != std::string::npos) CHECK(first.error.offset == file.fault_at);
    if (file.needed != 0) CHECK(first.error.needed() == file.needed - file.slack + slack);
    check_is_good(got.second);
    CHECK(got.allocations == 0);
}

/// The rule for all scripts: what the first call says when the link goes down, which `interruption` told it, when so many
/// bytes of its reply had come. The second one is good whatever happened to the first.
struct broken_off {
    const wire_file& file;
    const two_endings& whole;
    const io_result& interruption;
    std::size_t opening;  // bytes that move before the request
    std::size_t decides;  // bytes of the reply that decide the outcome

    // Of a reply that does not fit, whose body is all z; 0 for others.
    [[nodiscard]] std::size_t needed_of(std::size_t came) const {
        if (file.needed == 0 || came < body_at(file)) return 0;
        const std::string_view bytes = std::string_view{file.reply}.substr(0, came);
        return body_at(file) + static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), 'z')) + slack;
    }

    void check(const two_endings& got, std::size_t moved, std::size_t calls_before) const {
        const bool closed = interruption.state == io_state::closed;
        const so::error& e = got.first.error;
        check_is_good(got.second);
        CHECK(got.allocations == 0);

        if (calls_before == 0 || moved < opening + request.size()) {  // before all of the request was sent
            const bool connecting = calls_before == 0 || moved < opening;
            const bool hears = connecting && moved >= question.size();
            CHECK(e == so::error{.stage = connecting ? stage::connect : stage::transmit,
                                 .code = !closed ? interruption.code
                                         : hears ? errc::connection_closed
                                                 : errc::connection_reset,  // nobody reads: it shows as a reset
                                 .native = interruption.native});
            return;
        }
        const std::size_t came = moved - opening - request.size();
        const bool needs_close = file.closed && (ends_by_close(file) || file.code == "connection_closed");
        if (came > decides || (came == decides && (!needs_close || closed))) {
            CHECK(got.first == whole.first);
        } else if (closed && ends_by_close(file) && came >= body_at(file)) {
            // As good an end as any other, so that it is up to the document.
            CHECK(got.first.status == file.status);
            if (file.status >= 300)
                CHECK(e == whole.first.error);
            else
                CHECK(e.code == (came == body_at(file) ? errc::empty_document : errc::bad_json));
        } else if (const std::size_t needed = needed_of(came); needed > memory_size) {
            CHECK(e == so::error{.stage = stage::http,
                                 .code = errc::reply_too_large,
                                 .http_status = static_cast<std::uint16_t>(file.status),
                                 .offset = static_cast<std::uint32_t>(needed)});
        } else if (file.status >= 300 && came >= fields_at(file)) {
            CHECK(e == of_status(file.status));
        } else {
            CHECK(e.stage == (came == 0 ? stage::receive : stage::http));
            CHECK(e.code == (closed ? errc::connection_closed : interruption.code));
            CHECK(e.native == interruption.native);
            CHECK(e.offset == (closed ? came : 0));
            CHECK((e.http_status == 0 || e.http_status / 100 == 1 || e.http_status == file.status));
            if (file.done && came >= body_at(file)) CHECK(e.http_status == file.status);
        }
        if (!(got.first == whole.first)) CHECK(got.first.size == 0);
    }
};

const std::vector<wire_file>& files() {
    static const std::vector<wire_file> all = wire::all();
    return all;
}

const io_result interruptions[] = {io_result::closed(), io_result::failed(errc::truncated_close, -26)};

void check_every_script(way by) {
    const std::size_t opening = by == way::link ? 0 : question.size() + agreed.size();
    const auto drive = [by](scripted& link) { return ask_twice_by(by, link); };
    CHECK(files().size() >= 20);  // else they were not found
    for (const wire_file& file : files()) {
        CAPTURE(file.name);
        CHECK(file.mistake == "");
        const std::vector<script_step> steps = steps_of(file, by);
        // The requests are the same in each file: one of them has them cut at each byte, the rest their replies.
        const bool cuts_requests = file.name == "task_by_length.http";
        const std::size_t sent = opening + request.size(), from = cuts_requests ? 0 : sent;
        // What comes unasked may come too late to be seen before the next request.
        const bool more_behind = file.done && file.fault_at != std::string::npos;
        const two_endings whole = replay::in_every_manner(
            steps, drive,
            [&](const scripted& link) {
                const bool followed = more_behind || (link.first_mismatch().what == so::script_mismatch::kind::none &&
                                                      (file.reusable != "yes" || link.finished()));
                CHECK(followed);
                return followed;
            },
            {}, from + 1);
        check_outcome(file, whole);

        std::size_t decides = more_behind ? file.fault_at : file.reply.size();
        if (!file.done) {  // nothing behind the fault is asked for
            scripted in_bytes{steps, {.at_most = 1}};
            drive(in_bytes);
            decides = in_bytes.moved() - sent;
        }
        for (const io_result& interruption : interruptions) {
            const broken_off rule{file, whole, interruption, opening, decides};
            // The next request included, on the connection that was kept; a reply to that is another script.
            const std::size_t up_to = sent + decides + (cuts_requests ? request.size() : 1);
            std::size_t checked = 0;
            replay::interrupted_at_each_byte(steps, interruption, from, up_to, drive,
                                             [&](const two_endings& got, const scripted& link, std::size_t calls) {
                                                 rule.check(got, link.moved(), calls);
                                                 ++checked;
                                             });
            CHECK(checked > sent + decides - from);
        }
    }
}

}  // namespace

TEST_CASE(
    "wire files: a call over a link ends as each says, however it is cut, and by one rule wherever it breaks off") {
    check_every_script(way::link);
}

TEST_CASE("wire files: they have the same outcome through a proxy") { check_every_script(way::proxy); }

TEST_CASE("wire files: they have the same outcome over an HTTP stack, which removes the framing") {
    const http_script_step good[] = {http_script::asks(), http_script::replies(200), http_script::gives(good_value),
                                     http_script::ends()};
    const auto drive = [&](scripted_http& first) {
        scripted_http second{good};
        replaced_stack stack{first, second};
        return ask_twice(stack);
    };
    std::size_t played = 0;
    for (const wire_file& file : files()) {
        if (!file.done) continue;  // there, the stack itself fails
        CAPTURE(file.name);
        const std::size_t from = fields_at(file);
        const std::string_view fields = std::string_view{file.reply}.substr(from, body_at(file) - 2 - from);
        const http_script_step steps[] = {http_script::asks(),
                                          http_script::replies(static_cast<std::uint16_t>(file.status), fields),
                                          http_script::gives(file.body), http_script::ends()};
        const two_endings whole = replay::in_every_cut<scripted_http>(steps, drive);
        check_outcome(file, whole);
        ++played;

        for (const io_result& interruption : interruptions)
            replay::interrupted_at_each_byte<scripted_http>(
                steps, interruption, 0, file.body.size(), drive,
                [&](const two_endings& got, const scripted_http& stack, std::size_t calls_before) {
                    const bool closed = interruption.state == io_state::closed;
                    const so::error& e = got.first.error;
                    check_is_good(got.second);
                    CHECK(got.allocations == 0);
                    if (calls_before == 0) {
                        CHECK(e == so::error{.stage = stage::connect,
                                             .code = closed ? errc::connection_reset : interruption.code,
                                             .native = interruption.native,
                                             .from_http_stack = true});
                    } else if (!closed && file.status >= 300) {
                        CHECK(e == of_status(file.status));
                    } else if (!closed) {
                        CHECK(e == so::error{.stage = stage::http,
                                             .code = interruption.code,
                                             .http_status = static_cast<std::uint16_t>(file.status),
                                             .native = interruption.native,
                                             .from_http_stack = true});
                    } else if (stack.moved() == file.body.size() || file.status >= 300) {
                        CHECK(got.first == whole.first);  // the stack's word is taken for it
                    } else {
                        CHECK(e.code == (stack.moved() == 0 ? errc::empty_document : errc::bad_json));
                    }
                });
    }
    CHECK(played >= 10);
}
