import ControlProtocol
import FoundationEssentials
import Testing

extension EndToEnd {
    /// Requests that are signed, as the unmodified SDK checks them.
    @Suite(.serialized)
    struct RequestIdentityTests {
        private static let flag = "--request-identity-private-key-pem-file"

        private func publicKey(_ house: House) throws -> String? {
            let run = try house.client(["status", "--json"])
            return try JSONDecoder().decode(GetStatus.Result.self, from: Data(run.output.utf8)).requestIdentityPublicKey
        }

        @Test(arguments: [false, true])
        func aServiceThatKnowsTheKeyIsServedAndOthersRefuse(http1: Bool) throws {
            let house = try House(start: false)
            let path = house.directory + "/identity.pem"
            try CertificateAuthority.makeSigningKey(path, in: house.directory)
            try house.start(extraFlags: [Self.flag, path])
            let key = try #require(try publicKey(house))
            #expect(key.hasPrefix("publickeyv1_"))
            #expect(house.log.contains(key))
            #expect(try house.client(["status"]).output.contains(key))

            try house.register(http1: http1, options: ["--identity-key", key])
            #expect(try house.call("/Plain/echo", "1") == "1")
            #expect(try house.call("/Counter/a%20%22b%22%20%C3%A4/add", "2") == "2")

            let other = "publickeyv1_FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z"
            let stranger = try house.startService(options: ["--identity-key", other])
            let refused = try house.client(["deployments", "register", stranger.url])
            #expect(refused.status == 1 && refused.errors.contains("401"), "\(refused.errors)")
            house.expectServing()
        }

        @Test func withoutAKeyNothingIsSignedAndAServiceThatWantsItRefuses() throws {
            let house = try House()
            #expect(try publicKey(house) == nil)
            let key = "publickeyv1_FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z"
            let service = try house.startService(options: ["--identity-key", key])
            let refused = try house.client(["deployments", "register", service.url])
            #expect(refused.status == 1 && refused.errors.contains("401"), "\(refused.errors)")
        }

        @Test func theKeyMayBeACredentialOfTheServiceManager() throws {
            let house = try House(start: false)
            try CertificateAuthority.makeSigningKey(house.directory + "/request-identity.pem", in: house.directory)
            house.environment["CREDENTIALS_DIRECTORY"] = house.directory
            try house.start()
            let key = try #require(try publicKey(house))
            try house.register(options: ["--identity-key", key])
            #expect(try house.call("/Plain/echo", "1") == "1")
        }

        @Test(arguments: ["/nowhere/key.pem", "/etc/hostname"])
        func aKeyThatCannotBeReadEndsTheStart(path: String) throws {
            let house = try House(start: false)
            let process = try house.launch(extraFlags: [Self.flag, path])
            #expect(try process.wait(seconds: 20) == .status(2))
            #expect(process.output.contains(path), "\(process.output)")
        }
    }
}
