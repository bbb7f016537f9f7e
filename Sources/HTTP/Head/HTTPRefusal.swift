/// Why a message was not accepted. Each reason has the status a server answers with and a sentence for its sender; after
/// a refusal nothing more of that connection can be understood, so it ends.
package enum HTTPRefusal: Error, Sendable, Hashable, CaseIterable {
    // The lines of a head.
    case notHTTP
    case bareLineFeed
    case bareCarriageReturn
    case emptyStartLine
    case malformedRequestLine
    case malformedStatusLine
    case malformedVersion
    case unsupportedVersion
    case startLineTooLong
    case headTooLong
    case tooManyFields

    // The target.
    case malformedTarget
    case methodNotServed

    // Fields.
    case foldedField
    case malformedFieldName
    case spaceBeforeColon
    case malformedFieldValue
    case missingHost
    case repeatedHost
    case malformedHost

    // The frame of the body.
    case malformedContentLength
    case repeatedContentLength
    case contentLengthTooLarge
    case lengthAndTransferEncoding
    case repeatedTransferEncoding
    case malformedTransferEncoding
    case unsupportedTransferEncoding
    case transferEncodingOnOldVersion
    case malformedChunkSize
    case chunkExtension
    case chunkTooLarge
    case malformedChunkEnd
    case malformedTrailer
    case trailersTooLong
    case bodyTooLarge

    // The end and the clock.
    case truncated
    case headTooSlow
    case bodyTooSlow

    /// 400, 408, 413, 414, 431, 501 or 505.
    package var status: Int {
        switch self {
        case .notHTTP, .bareLineFeed, .bareCarriageReturn, .emptyStartLine, .malformedRequestLine, .malformedStatusLine,
            .malformedVersion, .malformedTarget, .foldedField, .malformedFieldName, .spaceBeforeColon,
            .malformedFieldValue, .missingHost, .repeatedHost, .malformedHost, .malformedContentLength,
            .repeatedContentLength, .lengthAndTransferEncoding, .repeatedTransferEncoding, .malformedTransferEncoding,
            .transferEncodingOnOldVersion, .malformedChunkSize, .chunkExtension, .malformedChunkEnd,
            .malformedTrailer, .truncated:
            400
        case .headTooSlow, .bodyTooSlow: 408
        case .contentLengthTooLarge, .chunkTooLarge, .bodyTooLarge: 413
        case .startLineTooLong: 414
        case .headTooLong, .tooManyFields, .trailersTooLong: 431
        case .methodNotServed, .unsupportedTransferEncoding: 501
        case .unsupportedVersion: 505
        }
    }

    /// What is wrong, for the sender. Holds nothing of what was sent.
    package var sentence: StaticString {
        switch self {
        case .notHTTP: "the bytes that came are not HTTP"
        case .bareLineFeed: "a line of the head ends in LF without CR; lines end in CR LF"
        case .bareCarriageReturn: "the head holds a CR that does not end a line"
        case .emptyStartLine: "the head begins with an empty line"
        case .malformedRequestLine: "the request line is not a method, a target and a version with one space between"
        case .malformedStatusLine: "the status line is not a version, a status of three digits and a reason"
        case .malformedVersion: "the version is not of the form HTTP/1.1"
        case .unsupportedVersion: "only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken here"
        case .startLineTooLong: "the target is too long; the first line of a request may have 8192 bytes"
        case .headTooLong: "the head is too long; it may have 16384 bytes"
        case .tooManyFields: "the head has too many fields; it may have 64"
        case .malformedTarget: "the target is not a path, or holds bytes that a target may not hold"
        case .methodNotServed: "the method is not served here"
        case .foldedField: "a field is folded over several lines"
        case .malformedFieldName: "the name of a field is empty or holds bytes that a name may not hold"
        case .spaceBeforeColon: "there is white space between the name of a field and its colon"
        case .malformedFieldValue: "the value of a field holds control bytes"
        case .missingHost: "the field host is missing"
        case .repeatedHost: "the field host is there more than once"
        case .malformedHost: "the field host is not a host with an optional port"
        case .malformedContentLength: "the field content-length is not a number"
        case .repeatedContentLength: "the field content-length is there more than once"
        case .contentLengthTooLarge: "the field content-length is too large"
        case .lengthAndTransferEncoding: "the fields content-length and transfer-encoding exclude each other"
        case .repeatedTransferEncoding: "the field transfer-encoding is there more than once"
        case .malformedTransferEncoding: "the last transfer coding is not a single chunked"
        case .unsupportedTransferEncoding: "no transfer coding but chunked is served here"
        case .transferEncodingOnOldVersion: "HTTP/1.0 has no transfer-encoding"
        case .malformedChunkSize: "the size of a chunk is not a hexadecimal number followed by CR LF"
        case .chunkExtension: "chunk extensions are not accepted"
        case .chunkTooLarge: "a chunk is too large"
        case .malformedChunkEnd: "a chunk does not end in CR LF"
        case .malformedTrailer: "the trailer section is malformed or holds a field that frames the message"
        case .trailersTooLong: "the trailer section is too long; it may have 4096 bytes"
        case .bodyTooLarge: "length limit exceeded"
        case .truncated: "the connection ended before the message did"
        case .headTooSlow: "the head did not arrive in time"
        case .bodyTooSlow: "the body did not arrive in time"
        }
    }
}
