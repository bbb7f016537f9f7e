internal import COpenSSL

/// One TLS session without its socket, the client's end: it is fed with the bytes that came and asked for those that are
/// to leave. The peer's certificate is checked, with its name, before a byte of anybody's gets through.
package final class TLSSession {
    /// What an endpoint may choose from (RFC 7301).
    package enum Application: Sendable {
        case http2
        case http1
    }

    /// What a read gave.
    package enum Read: Equatable {
        case bytes(Int)
        /// More of the peer's bytes are needed.
        case nothing
        /// The peer has said that it sends no more.
        case ended
    }

    private let library: OpaquePointer
    /// Kept, as the library's session refers to it.
    private let context: TLSContext
    private let input: OpaquePointer
    private let output: OpaquePointer
    private let peerName: String
    /// What was wrong with a certificate of the peer's; it is gone when the handshake tells of its failure.
    private var objection: TLSRefusal?
    /// The peer has ended its half as it should.
    package private(set) var hasEnded = false

    /// - Parameters:
    ///   - peerName: the name or the numeric address (without brackets) that the certificate has to hold for.
    ///   - applications: in the order of preference, at least one.
    package init(
        _ context: TLSContext,
        peerName: String,
        isNumeric: Bool,
        applications: [Application]
    ) throws(TLSError) {
        guard let library = SSL_new(context.library) else { throw .library(LibraryError.take()) }
        guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
            SSL_free(library)
            throw .library(LibraryError.take())
        }
        perdure_bio_wait_when_empty(input)
        perdure_bio_wait_when_empty(output)
        // The session owns both from here on.
        SSL_set_bio(library, input, output)
        self.library = library
        self.context = context
        self.input = input
        self.output = output
        self.peerName = peerName
        let names = applications.flatMap { $0.wireName }
        let isReady =
            SSL_set_alpn_protos(library, names, UInt32(names.count)) == 0
            && (isNumeric
                ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(library), peerName) == 1
                : perdure_ssl_set_server_name(library, peerName) == 1 && SSL_set1_host(library, peerName) == 1)
        guard isReady else { throw .library(LibraryError.take()) }
        SSL_set_hostflags(library, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        SSL_set_connect_state(library)
        SSL_set_ex_data(library, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_set_verify(library, SSL_VERIFY_PEER) { isGood, chain in
            if isGood == 0, let chain { TLSSession.noteObjection(chain) }
            return isGood
        }
    }

    deinit {
        SSL_free(library)
    }

    /// Takes bytes from the peer, to be worked on by `handshake` or `read`.
    package func receive(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = BIO_write(input, rest.baseAddress, Int32(clamping: rest.count))
            guard count > 0 else { throw .broken(LibraryError.take()) }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
        }
    }

    /// Goes on with the handshake as far as the bytes reach; true once the session is there.
    package func handshake() throws(TLSError) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(library)
        if result == 1 { return true }
        guard SSL_get_error(library, result) != SSL_ERROR_WANT_READ else { return false }
        throw .handshake(refusal())
    }

    /// What the peer chose; `nil` when it does not take part in choosing.
    package var application: Application? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(library, &name, &count)
        let chosen = UnsafeBufferPointer(start: name, count: Int(count))
        return [.http2, .http1].first { $0.wireName.dropFirst().elementsEqual(chosen) }
    }

    /// What the peer said, decrypted into `room`.
    package func read(into room: UnsafeMutableRawBufferPointer) throws(TLSError) -> Read {
        ERR_clear_error()
        let count = SSL_read(library, room.baseAddress, Int32(clamping: room.count))
        if count > 0 { return .bytes(Int(count)) }
        switch SSL_get_error(library, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .nothing
        case SSL_ERROR_ZERO_RETURN:
            hasEnded = true
            return .ended
        default: throw .broken(LibraryError.take())
        }
    }

    /// Encrypts what is to be said; it waits in the output. The handshake must be over.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        var rest = bytes
        while !rest.isEmpty {
            ERR_clear_error()
            // Memory takes it all, and nothing is renegotiated: a write never has to wait.
            let count = SSL_write(library, rest.baseAddress, Int32(clamping: rest.count))
            guard count > 0 else { throw .broken(LibraryError.take()) }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
        }
    }

    /// Says that this end sends no more.
    package func end() {
        ERR_clear_error()
        SSL_shutdown(library)
        ERR_clear_error()
    }

    /// Encrypted bytes for the peer.
    package var outputBytes: Int { Int(max(0, perdure_bio_pending(output))) }

    /// Moves encrypted bytes into `room`, and says how many.
    package func takeOutput(into room: UnsafeMutableRawBufferPointer) -> Int {
        Int(max(0, BIO_read(output, room.baseAddress, Int32(clamping: room.count))))
    }
}

extension TLSSession.Application {
    /// The name with its length in front, as it is offered.
    fileprivate var wireName: [UInt8] {
        switch self {
        case .http2: [2] + Array("h2".utf8)
        case .http1: [8] + Array("http/1.1".utf8)
        }
    }
}

// MARK: - Why a handshake failed

extension TLSSession {
    private func refusal() -> TLSRefusal {
        let reason = LibraryError.peekReason()
        let text = LibraryError.take()
        if let objection { return objection }
        switch reason {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_UNEXPECTED_MESSAGE,
            SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_RECORD_TOO_SMALL, SSL_R_BAD_LENGTH:
            return .noTLS
        case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: return .noCommonProtocol
        default: return .refused(text)
        }
    }

    /// The library's call while it goes through the peer's chain.
    private static func noteObjection(_ chain: OpaquePointer) {
        let place = SSL_get_ex_data_X509_STORE_CTX_idx()
        guard let library = X509_STORE_CTX_get_ex_data(chain, place),
            let session = SSL_get_ex_data(OpaquePointer(library), 0)
        else { return }
        Unmanaged<TLSSession>.fromOpaque(session).takeUnretainedValue().note(
            verdict: X509_STORE_CTX_get_error(chain),
            of: X509_STORE_CTX_get_current_cert(chain)
        )
    }

    private func note(verdict: Int32, of certificate: OpaquePointer?) {
        let subject = Self.text(certificate.flatMap { X509_get_subject_name($0) })
        objection =
            switch verdict {
            case X509_V_ERR_CERT_HAS_EXPIRED: .expired(subject: subject)
            case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid(subject: subject)
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
                .nameMismatch(expected: peerName, subject: subject)
            case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
                .unknownAuthority(issuer: Self.text(certificate.flatMap { X509_get_issuer_name($0) }))
            default: .certificate(String(cString: X509_verify_cert_error_string(Int(verdict))))
            }
    }

    /// A name like `/O=Example/CN=greeter.example`, cut where it grows beyond use.
    private static func text(_ name: OpaquePointer?) -> String {
        guard let name else { return "without a name" }
        var buffer = [CChar](repeating: 0, count: 256)
        guard X509_NAME_oneline(name, &buffer, Int32(buffer.count)) != nil else { return "without a name" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "without a name" : String(decoding: bytes, as: UTF8.self)
    }
}
