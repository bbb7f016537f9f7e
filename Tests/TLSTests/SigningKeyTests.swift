import Glibc
import Testing

@testable import TLS

struct SigningKeyTests {
    /// The first test vector of RFC 8032, section 7.1, as a PKCS #8 file.
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """

    @Test func aSignatureIsThatOfTheStandard() throws {
        let key = try TemporaryFile(Self.pem).read { try SigningKey(pemFile: $0) }
        #expect(
            key.publicKey.hexadecimal == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        )
        #expect(
            try key.sign([]).hexadecimal
                == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        )
        #expect(try key.sign([1, 2, 3]).count == 64)
    }

    @Test(arguments: [
        ("", "no private key"), ("nonsense", "no private key"), (pem + pem, "more than one key"),
        (
            """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqAFcXuOOTfSHq9Af
            zeWabb3bpmGdaEWrvI7UpRoaQDOhRANCAAQPD63RyEBxqdnXiySDTRKefGECgCNx
            8TVbXmgrhMK5WVXmbBXuzJGx/NpvZ1Lpm2ZcwLcthgbSjlQmioBGl68x
            -----END PRIVATE KEY-----
            """, "not an Ed25519 key"
        ),
    ])
    func aFileWithoutExactlyOneKeyIsRefused(text: String, reason: String) throws {
        let file = try TemporaryFile(text)
        let error = #expect(throws: TLSError.self) { try file.read { try SigningKey(pemFile: $0) } }
        #expect(error?.description.contains(reason) == true && error?.description.contains(file.path) == true)
    }

    @Test func aFileThatIsMissingIsNamed() throws {
        let error = #expect(throws: TLSError.self) { try SigningKey(pemFile: "/nowhere/key.pem") }
        #expect(error?.description.contains("/nowhere/key.pem") == true)
        #expect(error?.description.contains("No such file") == true)
    }
}

struct TLSContextTests {
    @Test(arguments: ["", "nonsense", SigningKeyTests.pem])
    func authoritiesMustBeCertificates(text: String) throws {
        let file = try TemporaryFile(text)
        let error = #expect(throws: TLSError.self) { try file.read { try TLSContext(extraAuthorities: $0) } }
        #expect(error?.description.contains(file.path) == true && error?.description.contains("PEM") == true)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n"])
    func whatIsNoTLSIsSaidToBeNone(text: String) throws {
        let session = try TLSSession(
            TLSContext(),
            peerName: "localhost",
            isNumeric: false,
            applications: [.http2, .http1]
        )
        #expect(try !session.handshake())
        #expect(session.outputBytes > 0)
        try Array(text.utf8).withUnsafeBytes { try session.receive($0) }
        #expect(throws: TLSError.handshake(.noTLS)) { try session.handshake() }
    }

    @Test func anOfferNamesTheHostAndTheVersions() throws {
        let session = try TLSSession(
            TLSContext(),
            peerName: "greeter.example",
            isNumeric: false,
            applications: [.http2, .http1]
        )
        #expect(try !session.handshake())
        var hello = [UInt8](repeating: 0, count: session.outputBytes)
        let count = hello.withUnsafeMutableBytes { session.takeOutput(into: $0) }
        let text = String(decoding: hello.prefix(count), as: UTF8.self)
        #expect(text.contains("greeter.example") && text.contains("\u{2}h2\u{8}http/1.1"))
        #expect(session.outputBytes == 0)
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        reduce(into: "") { text, byte in
            let digits = String(byte, radix: 16)
            text += digits.count == 1 ? "0" + digits : digits
        }
    }
}

/// A file that is gone with its owner.
private final class TemporaryFile {
    let path: String

    init(_ text: String) throws {
        var template = Array("/tmp/perdure-tls-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let bytes = Array(text.utf8)
        let written = write(descriptor, bytes, bytes.count)
        close(descriptor)
        try #require(written == bytes.count)
    }

    deinit { unlink(path) }

    /// Keeps the file for as long as it is read.
    func read<Value>(_ body: (String) throws -> Value) rethrows -> Value {
        defer { withExtendedLifetime(self) {} }
        return try body(path)
    }
}
