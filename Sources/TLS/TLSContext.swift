internal import COpenSSL
import Glibc

/// What all sessions with peers have in common: whom to trust, and from which version on. TLS 1.2 or later, certificates
/// checked against the system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` move them, as the library knows them).
package final class TLSContext {
    let library: OpaquePointer

    /// Trusts also the authorities in the PEM file at `extraAuthorities`.
    package init(extraAuthorities path: String? = nil) throws(TLSError) {
        guard let library = SSL_CTX_new(TLS_client_method()) else { throw .library(LibraryError.take()) }
        self.library = library
        perdure_ssl_release_buffers(library)
        perdure_ssl_no_renegotiation(library)
        guard perdure_ssl_at_least_tls12(library) == 1, SSL_CTX_set_default_verify_paths(library) == 1 else {
            throw .library(LibraryError.take())
        }
        if let path, SSL_CTX_load_verify_file(library, path) != 1 {
            throw .file(path: path, reason: LibraryError.take() + "; it must hold certificates in PEM form")
        }
        // What was passed over on the way (an authority that is there twice) belongs to nobody's later error.
        ERR_clear_error()
    }

    deinit {
        SSL_CTX_free(library)
    }
}

/// The library keeps its errors in a queue of the thread.
enum LibraryError {
    /// The first error in words; the queue is empty afterwards.
    static func take() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        let number = perdure_err_errno(code)
        if number != 0 { return String(cString: strerror(number)) }
        guard code != 0, let reason = ERR_reason_error_string(code) else { return "unknown error" }
        return String(cString: reason)
    }

    /// The number of the first error's reason within the library's part for TLS, 0 for other parts.
    static func peekReason() -> Int32 {
        let code = ERR_peek_error()
        return perdure_err_is_ssl(code) != 0 ? perdure_err_reason(code) : 0
    }
}
