/// What can go wrong with certificates, keys and sessions.
package enum TLSError: Error, Hashable, Sendable {
    /// The library could not set something up: no memory, or a system without what it needs.
    case library(String)
    /// A file that the configuration names cannot be read, or holds something else.
    case file(path: String, reason: String)
    /// The handshake ended without a session; the reason follows the peer's name in a sentence.
    case handshake(TLSRefusal)
    /// A session that was under way is broken.
    case broken(String)
}

extension TLSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .library(let reason): "TLS cannot be set up: \(reason)"
        case .file(let path, let reason): "the file \(path) cannot be used: \(reason)"
        case .handshake(let refusal): refusal.description
        case .broken(let reason): "its TLS session broke: \(reason)"
        }
    }
}

/// Why there is no session with a peer.
package enum TLSRefusal: Hashable, Sendable {
    /// Its certificate is past its time; the subject as in the certificate.
    case expired(subject: String)
    case notYetValid(subject: String)
    /// No authority that is trusted here has signed it.
    case unknownAuthority(issuer: String)
    /// It belongs to another name or address.
    case nameMismatch(expected: String, subject: String)
    /// Any other objection to the certificate, in the library's words.
    case certificate(String)
    /// What it sends is no TLS.
    case noTLS
    /// It speaks none of the protocols that were offered.
    case noCommonProtocol
    /// It ended the handshake, or both ends have no version or cipher in common.
    case refused(String)
}

extension TLSRefusal: CustomStringConvertible {
    /// What the endpoint (`it`) did, to follow its name in a sentence.
    package var description: String {
        switch self {
        case .expired(let subject): "its certificate (\(subject)) has expired; renew it"
        case .notYetValid(let subject):
            "its certificate (\(subject)) is not valid yet; check the clocks of both machines"
        case .unknownAuthority(let issuer):
            "its certificate comes from an authority that is not trusted here (\(issuer)); add the authority's "
                + "certificate to the system's, or name its file with extra-ca-file"
        case .nameMismatch(let expected, let subject):
            "its certificate (\(subject)) does not hold for '\(expected)'; use a name that stands in the certificate"
        case .certificate(let reason): "its certificate is refused: \(reason)"
        case .noTLS: "it does not speak TLS on this port; register it with http:// if it is not meant to"
        case .noCommonProtocol: "it speaks neither of the HTTP versions that were offered over TLS"
        case .refused(let reason): "it refused the TLS handshake: \(reason)"
        }
    }
}
