import DurableModel
import FoundationEssentials
import Testing

@Suite struct Base64URLTests {
    @Test func base64HasNoPaddingAndTheLettersOfURLs() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 251) }
            let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(Base64URL.text(of: bytes) == expected)
            #expect(Base64URL.bytes(of: Base64URL.digits(of: bytes)) == bytes)
        }
    }
}
