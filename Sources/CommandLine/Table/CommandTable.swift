/// All commands, in the order in which the help shows them. Parsing, help and documentation come from here alone.
package enum CommandTable {
    /// What the client is called.
    package static let program = "perdure"

    /// The table.
    package static let commands: [Command] = [
        showStatus,
        registerDeployment, listDeployments, describeDeployment, updateDeployment, deploymentHistory, waitDeployment,
        removeDeployment, pruneDeployments,
        listServices, describeService, serviceStatus, serviceOpenAPI, viewConfig, setConfig, editConfig,
        listInvocations, describeInvocation, cancelInvocations, killInvocations, pauseInvocations, resumeInvocations,
        restartInvocations, purgeInvocations, purgeJournals,
        getState, setState, editState, patchState, clearState,
        runQuery,
        completion, complete, manual,
        showHelp,
    ]

    /// Variables that the client obeys, for the help.
    package static let environment = [
        ("PERDURE_SOCKET", "the daemon's control socket, where --socket is not given"),
        ("NO_COLOR", "if set, no colours on a terminal either"),
        ("VISUAL, EDITOR", "the editor of the commands that edit"),
        ("TZ", "the time zone that times are shown in"),
    ]

    /// The commands whose words begin with these.
    package static func commands(under words: [String]) -> [Command] {
        commands.filter { $0.words.starts(with: words) }
    }

    /// The command of exactly these words.
    package static func command(_ words: [String]) -> Command? {
        commands.first { $0.words == words }
    }
}
