/// Recorded requests that are answered otherwise here, and why. Everything else is as recorded.
struct Deviation {
    /// Ours.
    let status: Int
    let reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    /// By the name of the recording.
    static let all: [String: Deviation] = [
        "root redirects to the UI": Deviation(404, "there are no pages to look at in a browser"),
        "put deployment without version": Deviation(200, "the public documentation has PUT under every prefix"),
        "put deployment under v3": Deviation(200, "the public documentation has PUT under every prefix"),
        "put deployment under v4": Deviation(200, "the public documentation has PUT under every prefix"),
        "delete deployment without force": Deviation(409, "what is drained can be removed without force"),
        "delete deployment force=false": Deviation(409, "what is drained can be removed without force"),
        "delete unknown deployment without force": Deviation(404, "what is not there cannot be drained"),
        "register: handler removed in new deployment, no flag": Deviation(409, "breaks those who call the handler"),
        "register: unknown manifest fields on service": Deviation(201, "what a newer SDK adds is not looked at"),
        "register: unknown manifest field at top level": Deviation(201, "what a newer SDK adds is not looked at"),
        "register: unknown manifest field on handler": Deviation(201, "what a newer SDK adds is not looked at"),
        "register: ftp scheme": Deviation(400, "an address that cannot be called is the caller's fault"),
        "resume paused: deployment without the service": Deviation(400, "it could not go on there"),
        "modify state: wrong version": Deviation(409, "a change that is not made is not accepted"),
        "modify state: malformed version": Deviation(400, "a change that is not made is not accepted"),
    ]
}
