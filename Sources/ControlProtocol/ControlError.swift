/// The `error` of a response: a refusal or a failure, for people and for programs.
package struct ControlError: Error, Codable, Hashable, Sendable {
    /// The number of a `ControlErrorCode`, kept as it came: a newer daemon may send one that is unknown here.
    package var code: Int
    /// One sentence: what happened, to what, and why.
    package var message: String
    /// The parts of it that programs use.
    package var data: ControlErrorData?

    /// An error under one of our codes; the message defaults to the code's own sentence.
    package init(_ code: ControlErrorCode, _ message: String? = nil, advice: String? = nil) {
        self.code = code.rawValue
        self.message = message ?? code.sentence
        self.data = ControlErrorData(name: code.name, advice: advice)
    }

    /// The same error with what blocks the operation.
    package func blocked(by blockers: DeploymentBlockers) -> ControlError {
        var copy = self
        copy.data?.blockers = blockers
        return copy
    }

    /// The same error with the code that clients of the HTTP API know it by, such as `META0003`.
    package func withRestateCode(_ restateCode: String) -> ControlError {
        var copy = self
        copy.data?.restateCode = restateCode
        return copy
    }

    /// What a peer hears of bytes that were no message.
    package init(_ error: ControlProtocolError) {
        self.init(error.code, error.description)
    }
}

/// What an error says to programs. Unknown members are to be passed over.
package struct ControlErrorData: Codable, Hashable, Sendable {
    /// The stable name of the code.
    package var name: String
    /// What to do about it, in one sentence.
    package var advice: String?
    /// The code of the HTTP API for the same error, such as `META0003`.
    package var restateCode: String?
    /// Why a deployment cannot be removed.
    package var blockers: DeploymentBlockers?

    /// The name of a code and what goes with it.
    package init(
        name: String,
        advice: String? = nil,
        restateCode: String? = nil,
        blockers: DeploymentBlockers? = nil
    ) {
        self.name = name
        self.advice = advice
        self.restateCode = restateCode
        self.blockers = blockers
    }
}
