import Testing

extension EndToEnd {
    /// Messages around the size up to which a payload lies in its row, byte by byte, and far above it.
    @Suite(.serialized)
    struct MessageSizeTests {
        private static let kibibytes256 = 256 << 10
        /// The message around a payload takes some bytes too: each side of the limit is met by the payload and by the message.
        private static let sizes = [1] + (-16...2).map { kibibytes256 + $0 } + [8 << 20]

        /// So many bytes of numbers that count up, as the service makes them.
        private func body(_ size: Int) -> [UInt8] {
            var body: [UInt8] = []
            body.reserveCapacity(size + 8)
            for number in 0...UInt64(size / 8) { withUnsafeBytes(of: number.bigEndian) { body.append(contentsOf: $0) } }
            return Array(body.prefix(size))
        }

        @Test(arguments: [7, 6].flatMap { [Dialect(version: $0, http1: false), Dialect(version: $0, http1: true)] })
        func inputsOutputsAndStepsOfAnySizeArriveWhole(dialect: Dialect) throws {
            let house = try House(dialect.flags)
            try house.register(http1: dialect.http1)
            for size in Self.sizes {
                let sent = body(size)
                let mirrored = try house.ingress.exchange(
                    "POST",
                    "/Plain/mirror",
                    headers: ["content-type": "application/octet-stream"],
                    body: sent
                )
                let isMirrored = mirrored.body == sent
                #expect(mirrored.status == 200 && isMirrored, "\(size) bytes in and out")
                let kept = try house.ingress.post("/Plain/kept", json: "\(size)")
                let isKept = kept.body == sent
                #expect(kept.status == 200 && isKept, "\(size) bytes of a step")
            }
            try house.restartDaemon()
            #expect(
                try house.query("SELECT count(*) AS n FROM sys_invocation WHERE status <> 'completed'").text
                    == #"{"rows":[{"n":0}]}"#
            )
            house.expectServing()
        }
    }
}
