/// Every option there is, spelled as it is typed.
package enum OptionName: String, CaseIterable, Sendable {
    case all = "--all"
    case deployment = "--deployment"
    case force = "--force"
    case handler = "--handler"
    case help = "--help"
    case json = "--json"
    case key = "--key"
    case limit = "--limit"
    case service = "--service"
    case socket = "--socket"
    case status = "--status"
    case useHTTP11 = "--use-http1.1"
    case version = "--version"
    case yes = "--yes"
}
