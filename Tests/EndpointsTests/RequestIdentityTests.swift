import DurableModel
import EventLoop
import FoundationEssentials
import HTTP
import TLS
import Testing

@testable import Endpoints

/// Requests that say whose they are (discovery.md, section 4).
struct RequestIdentityTests {
    /// The first key of RFC 8032, section 7.1.
    private static let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """
    private static let publicKey = "publickeyv1_FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z"

    private func identity() throws -> RequestIdentity {
        let path = "/tmp/perdure-identity-\(UInt64.random(in: 0...UInt64.max)).pem"
        try Data(Self.pem.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return RequestIdentity(key: try SigningKey(pemFile: path))
    }

    private struct Claims: Decodable, Equatable {
        var aud: String
        var exp: Int64
        var iat: Int64
        var nbf: Int64
        var sub: String?
    }

    private func signed(_ path: String, _ subject: String?) throws -> (scheme: String?, token: [Substring]) {
        var head = HTTPHead(method: .post, target: "/base\(path)".utf8, authority: "h".utf8)
        try identity().sign(&head, path: path, subject: subject)
        let token = try #require(head.text(of: "x-restate-jwt-v1"))
        return (head.text(of: "x-restate-signature-scheme"), token.split(separator: "."))
    }

    private func decoded(_ part: Substring) throws -> Data {
        var text = String(part).replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return try #require(Data(base64Encoded: text))
    }

    @Test func thePublicKeyIsShownInTheFormThatServicesTake() throws {
        #expect(try identity().publicKey == Self.publicKey)
    }

    @Test(arguments: [("/discover", nil), ("/invoke/S/h", nil), ("/invoke/S/h", "a \"key\" ä")] as [(String, String?)])
    func aTokenNamesThePathAndTheKeyForAMinute(path: String, subject: String?) throws {
        let before = EventLoop.wallClockMilliseconds() / 1000
        let (scheme, token) = try signed(path, subject)
        #expect(scheme == "v1")
        try #require(token.count == 3)
        #expect(
            try String(decoding: decoded(token[0]), as: UTF8.self)
                == #"{"typ":"JWT","alg":"EdDSA","kid":"\#(Self.publicKey)"}"#
        )
        let claims = try JSONDecoder().decode(Claims.self, from: decoded(token[1]))
        #expect(claims.aud == path && claims.sub == subject)
        #expect((before...before + 60).contains(claims.iat))
        #expect(claims.exp - claims.iat == 60 && claims.iat - claims.nbf == 60)
        #expect(try decoded(token[2]).count == 64)
    }

    @Test func tokensAreSharedByRequestsWithoutAKeyAndByNoOthers() throws {
        let identity = try identity()
        func token(_ path: String, _ subject: String?) throws -> String {
            var head = HTTPHead(method: .post, target: path.utf8, authority: "h".utf8)
            identity.sign(&head, path: path, subject: subject)
            return try #require(head.text(of: "x-restate-jwt-v1"))
        }
        #expect(try token("/invoke/S/h", nil) != token("/invoke/S/g", nil))
        #expect(try token("/invoke/S/h", "a") != token("/invoke/S/h", "b"))
        #expect(try token("/invoke/S/h", "a") != token("/invoke/S/h", nil))
    }

    @Test(
        arguments: [
            ([], ""), ([0], "1"), ([0, 0, 1], "112"), ([57], "z"), ([58], "21"), ([0xff, 0xff], "LUv"),
            (Array("Hello World!".utf8), "2NEpo7TZRRrLZSi2U"),
        ] as [([UInt8], String)]
    )
    func base58IsThatOfBitcoin(bytes: [UInt8], text: String) {
        #expect(Base58.encode(bytes) == text)
    }
}
