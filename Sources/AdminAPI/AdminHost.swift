/// Whom the admin face takes a request for. It has no passwords, so a page in a browser whose own name was made to point
/// to this machine must not reach it: on loopback, names other than those of this machine are refused.
package enum AdminHost {
    /// Whether the request's authority is an address or a name of this machine.
    ///
    /// - Parameter names: what this machine is called besides `localhost`, in lower case.
    package static func isOurs(_ authority: ArraySlice<UInt8>, names: [String]) -> Bool {
        // Only HTTP/1.0 may leave it out, and no browser speaks that.
        if authority.isEmpty { return true }
        let host = host(of: String(decoding: authority, as: UTF8.self)).lowercased()
        return host == "localhost" || host.hasSuffix(".localhost") || isAddress(host) || names.contains(host)
    }

    /// The authority without its port.
    private static func host(of authority: String) -> Substring {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end] }
        return authority.prefix { $0 != ":" }
    }

    /// An address cannot be made to point elsewhere. Anything of digits and dots only is one or is nothing.
    private static func isAddress(_ host: String) -> Bool {
        if host.hasPrefix("[") { return true }
        return host.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
