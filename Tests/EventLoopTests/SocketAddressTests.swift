import EventLoop
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), ("0.0.0.0:0", "0.0.0.0:0"),
        ("255.255.255.255:65535", "255.255.255.255:65535"),
        ("[::1]:9070", "[::1]:9070"), ("[::]:1", "[::]:1"), ("[2001:DB8:0:0::1]:443", "[2001:db8::1]:443"),
        ("[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.1]:80"),
    ])
    func numericAddressesAreRead(text: String, expected: String) throws {
        let address = try SocketAddress(parsing: text)
        #expect(address.description == expected)
        #expect(try SocketAddress(parsing: address.description) == address)
    }

    @Test(arguments: [
        "", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 80",
        "127.0.0.1:80 ", "127.0.0.1:080", "127.0.0.1:00", "127.0.0.1:8o", "127.0.0.1:٣",
        "127.0.0.1:999999999999999999999",
        "localhost:80", "example.org:80", "127.1:80", "0x7f.0.0.1:80", "127.0.0.01:80", "256.0.0.1:80", "1.2.3.4.5:80",
        "::1:80", "[::1]", "[::1]80", "[::1:80", "::1]:80", "[]:80", "[::1]]:80", "[127.0.0.1]:80", "[fe80::1%eth0]:80",
        "[::1 ]:80", "127.0.0.1\0:80", "[::1\0]:80", "unix:/tmp/s", "http://127.0.0.1:80", "127.0.0.1:80/",
    ])
    func everythingElseIsRefusedWithAReason(text: String) {
        #expect {
            _ = try SocketAddress(parsing: text)
        } throws: { error in
            guard case .addressInvalid(text, let reason)? = error as? EventLoopError else { return false }
            return !reason.isEmpty
        }
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.255.255.255:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true),
        ("0.0.0.0:1", false), ("128.0.0.1:1", false), ("126.0.0.1:1", false), ("[::]:1", false), ("[::2]:1", false),
        ("[::ffff:10.0.0.1]:1", false), ("[2001:db8::1]:1", false), ("[::7f00:1]:1", false),
    ])
    func loopbackIsTold(text: String, expected: Bool) throws {
        #expect(try SocketAddress(parsing: text).isLoopback == expected)
    }

    @Test func partsAreTold() throws {
        let inet = try SocketAddress(parsing: "[::1]:80")
        #expect(inet.port == 80 && inet.unixPath == nil && inet.hostText == "::1")
        #expect(inet.with(port: 81).description == "[::1]:81")
        let unix = SocketAddress.unix(path: "/run/s")
        #expect(unix.port == nil && unix.unixPath == "/run/s" && unix.isLoopback)
        #expect(unix.description == "unix:/run/s" && unix.with(port: 3) == unix)
        #expect(SocketAddress(numericHost: "example.org", port: 1) == nil)
        #expect(SocketAddress(numericHost: "[::1]", port: 1) == nil)
    }

    @Test func errorsSayWhatToDo() throws {
        let inUse = EventLoopError.system(.bind, subject: "127.0.0.1:80", code: 98)
        #expect(inUse.description.hasPrefix("cannot bind 127.0.0.1:80: Address already in use; "))
        let late = EventLoopError.connectTimedOut(try SocketAddress(parsing: "10.0.0.1:80"), milliseconds: 500)
        #expect(late.description.contains("10.0.0.1:80") && late.description.contains("500 ms"))
        #expect(late.code == nil)
    }
}
