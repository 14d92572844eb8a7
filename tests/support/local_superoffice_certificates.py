"""Makes the certificates of the local SuperOffice with the `openssl` command line tool.

Everything lands in one directory and is reused by the next start:

    ca.pem                    the authority that a client under test is told to trust; valid from 2000 to 2049, so that
                              a client with a clock of its own can be put before or behind any certificate's dates
    unknown-authority-ca.pem  an authority that it is not told about
    expired-ca.pem            the same name and key as ca.pem, but it ended in 2001
    NAME.pem, NAME.key        one pair for each NAME of CERTIFICATES
    client.pem, client.key    a client's pair, by ca.pem; client-encrypted.key is the same key under CLIENT_PASSWORD
                              by triple DES, client-encrypted-aes.key by AES
    login.key                 signs the JWTs of the log-in host (RSA 2048); login-public.pem is its public half
    system-user.key           the application's, with which a client signs a system user's token (RSA 2048, PKCS#1);
                              system-user-pkcs8.key is the same as PKCS#8, system-user.xml in the form that the vendor
                              delivers it, system-user-public.pem its public half

`openssl ca` signs them all, because it is the one command of OpenSSL 3.0 that takes both ends of
the validity as absolute dates. Keys are ECDSA P-256, but for the certificate `rsa` (RSA 2048).
"""

import base64
import dataclasses
import datetime
import fcntl
import json
import pathlib
import shutil
import subprocess
import tempfile

LAYOUT = 7  # counted up when what is made changes, so that an old directory is made anew
REUSE_FOR = datetime.timedelta(days=30)
LEAF_DAYS = 90
AUTHORITY_DATES = ("20000101000000Z", "20491231235959Z")  # from 2050 on the form of a date is another one
CLIENT_PASSWORD = "local-test-password"

LOCAL_NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"
OTHER_NAMES = "DNS:elsewhere.example"

KEYS = {
    "ecdsa": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "rsa": ("-newkey", "rsa:2048"),
}


@dataclasses.dataclass(frozen=True)
class Certificate:
    """How one server certificate differs from the good one; dates as `openssl ca` reads them."""

    meaning: str
    authority: str = "ca"  # "" signs itself
    names: str = LOCAL_NAMES
    key: str = "ecdsa"
    purpose: str = "serverAuth"
    start: str = ""
    end: str = ""
    extra: str = ""  # a further extension


CERTIFICATES = {
    "good": Certificate("for localhost, 127.0.0.1 and ::1, by ca.pem"),
    "rsa": Certificate("the same with an RSA key", key="rsa"),
    "expired": Certificate("ended in 2021", start="20200101000000Z", end="20210101000000Z"),
    # Before 2038, so that a client with a 32-bit clock judges it the same way.
    "not-yet-valid": Certificate("begins in 2036", start="20360101000000Z", end="20370101000000Z"),
    "self-signed": Certificate("signed by its own key", authority=""),
    "wrong-name": Certificate("for elsewhere.example only", names=OTHER_NAMES),
    "unknown-authority": Certificate("by an authority that ca.pem does not hold",
                                     authority="unknown-authority-ca"),
    # Each of these shows its intermediates as well, if it has any.
    "unreadable": Certificate("with a critical extension that nobody knows", extra="1.2.3.4 = critical, ASN1:NULL"),
    "constrained": Certificate("by an intermediate with critical name constraints, which it keeps", authority="constrained-ca"),
    "by-clients-only": Certificate("by an intermediate that may only issue for clients", authority="clients-only-ca"),
    "by-servers-only": Certificate("by an intermediate that may only issue for servers", authority="servers-only-ca"),
    "long-chain": Certificate("below ten intermediates", authority="below-10-ca"),
    "for-clients": Certificate("a client's, for localhost", purpose="clientAuth"),
    "top-level-wildcard": Certificate("for *.test", names="DNS:*.test"),
    "two-labels": Certificate("for service.test and *.test", names="DNS:*.test,DNS:Service.TEST"),
}
CLIENT = Certificate("a client's, by ca.pem", names="DNS:client.example", purpose="clientAuth")
AUTHORITIES = {
    "ca": "Local SuperOffice Test Authority",
    "unknown-authority-ca": "Unknown Test Authority",
}

@dataclasses.dataclass(frozen=True)
class Intermediate:
    signer: str = "ca"
    extra: str = ""  # an extension beside those of an authority


INTERMEDIATES = {
    "constrained-ca": Intermediate(extra="nameConstraints = critical, permitted;DNS:localhost"),
    "clients-only-ca": Intermediate(extra="extendedKeyUsage = clientAuth"),
    "servers-only-ca": Intermediate(extra="extendedKeyUsage = serverAuth"),
    "below-1-ca": Intermediate(),
    **{f"below-{number}-ca": Intermediate(signer=f"below-{number - 1}-ca") for number in range(2, 11)},
}
EXPIRED_AUTHORITY_DATES = ("20000101000000Z", "20010101000000Z")

CONFIGURATION = """\
[req]
distinguished_name = subject
prompt = no
string_mask = utf8only
[subject]
CN = {common_name}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
{authority_extra}
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature{key_encipherment}
extendedKeyUsage = {purpose}
subjectKeyIdentifier = hash
{authority_key_identifier}
subjectAltName = {names}
{extra}
[ca]
default_ca = register
[register]
database = {database}
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = policy
[policy]
commonName = supplied
"""


LOGIN_KEYS = ("login.key", "login-public.pem", "system-user.key", "system-user-pkcs8.key", "system-user.xml",
              "system-user-public.pem")
XML_NUMBERS = ("Modulus", "Exponent", "D", "P", "Q", "DP", "DQ", "InverseQ")  # RSAKeyValue, in the order of PKCS#1


class CertificateError(Exception):
    """What openssl said, for a person."""


def make_certificates(directory):
    """Makes what is missing in `directory`; safe when two processes do it at once."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_reusable(directory):
            _make_all(directory)


def make_login_keys(directory):
    """Makes the keys for logging in where they are missing."""
    directory = pathlib.Path(directory)
    if all((directory / name).exists() for name in LOGIN_KEYS):
        return
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / ".lock", "w") as lock, tempfile.TemporaryDirectory(dir=directory, prefix=".making-") as scratch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = pathlib.Path(scratch)
        if all((directory / name).exists() for name in LOGIN_KEYS):
            return
        # The key of the RSA certificate is used once more: to make another one takes longer than all the rest.
        made = directory / "rsa.key"
        made = made if made.exists() else _openssl_key(scratch, "rsa.key")
        _openssl(scratch, "rsa", "-traditional", "-in", made, "-out", "login.key")
        key = _openssl_key(scratch, "system-user-pkcs8.key")
        _openssl(scratch, "rsa", "-traditional", "-in", key, "-out", "system-user.key")
        for name in ("login", "system-user"):
            _openssl(scratch, "rsa", "-pubout", "-in", f"{name}.key", "-out", f"{name}-public.pem")
        (scratch / "system-user.xml").write_text(_to_xml_key(scratch / "system-user.key"))
        for name in LOGIN_KEYS:
            shutil.move(scratch / name, directory / name)


def _openssl_key(scratch, name):
    _openssl(scratch, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", name)
    return name


def sign(key, data):
    """RSA PKCS#1 v1.5 over SHA-256, by the key in that file."""
    return _openssl(key.parent, "dgst", "-sha256", "-sign", key.name, data=data)


def is_signed(public_key, data, signature):
    with tempfile.NamedTemporaryFile() as file:
        file.write(signature)
        file.flush()
        done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", public_key, "-signature", file.name], input=data,
                              capture_output=True, timeout=60)
    return done.returncode == 0


def public_numbers(key):
    """Modulus and exponent of a private key in PKCS#1."""
    return tuple(_numbers_of(key)[:2])


def _numbers_of(key):
    """The numbers of RSAPrivateKey (RFC 8017, A.1.2) behind its version."""
    text = key.read_text().split("-----")[2]
    data, numbers = base64.b64decode(text), []
    at = _der_head(data, 0)[0]
    while at < len(data):
        at, length = _der_head(data, at)
        numbers.append(int.from_bytes(data[at:at + length], "big"))
        at += length
    return numbers[1:]


def _der_head(data, at):
    """(where the contents of an element begin, how long they are)."""
    length, at = data[at + 1], at + 2
    if length < 0x80:
        return at, length
    size = length & 0x7f
    return at + size, int.from_bytes(data[at:at + size], "big")


def _to_xml_key(key):
    numbers = dict(zip(XML_NUMBERS, _numbers_of(key)))
    half = (numbers["Modulus"].bit_length() + 15) // 16
    sizes = {"Modulus": 2 * half, "D": 2 * half, "Exponent": 3}
    members = (f"<{name}>{base64.b64encode(number.to_bytes(sizes.get(name, half), 'big')).decode()}</{name}>"
               for name, number in numbers.items())
    return f"<RSAKeyValue>{''.join(members)}</RSAKeyValue>"


def _files():
    names = [f"{name}.pem" for name in (*AUTHORITIES, "expired-ca")]
    names += ["client.pem", "client.key", "client-encrypted.key", "client-encrypted-aes.key"]
    return names + [f"{name}{end}" for name in CERTIFICATES for end in (".pem", ".key")]


def _is_reusable(directory):
    try:
        made = json.loads((directory / "made.json").read_text())
        age = _now() - datetime.datetime.fromisoformat(made["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return (made.get("layout") == LAYOUT and datetime.timedelta(0) <= age < REUSE_FOR
            and all((directory / name).exists() for name in _files()))


def _make_all(directory):
    # Authority keys stay in the scratch folder and are gone when this returns.
    with tempfile.TemporaryDirectory(dir=directory, prefix=".making-") as scratch:
        scratch = pathlib.Path(scratch)
        for name, common_name in AUTHORITIES.items():
            _make_authority(scratch, name, common_name)
        _sign_authority(scratch, "ca", *EXPIRED_AUTHORITY_DATES, into="expired-ca.pem")
        for name, intermediate in INTERMEDIATES.items():
            _make_authority(scratch, name, name, signer=intermediate.signer, extra=intermediate.extra)
        for name, certificate in CERTIFICATES.items():
            _make_leaf(scratch, name, certificate)
        _make_leaf(scratch, "client", CLIENT)
        for cipher, name in (("des3", "client-encrypted.key"), ("aes-256-cbc", "client-encrypted-aes.key")):
            _openssl(scratch, "pkcs8", "-topk8", "-v2", cipher, "-in", "client.key",
                     "-passout", f"pass:{CLIENT_PASSWORD}", "-out", name)
        for name in _files():
            shutil.move(scratch / name, directory / name)
    made = {"layout": LAYOUT, "at": _now().isoformat()}
    (directory / "made.json").write_text(json.dumps(made))


def _make_authority(scratch, name, common_name, signer=None, extra=""):
    configuration = _configure(scratch, name, common_name, authority_extra=extra)
    _openssl(scratch, "req", "-new", "-nodes", *KEYS["ecdsa"], "-config", configuration,
             "-keyout", f"{name}.key", "-out", f"{name}.csr")
    _sign_authority(scratch, name, *AUTHORITY_DATES, signer=signer, into=f"{name}.pem")


def _sign_authority(scratch, name, start, end, into, signer=None):
    by = ("-cert", f"{signer}.pem", "-keyfile", f"{signer}.key") if signer else ("-selfsign", "-keyfile", f"{name}.key")
    _openssl(scratch, "ca", "-batch", "-notext", "-config", f"{name}.cnf", "-extensions", "authority", *by,
             "-startdate", start, "-enddate", end, "-in", f"{name}.csr", "-out", into)


def _make_leaf(scratch, name, certificate):
    common_name = certificate.names.split(",")[0].removeprefix("DNS:")
    configuration = _configure(scratch, name, common_name, certificate)
    _openssl(scratch, "req", "-new", "-nodes", *KEYS[certificate.key], "-config", configuration,
             "-keyout", f"{name}.key", "-out", f"{name}.csr")
    if certificate.authority:
        signer = ("-cert", f"{certificate.authority}.pem", "-keyfile", f"{certificate.authority}.key")
    else:
        signer = ("-selfsign", "-keyfile", f"{name}.key")
    now = _now()
    start = certificate.start or _stamp(now - datetime.timedelta(days=1))
    end = certificate.end or _stamp(now + datetime.timedelta(days=LEAF_DAYS))
    _openssl(scratch, "ca", "-batch", "-notext", "-config", configuration, "-extensions", "server", *signer,
             "-startdate", start, "-enddate", end, "-in", f"{name}.csr", "-out", f"{name}.pem")
    above = certificate.authority
    while above in INTERMEDIATES:
        with open(scratch / f"{name}.pem", "a") as chain:
            chain.write((scratch / f"{above}.pem").read_text())
        above = INTERMEDIATES[above].signer


def _configure(scratch, name, common_name, certificate=CERTIFICATES["good"], authority_extra=""):
    (scratch / f"{name}.index").touch()
    text = CONFIGURATION.format(
        common_name=common_name, database=f"{name}.index", names=certificate.names,
        purpose=certificate.purpose,
        key_encipherment=", keyEncipherment" if certificate.key == "rsa" else "",
        authority_key_identifier="authorityKeyIdentifier = keyid" if certificate.authority else "",
        extra=certificate.extra, authority_extra=authority_extra)
    (scratch / f"{name}.cnf").write_text(text)
    return f"{name}.cnf"


def _openssl(folder, *arguments, data=b""):
    # Runs inside the folder: no path has to be quoted into a configuration file.
    try:
        done = subprocess.run(["openssl", *arguments], cwd=folder, input=data, capture_output=True, timeout=60)
    except FileNotFoundError:
        raise CertificateError("the command `openssl` is missing (Debian: package openssl)") from None
    if done.returncode:
        raise CertificateError(f"openssl {arguments[0]} failed: {done.stderr.decode().strip()}")
    return done.stdout


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


def _stamp(moment):
    return moment.strftime("%Y%m%d%H%M%SZ")
