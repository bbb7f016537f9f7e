/// What is done to a statement's text before SQLite sees it.
enum SQLText {
    /// Puts the word `index` into double quotes: it is a column of `sys_journal` and a key word of SQLite, but of no
    /// statement that is allowed here. Texts, quoted names and comments stay as they are.
    static func quotingIndex(_ sql: String) -> String {
        let bytes = Array(sql.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var position = 0
        while position < bytes.count {
            let end = endOfToken(bytes, position)
            let token = bytes[position..<end]
            if token.count == 5, token.map({ $0 | 0x20 }) == Array("index".utf8) {
                result.append(UInt8(ascii: "\""))
                result.append(contentsOf: "index".utf8)
                result.append(UInt8(ascii: "\""))
            } else {
                result.append(contentsOf: token)
            }
            position = end
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func endOfToken(_ bytes: [UInt8], _ start: Int) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
            // A doubled quote ends one and begins the next, which comes to the same.
            return find(bytes[start], in: bytes, after: start)
        case UInt8(ascii: "["):
            return find(UInt8(ascii: "]"), in: bytes, after: start)
        case UInt8(ascii: "-") where start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "-"):
            return find(UInt8(ascii: "\n"), in: bytes, after: start)
        case UInt8(ascii: "/") where start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "*"):
            var position = start + 2
            while position + 1 < bytes.count {
                if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
                    return position + 2
                }
                position += 1
            }
            return bytes.count
        case let byte where isWord(byte):
            var position = start
            while position < bytes.count, isWord(bytes[position]) { position += 1 }
            return position
        default:
            return start + 1
        }
    }

    private static func find(_ byte: UInt8, in bytes: [UInt8], after start: Int) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != byte { position += 1 }
        return min(position + 1, bytes.count)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...0xff:
            true
        default:
            false
        }
    }
}
