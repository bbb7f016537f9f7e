extension AdminOperation {
    static let invocations = [
        AdminOperation(
            method: .delete,
            path: "/invocations/{invocation_id}",
            id: "delete_invocation",
            summary: "Cancel, kill or purge an invocation without asking what comes of it",
            parameters: [
                Parameter(name: "mode", description: "What to do", type: .oneOf(["cancel", "kill", "purge"]))
            ],
            answers: [(202, nil)],
            refusals: [400]
        ),
        operation("cancel", "cancel_invocation", "Ask an invocation to end itself", answers: [(200, nil), (202, nil)]),
        operation("kill", "kill_invocation", "End an invocation and all that it called"),
        operation(
            "pause",
            "pause_invocation",
            "Stop an invocation until it is resumed",
            answers: [(200, nil), (202, nil)]
        ),
        operation("purge", "purge_invocation", "Forget a completed invocation"),
        operation("purge-journal", "purge_journal", "Forget the journal of a completed invocation, not its result"),
        operation(
            "restart-as-new",
            "restart_as_new_invocation",
            "Make a new invocation of a completed one",
            parameters: [
                Parameter(
                    name: "from",
                    description: "Index of the last journal entry to take over; 0, the input alone, when absent",
                    type: .integer
                ),
                deployment("latest"),
            ],
            answers: [(200, "RestartAsNewInvocationResponse")],
            refusals: [400, 404, 409, 410, 422, 425, 503]
        ),
        operation(
            "resume",
            "resume_invocation",
            "Let a paused, suspended or waiting invocation go on now",
            parameters: [deployment("keep")],
            refusals: [400, 404, 409, 425, 503]
        ),
    ]

    private static func deployment(_ usual: String) -> Parameter {
        Parameter(
            name: "deployment",
            description: "Where it goes on: `keep`, `latest` or the id of a deployment; `\(usual)` when absent"
        )
    }

    private static func operation(
        _ verb: String,
        _ id: String,
        _ summary: String,
        parameters: [Parameter] = [],
        answers: [(status: Int, schema: String?)] = [(200, nil)],
        refusals: [Int] = [400, 404, 409, 503]
    ) -> AdminOperation {
        AdminOperation(
            method: .patch,
            path: "/invocations/{invocation_id}/\(verb)",
            id: id,
            summary: summary,
            parameters: parameters,
            answers: answers,
            refusals: refusals
        )
    }
}
