/// What a peer may ask us to hold and to look at. Each refusal at a limit is a case of `HTTPRefusal`.
package enum HTTPLimits {
    /// A whole head: request or status line, fields and the blank line. Proxies and clients stay below 8 KiB; the double
    /// leaves room for tokens and cookies.
    package static let headBytesMax = 16 * 1024
    /// The first line alone, so that a long target is told from long fields (414, not 431).
    package static let startLineBytesMax = 8 * 1024
    /// Fields of a head. Looking one up goes through all of them.
    package static let fieldsMax = 64
    /// The trailer section of a chunked body, which is checked and dropped.
    package static let trailerBytesMax = 4 * 1024
    /// Hexadecimal digits of a chunk's size: chunks below 4 GiB; the body's own limit cuts in long before.
    package static let chunkSizeDigitsMax = 8
    /// Digits of `content-length`: below a million GiB, and far from where arithmetic would overflow.
    package static let contentLengthDigitsMax = 15
}
