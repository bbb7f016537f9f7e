import ControlProtocol

/// What programs read of an error.
enum JSONErrors {
    private struct Document: Decodable {
        struct Failure: Decodable {
            let message: String
            let data: ControlErrorData
        }

        let error: Failure
    }

    /// The name of the one error on standard error.
    static func name(of run: ClientRun) throws -> String {
        try ControlCodec.decode(Document.self, from: Array(run.error.utf8)).error.data.name
    }
}
