internal import COpenSSL
import EventLoop
import Glibc
import Testing

@testable import HTTP
@testable import TLS

/// An endpoint that speaks TLS and no protocol within it: what it says is up to the test. Its newest connection is the one
/// spoken of.
final class TLSOrigin {
    /// For `localhost` and 127.0.0.1, its own authority, good from 2000 to 2100.
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfjCCASWgAwIBAgIBATAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVwZXJkdXJl
        IHRlc3QgZW5kcG9pbnQwIBcNMDAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBa
        MCAxHjAcBgNVBAMMFXBlcmR1cmUgdGVzdCBlbmRwb2ludDBZMBMGByqGSM49AgEG
        CCqGSM49AwEHA0IABEzQ4UWWzXKzILrqweL0YF0wSUUeWbU1mPUj9EXrp/Jiq0Rx
        qLxtGVzEGd3kY1jYfB25yH7spxDEzTRbU81CbzSjTjBMMBoGA1UdEQQTMBGCCWxv
        Y2FsaG9zdIcEfwAAATAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBQwQjNapAzy
        RNDO988jBnZ5egLT+zAKBggqhkjOPQQDAgNHADBEAiAl5QdTN8JBJWzfYgNe2Ehq
        Ghg1sATLsxJHqHbX6jL4XwIgNJ5eMARNdXmOTTH7PdKYVlVIW5kD8AxUBqtd751N
        Rx4=
        -----END CERTIFICATE-----

        """
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRugFjRO1hBxe4wi5
        aYf68vqIiRz5ZT4Ka6/KDtwgLOahRANCAARM0OFFls1ysyC66sHi9GBdMElFHlm1
        NZj1I/RF66fyYqtEcai8bRlcxBnd5GNY2Hwduch+7KcQxM00W1PNQm80
        -----END PRIVATE KEY-----

        """

    private let listener: Listener
    private let context: OpaquePointer
    private(set) var peers: [TLSPeer] = []

    /// Chooses that version (as in RFC 7301), or takes no part in choosing.
    init(_ loop: EventLoop, chooses application: StaticString?) throws {
        let context = try #require(SSL_CTX_new(TLS_server_method()))
        self.context = context
        try Self.read(Self.certificate) { file in
            let certificate = try #require(PEM_read_bio_X509(file, nil, nil, nil))
            defer { X509_free(certificate) }
            try #require(SSL_CTX_use_certificate(context, certificate) == 1)
        }
        try Self.read(Self.key) { file in
            let key = try #require(PEM_read_bio_PrivateKey(file, nil, nil, nil))
            defer { EVP_PKEY_free(key) }
            try #require(SSL_CTX_use_PrivateKey(context, key) == 1)
        }
        if let application {
            let name = UnsafeMutableRawPointer(mutating: application.utf8Start)
            SSL_CTX_set_alpn_select_cb(
                context,
                { _, chosen, count, _, _, name in
                    guard let name else { return SSL_TLSEXT_ERR_NOACK }
                    let text = name.assumingMemoryBound(to: UInt8.self)
                    chosen?.pointee = UnsafePointer(text)
                    count?.pointee = UInt8(strlen(name.assumingMemoryBound(to: CChar.self)))
                    return SSL_TLSEXT_ERR_OK
                },
                name
            )
        }
        listener = try Listener(loop: loop, address: try SocketAddress(parsing: "127.0.0.1:0"))
        listener.start { [unowned self] stream in
            if let peer = TLSPeer(stream, context) { peers.append(peer) }
        }
    }

    deinit {
        listener.close()
        peers = []
        SSL_CTX_free(context)
    }

    func endpoint(_ version: HTTPEndpoint.Version) -> HTTPEndpoint {
        HTTPEndpoint(.host("localhost", port: listener.localAddress.port ?? 0), version, isSecure: true)
    }

    /// Trusts it.
    static func trust() throws -> TLSContext {
        var template = Array("/tmp/perdure-trust-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let bytes = Array(certificate.utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        return try TLSContext(extraAuthorities: path)
    }

    private static func read(_ text: String, _ body: (OpaquePointer) throws -> Void) throws {
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { bytes in
            let file = try #require(BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)))
            defer { BIO_free(file) }
            try body(file)
        }
    }
}

/// One connection of such an endpoint.
final class TLSPeer: ByteStreamDelegate {
    let stream: ByteStream
    private let session: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private(set) var received: [UInt8] = []
    /// The client has said within the session that it ends.
    private(set) var isToldOfTheEnd = false
    private(set) var isOver = false

    fileprivate init?(_ stream: ByteStream, _ context: OpaquePointer) {
        guard let session = SSL_new(context), let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem())
        else { return nil }
        self.stream = stream
        self.session = session
        self.input = input
        self.output = output
        perdure_bio_wait_when_empty(input)
        perdure_bio_wait_when_empty(output)
        SSL_set_bio(session, input, output)
        SSL_set_accept_state(session)
        stream.delegate = self
    }

    deinit {
        stream.close()
        SSL_free(session)
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    func send(_ bytes: [UInt8]) {
        #expect(SSL_write(session, bytes, Int32(bytes.count)) == bytes.count)
        pump()
    }

    /// Ends the session as it should be, and the connection.
    func finish() {
        SSL_shutdown(session)
        pump()
        stream.shutdownWrite()
    }

    /// Ends the connection in the middle of the session.
    func cut() { stream.shutdownWrite() }

    /// Asks for new keys: what is read next makes the client write.
    func changeKeys() {
        #expect(SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED) == 1)
    }

    private func pump() {
        while perdure_bio_pending(output) > 0 {
            stream.withOutputBuffer(reserving: Int(perdure_bio_pending(output))) { room in
                Int(BIO_read(output, room.baseAddress, Int32(room.count)))
            }
        }
    }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        BIO_write(input, bytes.baseAddress, Int32(bytes.count))
        var room = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = SSL_read(session, &room, Int32(room.count))
            guard count > 0 else {
                isToldOfTheEnd = isToldOfTheEnd || SSL_get_error(session, count) == SSL_ERROR_ZERO_RETURN
                break
            }
            received += room.prefix(Int(count))
        }
        pump()
    }

    func byteStreamEnded(_ stream: ByteStream) { isOver = true }
    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { isOver = true }
    func byteStreamDrained(_ stream: ByteStream) {}
}
