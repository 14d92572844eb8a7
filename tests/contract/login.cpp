// Credentials that renew themselves: one test for each row of sections 1.3 (refresh token) and 1.4 (system user) of the login
// notes, over real TLS. The time that a call is told stands still while it runs.
#include "contract.hpp"

#include <array>
#include <cstring>
#include <span>
#include <vector>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

namespace contract::of_login {
namespace {

constexpr std::int64_t start_of_time = 1'000'000;  // milliseconds of the device's own clock

superoffice::tls_options trusting() {
    superoffice::tls_options options;
    options.ca_file = service().ca_file().c_str();
    options.protocol = support::test_tls();
    return options;
}

/// Steps a call to its end at one instant. It waits for the link that has something to do: the log-in's while the credential
/// is fetched.
template <class Device, class Call>
void run_to_end(Device& from, Call& call) {
    while (call.step(from.now) != superoffice::step_state::done) {
        if (call.wants().what == superoffice::wait_for::time)
            from.login_link.wait(superoffice::wait_for::readable, milliseconds{20});
        else
            from.link.wait(call.wants().what, milliseconds{1000});
    }
}

struct just_id {
    superoffice::field<std::int32_t> Id;
};
BOOST_DESCRIBE_STRUCT(just_id, (), (Id))

/// Asks for one task with the credential of the device; the error's name, or "ok".
template <class Device>
std::string_view ask(Device& from) {
    auto call = from.api.template start<just_id>(superoffice::get_batch_task_info, {497}, superoffice::call_options{},
                                                 superoffice::allow_waiting_lookup);
    run_to_end(from, call);
    return name(call.error().code);
}

/// Moves both clocks, the service's and the device's.
template <class Device>
void pass(Device& on, std::int64_t seconds) {
    control("clock", "{\"advance\": " + std::to_string(seconds) + "}");
    on.now = on.now + milliseconds{seconds * 1000};
}

std::string refresh_token(std::string_view name) {
    std::string text = "test-refresh-token-" + std::string{name} + "-";
    return text + std::string(64 - text.size(), '0');
}

/// A device that has a refresh token.
struct refreshing {
    explicit refreshing(std::string_view token,
                        const superoffice::oauth_application& application = {.client_id = "test-native-client"},
                        std::size_t bytes = superoffice::refreshing_bearer_memory_bytes)
        : given(refresh_token(token)), login_memory(bytes),
          login(login_link, root, application, given, login_memory, {hear, this}, superoffice::allow_waiting_lookup) {}

    static void hear(void* self, std::string_view token) noexcept {
        static_cast<refreshing*>(self)->rotated.emplace_back(token);
    }

    std::string given;
    std::string root = origin();
    std::vector<std::string> rotated;
    superoffice::mbedtls_socket login_link{trusting()}, link{trusting()};
    std::vector<std::byte> login_memory;
    std::array<std::byte, 16 * 1024> memory{};
    instant now{start_of_time};
    superoffice::refreshing_bearer<superoffice::mbedtls_socket> login;
    superoffice::client<superoffice::mbedtls_socket, superoffice::refreshing_bearer<superoffice::mbedtls_socket>*> api{
        link, service().base_url(), &login, memory};
};

std::vector<std::string> token_requests(const journal& log) { return log.lines("/login/common/oauth/tokens"); }

constexpr std::string_view user_token = "Local Test App-2d2D5KmBji";  // holds blanks

/// A device that has a system user's key.
struct robot {
    explicit robot(const superoffice::system_user_application& application = {user_token, "test-app-token",
                                                                              "Cust12345"},
                   const char* key_file = "system-user.xml", superoffice::token_verifier verifier = {})
        : loaded(key.load(support::text_of_file(service().directory() + "/" + key_file)).has_value()),
          login(login_link, root, application, key, {read, this}, login_memory, verifier,
                superoffice::allow_waiting_lookup) {
        REQUIRE(loaded);
        set_time("2027-01-02T03:04:00Z", 1'798'859'040);
    }

    static std::int64_t read(void* self) noexcept { return static_cast<robot*>(self)->utc; }

    /// The same time for the service and the device.
    void set_time(const char* text, std::int64_t seconds) {
        control("clock", "{\"utc\": \"" + std::string{text} + "\"}");
        utc = seconds;
    }

    std::int64_t utc = 0;
    std::string root = origin();
    superoffice::mbedtls_socket login_link{trusting()}, link{trusting()};
    superoffice::mbedtls_rsa_signer key;
    bool loaded;
    std::array<std::byte, superoffice::system_user_memory_bytes> login_memory{};
    std::array<std::byte, 4096> memory{};
    instant now{start_of_time};
    using credential = superoffice::system_user<superoffice::mbedtls_socket, superoffice::mbedtls_rsa_signer>;
    credential login;
    superoffice::client<superoffice::mbedtls_socket, credential*> api{link, service().base_url(), &login, memory};
};

std::vector<std::string> exchanges(const journal& log) {
    return log.lines("/Login/api/PartnerSystemUser/Authenticate");
}

/// RS256 with the public key of a file.
struct public_key {
    explicit public_key(const char* file) {
        mbedtls_pk_init(&key);
        const std::string text = support::text_of_file(service().directory() + "/" + file);
        REQUIRE(mbedtls_pk_parse_public_key(&key, reinterpret_cast<const unsigned char*>(text.c_str()),
                                            text.size() + 1) == 0);
    }
    public_key(const public_key&) = delete;
    public_key& operator=(const public_key&) = delete;
    ~public_key() { mbedtls_pk_free(&key); }

    static bool verify(void* self, std::string_view text, std::span<const std::byte> signature) noexcept {
        unsigned char hash[32];
        return mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash) == 0 &&
               mbedtls_pk_verify(&static_cast<public_key*>(self)->key, MBEDTLS_MD_SHA256, hash, sizeof hash,
                                 reinterpret_cast<const unsigned char*>(signature.data()), signature.size()) == 0;
    }

    mbedtls_pk_context key;
};

}  // namespace

// ---- 1.3, the refresh token

TEST_CASE("login 1.3 request: everything goes in the form of a POST, and no secret into a URL") {
    const undisturbed service;
    refreshing device{"good", {.client_id = "test-client", .client_secret = "test-app-token"}};
    const journal log;
    CHECK(ask(device) == "ok");
    REQUIRE(token_requests(log).size() == 1);
    const std::string sent = token_requests(log)[0];
    CHECK(holds(sent, "\"method\": \"POST\", \"target\": \"/login/common/oauth/tokens\""));
    CHECK(holds(sent, R"(["Content-Type", "application/x-www-form-urlencoded)"));
    CHECK(has_header(sent, "Accept", "application/json"));
    CHECK(holds(sent,
                "\"body\": \"grant_type=refresh_token&client_id=test-client&client_secret=(redacted)&"
                "refresh_token=(redacted)\""));
}

TEST_CASE("login 1.3 redirect: is left out unless the program gives one") {
    const undisturbed service;
    const journal log;
    refreshing with{"good", {.client_id = "test-native-client", .redirect_uri = "http://127.0.0.1:8000/back"}};
    CHECK(ask(with) == "ok");
    CHECK(holds(token_requests(log).back(), "&redirect_uri=http://127.0.0.1:8000/back&"));
    refreshing without{"good"};
    CHECK(ask(without) == "ok");
    CHECK_FALSE(holds(token_requests(log).back(), "redirect_ur"));
}

TEST_CASE("login 1.3 client_secret: a native application has none and sends none") {
    const undisturbed service;
    const journal log;
    refreshing device{"good"};
    CHECK(ask(device) == "ok");
    CHECK_FALSE(holds(token_requests(log).back(), "client_secret"));
}

TEST_CASE("login 1.3 scope: none is sent") {
    const undisturbed service;
    const journal log;
    refreshing device{"good"};
    CHECK(ask(device) == "ok");
    CHECK_FALSE(holds(token_requests(log).back(), "scope"));
}

TEST_CASE("login 1.3 client authentication: the secret is posted, there is no Authorization header") {
    const undisturbed service;
    const journal log;
    refreshing device{"good", {.client_id = "test-client", .client_secret = "test-app-token"}};
    CHECK(ask(device) == "ok");
    CHECK(holds(token_requests(log).back(), "client_secret=(redacted)"));
    CHECK_FALSE(has_header(token_requests(log).back(), "Authorization"));
}

TEST_CASE("login 1.3 reply: the token goes out as Bearer; without a new refresh token the old one is used again") {
    const undisturbed service;
    refreshing device{"good"};
    const journal log;
    CHECK(ask(device) == "ok");
    CHECK(holds(log.last_request(), "\"credential\": \"bearer-issued-1\""));
    CHECK_FALSE(has_header(log.last_request(), "SO-AppToken"));
    CHECK(ask(device) == "ok");
    CHECK(token_requests(log).size() == 1);
    pass(device, 3600);
    CHECK(ask(device) == "ok");
    CHECK(holds(log.last_request(), "\"credential\": \"bearer-issued-2\""));
    CHECK(token_requests(log).size() == 2);
    CHECK(device.rotated.empty());
}

TEST_CASE("login 1.3 rotation: a new refresh token is handed to the program, and used from then on") {
    const undisturbed service;
    refreshing device{"rotating"};
    CHECK(ask(device) == "ok");
    REQUIRE(device.rotated.size() == 1);
    CHECK(device.rotated[0] != device.given);
    for (std::size_t hour = 2; hour != 5; ++hour) {
        pass(device, 3600);
        CHECK(ask(device) == "ok");
        REQUIRE(device.rotated.size() == hour);
    }
    refreshing old{"rotating"};
    CHECK(ask(old) == "credential_unavailable");
    CHECK(old.login.reason() == "invalid_grant");
}

TEST_CASE("login 1.3 forms: expires_in as text, token_type in lower case, and no expires_in at all") {
    const undisturbed service;
    refreshing text{"text"};
    const journal log;
    CHECK(ask(text) == "ok");
    pass(text, 3541);  // a minute before the end
    CHECK(ask(text) == "ok");
    CHECK(token_requests(log).size() == 2);
    refreshing endless{"endless"};
    CHECK(ask(endless) == "ok");
    pass(endless, 1'000'000);
    CHECK(ask(endless) == "ok");
    CHECK(token_requests(log).size() == 3);
}

TEST_CASE("login 1.3 sizes: the documented reply fits the documented memory, a larger one says how much it takes") {
    const undisturbed service;
    refreshing usual{"good"};
    CHECK(ask(usual) == "ok");
    refreshing small{"large"};
    CHECK(ask(small) == "credential_unavailable");
    CHECK(small.login.why().needed() > superoffice::refreshing_bearer_memory_bytes);
    refreshing large{"large", {.client_id = "test-native-client"}, 64 * 1024};
    const journal log;
    CHECK(ask(large) == "ok");
    CHECK(token_requests(log).size() == 1);
}

TEST_CASE("login 1.3 life: expires_in counts, and a renewal comes a tenth early but a minute at most") {
    const undisturbed service;
    const struct {
        const char* token;
        std::int64_t life, early;
    } rows[] = {{"good", 3600, 60}, {"twenty", 1200, 60}, {"short", 60, 6}};
    for (const auto& row : rows) {
        CAPTURE(row.token);
        refreshing device{row.token};
        const journal log;
        CHECK(ask(device) == "ok");
        pass(device, row.life - row.early - 1);
        CHECK(ask(device) == "ok");
        CHECK(token_requests(log).size() == 1);
        pass(device, 1);
        CHECK(ask(device) == "ok");
        CHECK(token_requests(log).size() == 2);
    }
}

TEST_CASE("login 1.3 at 401: a new token and the call once more") {
    const undisturbed service;
    refreshing device{"good"};
    CHECK(ask(device) == "ok");
    control("expire", R"({"kind": "bearer"})");
    const journal log;
    CHECK(ask(device) == "ok");
    CHECK(token_requests(log).size() == 1);
    CHECK(log.lines("GetBatchTaskInfo").size() == 2);
    CHECK(device.login.generation() == 2);
}

TEST_CASE("login 1.3 error invalid_grant: dead; a person has to log in again") {
    const undisturbed service;
    refreshing device{"revoked"};
    const journal log;
    CHECK(ask(device) == "credential_unavailable");
    CHECK(device.login.is_dead());
    CHECK(device.login.reason() == "invalid_grant");
    CHECK(device.login.why().http_status == 400);
    CHECK_FALSE(device.login.refused());
    pass(device, 100'000);
    CHECK(ask(device) == "credential_unavailable");
    CHECK(token_requests(log).size() == 1);  // and asks no more
}

TEST_CASE("login 1.3 errors invalid_client and unauthorized_client: dead, with the host's word") {
    const undisturbed service;
    refreshing wrong{"good", {.client_id = "test-client", .client_secret = "wrong"}};
    CHECK(ask(wrong) == "credential_unavailable");
    CHECK(wrong.login.is_dead());
    CHECK(wrong.login.reason() == "invalid_client");
    CHECK(wrong.login.why().http_status == 401);
    refreshing other{"unauthorized"};
    CHECK(ask(other) == "credential_unavailable");
    CHECK(other.login.is_dead());
    CHECK(other.login.reason() == "unauthorized_client");
}

TEST_CASE("login 1.3 errors invalid_request and unsupported_grant_type: dead, with the host's word") {
    const undisturbed service;
    for (const char* const failure : {"invalid_request", "unsupported_grant_type"}) {
        CAPTURE(failure);
        control("login", R"({"failure": ")" + std::string{failure} + "\"}");
        refreshing device{"good"};
        CHECK(ask(device) == "credential_unavailable");
        CHECK(device.login.is_dead());
        CHECK(device.login.reason() == std::string_view{failure});
    }
}

TEST_CASE("login 1.3 errors that pass: 5xx, 429, a page, a broken connection: again later, and then it works") {
    const undisturbed service;
    for (const char* const failure : {"500", "503", "429", "page", "empty"}) {
        CAPTURE(failure);
        control("login", R"({"failure": ")" + std::string{failure} + "\"}");
        refreshing device{"good"};
        const journal log;
        CHECK(ask(device) == "credential_unavailable");
        CHECK_FALSE(device.login.is_dead());
        CHECK(ask(device) == "credential_unavailable");  // not asked again before its time
        CHECK(token_requests(log).size() == 1);
        control("login", R"({"failure": null})");
        pass(device, failure == std::string_view{"429"} ? 2 : 1);  // Retry-After says 2
        CHECK(ask(device) == "ok");
    }
    control("next", R"({"match": "oauth/tokens", "fault": "reset-in-body"})");
    refreshing device{"good"};
    CHECK(ask(device) == "credential_unavailable");
    CHECK_FALSE(device.login.is_dead());
    pass(device, 1);
    CHECK(ask(device) == "ok");
}

TEST_CASE("login 1.3 texts of the log-in pages: where the token endpoint uses them, they are readable") {
    const undisturbed service;
    for (const char* const word : {"Revoked", "Expired", "Denied", "NeedsReapproval"}) {
        CAPTURE(word);
        control("next", R"({"match": "oauth/tokens", "status": 400, "headers": [["Content-Type", "application/json"]],
                            "body": "{\"error\":\")" +
                            std::string{word} + R"(\"}"})");
        refreshing device{"good"};
        CHECK(ask(device) == "credential_unavailable");
        CHECK(device.login.is_dead());
        CHECK(device.login.reason() == std::string_view{word});
    }
}

// ---- 1.4, the system user

TEST_CASE("login 1.4 ingredients: a token with blanks, and the key as XML, PKCS#1 and PKCS#8") {
    const undisturbed service;
    for (const char* const file : {"system-user.xml", "system-user.key", "system-user-pkcs8.key"}) {
        CAPTURE(file);
        robot device{{user_token, "test-app-token", "Cust12345"}, file};
        CHECK(ask(device) == "ok");
    }
}

TEST_CASE("login 1.4 signature: over token and minute, with leading zeros and 24 hours") {
    const undisturbed service;
    const struct {
        const char* text;
        std::int64_t seconds;
    } rows[] = {{"2027-01-02T03:04:00Z", 1'798'859'040}, {"2027-12-31T23:59:00Z", 1'830'297'540}};
    for (const auto& row : rows) {
        CAPTURE(row.text);
        control("login", R"({"skew_minutes": 0})");
        robot device;
        device.set_time(row.text, row.seconds);
        const journal log;
        CHECK(ask(device) == "ok");
        CHECK(exchanges(log).size() == 1);  // accepted at once: time and signature were right to the minute
    }
    robot forged{{user_token, "test-app-token", "Cust12345"}, "login.key"};  // a key that is not the application's
    CHECK(ask(forged) == "credential_unavailable");
    CHECK(forged.login.is_dead());
    CHECK(holds(std::string{forged.login.reason()}, "InvalidSignature"));
}

TEST_CASE("login 1.4 request: one POST with the four members as JSON") {
    const undisturbed service;
    robot device;
    const journal log;
    CHECK(ask(device) == "ok");
    REQUIRE(exchanges(log).size() == 1);
    const std::string sent = exchanges(log)[0];
    CHECK(holds(sent, "\"method\": \"POST\", \"target\": \"/Login/api/PartnerSystemUser/Authenticate\""));
    CHECK(holds(sent, R"(["Content-Type", "application/json)"));
    CHECK(has_header(sent, "Accept", "application/json"));
    CHECK_FALSE(has_header(sent, "Authorization"));
    CHECK(holds(sent,
                "\"body\": \"SignedSystemToken=(redacted)&ApplicationToken=(redacted)&ContextIdentifier=Cust12345&"
                "ReturnTokenType=JWT\""));
}

TEST_CASE("login 1.4 reply: IsSuccessful false is a refusal with its text, under 200 and other statuses") {
    const undisturbed service;
    for (const char* const status : {"200", "400", "401", "403"}) {
        CAPTURE(status);
        control("login", R"({"refusal_status": )" + std::string{status} + "}");
        robot device{{"Local Test App-revoked", "test-app-token", "Cust12345"}};
        CHECK(ask(device) == "credential_unavailable");
        CHECK(device.login.is_dead());
        CHECK(device.login.why().http_status == static_cast<std::uint16_t>(std::atoi(status)));
        CHECK(holds(std::string{device.login.reason()}, "Revoked"));
    }
}

TEST_CASE("login 1.4 error texts: Revoked, Denied, NeedsReapproval and other refusals are readable") {
    const undisturbed service;
    const struct {
        superoffice::system_user_application application;
        const char* reason;
    } rows[] = {{{"Local Test App-revoked", "test-app-token", "Cust12345"}, "Revoked"},
                {{"Local Test App-denied", "test-app-token", "Cust12345"}, "Denied"},
                {{"Local Test App-reapproval", "test-app-token", "Cust12345"}, "NeedsReapproval"},
                {{user_token, "wrong", "Cust12345"}, "application token"},
                {{user_token, "test-app-token", "Cust1"}, "context identifier"}};
    for (const auto& row : rows) {
        CAPTURE(row.reason);
        robot device{row.application};
        const journal log;
        CHECK(ask(device) == "credential_unavailable");
        CHECK(device.login.is_dead());
        CHECK(holds(std::string{device.login.reason()}, row.reason));
        CHECK(exchanges(log).size() == 1);
    }
}

TEST_CASE("login 1.4 InvalidTimestamp: repeated once with the server's clock, and the error says how far ours is off") {
    const undisturbed service;
    for (const std::int64_t off : {-1200, 1200}) {
        CAPTURE(off);
        robot device;
        device.utc += off;
        const journal log;
        CHECK(ask(device) == "ok");
        CHECK(exchanges(log).size() == 2);
        CHECK(device.login.clock_offset() == -off);
    }
    robot device;
    device.utc -= 1200;
    control("next", R"({"match": "Authenticate", "times": 9, "status": 200, "headers": [
        ["Content-Type", "application/json"], ["Date", "Sat, 02 Jan 2027 03:04:00 GMT"]],
        "body": "{\"IsSuccessful\":false,\"Token\":null,\"ErrorMessage\":\"InvalidTimestamp\"}"})");
    const journal log;
    CHECK(ask(device) == "credential_unavailable");
    CHECK(device.login.is_dead());
    CHECK(exchanges(log).size() == 2);
    CHECK(device.login.why().native == 1200);
    CHECK(holds(std::string{device.login.reason()}, "InvalidTimestamp"));
}

TEST_CASE("login 1.4 ticket: taken out of the token, sent as SOTicket with SO-AppToken") {
    const undisturbed service;
    robot device;
    const journal log;
    CHECK(ask(device) == "ok");
    CHECK(holds(log.last_request(), "\"credential\": \"ticket-issued-1\""));
    CHECK(has_header(log.last_request(), "SO-AppToken"));
}

TEST_CASE("login 1.4 validation: a token of another issuer or tenant is refused") {
    const undisturbed service;
    for (const char* const change : {R"({"issuer": "Somebody"})", R"({"context": "Cust1"})"}) {
        CAPTURE(change);
        control("reset");
        control("login", change);
        robot device;
        CHECK(ask(device) == "credential_unavailable");
        CHECK(name(device.login.why().code) == std::string_view{"credential_unavailable"});
        CHECK_FALSE(device.login.reason().empty());
    }
}

TEST_CASE("login 1.4 validation: the signature is checked if the program gives the key") {
    const undisturbed service;
    public_key of_host{"login-public.pem"}, of_another{"system-user-public.pem"};
    robot device{{user_token, "test-app-token", "Cust12345"}, "system-user.xml", {public_key::verify, &of_host}};
    CHECK(ask(device) == "ok");
    robot deceived{{user_token, "test-app-token", "Cust12345"}, "system-user.xml", {public_key::verify, &of_another}};
    CHECK(ask(deceived) == "credential_unavailable");
    CHECK(deceived.login.reason() == "the signature of the token is wrong");
    control("login", R"({"jwt_key": "system-user.key"})");
    robot again{{user_token, "test-app-token", "Cust12345"}, "system-user.xml", {public_key::verify, &of_another}};
    CHECK(ask(again) == "ok");
}

TEST_CASE(
    "login 1.4 use: six hours from the last use, and a new one after 5 h 50 min without or at 401; never per call") {
    const undisturbed service;
    robot device;
    const journal log;
    for (int hour = 0; hour != 24; hour += 4) {  // each use moves the end
        CHECK(ask(device) == "ok");
        pass(device, 4 * 3600);
        device.utc += 4 * 3600;
    }
    CHECK(exchanges(log).size() == 1);
    CHECK(ask(device) == "ok");
    pass(device, 5 * 3600 + 50 * 60);
    device.utc += 5 * 3600 + 50 * 60;
    CHECK(ask(device) == "ok");
    CHECK(exchanges(log).size() == 2);
    control("expire", R"({"kind": "ticket"})");
    CHECK(ask(device) == "ok");
    CHECK(exchanges(log).size() == 3);
}

}  // namespace contract::of_login
