import DurableModel
import HTTP
import Registry

/// A registration as a client asks for it, before its address is read.
package struct AdminRegistration: Sendable, Equatable {
    /// As it was written.
    package var uri: String
    package var options: RegisterOptions
    /// Sorted by name, names in lower case.
    package var additionalHeaders: [AdditionalHeader]
    package var metadata: [String: String]
    package var usesHTTP11: Bool
    /// Decides the status of the answer.
    package var version: AdminVersion

    init(_ body: AdminBody, version: AdminVersion) throws(AdminRefusal) {
        if body.has("arn") || body.has("assume_role_arn") { throw .unsupported("deployments on AWS Lambda are") }
        if body.has("auth") { throw .unsupported("'auth' of a deployment is") }
        uri = try body.requiredText("uri")
        guard !uri.isEmpty else { throw .wrongShape("'uri' is empty") }
        options = RegisterOptions(
            force: try body.flag("force") ?? version.forcesByDefault,
            breaking: try body.flag("breaking") ?? false,
            dryRun: try body.flag("dry_run") ?? false
        )
        additionalHeaders = try Self.headers(body.texts("additional_headers"))
        metadata = try body.texts("metadata")
        usesHTTP11 = try body.flag("use_http_11") ?? false
        self.version = version
    }

    /// Names must be tokens and none of those that frame a message; values visible ASCII.
    private static func headers(_ texts: [String: String]) throws(AdminRefusal) -> [AdditionalHeader] {
        var headers: [AdditionalHeader] = []
        var head = HTTPHead(status: 200)
        for (name, value) in texts {
            guard head.add(name: name.utf8, value: value.utf8) else {
                throw .wrongShape("'additional_headers' has a name that no request may carry: '\(name)'")
            }
            guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) else {
                throw .wrongShape("'additional_headers' has a value that is not visible ASCII, of '\(name)'")
            }
            headers.append(AdditionalHeader(name: name.lowercased(), value: value))
        }
        return headers.sorted { $0.name < $1.name }
    }
}
