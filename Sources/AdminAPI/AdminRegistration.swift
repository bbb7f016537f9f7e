import DurableModel
import Registry

/// A registration as a client asks for it, before its address is read.
package struct AdminRegistration: Sendable, Equatable {
    /// As it was written.
    package var uri: String
    package var options: RegisterOptions
    /// As they were written, sorted by name; whether they may be sent along is for the operation to say.
    package var additionalHeaders: [AdditionalHeader]
    package var metadata: [String: String]
    package var usesHTTP11: Bool
    /// Decides the status of the answer.
    package var version: AdminVersion

    init(_ body: AdminBody, version: AdminVersion) throws(AdminRefusal) {
        if let arn = try body.text("arn") { throw LambdaARN.refusal(of: arn) }
        if body.has("auth") { throw .unsupported("'auth' of a deployment is") }
        uri = try body.requiredText("uri")
        guard !uri.isEmpty else { throw .wrongShape("'uri' is empty") }
        options = RegisterOptions(
            force: try body.flag("force") ?? version.forcesByDefault,
            breaking: try body.flag("breaking") ?? false,
            dryRun: try body.flag("dry_run") ?? false
        )
        additionalHeaders = try body.texts("additional_headers")
            .map { AdditionalHeader(name: $0.key, value: $0.value) }
            .sorted { $0.name < $1.name }
        metadata = try body.texts("metadata")
        usesHTTP11 = try body.flag("use_http_11") ?? false
        self.version = version
    }
}
