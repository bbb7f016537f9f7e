import DurableModel
import FoundationEssentials
import Testing

@Suite struct JSONWriterTests {
    @Test func commasComeBetweenAndNowhereElse() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.beginArray()
        writer.endArray()
        writer.name("b")
        writer.beginArray()
        writer.integer(1)
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.raw(#"{"x":1}"#)
        writer.endArray()
        writer.member("c", true)
        writer.optionalMember("d", nil)
        writer.member("e", ["y": "2", "x": "1"])
        writer.name("f")
        writer.number(.infinity)
        writer.name("g")
        writer.number(2)
        writer.endObject()
        let expected = #"{"a":[],"b":[1,{},null,{"x":1}],"c":true,"e":{"x":"1","y":"2"},"f":null,"g":2.0}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test func everyTextComesBackAsItWas() throws {
        let every = String(String.UnicodeScalarView((0...0x2ff).compactMap { Unicode.Scalar($0) }))
        for text in ["", "\"\\/", every, "é\u{1f600}"] {
            var writer = JSONWriter()
            writer.beginArray()
            writer.string(text)
            writer.endArray()
            #expect(try JSONDecoder().decode([String].self, from: Data(writer.bytes)) == [text])
        }
    }

    @Test func bytesAreHexadecimalAndWhatIsTakenGoesOn() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.hexadecimal([0x00, 0xff, 0x1a])
        #expect(String(decoding: writer.take(), as: UTF8.self) == #"["00ff1a""#)
        writer.hexadecimal([UInt8]())
        writer.endArray()
        #expect(writer.text == #",""]"#)
    }
}
