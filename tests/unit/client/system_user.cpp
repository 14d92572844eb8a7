// Tests of superoffice/client/system_user.hpp, over scripted links and with manual clocks.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/system_user.hpp>

#include <superoffice/base/detail/base64.hpp>
#include <superoffice/client/credential_share.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/login_exchanges.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::credential_state;
using so::errc;
using so::milliseconds;
using so::script_step;
using support::reply_text;

namespace {

constexpr std::string_view user_token = "My App-2d2D5KmBji";  // may hold a blank
constexpr std::int64_t moment = 1'796'000'000;                // 2026-11-30 00:53:20 UTC
constexpr std::string_view minute = "202611300053";

std::string base64(std::string_view bytes) {
    std::string text(so::detail::base64_size(bytes.size()), ' ');
    so::detail::write_base64(std::as_bytes(std::span{bytes.data(), bytes.size()}), text.data());
    return text;
}
std::string base64url(std::string_view bytes) {
    std::string text = base64(bytes);
    while (!text.empty() && text.back() == '=') text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

/// "Signs" by putting the data behind a word, so that a test sees what was signed.
struct fake_signer {
    int calls = 0;
    bool broken = false;
    std::size_t claimed = 0;  ///< 0: it answers the signature's size; else this one
    so::result<std::size_t> sign(std::string_view data, std::span<std::byte> into) noexcept {
        CHECK(into.size() == 512);
        ++calls;
        if (claimed != 0) return claimed;
        if (broken) return so::error{.stage = so::stage::credential, .code = errc::no_entropy, .native = -52};
        const std::string text = "signed:" + std::string{data};
        std::memcpy(into.data(), text.data(), text.size());
        return text.size();
    }
};
static_assert(so::signer<fake_signer>);

std::string request_at(std::string_view time) {
    const std::string data = std::string{user_token} + "." + std::string{time};
    return support::login_request("/Login/api/PartnerSystemUser/Authenticate", "application/json",
                                  R"({"SignedSystemToken":")" + data + "." + base64("signed:" + data) +
                                      R"(","ApplicationToken":"secret","ContextIdentifier":"Cust12345",)"
                                      R"("ReturnTokenType":"JWT"})");
}

struct claims {
    std::string_view issuer = R"("SuperOffice AS")";
    std::string_view context = R"("Cust12345")";
    std::string_view ticket = R"("7T:first-ticket")";
    [[nodiscard]] std::string text() const {
        return R"({"http://schemes.superoffice.net/identity/ticket":)" + std::string{ticket} +
               R"(,"http://schemes.superoffice.net/identity/ctx":)" + std::string{context} + R"(,"iss":)" +
               std::string{issuer} + R"(,"nbf":1795990000,"aud":["spn:1"]})";
    }
};
std::string token_of(std::string_view payload) {
    return base64url(R"({"alg":"RS256"})") + "." + base64url(payload) + "." + base64url("the signature");
}
std::string reply_with(std::string_view token, std::string_view more = "") {
    return reply_text("200 OK", R"({"IsSuccessful":true,"Token":")" + std::string{token} + R"(","ErrorMessage":null})",
                      more);
}
std::string ticket_reply(std::string_view ticket = R"("7T:first-ticket")") {
    return reply_with(token_of(claims{.ticket = ticket}.text()));
}
std::string refusal(std::string_view more = "") {
    return reply_text("200 OK", R"({"IsSuccessful":false,"Token":null,"ErrorMessage":"InvalidTimestamp"})", more);
}

struct device {
    explicit device(support::login_exchanges& all, std::int64_t time = moment, so::token_verifier verifier = {},
                    std::string_view login = so::default_login_url, const so::script_pacing& pacing = {})
        : utc(time), link(all.steps, pacing),
          source(link, login, {user_token, "secret", "Cust12345"}, key, {read, this}, memory, verifier) {}

    static std::int64_t read(void* self) noexcept { return static_cast<device*>(self)->utc; }

    std::int64_t utc;
    fake_signer key;
    so::scripted link;
    std::array<std::byte, so::system_user_memory_bytes> memory{};
    support::manual_clock clock;
    so::system_user<so::scripted, fake_signer> source;

    credential_state prepare() { return support::prepared(source, clock); }
};

std::string ticket_lines(std::string_view ticket) {
    return "Authorization: SOTicket " + std::string{ticket} + "\r\nSO-AppToken: secret\r\n";
}

}  // namespace

static_assert(so::credential_source<so::system_user<so::scripted, fake_signer>>);
static_assert(so::counted_credential_source<so::system_user<so::scripted, fake_signer>>);

TEST_CASE("system_user: signs the minute, takes the ticket out of the token, and adds the application's token") {
    support::login_exchanges all;
    all.add(request_at(minute), ticket_reply());
    device d{all};
    CHECK(d.prepare() == credential_state::ready);
    CHECK(support::lines_of(d.source) == ticket_lines("7T:first-ticket"));
    CHECK(d.key.calls == 1);
    CHECK(d.source.why() == errc::ok);
    CHECK(d.link.finished());
}

TEST_CASE("system_user: the minute as the service wants it") {
    struct row {
        std::int64_t seconds;
        std::string_view text;
    };
    constexpr row rows[] = {{0, "197001010000"}, {951'782'399, "200002282359"}, {951'782'400, "200002290000"},
                            {moment, minute},    {-1, "197001010000"},          {253'402'300'800, "999912312359"}};
    for (const row& each : rows) {
        char text[12];
        so::detail::write_minute(each.seconds, text);
        CHECK(std::string_view{text, 12} == each.text);
    }
}

TEST_CASE("system_user: each use moves the end of a ticket, which is renewed after 5 h 50 min without a use") {
    support::login_exchanges all;
    all.add(request_at(minute), ticket_reply());
    all.add(request_at(minute), ticket_reply(R"("7T:second-ticket")"));
    device d{all};
    constexpr std::int64_t unused = (5 * 60 + 50) * 60'000;
    CHECK(d.prepare() == credential_state::ready);
    for (int n = 0; n < 10; ++n) {
        d.clock.pass(milliseconds{unused - 1});
        CHECK(d.prepare() == credential_state::ready);
        CHECK(support::lines_of(d.source) == ticket_lines("7T:first-ticket"));
    }
    d.clock.pass(milliseconds{unused});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(support::lines_of(d.source) == ticket_lines("7T:second-ticket"));
}

TEST_CASE("system_user: a wrong clock is corrected by the host's time once, and stays corrected") {
    // The host says 00:53:20; the device is 20 minutes late.
    const std::string date = "Date: Mon, 30 Nov 2026 00:53:20 GMT\r\n";
    support::login_exchanges all;
    all.add(request_at("202611300033"), refusal(date));
    all.add(request_at(minute), ticket_reply());
    all.add(request_at("202611300653"), ticket_reply(R"("7T:second-ticket")"));
    device d{all, moment - 1'200};
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.source.clock_offset() == 1'200);
    d.utc += 6 * 3'600;
    d.clock.pass(milliseconds{6 * 3'600'000});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(support::lines_of(d.source) == ticket_lines("7T:second-ticket"));
    CHECK(d.link.finished());
}

TEST_CASE("system_user: the clock is corrected by each form of Date that a host may send") {
    for (const std::string_view date :
         {"Mon, 30 Nov 2026 00:53:20 GMT", "Monday, 30-Nov-26 00:53:20 GMT", "Mon Nov 30 00:53:20 2026"}) {
        CAPTURE(date);
        support::login_exchanges all;
        all.add(request_at("202611300033"), refusal("Date: " + std::string{date} + "\r\n"));
        all.add(request_at(minute), ticket_reply());
        device d{all, moment - 1'200};
        CHECK(d.prepare() == credential_state::ready);
        CHECK(d.source.clock_offset() == 1'200);
    }
}

TEST_CASE("system_user: refusals that need a person end it") {
    struct row {
        const char* name;
        std::vector<std::string> replies;
        std::string_view reason;
        std::int64_t offset;
        std::uint16_t status = 200;  ///< of the reply
    };
    const std::string same = "Date: Mon, 30 Nov 2026 00:54:20 GMT\r\n",
                      later = "Date: Mon, 30 Nov 2026 00:54:21 GMT\r\n";
    const row rows[] = {
        {"refused, and no Date", {refusal()}, "InvalidTimestamp", 0},
        {"refused, and the clock is right to the minute", {refusal(same)}, "InvalidTimestamp", 0},
        {"refused again after the clock was corrected", {refusal(later), refusal(later)}, "InvalidTimestamp", 61},
        {"refused again, although the host's clock has jumped",
         {refusal(later), refusal("Date: Mon, 30 Nov 2026 01:54:21 GMT\r\n")},
         "InvalidTimestamp",
         61},
        {"the host is 60 seconds behind", {refusal("Date: Mon, 30 Nov 2026 00:52:20 GMT\r\n")}, "InvalidTimestamp", 0},
        {"the host is 61 seconds behind",
         {refusal("Date: Mon, 30 Nov 2026 00:52:19 GMT\r\n"), refusal()},
         "InvalidTimestamp",
         -61},
        {"418 after the clock was corrected", {refusal(later), reply_text("418 Odd", "")}, "", 61, 418},
        {"400, the first of the refusals",
         {reply_text("400 Bad Request", R"({"Error":true,"ErrorType":"X","Message":"Odd"})")},
         "Odd",
         0,
         400},
        {"a Date that is none", {refusal("Date: yesterday\r\n")}, "InvalidTimestamp", 0},
        {"403 with an error object",
         {reply_text("403 Forbidden", R"({"Error":true,"ErrorType":"X","Message":"Revoked"})")},
         "Revoked",
         0,
         403},
        {"401 with a page", {reply_text("401 Unauthorized", "<html>", "", "text/html")}, "", 0, 401},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        support::login_exchanges all;
        all.add(request_at(minute), each.replies[0]);
        if (each.replies.size() > 1)
            all.add(request_at(each.offset > 0 ? "202611300054" : "202611300052"), each.replies[1]);
        device d{all};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.source.is_dead());
        CHECK_FALSE(d.source.refused());
        CHECK(d.source.reason() == each.reason);
        CHECK(d.source.clock_offset() == each.offset);
        CHECK(d.source.why().native == each.offset);
        CHECK(d.source.why().stage == so::stage::service);
        CHECK(d.source.why().http_status == each.status);
        CHECK(d.link.finished());
    }
}

TEST_CASE("system_user: an outage is no refusal, and does not correct the clock") {
    support::login_exchanges all;
    const std::string late = "Date: Mon, 30 Nov 2026 00:53:20 GMT\r\n",
                      later = "Date: Mon, 30 Nov 2026 09:53:20 GMT\r\n";
    all.add(request_at("202611300033"), refusal(late));
    all.add(request_at(minute), reply_text("503 Service Unavailable", "", later));
    device d{all, moment - 1'200};
    CHECK(d.prepare() == credential_state::unavailable);
    CHECK_FALSE(d.source.is_dead());
    CHECK(d.source.why() == errc::unavailable);
    CHECK(d.source.why().native == 0);
    CHECK(d.source.clock_offset() == 1'200);
    CHECK(d.key.calls == 2);
    CHECK(d.link.finished());

    support::login_exchanges other;
    other.add(request_at(minute), reply_text("503 Service Unavailable", "", later));
    device once{other};
    CHECK(once.prepare() == credential_state::unavailable);
    CHECK(once.key.calls == 1);
    CHECK(once.source.clock_offset() == 0);
    CHECK(once.link.finished());
}

TEST_CASE("system_user: a ticket of 2048 bytes fits into 6 KB, one more byte does not") {
    CHECK(so::system_user_memory_bytes == 6 * 1024);
    for (const std::size_t size : {std::size_t{2048}, std::size_t{2049}}) {
        CAPTURE(size);
        const std::string ticket(size, 't');
        support::login_exchanges all;
        all.add(request_at(minute), ticket_reply('"' + ticket + '"'));
        device d{all};
        CHECK((d.prepare() == credential_state::ready) == (size == 2048));
        CHECK(support::holds(d.memory, ticket) == (size == 2048));
        if (size != 2048)
            CHECK(d.source.why() ==
                  so::error{.stage = so::stage::credential, .code = errc::memory_too_small, .offset = 3 * 2049});
    }
}

TEST_CASE("system_user: useless answers and tokens give no ticket, and it asks again after a second") {
    struct row {
        const char* name;
        std::string reply;
        std::string_view reason;
    };
    const std::string good = claims{}.text();
    const row rows[] = {
        {"another issuer", reply_with(token_of(claims{.issuer = R"("Somebody")"}.text())),
         "the token is from another issuer"},
        {"no issuer", reply_with(token_of(claims{.issuer = "null"}.text())), "the token is from another issuer"},
        {"another tenant", reply_with(token_of(claims{.context = R"("Cust1")"}.text())),
         "the token is for another tenant"},
        {"no ticket", reply_with(token_of(claims{.ticket = "null"}.text())), "the token holds no ticket"},
        {"a ticket that is no text", reply_with(token_of(claims{.ticket = "7"}.text())), "the token holds no ticket"},
        {"an empty ticket", reply_with(token_of(claims{.ticket = R"("")"}.text())), "the token holds no ticket"},
        {"a payload that is no JSON", reply_with(token_of("{\"iss\":")), "the token holds no claims"},
        {"a payload without claims", reply_with(token_of("{}")), "the token is from another issuer"},
        {"a payload that is a list", reply_with(token_of("[]")), "the token holds no claims"},
        {"a payload that is no base64", reply_with("e30.e*0.x"), "the token holds no claims"},
        {"two parts", reply_with("e30." + base64url(good)), "the log-in host sent no token"},
        {"four parts", reply_with("e30." + base64url(good) + ".x.y"), "the log-in host sent no token"},
        {"no token", reply_text("200 OK", R"({"IsSuccessful":true,"Token":null})"), "the log-in host sent no token"},
        {"503", reply_text("503 Service Unavailable", ""), ""},
        {"a page", reply_text("200 OK", "<html>", "", "text/html"), ""},
        {"null", reply_text("200 OK", "null"), ""},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        support::login_exchanges all;
        all.add(request_at(minute), each.reply);
        all.add(request_at(minute), ticket_reply());
        device d{all};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK_FALSE(d.source.is_dead());
        CHECK(d.source.reason() == each.reason);
        d.clock.pass(milliseconds{999});
        CHECK(d.prepare() == credential_state::unavailable);
        d.clock.pass(milliseconds{1});
        CHECK(d.prepare() == credential_state::ready);
    }
}

TEST_CASE("system_user: the signature is checked where a verifier is given") {
    struct seen {
        bool answer = false;
        std::string text, signature;
        static bool check(void* self, std::string_view text, std::span<const std::byte> signature) noexcept {
            auto& me = *static_cast<seen*>(self);
            me.text = text;
            me.signature = {reinterpret_cast<const char*>(signature.data()), signature.size()};
            return me.answer;
        }
    };
    for (const bool answer : {true, false}) {
        support::login_exchanges all;
        all.add(request_at(minute), ticket_reply());
        seen verifier{.answer = answer, .text = {}, .signature = {}};
        device d{all, moment, {seen::check, &verifier}};
        CHECK((d.prepare() == credential_state::ready) == answer);
        const std::string token = token_of(claims{}.text());
        CHECK(verifier.text == token.substr(0, token.rfind('.')));
        CHECK(verifier.signature == "the signature");
        if (!answer) CHECK(d.source.reason() == "the signature of the token is wrong");
    }
}

TEST_CASE("system_user: a signature of 512 bytes is looked at, a longer one is wrong") {
    for (const std::size_t size : {std::size_t{512}, std::size_t{513}}) {
        CAPTURE(size);
        support::login_exchanges all;
        all.add(request_at(minute), reply_with(base64url(R"({"alg":"RS256"})") + "." + base64url(claims{}.text()) +
                                               "." + base64url(std::string(size, 's'))));
        std::size_t seen = 0;
        const auto check = [](void* self, std::string_view, std::span<const std::byte> signature) noexcept {
            *static_cast<std::size_t*>(self) = signature.size();
            return true;
        };
        device d{all, moment, {check, &seen}};
        CHECK((d.prepare() == credential_state::ready) == (size == 512));
        CHECK(seen == (size == 512 ? size : 0));
        if (size != 512) CHECK(d.source.reason() == "the signature of the token is wrong");
    }
}

TEST_CASE("system_user: a signature that is no base64 is wrong, and is not checked") {
    const std::string token = token_of(claims{}.text());
    const std::string signed_text = token.substr(0, token.rfind('.') + 1);
    support::login_exchanges all;
    all.add(request_at(minute), reply_with(signed_text + "a*b"));
    bool is_asked = false;
    const auto check = [](void* asked, std::string_view, std::span<const std::byte>) noexcept {
        return *static_cast<bool*>(asked) = true;
    };
    device d{all, moment, {check, &is_asked}};
    CHECK(d.prepare() == credential_state::unavailable);
    CHECK(d.source.reason() == "the signature of the token is wrong");
    CHECK_FALSE(is_asked);

    // The next attempt begins without the reason of the last one.
    d.clock.pass(milliseconds{1'000});
    static_cast<void>(d.source.prepare(d.clock.now()));
    CHECK(d.source.reason().empty());
}

TEST_CASE("system_user: it is not dead after a refusal that may pass, nor without a clock") {
    support::login_exchanges all;
    all.add(request_at(minute), reply_text("429 Too Many Requests", ""));
    all.add(request_at(minute), ticket_reply());
    device d{all};
    CHECK(d.prepare() == credential_state::unavailable);
    CHECK_FALSE(d.source.is_dead());
    d.clock.pass(milliseconds{1'000});
    CHECK(d.prepare() == credential_state::ready);

    support::login_exchanges first;  // of 1970, and corrected by the host's Date
    first.add(request_at("197001010000"), refusal("Date: Mon, 30 Nov 2026 00:54:20 GMT\r\n"));
    first.add(request_at("202611300054"), ticket_reply());
    so::scripted link{first.steps};
    fake_signer key;
    std::array<std::byte, so::system_user_memory_bytes> memory{};
    so::system_user<so::scripted, fake_signer> source{
        link, so::default_login_url, {user_token, "secret", "Cust12345"}, key, {}, memory};
    support::manual_clock clock;
    CHECK(support::prepared(source, clock) == credential_state::ready);
}

TEST_CASE("system_user: a key that cannot sign is reported with its own code, and tried again") {
    support::login_exchanges all;
    all.add(request_at(minute), ticket_reply());
    device d{all};
    d.key.broken = true;
    CHECK(d.prepare() == credential_state::unavailable);
    CHECK(d.source.why() == errc::no_entropy);
    CHECK(d.source.why().native == -52);
    d.key.broken = false;
    d.clock.pass(milliseconds{1'000});
    CHECK(d.prepare() == credential_state::ready);
}

TEST_CASE("system_user: a signer that answers more bytes than it was given is not believed, and nothing is sent") {
    for (const std::size_t claimed : {std::size_t{513}, SIZE_MAX}) {
        support::login_exchanges none;
        device d{none};
        d.key.claimed = claimed;
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.source.why() == so::error{.stage = so::stage::credential, .code = errc::credential_unavailable});
        CHECK(d.link.calls() == 0);
    }
}

TEST_CASE("system_user: an http log-in URL and missing texts are refused before anything is signed") {
    support::login_exchanges none;
    device d{none, moment, {}, "http://online.superoffice.com"};
    CHECK(d.prepare() == credential_state::unavailable);
    CHECK(d.source.why() == errc::insecure_link);
    CHECK(d.key.calls == 0);
    so::system_user<so::scripted, fake_signer> nobody{
        d.link, so::default_login_url, {"", "secret", "Cust12345"}, d.key, {}, d.memory};
    CHECK(nobody.prepare(so::instant{1}) == credential_state::missing);
    CHECK(nobody.why() == so::error{.stage = so::stage::credential, .code = errc::credential_missing});
    so::system_user<so::scripted, fake_signer> unknown{
        d.link, so::default_login_url, {user_token, "", "Cust12345"}, d.key, {}, d.memory};
    CHECK(unknown.prepare(so::instant{1}) == credential_state::missing);
    CHECK(d.key.calls == 0);
}

TEST_CASE("system_user: the reply cut at every byte gives no ticket, and one byte at a time the same ticket") {
    const std::string request = request_at(minute), reply = ticket_reply();
    for (std::size_t size = 0; size < reply.size(); ++size) {
        CAPTURE(size);
        support::login_exchanges all;
        all.steps = {script::starts(), script::expects(request), script::gives(std::string_view{reply}.substr(0, size)),
                     script::closes()};
        device d{all};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK_FALSE(d.source.is_dead());
    }
    support::login_exchanges all;
    all.add(request, reply);
    device d{all, moment, {}, so::default_login_url, {.at_most = 1, .blocks_first = true}};
    CHECK(d.prepare() == credential_state::ready);
    CHECK(support::lines_of(d.source) == ticket_lines("7T:first-ticket"));
}

TEST_CASE("system_user: only the ticket stays in its memory, and nothing after its end") {
    support::login_exchanges all;
    all.add(request_at(minute), ticket_reply());
    std::array<std::byte, so::system_user_memory_bytes> memory{};
    {
        so::scripted link{all.steps};
        fake_signer key;
        support::manual_clock clock;
        std::int64_t time = moment;
        so::system_user<so::scripted, fake_signer> source{
            link,
            so::default_login_url,
            {user_token, "secret", "Cust12345"},
            key,
            {[](void* at) noexcept { return *static_cast<std::int64_t*>(at); }, &time},
            memory};
        CHECK(support::prepared(source, clock) == credential_state::ready);
        CHECK(support::holds(memory, "7T:first-ticket"));
        CHECK_FALSE(support::holds(memory, user_token));
        CHECK_FALSE(support::holds(memory, "secret"));
        CHECK_FALSE(support::holds(memory, "eyJ"));  // how a token begins
    }
    for (const std::byte each : memory) CHECK(each == std::byte{});
}

TEST_CASE("system_user: the least memory that it asks for is enough for a short ticket") {
    constexpr std::size_t least = 3 * (17 + 1 + 12 + 1 + 684);
    for (const std::size_t size : {least, least - 1}) {
        CAPTURE(size);
        support::login_exchanges all;
        all.add(request_at(minute), ticket_reply());
        so::scripted link{all.steps};
        fake_signer key;
        support::manual_clock clock;
        std::array<std::byte, least> memory{};
        so::system_user<so::scripted, fake_signer> source{link,
                                                          so::default_login_url,
                                                          {user_token, "secret", "Cust12345"},
                                                          key,
                                                          {[](void*) noexcept { return moment; }, nullptr},
                                                          std::span{memory}.first(size)};
        CHECK((support::prepared(source, clock) == credential_state::ready) == (size == least));
        CHECK(source.why().needed() == (size == least ? 0 : least));
    }
}

TEST_CASE("system_user: memory that is too small says how much is needed") {
    support::login_exchanges none;
    so::scripted link{none.steps};
    fake_signer key;
    std::array<std::byte, 2'000> memory{};
    so::system_user<so::scripted, fake_signer> source{
        link, so::default_login_url, {user_token, "secret", "Cust12345"}, key, {}, memory};
    CHECK(source.prepare(so::instant{1}) == credential_state::unavailable);
    CHECK(source.why() == errc::memory_too_small);
    CHECK(source.why().needed() == 3 * (17 + 1 + 12 + 1 + 684));
}

TEST_CASE("system_user: a fetch that a cancelled call has left alone does not fail the next call, an hour later") {
    constexpr struct {
        std::int64_t later;  ///< milliseconds; the fetch may take 30 seconds, and the next one waits for one second
        credential_state state;
    } times[] = {{30'000, credential_state::unavailable},
                 {30'999, credential_state::unavailable},
                 {31'000, credential_state::ready},
                 {3'600'000, credential_state::ready}};
    const std::string request = request_at(minute);
    for (const auto& time : times) {
        CAPTURE(time.later);
        support::login_exchanges all;
        all.steps = {script::starts(), script::expects(request), script::would_block(), script::stops()};
        all.add(request, ticket_reply());
        device d{all};
        CHECK(d.source.prepare(d.clock.now()) == credential_state::pending);
        d.clock.pass(milliseconds{time.later});
        CHECK(d.source.prepare(d.clock.now()) == time.state);
        CHECK((d.source.why() == errc::ok) == (time.state == credential_state::ready));
        CHECK(d.link.first_mismatch().what == so::script_mismatch::kind::none);
    }
}
