import DurableModel
import Testing

@Suite struct IdentifierTests {
    @Test func invocationIDOfAPublicVectorDecodesToItsBytes() throws {
        let text = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"
        let id = try InvocationID(parsing: text)
        #expect(id.high == 0x018e_5257_b998_007d)
        #expect(id.low == 0xb7f4_f3f4_7e80_9584)
        #expect(id.description == text)
    }

    @Test func deploymentIDOfAPublicVectorDecodesToItsBytes() throws {
        let text = "dp_15VqmTOnXH3Vv2pl5HOG7UB"
        let id = try DeploymentID(parsing: text)
        #expect(id.high == 0x018d_404e_4bf2_68e6)
        #expect(id.low == 0x63b8_4033_fc7e_b7c2)
        #expect(id.description == text)
    }

    @Test func randomInvocationIDCarriesItsNumber() {
        let number = InvocationNumber(rawValue: 0x1234_5678_9abc)
        let id = InvocationID(
            partitionKey: .max,
            createdAt: Timestamp(milliseconds: 1_800_000_000_000),
            number: number,
            entropy: 7
        )
        #expect(id.number == number)
        #expect(id.partitionKey == 0x7fff_ffff_ffff_ffff)
        #expect(id.bytes.withUnsafeBytes { InvocationID(bytes: $0) } == id)
        #expect(id.description.count == 38)
    }

    @Test(arguments: [
        ("nonsense", IdentifierError.badFormat("nonsense")),
        ("", .badFormat("")),
        ("inv_", .badFormat("inv_")),
        ("inv_nonsense", .unknownVersion("inv_nonsense")),
        ("inv_1abc", .badDigits("inv_1abc")),
        ("inv_1zzzzzzzzzzzZZZZZZZZZZZZZZZZZZZZZZ", .badDigits("inv_1zzzzzzzzzzzZZZZZZZZZZZZZZZZZZZZZZ")),
        ("inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hb!", .badDigits("inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hb!")),
        ("dp_15VqmTOnXH3Vv2pl5HOG7UB", .wrongKind("dp_15VqmTOnXH3Vv2pl5HOG7UB")),
    ])
    func textThatIsNoInvocationIDIsRefusedWithItsReason(text: String, expected: IdentifierError) {
        #expect(throws: expected) { try InvocationID(parsing: text) }
    }

    @Test("ids of other servers have partition keys of 64 bits, and stay apart from ours")
    func partitionKeysOfOtherServersAreRead() throws {
        for key in [1 << 63, .max, 1 << 63 | 42] as [UInt64] {
            let id = InvocationID(partitionKey: key, high: 1, low: 2)
            #expect(id.partitionKey == key)
            #expect(try InvocationID(parsing: id.description) == id)
            #expect(id.bytes.withUnsafeBytes { InvocationID(bytes: $0) } == id)
            #expect(id != InvocationID(partitionKey: key & 0x7fff_ffff_ffff_ffff, high: 1, low: 2))
        }
    }

    @Test func bytesOfAnotherLengthAreNoID() {
        #expect([UInt8](repeating: 0, count: 25).withUnsafeBytes { InvocationID(bytes: $0) } == nil)
        #expect([UInt8](repeating: 0, count: 23).withUnsafeBytes { InvocationID(bytes: $0) } == nil)
    }
}

@Suite struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func digestOfStandardVectors(text: String, expected: String) {
        let digits = Array("0123456789abcdef")
        let hex = SHA256.digest(of: Array(text.utf8)).map { byte in
            String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
        #expect(hex.joined() == expected)
    }

    @Test func messagesAroundTheBlockSizeHashTheSameWholeAndInPieces() {
        for length in 50..<140 {
            let message = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
            var pieces = SHA256()
            for byte in message { pieces.update([byte]) }
            #expect(pieces.finalized() == SHA256.digest(of: message))
        }
    }
}

@Suite struct RetryPolicyTests {
    @Test func intervalsGrowByTheFactorUpToTheLimit() {
        let policy = RetryPolicy(
            initialInterval: Interval(milliseconds: 100),
            factor: 2,
            intervalMax: Interval(milliseconds: 500)
        )
        let intervals = (1...5).map { policy.interval(afterAttempt: $0).milliseconds }
        #expect(intervals == [100, 200, 400, 500, 500])
    }

    @Test func factorBelowOneNeverShrinksTheInterval() {
        let policy = RetryPolicy(initialInterval: Interval(milliseconds: 100), factor: 0.1)
        #expect(policy.interval(afterAttempt: 1_000_000).milliseconds == 100)
    }
}
