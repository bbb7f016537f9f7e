import ServiceProtocol

extension Command {
    /// Whether what comes of it comes from elsewhere and in its own time, so that a handler most likely waits for it now.
    var opensWait: Bool {
        switch operation {
        case .sleep, .call, .attachInvocation, .getPromise: true
        case .input, .output, .run, .getEagerState, .getEagerStateKeys, .getLazyState, .getLazyStateKeys, .setState,
            .clearState, .clearAllState, .oneWayCall, .sendSignal, .completeAwakeable, .peekPromise, .completePromise,
            .getInvocationOutput:
            false
        }
    }
}
