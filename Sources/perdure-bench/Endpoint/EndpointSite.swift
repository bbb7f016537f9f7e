/// What the endpoint serves below one base path: another deployment for each.
enum EndpointSite: Equatable {
    /// At the top: the services of the canonical rows.
    case canonical
    /// `/five/N`: five services that nobody else has.
    case five(String)
    /// `/one/NAME/VERSION`: a version of the service `OneNAME`, which keeps what is over for an hour.
    case one(name: String)

    /// The site and what is left of a path, such as `/discover`; nil for one that is not served.
    static func split(_ path: ArraySlice<UInt8>) -> (site: EndpointSite, rest: ArraySlice<UInt8>)? {
        let parts = path.split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        switch parts.count > 2 ? String(decoding: parts[1], as: UTF8.self) : "" {
        case "five":
            let rest = path[(parts[2].endIndex)...]
            return (.five(String(decoding: parts[2], as: UTF8.self)), rest)
        case "one":
            guard parts.count == 4 else { return nil }
            let version = parts[3].prefix { $0 != UInt8(ascii: "/") }
            return (.one(name: String(decoding: parts[2], as: UTF8.self)), path[version.endIndex...])
        default: return (.canonical, path)
        }
    }

    /// Whether the rest of a path asks for a handler of this site.
    func serves(_ rest: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .canonical, .five: rest.starts(with: "/invoke/".utf8)
        case .one(let name): rest.starts(with: "/invoke/One\(name)/".utf8)
        }
    }

    /// What the daemon reads when it is registered.
    var manifest: String {
        let services =
            switch self {
            case .canonical:
                """
                {"name":"Bench","ty":"SERVICE","handlers":[{"name":"nothing"},{"name":"steps"},{"name":"nap"}]},\
                {"name":"BenchObject","ty":"VIRTUAL_OBJECT","handlers":[{"name":"hot","ty":"EXCLUSIVE"}]}
                """
            case .five(let number):
                (1...5).map { #"{"name":"Five\#(number)x\#($0)","ty":"SERVICE","handlers":[{"name":"nothing"}]}"# }
                    .joined(separator: ",")
            case .one(let name):
                """
                {"name":"One\(name)","ty":"SERVICE","journalRetention":3600000,"handlers":[{"name":"nothing"},\
                {"name":"steps"}]}
                """
            }
        return """
            {"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":7,"services":[\(services)]}
            """
    }
}
