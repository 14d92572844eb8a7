"""Tests of logging in to the local SuperOffice: python3 -m unittest discover -s tests/support"""

import base64
import datetime
import hashlib
import html.parser
import json
import pathlib
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree

from local_superoffice_running import AS_JSON, ONLINE, Running, finished, folder

import local_superoffice_certificates as certificates
import local_superoffice_credentials as credentials
import local_superoffice_login as login

TOKENS = "/login/common/oauth/tokens"
AUTHORIZE = "/login/common/oauth/authorize"
SYSTEM_USER = "/Login/api/PartnerSystemUser/Authenticate"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
START = datetime.datetime(2026, 11, 29, 20, 0, tzinfo=datetime.timezone.utc)
REFRESH = {"grant_type": "refresh_token", "client_id": login.WEB_CLIENT, "client_secret": credentials.APP_TOKEN,
           "refresh_token": login.refresh_token("good")}
REDIRECT = "http://127.0.0.1:3000/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

main = None


def setUpModule():
    global main
    main = Running("--manual-clock", "--time", "2026-11-29T20:00:00Z", "--listen", "second=good")


def tearDownModule():
    finished(main)


def refresh(parameters=None, **changes):
    """(status, decoded reply, response) of the token endpoint; None leaves a parameter out."""
    wanted = {**(REFRESH if parameters is None else parameters), **changes}
    return token_call({name: value for name, value in wanted.items() if value is not None})


def token_call(parameters, headers=None, target=TOKENS):
    body = parameters if isinstance(parameters, str) else urllib.parse.urlencode(parameters)
    response, reply = main.ask("POST", target, body, {**FORM, **(headers or {})})
    is_json = (response.getheader("Content-Type") or "").startswith("application/json")
    return response.status, json.loads(reply) if is_json else reply.decode(), response


def named(name, **changes):
    return refresh(refresh_token=login.refresh_token(name), **changes)


def status_of(token):
    return main.get_info(497, headers={"Authorization": f"Bearer {token}"})[0]


def claims_of(jwt):
    head, payload, _ = jwt.split(".")
    return (json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) for text in (head, payload))


class Shared(unittest.TestCase):
    """Tests on the shared service; each begins with its state reset."""

    def setUp(self):
        main.control("reset")


class Metadata(Shared):
    """Section 1.1."""

    def test_openid_configuration(self):
        root = main.base.removesuffix(ONLINE)
        response, body = main.ask("GET", "/login/.well-known/openid-configuration")
        found = json.loads(body)
        self.assertEqual(response.status, 200)
        self.assertEqual((found["issuer"], found["token_endpoint"], found["authorization_endpoint"], found["jwks_uri"]),
                         (root, root + TOKENS, root + AUTHORIZE, f"{root}/login/.well-known/jwks"))
        self.assertEqual(found["grant_types_supported"], ["implicit", "authorization_code", "refresh_token"])
        self.assertEqual(found["scopes_supported"], ["openid"])

    def test_jwks_verifies_what_the_host_signs(self):
        [key] = json.loads(main.ask("GET", "/login/.well-known/jwks")[1])["keys"]
        number, exponent = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "=="), "big") for name in ("n", "e"))
        token = refresh()[1]["id_token"]
        signed, _, signature = token.rpartition(".")
        signature = int.from_bytes(base64.urlsafe_b64decode(signature + "=="), "big")
        digest = hashlib.sha256(signed.encode()).digest()
        self.assertTrue(pow(signature, exponent, number).to_bytes(256, "big").endswith(digest))
        self.assertEqual(next(claims_of(token))["kid"], key["kid"])
        main.control("login", jwt_key="system-user.key")
        signed, _, signature = refresh()[1]["id_token"].rpartition(".")
        signature = int.from_bytes(base64.urlsafe_b64decode(signature + "=="), "big")
        self.assertFalse(pow(signature, exponent, number).to_bytes(256, "big").endswith(
            hashlib.sha256(signed.encode()).digest()))

    def test_other_addresses(self):
        table = [("GET", TOKENS, 405), ("POST", AUTHORIZE, 405), ("GET", SYSTEM_USER, 405), ("GET", "/login/other", 404),
                 ("GET", "/login/logout", 200),
                 ("GET", "/login/logout?post_logout_redirect_uri=http://127.0.0.1:1/", 302),
                 ("GET", "/LOGIN/.Well-Known/JWKS/", 200), ("GET", f"/api/state/{credentials.TENANT}", 200)]
        for method, target, status in table:
            self.assertEqual(main.ask(method, target)[0].status, status, target)


class RefreshTokens(Shared):
    """Section 1.3, row by row."""

    def test_as_a_form(self):
        status, reply, response = refresh()
        self.assertEqual((status, list(reply)), (200, ["token_type", "access_token", "expires_in", "id_token"]))
        self.assertEqual((reply["token_type"], reply["expires_in"]), ("Bearer", 3600))
        self.assertTrue(reply["access_token"].startswith(f"8A:{credentials.TENANT}."))
        self.assertEqual(len(reply["access_token"]), 774)
        self.assertEqual(response.getheader("Cache-Control"), "no-store")
        self.assertEqual(response.getheader("Date"), "Sun, 29 Nov 2026 20:00:00 GMT")
        self.assertEqual(status_of(reply["access_token"]), 200)
        self.assertEqual(main.last_request()["credential"], "bearer-issued-1")

    def test_parameters_in_the_query(self):
        query = urllib.parse.urlencode(REFRESH)
        self.assertEqual(token_call("", {"Content-Type": "application/json"}, f"{TOKENS}?{query}")[0], 200)
        self.assertEqual(token_call("", target=f"{TOKENS}?{query}")[0], 200)
        mixed = {name: REFRESH[name] for name in ("client_secret", "refresh_token")}
        query = f"grant_type=refresh_token&client_id={login.WEB_CLIENT}"
        self.assertEqual(token_call(mixed, target=f"{TOKENS}?{query}")[0], 200)

    def test_redirect_may_be_there(self):
        for name in ("redirect_uri", "redirect_url"):
            self.assertEqual(refresh(**{name: REDIRECT})[0], 200)

    def test_client_secret(self):
        table = [({}, 200, None), ({"client_secret": None}, 401, "invalid_client"),
                 ({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_id": "nobody"}, 401, "invalid_client"),
                 ({"client_id": login.NATIVE_CLIENT, "client_secret": None}, 200, None),
                 ({"client_id": None}, 400, "invalid_request")]
        for changes, wanted, error in table:
            with self.subTest(changes):
                status, reply, _ = refresh(**changes)
                self.assertEqual((status, reply.get("error")), (wanted, error))

    def test_client_authentication_by_header(self):
        def basic(secret):
            text = base64.b64encode(f"{login.WEB_CLIENT}:{secret}".encode()).decode()
            return {"Authorization": f"Basic {text}"}
        parameters = {name: REFRESH[name] for name in ("grant_type", "refresh_token")}
        self.assertEqual(token_call(parameters, basic(credentials.APP_TOKEN))[0], 200)
        status, reply, response = token_call(parameters, basic("wrong"))
        self.assertEqual((status, reply["error"]), (401, "invalid_client"))
        self.assertEqual(response.getheader("WWW-Authenticate"), 'Basic realm="SuperOffice"')
        self.assertEqual(token_call(REFRESH, basic(credentials.APP_TOKEN))[1]["error"], "invalid_request")

    def test_scope_is_left_out_or_openid(self):
        self.assertEqual(refresh(scope="openid")[0], 200)
        self.assertEqual(refresh(scope="offline_access")[1]["error"], "invalid_scope")

    def test_grants_that_there_are_not(self):
        for grant in ("client_credentials", "password", "urn:ietf:params:oauth:grant-type:device_code"):
            status, reply, _ = refresh(grant_type=grant)
            self.assertEqual((status, reply["error"]), (400, "unsupported_grant_type"))
        self.assertEqual(refresh(grant_type=None)[1]["error"], "invalid_request")

    def test_a_parameter_twice(self):
        text = urllib.parse.urlencode(REFRESH)
        self.assertEqual(token_call(text + "&grant_type=refresh_token")[1]["error"], "invalid_request")

    def test_a_refresh_token_lasts(self):
        tokens = {refresh()[1]["access_token"] for _ in range(3)}
        self.assertEqual(len(tokens), 3)
        self.assertEqual([status_of(token) for token in tokens], [200] * 3)

    def test_rotation(self):
        _, reply, _ = named("rotating")
        fresh = reply["refresh_token"]
        self.assertEqual(len(fresh), 64)
        self.assertEqual(named("rotating")[1]["error"], "invalid_grant")
        status, reply, _ = refresh(refresh_token=fresh)
        self.assertEqual(status, 200)
        self.assertNotEqual(reply["refresh_token"], fresh)
        main.control("login", rotate=True)
        self.assertIn("refresh_token", refresh()[1])

    def test_forms_of_the_reply(self):
        self.assertEqual([named("text")[1][name] for name in ("expires_in", "token_type")], ["3600", "bearer"])
        self.assertNotIn("expires_in", named("endless")[1])
        self.assertEqual((named("short")[1]["expires_in"], named("twenty")[1]["expires_in"]), (60, 1200))
        large = named("large")[1]["access_token"]
        self.assertEqual((len(large), status_of(large)), (8192, 200))
        main.control("login", expires_in=77, expires_in_as="text", token_type="x")
        self.assertEqual([refresh()[1][name] for name in ("expires_in", "token_type")], ["77", "x"])

    def test_sizes_are_those_of_the_samples(self):
        response, body = main.ask("POST", TOKENS, urllib.parse.urlencode(REFRESH), FORM)
        self.assertTrue(2000 < len(body) < 3072, len(body))
        self.assertEqual({len(token) for token in login.REFRESH_TOKENS}, {64})

    def test_life_is_by_the_services_clock(self):
        hour, short, endless = (named(name)[1]["access_token"] for name in ("good", "short", "endless"))
        self.assertEqual([status_of(token) for token in (hour, short, endless)], [200] * 3)
        main.control("clock", advance=59.9)
        self.assertEqual(status_of(short), 200)
        main.control("clock", advance=0.1)
        self.assertEqual([status_of(token) for token in (hour, short, endless)], [200, 401, 200])
        main.control("clock", advance=3539.9)
        self.assertEqual(status_of(hour), 200)
        main.control("clock", advance=0.1)
        self.assertEqual([status_of(token) for token in (hour, endless)], [401, 200])

    def test_errors(self):
        table = [("revoked", 400, "invalid_grant"), ("unauthorized", 400, "unauthorized_client")]
        for name, wanted, error in table:
            status, reply, _ = named(name)
            self.assertEqual((status, reply["error"], bool(reply["error_description"])), (wanted, error, True))
        self.assertEqual(refresh(refresh_token="unknown")[1]["error"], "invalid_grant")
        self.assertEqual(refresh(refresh_token=None)[1]["error"], "invalid_request")
        self.assertEqual(main.control("revoke", refresh_token=REFRESH["refresh_token"]), {"revoked": 1})
        self.assertEqual(refresh()[1]["error"], "invalid_grant")
        self.assertEqual(named("text")[0], 200)
        self.assertGreater(main.control("revoke")["revoked"], 5)
        self.assertEqual(named("text")[1]["error"], "invalid_grant")

    def test_what_passes(self):
        for name, wanted in (("unavailable", 503), ("busy", 429), ("broken", 500), ("page", 200)):
            status, reply, response = named(name)
            self.assertEqual((status, "<html>" in reply), (wanted, True))
            self.assertEqual(response.getheader("Retry-After"), "2" if name == "busy" else None)
        self.assertEqual(named("empty")[:2], (200, {}))

    def test_failures_on_demand(self):
        for failure in login.FAILURES:
            with self.subTest(failure):
                main.control("login", failure=failure)
                status, reply, _ = refresh()
                if failure in login.OAUTH_ERRORS:
                    self.assertEqual((status, reply["error"]), (401 if failure == "invalid_client" else 400, failure))
                else:
                    self.assertEqual(status, int(failure) if failure.isdigit() else 200)
        main.control("login", failure=None)
        self.assertEqual(refresh()[0], 200)
        main.control("next", status=503, headers=[["Retry-After", "7"]], body="", match=TOKENS)
        self.assertEqual(refresh()[2].getheader("Retry-After"), "7")

    def test_id_token(self):
        head, claims = claims_of(refresh()[1]["id_token"])
        self.assertEqual((head["alg"], head["typ"]), ("RS256", "JWT"))
        self.assertEqual((claims["aud"], claims["iss"]), (login.WEB_CLIENT, main.base.removesuffix(ONLINE)))
        self.assertEqual((type(claims["iat"]), type(claims["nbf"]), type(claims["exp"])), (str, int, int))
        self.assertEqual(int(claims["iat"]), START.timestamp())
        wanted = {"associateid": "426", "ctx": credentials.TENANT, "system_token": login.SYSTEM_TOKEN,
                  "webapi_url": f"{main.base}/", "serial": login.SERIAL}
        self.assertEqual({name: claims[login.claim(name)] for name in wanted}, wanted)


    def test_the_claims_name_the_host_that_serves_the_tenant(self):
        main.control("tenant", at="second")
        _, claims = claims_of(refresh()[1]["id_token"])
        self.assertEqual(claims[login.claim("webapi_url")], f"{main.roots['second']}/")
        self.assertEqual(claims["iss"], main.base.removesuffix(ONLINE))


class AuthorizationCode(Shared):
    """Section 1.2."""

    ASKED = {"response_type": "code", "client_id": login.NATIVE_CLIENT, "redirect_uri": REDIRECT, "scope": "openid",
             "state": "s+/=", "code_challenge": CHALLENGE, "code_challenge_method": "S256", "nonce": "n"}
    EXCHANGE = {"grant_type": "authorization_code", "client_id": login.NATIVE_CLIENT, "redirect_uri": REDIRECT,
                "code_verifier": VERIFIER}

    def authorize(self, **changes):
        asked = {name: value for name, value in {**self.ASKED, **changes}.items() if value is not None}
        response, body = main.ask("GET", f"{AUTHORIZE}?{urllib.parse.urlencode(asked)}")
        return response, body.decode()

    def sent_back(self, mark="?", **changes):
        response, _ = self.authorize(**changes)
        self.assertEqual(response.status, 302)
        address, _, query = response.getheader("Location").partition(mark)
        self.assertEqual(address, changes.get("redirect_uri", REDIRECT))
        return dict(urllib.parse.parse_qsl(query))

    def exchange(self, code, **changes):
        return refresh({**self.EXCHANGE, "code": code}, **changes)

    def test_with_pkce_and_without_a_secret(self):
        answer = self.sent_back()
        self.assertEqual(answer["state"], "s+/=")
        status, reply, _ = self.exchange(answer["code"])
        self.assertEqual((status, set(reply)),
                         (200, {"token_type", "access_token", "expires_in", "refresh_token", "id_token"}))
        self.assertEqual(status_of(reply["access_token"]), 200)
        self.assertEqual(list(claims_of(reply["id_token"]))[1]["nonce"], "n")
        self.assertEqual(refresh(client_id=login.NATIVE_CLIENT, client_secret=None,
                                 refresh_token=reply["refresh_token"])[0], 200)

    def test_without_pkce_and_with_a_secret(self):
        changes = {"client_id": login.WEB_CLIENT, "code_challenge": None, "code_challenge_method": None}
        code = self.sent_back(**changes)["code"]
        self.assertEqual(self.exchange(code, client_id=login.WEB_CLIENT, code_verifier=None)[1]["error"],
                         "invalid_client")
        self.assertEqual(self.exchange(code, client_id=login.WEB_CLIENT, client_secret=credentials.APP_TOKEN,
                                       code_verifier=None)[0], 200)

    def test_plain_is_the_default_method(self):
        for method in ("plain", None):
            code = self.sent_back(code_challenge=VERIFIER, code_challenge_method=method)["code"]
            self.assertEqual(self.exchange(code)[0], 200)

    def test_codes_that_are_refused(self):
        table = [("another verifier", {"code_verifier": "x" * 43}), ("no verifier", {"code_verifier": None}),
                 ("short verifier", {"code_verifier": "x"}), ("another redirect", {"redirect_uri": REDIRECT + "2"}),
                 ("another client", {"client_id": login.WEB_CLIENT, "client_secret": credentials.APP_TOKEN})]
        for name, changes in table:
            with self.subTest(name):
                code = self.sent_back()["code"]
                self.assertEqual(self.exchange(code, **changes)[1]["error"], "invalid_grant")
                self.assertEqual(self.exchange(code)[1]["error"], "invalid_grant")  # used up
        code = self.sent_back()["code"]
        self.assertEqual([self.exchange(code)[0], self.exchange(code)[0]], [200, 400])
        self.assertEqual(self.exchange("unknown")[1]["error"], "invalid_grant")
        self.assertEqual(self.exchange(None)[1]["error"], "invalid_request")
        code = self.sent_back(code_challenge=None, code_challenge_method=None)["code"]
        self.assertEqual(self.exchange(code)[1]["error"], "invalid_grant")  # a verifier where there was no challenge

    def test_a_code_lives_ten_minutes(self):
        first, second = self.sent_back()["code"], self.sent_back()["code"]
        main.control("clock", advance=600)
        self.assertEqual(self.exchange(first)[0], 200)
        main.control("clock", advance=0.1)
        self.assertEqual(self.exchange(second)[1]["error"], "invalid_grant")

    def test_response_modes(self):
        self.assertIn("code", self.sent_back("#", response_mode="fragment"))
        self.assertIn("code", self.sent_back(response_mode="query"))
        response, body = self.authorize(response_mode="form_post")
        self.assertEqual(response.status, 200)
        fields = {}

        class Form(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                found = dict(attributes)
                if tag == "input":
                    fields[found["name"]] = found["value"]
        Form().feed(body)
        self.assertEqual(fields["state"], "s+/=")
        self.assertEqual(self.exchange(fields["code"])[0], 200)

    def test_errors_come_back_to_the_application(self):
        table = [({"response_type": "id_token"}, "unsupported_response_type"), ({"scope": "email"}, "invalid_scope"),
                 ({"code_challenge_method": "S512"}, "invalid_request"), ({"login_hint": "deny"}, "access_denied"),
                 ({"code_challenge": None}, "invalid_request"), ({"acr_values": "tenant:Cust9"}, "access_denied")]
        for changes, error in table:
            answer = self.sent_back(**changes)
            self.assertEqual((answer["error"], answer["state"], "code" in answer), (error, "s+/=", False), changes)
        self.assertIn("code", self.sent_back(acr_values=f"tenant:{credentials.TENANT}", login_hint="a@b"))
        self.assertNotIn("state", self.sent_back(state=None))

    def test_unknown_applications_and_addresses_get_a_page(self):
        for changes in ({"client_id": "nobody"}, {"redirect_uri": "https://elsewhere.example/"}, {"redirect_uri": None}):
            response, body = self.authorize(**changes)
            self.assertEqual((response.status, "<html>" in body), (400, True))
        self.assertIn("code", self.sent_back(redirect_uri="http://[::1]:8080/x"))


class SystemUsers(Shared):
    """Section 1.4."""

    def key(self, name="system-user.key"):
        return pathlib.Path(folder.name, name)

    def signed(self, token=login.SYSTEM_TOKEN, at=START, key=None, stamp=None):
        data = f"{token}.{stamp or at.strftime('%Y%m%d%H%M')}"
        return f"{data}.{base64.b64encode(certificates.sign(key or self.key(), data.encode())).decode()}"

    def authenticate(self, signed=None, headers=AS_JSON, **changes):
        body = {"SignedSystemToken": signed or self.signed(), "ApplicationToken": credentials.APP_TOKEN,
                "ContextIdentifier": credentials.TENANT, "ReturnTokenType": "JWT", **changes}
        body = {name: value for name, value in body.items() if value is not None}
        response, reply = main.ask("POST", SYSTEM_USER, json.dumps(body), headers)
        return response.status, json.loads(reply), response

    def ticket(self):
        _, claims = claims_of(self.authenticate()[1]["Token"])
        return claims[login.claim("ticket")]

    def status_of(self, ticket, **headers):
        return main.get_info(497, headers={"Authorization": f"SOTicket {ticket}", "SO-AppToken": credentials.APP_TOKEN,
                                           **headers})[0]

    def test_a_signed_token_gives_a_jwt_with_a_ticket(self):
        status, reply, _ = self.authenticate()
        self.assertEqual((status, list(reply)), (200, ["IsSuccessful", "Token", "ErrorMessage"]))
        self.assertEqual((reply["IsSuccessful"], reply["ErrorMessage"]), (True, None))
        head, claims = claims_of(reply["Token"])
        self.assertEqual((head["alg"], claims["iss"], claims["aud"]), ("RS256", "SuperOffice AS", f"spn:{login.SERIAL}"))
        self.assertEqual((claims[login.claim("ctx")], claims[login.claim("webapi_url")]),
                         (credentials.TENANT, f"{main.base}/"))
        self.assertEqual(self.status_of(claims[login.claim("ticket")]), 200)
        self.assertEqual(main.last_request()["credential"], "ticket-issued-1")

    def test_the_jwt_is_signed_by_the_log_in_host(self):
        signed, _, signature = self.authenticate()[1]["Token"].rpartition(".")
        signature = base64.urlsafe_b64decode(signature + "==")
        self.assertTrue(certificates.is_signed(self.key("login-public.pem"), signed.encode(), signature))
        self.assertFalse(certificates.is_signed(self.key("login-public.pem"), signed.encode() + b"x", signature))

    def test_wrong_signatures(self):
        good = self.signed()
        data, _, text = good.rpartition(".")
        table = [self.signed(key=self.key("login.key")), data + "." + text[:-8] + "AAAAAA==", data + ".",
                 data + ".?", data, "x", good.replace("App-", "App_"), text]
        for signed in table:
            status, reply, _ = self.authenticate(signed)
            self.assertEqual((status, reply["IsSuccessful"], reply["Token"]), (200, False, None), signed)
            self.assertTrue(reply["ErrorMessage"].startswith("InvalidSignature"))

    def test_wrong_times(self):
        minute = datetime.timedelta(minutes=1)
        table = [(5, True), (-5, True), (6, False), (-6, False), (20, False), (-20, False), (60 * 24, False)]
        for minutes, good in table:
            status, reply, response = self.authenticate(self.signed(at=START + minutes * minute))
            self.assertEqual((status, reply["IsSuccessful"]), (200, good), minutes)
            if not good:
                self.assertTrue(reply["ErrorMessage"].startswith("InvalidTimestamp"))
                self.assertEqual(response.getheader("Date"), "Sun, 29 Nov 2026 20:00:00 GMT")  # the way back
        for stamp in ("202613012000", "20261129200", "202611292000Z"):
            self.assertFalse(self.authenticate(self.signed(stamp=stamp))[1]["IsSuccessful"], stamp)
        main.control("login", skew_minutes=20)
        self.assertTrue(self.authenticate(self.signed(at=START + 20 * minute))[1]["IsSuccessful"])
        main.control("clock", utc="2026-12-24T12:00:00Z")
        self.assertTrue(self.authenticate(self.signed(at=datetime.datetime(2026, 12, 24, 12, 0)))[1]["IsSuccessful"])

    def test_refusals(self):
        for token, name in login.SYSTEM_TOKENS.items():
            reply = self.authenticate(self.signed(token))[1]
            self.assertEqual((reply["ErrorMessage"] or "None").partition(":")[0], str(name))
        for changes in ({"ApplicationToken": "wrong"}, {"ContextIdentifier": "Cust9"}, {"ReturnTokenType": "SAML"}):
            self.assertFalse(self.authenticate(**changes)[1]["IsSuccessful"], changes)
        main.control("login", refusal_status=401)
        status, reply, _ = self.authenticate(ApplicationToken="wrong")
        self.assertEqual((status, reply["IsSuccessful"]), (401, False))

    def test_requests_that_cannot_be_read(self):
        self.assertEqual(self.authenticate(SignedSystemToken=7)[0], 400)
        self.assertEqual(self.authenticate(ReturnTokenType=None)[0], 400)
        self.assertEqual(main.ask("POST", SYSTEM_USER, "{", AS_JSON)[0].status, 400)
        self.assertEqual(main.ask("POST", SYSTEM_USER, "{}", {"Content-Type": "text/plain"})[0].status, 415)
        status, reply, _ = self.authenticate(None, {"Content-Type": "application/json;charset=UTF-8"},
                                             ReturnTokenType="jwt")
        self.assertTrue(reply["IsSuccessful"])

    def test_a_ticket_lives_six_hours_from_its_last_use(self):
        ticket, other = self.ticket(), self.ticket()
        for _ in range(5):
            main.control("clock", advance=5 * 3600)
            self.assertEqual(self.status_of(ticket), 200)
        self.assertEqual(self.status_of(other), 401)
        main.control("clock", advance=6 * 3600)
        self.assertEqual(self.status_of(ticket), 401)
        self.assertEqual(self.status_of(ticket), 401)

    def test_a_ticket_needs_the_application_token(self):
        self.assertEqual(self.status_of(self.ticket(), **{"SO-AppToken": "wrong"}), 401)

    def test_claims_that_a_client_has_to_refuse(self):
        main.control("login", issuer="Somebody", context="Cust9", jwt_key="system-user.key")
        token = self.authenticate()[1]["Token"]
        _, claims = claims_of(token)
        self.assertEqual((claims["iss"], claims[login.claim("ctx")]), ("Somebody", "Cust9"))
        signed, _, signature = token.rpartition(".")
        self.assertFalse(certificates.is_signed(self.key("login-public.pem"), signed.encode(),
                                                base64.urlsafe_b64decode(signature + "==")))

    def test_the_key_in_every_form(self):
        for name in ("system-user.key", "system-user-pkcs8.key"):
            self.assertTrue(self.authenticate(self.signed(key=self.key(name)))[1]["IsSuccessful"], name)
        self.assertIn("BEGIN RSA PRIVATE KEY", self.key().read_text())
        self.assertIn("BEGIN PRIVATE KEY", self.key("system-user-pkcs8.key").read_text())
        numbers = {element.tag: int.from_bytes(base64.b64decode(element.text), "big") for element in
                   xml.etree.ElementTree.fromstring(self.key("system-user.xml").read_text())}
        self.assertEqual(numbers["P"] * numbers["Q"], numbers["Modulus"])
        self.assertEqual(numbers["D"] * numbers["Exponent"] % (numbers["P"] - 1), 1)
        self.assertEqual((numbers["DP"], numbers["InverseQ"] * numbers["Q"] % numbers["P"]),
                         (numbers["D"] % (numbers["P"] - 1), 1))

    def test_a_plain_service_makes_the_keys_when_they_are_needed(self):
        with tempfile.TemporaryDirectory() as empty:
            started = Running("--plain", directory=empty)
            try:
                self.assertFalse(pathlib.Path(empty, "login.key").exists())
                response, _ = started.ask("POST", TOKENS, urllib.parse.urlencode(REFRESH), FORM)
                self.assertEqual(response.status, 200)
                self.assertTrue(pathlib.Path(empty, "system-user.key").exists())
            finally:
                started.stop()


class LogOfLogins(Shared):
    def test_no_secret_is_written(self):
        secrets = [credentials.APP_TOKEN, REFRESH["refresh_token"], VERIFIER]
        reply = refresh()[1]
        secrets += [reply["access_token"], reply["id_token"]]
        token_call("", target=f"{TOKENS}?{urllib.parse.urlencode(REFRESH)}")
        code = AuthorizationCode.sent_back(AuthorizationCode(), state="test-state")["code"]
        reply = refresh({**AuthorizationCode.EXCHANGE, "code": code})[1]
        secrets += [code, reply["refresh_token"]]
        users = SystemUsers()
        signed = users.signed()
        secrets += [signed.rpartition(".")[2], users.ticket()]
        users.authenticate(signed)
        main.control("next", status=500, body="{}", match=TOKENS)
        refresh()
        text = pathlib.Path(folder.name, "requests.log").read_text()
        for secret in secrets:
            self.assertNotIn(secret, text)
            self.assertNotIn(urllib.parse.quote_plus(secret), text)
        entry = main.last_request()
        self.assertIn("grant_type=refresh_token&client_id=test-client&client_secret=(redacted)", entry["body"])

    def test_a_day_of_a_device(self):
        main.control("clock", utc="2026-11-29T00:00:00Z")
        token, refreshed = refresh()[1]["access_token"], 1
        for _ in range(24):
            main.control("clock", advance=3599.5)
            self.assertEqual(status_of(token), 200)
            main.control("clock", advance=0.5)
            self.assertEqual(status_of(token), 401)
            token, refreshed = refresh()[1]["access_token"], refreshed + 1
        self.assertEqual(refreshed, 24 + 1)
        self.assertRegex(main.control("clock")["utc"], r"^2026-11-30T00:00:00")


if __name__ == "__main__":
    unittest.main()
