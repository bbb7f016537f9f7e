import DurableModel

/// Why a text is no address of a deployment. The text itself is repeated only where no password can be in it.
package enum DeploymentAddressError: Error, Hashable, Sendable {
    case empty
    case tooLong(bytesMax: Int)
    /// No `scheme://` at the start; the text is there if it is short and holds no `@`.
    case notAbsolute(String?)
    /// A scheme that no deployment has; it is named, since nothing secret can be in it.
    case unsupportedScheme(String)
    case hasUserInformation
    case hostMissing
    case malformedHost
    case malformedPort
    /// A space, a control character or one outside ASCII: such have to be percent-encoded.
    case forbiddenCharacter
    /// `unix:` without an absolute path, or with a host.
    case socketPathNotAbsolute
    case socketPathTooLong(bytesMax: Int)
    /// A path that no socket file can have, or that is written in a way that hides where it is.
    case malformedSocketPath

    /// One sentence for the operator: what is wrong and what to write instead.
    package var message: String {
        switch self {
        case .empty: "the URI of the deployment is empty; write it as http://HOST:PORT/PATH"
        case .tooLong(let max): "the URI of the deployment is longer than \(max) bytes"
        case .notAbsolute(let text):
            "The provided uri \(text.map { "\($0) " } ?? "")is not absolute, only absolute URIs can be used."
        case .unsupportedScheme(let scheme):
            "the URI of the deployment has the scheme '\(scheme)'; only http, https and unix are known"
        case .hasUserInformation:
            "the URI of the deployment holds user information (before an '@'), which would be shown to everyone who "
                + "lists deployments; remove it and send credentials as an additional header"
        case .hostMissing: "the URI of the deployment names no host; write it as http://HOST:PORT/PATH"
        case .malformedHost: "the host in the URI of the deployment is neither a name nor an address"
        case .malformedPort: "the port in the URI of the deployment is not a number from 1 to 65535"
        case .forbiddenCharacter:
            "the URI of the deployment holds a space, a control character or one outside ASCII; percent-encode it"
        case .socketPathNotAbsolute:
            "the address of a Unix socket needs its absolute path and no host; write it as unix:/run/SERVICE.sock"
        case .socketPathTooLong(let max):
            "the path of the Unix socket is longer than \(max) bytes, which is all that the system takes"
        case .malformedSocketPath:
            "the path of the Unix socket is none of a file: it ends in '/', has '.' or '..' in it, or holds a percent "
                + "sign that begins no encoded character; write it as unix:/run/SERVICE.sock"
        }
    }
}

extension DeploymentAddress {
    /// Nobody writes longer ones by hand, and it goes into every request's head.
    package static let uriBytesMax = 2048

    /// Reads what an operator wrote: an absolute `http` or `https` URI, or `unix:` and the path of a socket. A fragment
    /// is dropped; it means nothing to a server.
    package init(parsing text: String) throws(DeploymentAddressError) {
        let uri = text.utf8
        guard !uri.isEmpty else { throw .empty }
        guard uri.count <= Self.uriBytesMax else { throw .tooLong(bytesMax: Self.uriBytesMax) }
        guard let colon = uri.firstIndex(of: UInt8(ascii: ":")) else { throw .notAbsolute(Self.shown(text)) }
        let scheme = String(text[..<colon]).lowercased()
        if scheme == Self.unixScheme {
            self = try Self.unixSocket(text[colon...].dropFirst())
            return
        }
        guard uri[colon...].starts(with: "://".utf8) else { throw .notAbsolute(Self.shown(text)) }
        guard let first = scheme.utf8.first, first.isLowercaseLetter, scheme.utf8.allSatisfy(\.isSchemeCharacter) else {
            throw .notAbsolute(Self.shown(text))
        }
        guard scheme == "http" || scheme == "https" else { throw .unsupportedScheme(scheme) }
        let rest = text[colon...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.utf8.contains(UInt8(ascii: "@")) else { throw .hasUserInformation }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .forbiddenCharacter }
        _ = try Self.split(authority)
        let target = rest.dropFirst(authority.count).prefix { $0 != "#" }
        let path = target.prefix { $0 != "?" }
        self.init(
            scheme: scheme,
            authority: String(authority),
            pathAsWritten: String(path),
            query: path.endIndex == target.endIndex ? nil : String(target[path.endIndex...].dropFirst())
        )
    }

    private static func shown(_ text: String) -> String? {
        text.utf8.count > 200 || text.utf8.contains(UInt8(ascii: "@")) ? nil : text
    }

    /// Host (without brackets) and port of the authority, the scheme's usual port if none is written; `nil` if it is
    /// no authority, which `init(parsing:)` lets nobody make.
    package var hostAndPort: (host: String, port: UInt16)? {
        guard let (host, port) = try? Self.split(authority[...]) else { return nil }
        return (host, port ?? (scheme == "https" ? 443 : 80))
    }

    private static func split(_ authority: Substring) throws(DeploymentAddressError) -> (host: String, port: UInt16?) {
        guard !authority.isEmpty else { throw .hostMissing }
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { throw .malformedHost }
            host = authority[..<bracket].dropFirst()
            rest = authority[bracket...].dropFirst()
            guard host.utf8.contains(UInt8(ascii: ":")), host.utf8.allSatisfy(\.isAddressCharacter) else {
                throw .malformedHost
            }
            guard rest.isEmpty || rest.first == ":" else { throw .malformedHost }
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority[host.endIndex...]
            guard !host.isEmpty else { throw .hostMissing }
            guard host.utf8.allSatisfy(\.isNameCharacter) else { throw .malformedHost }
        }
        guard !rest.isEmpty else { return (String(host), nil) }
        let digits = rest.dropFirst().utf8
        guard digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(rest.dropFirst()), port > 0
        else { throw .malformedPort }
        return (String(host), port)
    }
}

extension UInt8 {
    fileprivate var isLowercaseLetter: Bool { (0x61...0x7a).contains(self) }
    private var isLetterOrDigit: Bool {
        isLowercaseLetter || (0x41...0x5a).contains(self) || (0x30...0x39).contains(self)
    }
    fileprivate var isSchemeCharacter: Bool {
        isLetterOrDigit || self == UInt8(ascii: "+") || self == UInt8(ascii: "-") || self == UInt8(ascii: ".")
    }
    /// Of a name or an IPv4 address; `_` occurs in names of containers.
    fileprivate var isNameCharacter: Bool {
        isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
    }
    /// Of an IPv6 address, without a zone: that is the host's own business and cannot be sent in a request.
    fileprivate var isAddressCharacter: Bool {
        (0x30...0x39).contains(self) || (0x61...0x66).contains(self) || (0x41...0x46).contains(self)
            || self == UInt8(ascii: ":") || self == UInt8(ascii: ".")
    }
}
