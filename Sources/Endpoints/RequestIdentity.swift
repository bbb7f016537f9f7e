import DurableModel
import EventLoop
import HTTP
import TLS

/// What lets a service tell requests of this server from those of anybody else: each carries a short-lived token that is
/// signed with a key of the server's (discovery.md, section 4).
package final class RequestIdentity {
    private struct Token {
        var issuedAt: Int64
        var text: [UInt8]
    }

    /// How long before and after it was made a token is good, in seconds.
    private static let validity: Int64 = 60
    /// A token without a subject is used again for so many seconds: signing costs as much as all else of a small request.
    private static let reuse: Int64 = 5
    /// Handlers whose token is kept; then all are forgotten, as names may come and go.
    private static let tokensMax = 1024

    private let key: SigningKey
    /// What services are configured with: `publickeyv1_…`.
    package let publicKey: String
    private var tokens: [String: Token] = [:]

    /// Signs with the key of that PEM file.
    package init(key: SigningKey) {
        self.key = key
        publicKey = "publickeyv1_" + Base58.encode(key.publicKey)
    }

    /// Signs a request.
    ///
    /// - Parameters:
    ///   - path: without the base path of the deployment.
    ///   - subject: the key of keyed targets.
    func sign(_ head: inout HTTPHead, path: String, subject: String?) {
        let now = EventLoop.wallClockMilliseconds() / 1000
        head.add("x-restate-signature-scheme", "v1")
        head.add("x-restate-jwt-v1", token(path, subject, now), unique: true)
    }

    private func token(_ path: String, _ subject: String?, _ now: Int64) -> [UInt8] {
        guard subject == nil else { return token(for: path, subject, issuedAt: now) }
        if let known = tokens[path], (0..<Self.reuse).contains(now - known.issuedAt) { return known.text }
        let text = token(for: path, nil, issuedAt: now)
        if tokens.count >= Self.tokensMax { tokens = [:] }
        tokens[path] = Token(issuedAt: now, text: text)
        return text
    }

    /// A compact JWT (RFC 7519). One that cannot be signed is empty, and every service refuses it.
    private func token(for path: String, _ subject: String?, issuedAt now: Int64) -> [UInt8] {
        var claims = JSONWriter()
        claims.beginObject()
        claims.member("aud", path)
        claims.member("exp", now + Self.validity)
        claims.member("iat", now)
        claims.member("nbf", now - Self.validity)
        if let subject { claims.member("sub", subject) }
        claims.endObject()
        let signed = Base64URL.digits(of: Array(header.utf8)) + [UInt8(ascii: ".")] + Base64URL.digits(of: claims.bytes)
        guard let signature = try? key.sign(signed) else { return [] }
        return signed + [UInt8(ascii: ".")] + Base64URL.digits(of: signature)
    }

    private var header: String { #"{"typ":"JWT","alg":"EdDSA","kid":"\#(publicKey)"}"# }
}

/// Bytes as text in the alphabet of Bitcoin, without the letters that look alike.
enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        // The number in base 58, its lowest digit first.
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.map { _ in alphabet[0] }
        return String(decoding: zeros + digits.reversed().map { alphabet[Int($0)] }, as: UTF8.self)
    }
}
