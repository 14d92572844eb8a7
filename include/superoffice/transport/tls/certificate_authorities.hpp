// superoffice/transport/tls/certificate_authorities.hpp - authorities for any number of links, loaded once.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_CERTIFICATE_AUTHORITIES_HPP
#define SUPEROFFICE_TRANSPORT_TLS_CERTIFICATE_AUTHORITIES_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/transport/detail/certificate_chain.hpp>
#include <superoffice/transport/detail/certificate_reader.hpp>
#include <superoffice/transport/detail/certificates_in_place.hpp>
#include <superoffice/transport/detail/folder.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#if defined(MBEDTLS_FS_IO)
#include <cstdio>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {

/// Where systems keep their authorities: the first of these files that holds a readable certificate is taken.
inline constexpr const char* system_authorities[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // newer Fedora, CentOS, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE, SLES
    "/var/lib/ca-certificates/ca-bundle.pem",             // newer openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine, FreeBSD, OpenBSD, macOS
    "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD, from ports
    "/etc/openssl/certs/ca-certificates.crt",             // NetBSD
};

}  // namespace detail

/// The first certificate that could not be read.
struct unreadable_certificate {
    std::uint32_t number = 0;    ///< counted from 1 in its file or memory; 0: every certificate could be read
    std::size_t offset = 0;      ///< the byte at which it begins
    std::int32_t native = 0;     ///< mbedTLS's code
    const char* file = nullptr;  ///< of `add_file` and `add_folder`; valid as long as the object, until `clear`
};

/// The certificates that may have signed a server's. Load them once, then name the object in `tls_options::authorities` of
/// any number of links: each link then takes what its connection needs and nothing for the authorities (the bundle of a
/// system takes 0.4 MB and 10 ms).
///
///     superoffice::certificate_authorities roots;
///     if (const auto added = roots.add_system(); !added) return report(added.error());
///     superoffice::mbedtls_socket first{{.authorities = &roots}}, second{{.authorities = &roots}};
///
/// Lifetime: the object must live longer than the links that name it, and must not be changed (added to, cleared) while one
/// of them lives. To renew a bundle while the program runs, load a second object and name that one in new links; the first
/// can go when the last link that names it has gone.
///
/// Threads: loading is for one thread. Links in several threads may use a loaded object at the same time if mbedTLS was
/// built with MBEDTLS_THREADING_C (`may_be_shared_by_threads`); without it mbedTLS itself is for one thread. Load the
/// object before the threads start: that also fills the tables of mbedTLS (for AES, of curves and cipher suites), which are
/// otherwise filled at the first handshake, without a lock.
///
/// Each `add_...` adds to what was there before; if it fails, it has added nothing. If a source is being read in steps
/// and another one is started or added before its last step, all of the first one is forgotten. Certificates that mbedTLS
/// cannot read are skipped, and those that are there already are left out. If a source has no readable certificate, that
/// is an error.
///
/// Errors, at stage::request:
///     no_authorities    there is no such regular file or folder, or none of the system; native: mbedTLS's code
///     bad_authorities   no certificate can be read, or a limit was exceeded. `position()` is the byte at which the first
///                       unreadable certificate begins, or the first one over a limit; native: mbedTLS's code, 0 for a
///                       limit. `first_unreadable()` has number and file as well. Bytes behind DER that are no certificate
///                       are this error, too, after any number of good certificates: nothing of the source is added
///     no_entropy        PSA cannot be initialised (see `tls`); native: its code
class certificate_authorities {
  public:
    /// A larger bundle is refused. Those of systems have 0.2 MB.
    static constexpr std::size_t max_bundle_bytes = 4 * 1024 * 1024;
    /// More certificates are refused. Bundles of systems have about 150.
    static constexpr std::uint32_t max_certificates = 1024;
    /// What `step` reads at most: half a millisecond's work on a computer.
    static constexpr unsigned certificates_per_step = 8;
    /// Whether links in several threads may share an object.
    static constexpr bool may_be_shared_by_threads = detail::mbedtls_api::has_threads;
    /// Whether `use_in_place` works: mbedTLS was built with MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK.
    static constexpr bool can_use_in_place = detail::mbedtls_api::asks_for_authorities;

    certificate_authorities() noexcept = default;
    certificate_authorities(const certificate_authorities&) = delete;
    certificate_authorities& operator=(const certificate_authorities&) = delete;
    ~certificate_authorities() { clear(); }

    /// Adds certificates from memory: PEM text (a final NUL is not needed), or DER certificates one after another. DER is
    /// used where it lies, and must stay there as long as this object; so a temporary does not compile.
    result<void> add(borrowed_list<std::byte> bytes) noexcept {
        start(bytes);
        return finish();
    }

    /// The same in bounded pieces, for programs that must not stop for 10 ms: call `step` as long as there is more.
    ///
    ///     roots.start_system();
    ///     while (roots.step() == superoffice::certificate_authorities::progress::more) {}  // other work fits here
    ///     if (!roots.is_loaded()) return report(roots.problem());
    ///
    /// The bytes must stay until then, and DER as long as this object.
    void start(borrowed_list<std::byte> bytes) noexcept { begin({bytes.data(), bytes.size()}, false); }

    enum class progress : std::uint8_t {
        more,    ///< call `step` again
        done,    ///< everything is read, or nothing was started
        failed,  ///< `problem` says why
    };

    /// Reads at most `certificates_per_step` certificates. `failed` stays until something is started or added.
    [[nodiscard]] progress step() noexcept {
        if (!is_reading_) return is_searching_ ? search() : has_failed_ ? progress::failed : progress::done;
        for (unsigned n = 0; n < certificates_per_step; ++n) {
            int code = 0;
            if (!reader_.next(chain_.last(), code)) return end();
            ++read_;
            if (code != 0) {
                note(code);
                const bool has_no_memory = detail::mbedtls_api::is_out_of_memory(code);
                if (has_no_memory) problem_ = bad(code, reader_.offset());  // whatever was unreadable before
                if (reader_.is_broken() || has_no_memory) return fail();
            } else if (chain_.size() == max_certificates) {
                problem_ = bad(0, reader_.offset());
                return fail();
            } else {
                chain_.take();
            }
        }
        return progress::more;
    }

    /// Why `step` has failed. It means nothing as long as `step` has not.
    [[nodiscard]] const error& problem() const noexcept { return problem_; }

    /// Adds the certificates of a file: PEM, or DER one after another. Blocks while it reads the file. Without
    /// MBEDTLS_FS_IO in mbedTLS it ends in no_authorities, like `add_folder` and `add_system`.
    result<void> add_file(const char* path) noexcept {
        const result<void> opened = start_file(path);
        return opened ? finish() : opened;
    }

    /// Reads the file at once, which blocks for a moment, and leaves its certificates to `step`. The path must stay until
    /// then.
    result<void> start_file(const char* path) noexcept {
        drop_source();
        std::span<const std::byte> bytes;
        problem_ = read_file(path, bytes);
        has_failed_ = problem_.code != errc::ok;
        if (has_failed_) return problem_;
        path_ = path;
        begin(bytes, true);
        return {};
    }

    /// Adds the certificates of the bundle that this system has: see `tls` for the files that are tried.
    result<void> add_system() noexcept { return add_first_of(detail::system_authorities); }
    /// The same in pieces: each `step` reads one file at once, or some of its certificates.
    void start_system() noexcept { start_first_of(detail::system_authorities); }

    /// Adds the certificates of the first of these files that holds a readable one. The list and its paths are borrowed
    /// until then. The error is that of the last file that exists, or no_authorities.
    result<void> add_first_of(std::span<const char* const> files) noexcept {
        start_first_of(files);
        return finish();
    }
    void start_first_of(std::span<const char* const> files) noexcept {
        drop_source();
        is_searching_ = true;
        files_ = files;
        worst_ = no_file();
    }

    /// Adds the certificates of every file of the folder, with any name. It skips hidden files, folders, files that hold
    /// something else, and files that are larger than `max_bundle_bytes` or cannot be opened. Blocks. Without <dirent.h>,
    /// as with Microsoft's compiler, it ends in no_authorities.
    result<void> add_folder(const char* path) noexcept {
        drop_source();
        detail::folder files{path};
        if (!files.is_open()) return no_file();
        const detail::certificate_chain::place before = chain_.end();
        error worst = no_file();
        bool has_any = false;
        while (const char* const file = files.next()) {
            result<void> added = start_file(file);
            const bool is_opened = added.has_value();
            if (is_opened && !reader_.looks_readable()) continue;
            if (is_opened) added = finish();
            has_any = has_any || added.has_value();
            if (added) continue;
            const bool has_no_memory = detail::mbedtls_api::is_out_of_memory(added.error().native);
            if (!is_opened && !has_no_memory) continue;
            worst = added.error();
            if (worst.native != 0 && !has_no_memory) continue;
            chain_.return_to(before);  // for want of memory, or because of a limit
            return worst;
        }
        drop_source();
        return has_any ? result<void>{} : result<void>{worst};
    }

    /// Uses DER certificates, one after another, where they lie, for example in flash. None is parsed now: each handshake
    /// parses the one that may have signed the server's certificate, and frees it. So any number takes no memory beside
    /// this object. The bytes must stay there as long as this object. They replace those that were given here before.
    ///
    /// A server whose own certificate is in this list, rather than the authority that signed it, is accepted only if that
    /// certificate is marked as an authority.
    ///
    /// A certificate that mbedTLS cannot parse is found only in a handshake: it counts in `size`, not in `unreadable`,
    /// and is passed over.
    ///
    /// Errors  bad_authorities if the bytes are not DER certificates: `position()` says where; with native
    ///         MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE if this mbedTLS cannot do that (`can_use_in_place`)
    result<void> use_in_place(borrowed_list<std::byte> bytes) noexcept {
        const std::span<const std::byte> der{bytes.data(), bytes.size()};
        if (!can_use_in_place) return bad(MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE, 0);
        if (der.size() > max_bundle_bytes) return bad(0, max_bundle_bytes);
        detail::mbedtls_api::fill_tables();
        std::uint32_t count = 0;
        const std::size_t end = detail::end_of_certificates(der, max_certificates, count);
        if (end != der.size() || count == 0)
            return bad(count == max_certificates ? 0 : MBEDTLS_ERR_X509_INVALID_FORMAT, end);
        in_place_.set(der, count);
        return {};
    }

    /// Forgets everything. No link may use the object.
    [[gnu::noinline]] void clear() noexcept {
        drop_source();
        chain_.clear();
        in_place_.set({}, 0);
        skipped_ = 0;
        first_ = {};
        if (!detail::mbedtls_api::has_files) return;
        mbedtls_free(name_);
        name_ = nullptr;
    }

    /// True if links can use it: there is a certificate, and nothing is being read.
    [[nodiscard]] bool is_loaded() const noexcept { return size() != 0 && !is_reading_ && !is_searching_; }
    /// How many certificates there are.
    [[nodiscard]] std::uint32_t size() const noexcept { return chain_.size() + in_place_.size(); }
    /// How many could not be read, and the first of them.
    [[nodiscard]] std::uint32_t unreadable() const noexcept { return skipped_; }
    [[nodiscard]] const unreadable_certificate& first_unreadable() const noexcept { return first_; }

    // ---- for `tls`

    /// Lets a configuration use these. It changes nothing here, although mbedTLS takes pointers that are not const.
    void give_to(mbedtls_ssl_config& config) const noexcept {
        auto& me = const_cast<certificate_authorities&>(*this);
        if (in_place_.size() == 0)
            mbedtls_ssl_conf_ca_chain(&config, &me.chain_.first(), nullptr);
        else
            detail::mbedtls_api::set_authorities(config, list_issuers, &me);
    }

    /// Calls `look(certificate)` for authorities until it answers true; for all whose name may be `subject`, and for some
    /// others.
    template <class Look>
    bool find(const mbedtls_x509_buf& subject, Look look) const noexcept {
        for (const mbedtls_x509_crt* at = &chain_.first(); at != nullptr; at = at->next)
            if (look(*at)) return true;
        return in_place_.find(subject, look);
    }

    /// Adds all of them to a hash.
    void add_to(detail::sha256& hash) const noexcept {
        for (const mbedtls_x509_crt* at = &chain_.first(); at != nullptr; at = at->next)
            hash.add(at->raw.p, at->raw.len);
        in_place_.add_to(hash);
    }

  private:
    using in_place =
        std::conditional_t<can_use_in_place, detail::certificates_in_place, detail::no_certificates_in_place>;

    /// A callback of mbedTLS.
    static int list_issuers(void* self, const mbedtls_x509_crt* child, mbedtls_x509_crt** list) noexcept {
        const auto& me = *static_cast<const certificate_authorities*>(self);
        return me.in_place_.list_issuers(me.chain_.first(), *child, *list);
    }

    [[gnu::noinline]] static error refused(errc code, int native, std::size_t offset) noexcept {
        return {.stage = stage::request, .code = code, .native = native, .offset = detail::as_offset(offset)};
    }
    static error bad(int native, std::size_t offset) noexcept { return refused(errc::bad_authorities, native, offset); }

    [[gnu::noinline]] void begin(std::span<const std::byte> bytes, bool copies) noexcept {
        if (!copies) drop_source();
        problem_ = bad(MBEDTLS_ERR_X509_INVALID_FORMAT, 0);  // of a source without a certificate
        is_refused_ = bytes.size() > max_bundle_bytes;
        if (is_refused_) problem_ = bad(0, max_bundle_bytes);
        if (const int code = detail::mbedtls_api::begin_psa(); code != 0) {
            is_refused_ = true;
            problem_ = refused(errc::no_entropy, code, 0);
        }
        detail::mbedtls_api::fill_tables();
        reader_.begin(is_refused_ ? std::span<const std::byte>{} : bytes, copies);
        is_reading_ = true;
        before_ = chain_.end();
        read_ = skipped_here_ = 0;
    }

    result<void> finish() noexcept {
        progress now = progress::more;
        while (now == progress::more) now = step();
        return now == progress::done ? result<void>{} : result<void>{problem_};
    }

    [[gnu::noinline]] void note(int code) noexcept {
        if (++skipped_here_ == 1) problem_ = bad(code, reader_.offset());
        if (++skipped_ == 1) first_ = {read_, reader_.offset(), code, copy_of_path()};
    }

    /// Kept until `clear`; null without a file, or without memory.
    const char* copy_of_path() noexcept {
        if (!detail::mbedtls_api::has_files || path_ == nullptr) return nullptr;
        const std::size_t size = std::strlen(path_) + 1;
        name_ = static_cast<char*>(mbedtls_calloc(1, size));
        if (name_ != nullptr) std::memcpy(name_, path_, size);
        return name_;
    }

    progress end() noexcept {
        if (is_refused_ || read_ == skipped_here_) return fail();
        is_reading_ = false;  // what it has added stays
        drop_source();
        return progress::done;
    }

    /// Ends this source with `problem_`, or goes on with the next file.
    progress fail() noexcept {
        const bool goes_on = is_searching_;
        drop_source();
        has_failed_ = !goes_on;
        if (has_failed_) return progress::failed;
        is_searching_ = true;
        worst_ = problem_;
        return progress::more;
    }

    /// The next one of several files.
    progress search() noexcept {
        if (!detail::mbedtls_api::has_files || files_.empty()) {
            drop_source();
            problem_ = worst_;
            has_failed_ = true;
            return progress::failed;
        }
        const result<void> opened = start_file(files_.front());
        is_searching_ = true;
        files_ = files_.subspan(1);
        if (!opened && opened.error().code != errc::no_authorities) worst_ = opened.error();
        return progress::more;
    }

    static error no_file() noexcept { return refused(errc::no_authorities, MBEDTLS_ERR_X509_FILE_IO_ERROR, 0); }

    /// Reads the file into `file_`, which mbedTLS allocates.
    error read_file(const char* path, std::span<const std::byte>& bytes) noexcept {
        error e = no_file();
#if defined(MBEDTLS_FS_IO)
        if (!detail::is_plain_file(path)) return e;
        std::FILE* const file = std::fopen(path, "rb");
        if (file == nullptr) return e;
        std::setvbuf(file, nullptr, _IONBF, 0);  // the C library takes no memory for it
        const long size = std::fseek(file, 0, SEEK_END) == 0 ? std::ftell(file) : -1;
        if (size > static_cast<long>(max_bundle_bytes)) {
            e = bad(0, max_bundle_bytes);
        } else if (size >= 0 && std::fseek(file, 0, SEEK_SET) == 0) {
            const auto wanted = static_cast<std::size_t>(size);
            file_ = static_cast<unsigned char*>(mbedtls_calloc(1, wanted + 1));
            if (file_ == nullptr)
                e = bad(detail::mbedtls_out_of_memory, 0);
            else if (std::fread(file_, 1, wanted, file) == wanted)
                e = {};
            bytes = {reinterpret_cast<const std::byte*>(file_), wanted};
        }
        std::fclose(file);
        if (e.code != errc::ok) drop_source();
#else
        static_cast<void>(path), static_cast<void>(bytes);
#endif
        return e;
    }

    /// Forgets the source, and what it has added if it was not read to its end.
    [[gnu::noinline]] void drop_source() noexcept {
        if (is_reading_) chain_.return_to(before_);
        reader_.begin({}, false);
        is_reading_ = is_searching_ = has_failed_ = false;
        path_ = nullptr;
        if (!detail::mbedtls_api::has_files) return;
        mbedtls_free(file_);
        file_ = nullptr;
    }

    [[no_unique_address]] detail::certificate_chain chain_;  // its padding has room for the next member
    std::uint32_t skipped_ = 0;
    [[no_unique_address]] in_place in_place_;
    unreadable_certificate first_;

    // While something is read.
    detail::certificate_reader reader_;
    detail::certificate_chain::place before_{};  ///< what was there before this source
    std::uint32_t read_ = 0;
    std::uint32_t skipped_here_ = 0;
    unsigned char* file_ = nullptr;
    const char* path_ = nullptr;
    char* name_ = nullptr;                ///< of `first_.file`
    error problem_;                       ///< the first unreadable certificate of this source
    std::span<const char* const> files_;  ///< still to be tried
    error worst_;                         ///< of those that were
    bool is_reading_ = false;
    bool is_searching_ = false;
    bool is_refused_ = false;
    bool has_failed_ = false;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
