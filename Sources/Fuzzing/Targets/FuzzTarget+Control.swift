import ControlProtocol

extension FuzzTarget {
    /// What comes over the control socket.
    static let controlFrames = FuzzTarget(
        name: "control-frames",
        examples: ControlMethod.allCases.map { method in
            framed(
                """
                {"jsonrpc":"2.0","id":1,"method":"\(method.rawValue)","params":{"id":"x","uri":"http://a:1","sql":"select 1",\
                "force":true,"limit":10,"headers":{"a":"b"},"filter":{"services":["a"]},"operation":"pause"}}
                """
            ) + framed(#"{"jsonrpc":"2.0","id":2,"method":"\#(method.rawValue)","params":{}}"#)
        } + [
            framed(#"{"jsonrpc":"2.0","id":"a","result":{}}"#),
            framed(#"{"jsonrpc":"2.0","id":null,"error":{"code":1}}"#),
        ],
        words: jsonWords + [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF]],
        read: { bytes, random in
            let whole = payloads(of: bytes, pieces: max(1, bytes.count))
            if payloads(of: bytes, pieces: Int.random(in: 1...40, using: &random)) != whole {
                return "the frames depend on how the bytes are split"
            }
            for payload in whole {
                _ = try? ControlAnswer(payload: payload)
                guard var request = try? ControlRequest(payload: payload) else { continue }
                request.decodeParameters()
            }
            return nil
        }
    )

    private static func framed(_ json: String) -> [UInt8] {
        (try? ControlFrame.encode(json.utf8, bytesMax: ControlFrame.requestBytesMax)) ?? []
    }

    private static func payloads(of bytes: [UInt8], pieces size: Int) -> [[UInt8]] {
        var decoder = ControlFrameDecoder(bytesMax: ControlFrame.requestBytesMax)
        var found: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            decoder.append(bytes[start..<end])
            start = end
            do {
                while let payload = try decoder.next() { found.append(payload) }
            } catch {
                return found
            }
        }
        return found
    }
}
