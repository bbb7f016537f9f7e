import DurableModel
import Endpoints
import Testing

struct DeploymentAddressTests {
    @Test(
        arguments: [
            ("http://127.0.0.1:9080", "127.0.0.1:9080", "/", "", nil, "127.0.0.1", 9080),
            ("http://127.0.0.1:9080/", "127.0.0.1:9080", "/", "", nil, "127.0.0.1", 9080),
            ("HTTP://Example.org/x/", "Example.org", "/x/", "/x", nil, "Example.org", 80),
            ("https://h/base/p/?x=1&y=/", "h", "/base/p/", "/base/p", "x=1&y=/", "h", 443),
            ("http://h?x", "h", "/", "", "x", "h", 80),
            ("http://h:65535#frag", "h:65535", "/", "", nil, "h", 65535),
            ("http://[::1]:9080/x", "[::1]:9080", "/x", "/x", nil, "::1", 9080),
            ("http://[fe80::1]", "[fe80::1]", "/", "", nil, "fe80::1", 80),
            ("http://my_box-1.local:80/a@b", "my_box-1.local:80", "/a@b", "/a@b", nil, "my_box-1.local", 80),
        ] as [(String, String, String, String, String?, String, UInt16)]
    )
    func whatAnOperatorWritesIsRead(
        text: String,
        authority: String,
        written: String,
        path: String,
        query: String?,
        host: String,
        port: UInt16
    ) throws {
        let address = try DeploymentAddress(parsing: text)
        #expect(address.authority == authority)
        #expect(address.pathAsWritten == written)
        #expect(address.path == path)
        #expect(address.query == query)
        #expect(address.hostAndPort?.host == host)
        #expect(address.hostAndPort?.port == port)
        #expect(address.scheme == (text.hasPrefix("https") ? "https" : "http"))
    }

    @Test(
        arguments: [
            ("unix:/run/x.sock", "/run/x.sock", "unix:/run/x.sock", nil),
            ("UNIX:///run/x.sock", "/run/x.sock", "unix:/run/x.sock", nil),
            ("unix:/run//x%2Esock", "/run/x.sock", "unix:/run/x.sock", nil),
            ("unix:/a%20b/%c3%a4@:%3f", "/a b/ä@:?", "unix:/a%20b/%C3%A4%40%3A%3F", nil),
            ("unix:/run/a%2fb", "/run/a/b", "unix:/run/a/b", nil),
            ("unix:/run/x.sock?a=1&b=?#f", "/run/x.sock", "unix:/run/x.sock?a=1&b=?", "a=1&b=?"),
            ("unix:/run/x.sock?", "/run/x.sock", "unix:/run/x.sock?", ""),
        ] as [(String, String, String, String?)]
    )
    func aUnixSocketHasOneFormHoweverItIsWritten(text: String, path: String, uri: String, query: String?) throws {
        let address = try DeploymentAddress(parsing: text)
        #expect(address.socketPath == path)
        #expect(address.uri == uri)
        #expect(address.query == query)
        #expect(address.path == "" && address.pathAsWritten == "/")
        #expect(try DeploymentAddress(parsing: uri) == address)
    }

    private static let badSockets: [(String, DeploymentAddressError)] = [
        ("unixx:/run/x.sock", .notAbsolute("unixx:/run/x.sock")), ("unix:", .socketPathNotAbsolute),
        ("unix:run/x.sock", .socketPathNotAbsolute), ("unix://h/run/x.sock", .socketPathNotAbsolute),
        ("unix:////run/x.sock", .socketPathNotAbsolute), ("unix://", .socketPathNotAbsolute),
        ("unix:/", .malformedSocketPath), ("unix:/run/", .malformedSocketPath),
        ("unix:/run/../x", .malformedSocketPath), ("unix:/run/%2e%2E/x", .malformedSocketPath),
        ("unix:/./x", .malformedSocketPath), ("unix:/x%", .malformedSocketPath), ("unix:/x%0", .malformedSocketPath),
        ("unix:/x%zz", .malformedSocketPath), ("unix:/x%00", .malformedSocketPath),
        ("unix:/x%ff", .malformedSocketPath), ("unix:/a b", .forbiddenCharacter),
        ("unix:/" + String(repeating: "x", count: 107), .socketPathTooLong(bytesMax: 107)),
    ]

    @Test(arguments: badSockets)
    func whatIsNoPathOfASocketIsRefused(text: String, error: DeploymentAddressError) {
        #expect(throws: error) { try DeploymentAddress(parsing: text) }
        #expect(!error.message.isEmpty)
    }

    @Test func aPathOfAllTheRoomThereIsIsTaken() throws {
        let path = "/" + String(repeating: "ä", count: 53)
        #expect(path.utf8.count == DeploymentAddress.socketPathBytesMax)
        let encoded = "/" + String(repeating: "%C3%A4", count: 53)
        #expect(try DeploymentAddress(parsing: "unix:" + encoded).socketPath == path)
    }

    @Test(arguments: [
        ("", DeploymentAddressError.empty), ("127.0.0.1:9080", .notAbsolute("127.0.0.1:9080")),
        ("localhost", .notAbsolute("localhost")),
        ("/x", .notAbsolute("/x")), ("://h", .notAbsolute("://h")), ("http:/h", .notAbsolute("http:/h")),
        ("http:h", .notAbsolute("http:h")),
        ("1http://h", .notAbsolute("1http://h")), ("ht tp://h", .notAbsolute("ht tp://h")),
        ("user:secret@h/x", .notAbsolute(nil)),
        ("ftp://h", .unsupportedScheme("ftp")),
        ("http://", .hostMissing), ("http:///x", .hostMissing), ("http://:80", .hostMissing),
        ("http://user:secret@h", .hasUserInformation), ("http://secret@h", .hasUserInformation),
        ("http://@h", .hasUserInformation), ("https://user:secret@[::1]:9/", .hasUserInformation),
        ("http://h:", .malformedPort), ("http://h:0", .malformedPort), ("http://h:65536", .malformedPort),
        ("http://h:99999999999999999999", .malformedPort), ("http://h:8a", .malformedPort),
        ("http://h:+80", .malformedPort), ("http://h:-1", .malformedPort), ("http://a:b:80", .malformedPort),
        ("http://[::1", .malformedHost), ("http://[::1]x", .malformedHost), ("http://[]", .malformedHost),
        ("http://[h]", .malformedHost), ("http://[fe80::1%25eth0]", .malformedHost),
        ("http://a b", .forbiddenCharacter),
        ("http://h!", .malformedHost), ("http://h/a b", .forbiddenCharacter), ("http://h/\n", .forbiddenCharacter),
        ("http://h/ä", .forbiddenCharacter), ("http://ä", .forbiddenCharacter), ("http://h\u{0}", .forbiddenCharacter),
        ("http://h/" + String(repeating: "x", count: 2048), .tooLong(bytesMax: 2048)),
    ])
    func whatIsNoAddressIsRefused(text: String, error: DeploymentAddressError) {
        #expect(throws: error) { try DeploymentAddress(parsing: text) }
        #expect(!error.message.isEmpty && !error.message.contains("secret"))
    }
}
