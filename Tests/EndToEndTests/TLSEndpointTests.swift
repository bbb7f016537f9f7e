import FoundationEssentials
import Testing

extension EndToEnd {
    /// Services behind TLS, served by an unmodified HTTP server with certificates made here.
    @Suite(.serialized)
    struct TLSEndpointTests {
        private func house(_ flags: (CertificateAuthority) -> [String]) throws -> (House, CertificateAuthority) {
            let house = try House(start: false)
            let authority = try CertificateAuthority(in: house.directory)
            try house.start(extraFlags: flags(authority))
            return (house, authority)
        }

        private func door(
            _ authority: CertificateAuthority,
            _ name: String = "greeter",
            for names: String = "DNS:localhost,IP:127.0.0.1",
            days: Int = 1
        ) throws -> PythonService.Door {
            let (certificate, key) = try authority.issue(name, for: names, days: days)
            return .tls(port: try freePort(), certificate: certificate, key: key)
        }

        private func trusting(_ authority: CertificateAuthority) -> [String] {
            ["--extra-ca-file", authority.certificate]
        }

        private func version(_ house: House) throws -> String {
            let text = try house.admin.get("/deployments").text
            return text.contains(#""http_version":"HTTP/2.0""#) ? "HTTP/2.0" : "HTTP/1.1"
        }

        @Test(arguments: [
            (serverOptions: [String](), clientOptions: [String](), version: "HTTP/2.0"),
            (serverOptions: ["--http1-only"], clientOptions: [], version: "HTTP/1.1"),
            (serverOptions: [], clientOptions: ["--use-http1.1"], version: "HTTP/1.1"),
        ])
        func aServiceBehindTLSDoesItsWork(serverOptions: [String], clientOptions: [String], version: String) throws {
            let (house, authority) = try house(trusting)
            let service = try house.startService(at: door(authority), options: serverOptions)
            let run = try house.client(["deployments", "register", service.url] + clientOptions)
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            #expect(try self.version(house) == version)
            #expect(try house.call("/Plain/echo", #"{"a":1}"#) == #"{"a": 1}"#)
            #expect(try house.call("/Counter/k/add", "2") == "2")
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let answer = try house.ingress.exchange(
                "POST",
                "/Plain/mirror",
                headers: ["content-type": "application/octet-stream"],
                body: bytes
            )
            // A difference of so many bytes is not to be printed.
            let isMirrored = answer.status == 200 && answer.body == bytes
            #expect(isMirrored, "\(answer.status)")
            for number in 1...20 { #expect(try house.call("/Plain/echo", "\(number)") == "\(number)") }
            house.expectServing()
        }

        @Test func anAddressInNumbersIsCheckedToo() throws {
            let (house, authority) = try house(trusting)
            guard case .tls(let port, _, _) = try house.startService(at: door(authority)).door else { return }
            #expect(try house.client(["deployments", "register", "https://127.0.0.1:\(port)"]).status == 0)
            #expect(try house.call("/Plain/echo", "1") == "1")
        }

        @Test func whatCannotBeTrustedIsRefusedByName() throws {
            let (house, authority) = try house(trusting)
            let cases: [(name: String, names: String, days: Int, words: [String])] = [
                ("late", "DNS:localhost", -1, ["/CN=late", "has expired"]),
                ("other", "DNS:other.example", 1, ["/CN=other", "does not hold for 'localhost'"]),
            ]
            for (name, names, days, words) in cases {
                let service = try house.startService(at: door(authority, name, for: names, days: days))
                let run = try house.client(["deployments", "register", service.url])
                #expect(run.status == 1, "\(name)")
                for word in words { #expect(run.errors.contains(word), "\(name): \(run.errors)") }
            }
            guard
                case .tls(let port, _, _) = try house.startService(at: door(authority, "named", for: "DNS:localhost"))
                    .door
            else { return }
            let numeric = try house.admin.post("/deployments", json: #"{"uri":"https://127.0.0.1:\#(port)"}"#)
            #expect(numeric.status == 500 && numeric.text.contains("does not hold for '127.0.0.1'"), "\(numeric.text)")
            let plain = try house.startService()
            let answer = try house.admin.post(
                "/deployments",
                json: #"{"uri":"\#(plain.url.replacing("http:", with: "https:"))"}"#
            )
            #expect(answer.status == 500 && answer.text.contains("does not speak TLS"), "\(answer.text)")
            house.expectServing()
        }

        @Test func anAuthorityThatNobodyNamedIsNotTrusted() throws {
            let (house, authority) = try house { _ in [] }
            let service = try house.startService(at: door(authority))
            let run = try house.client(["deployments", "register", service.url])
            #expect(run.status == 1)
            #expect(
                run.errors.contains("an authority that is not trusted here (/CN=perdure test authority)")
                    && run.errors.contains("extra-ca-file"),
                "\(run.errors)"
            )
        }

        @Test func aCertificateThatGoesBadFailsAttemptsUntilItIsRenewed() throws {
            let (house, authority) = try house(trusting)
            let good = try door(authority)
            let service = try house.register(at: good)
            service.kill()
            guard case .tls(let port, _, _) = good else { return }
            let (certificate, key) = try authority.issue("late", days: -1)
            let late = try house.startService(at: .tls(port: port, certificate: certificate, key: key))
            let id = try house.send("/Plain/echo/send", "7")
            try eventually("the failed attempt") {
                let failure = try house.query("SELECT last_failure FROM sys_invocation WHERE id = '\(id)'").text
                return failure.contains("has expired") ? true : nil
            }
            late.kill()
            try service.start()
            try eventually("the retry") { try house.status(of: id) == "completed" ? true : nil }
        }

        @Test func aFileOfAuthoritiesThatIsNoneEndsTheStart() throws {
            let house = try House(start: false)
            let process = try house.launch(extraFlags: ["--extra-ca-file", "/etc/hostname"])
            #expect(try process.wait(seconds: 20) == .status(2))
            #expect(process.output.contains("/etc/hostname"), "\(process.output)")
        }
    }
}
