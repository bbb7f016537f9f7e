import DurableModel
import Testing

@Suite struct AwakeableIDTests {
    @Test(
        "ids that SDKs made are read and written alike",
        arguments: [
            ("sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ", 17 as UInt32),
            ("sign_1gXIVH_csXlLO8nODN79GcogoRV7YDEquAAAAEQ", 17),
            ("sign_1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_____w", UInt32.max),
        ]
    )
    func roundTrip(text: String, index: UInt32) throws {
        let id = try AwakeableID(parsing: text)
        #expect(id.index == index)
        #expect(id.description == text)
        #expect(try AwakeableID(parsing: text + "==") == id)
    }

    @Test func nameTheirInvocation() throws {
        let invocation = InvocationID(partitionKey: .max, high: 0x0123_4567_89ab_cdef, low: 1)
        let id = try #require(AwakeableID(invocation: invocation, index: 0x1234_5678))
        #expect(try AwakeableID(parsing: id.description).invocation == invocation)
        #expect(id.description.utf8.count == 44)
    }

    @Test(
        "what is none is refused",
        arguments: [
            ("", "format"), ("nonsense", "format"), ("sign_", "format"), ("sign", "format"), ("=", "format"),
            ("prom_1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "kind"),
            ("inv_1k3bVlK7xCcm6rM1AhmoOzpQdmzxaQzx2s", "kind"),
            ("sign_2gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ", "version"), ("sign_1abc", "digits"),
            ("sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAE!", "digits"),
            ("sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAER", "digits"),
            ("sign_1gXIVH+csXlLmd+1diYLZiUC9P4j+l2gDAAAAEQ", "digits"),
            ("sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEA", "index"),
            ("sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAAQ", "index"),
            ("sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAAA", "index"),
        ]
    )
    func refusals(text: String, reason: String) {
        do {
            _ = try AwakeableID(parsing: text)
            Issue.record("\(text) is read")
        } catch {
            let found =
                switch error {
                case .badFormat: "format"
                case .wrongKind: "kind"
                case .unknownVersion: "version"
                case .badDigits: "digits"
                case .reservedIndex: "index"
                }
            #expect(found == reason, "\(text)")
        }
    }
}
