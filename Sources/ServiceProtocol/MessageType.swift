/// The type code of a frame (service-protocol.md, section 5). Any code can be held, known or not.
package struct MessageType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    // Written out: those that a raw value brings along are generic, and these are hot.
    package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    package static let start = MessageType(rawValue: 0x0000)
    package static let suspension = MessageType(rawValue: 0x0001)
    package static let error = MessageType(rawValue: 0x0002)
    package static let end = MessageType(rawValue: 0x0003)
    package static let commandAck = MessageType(rawValue: 0x0004)
    package static let proposeRunCompletion = MessageType(rawValue: 0x0005)
    package static let awaitingOn = MessageType(rawValue: 0x0006)
    package static let proposeRunCompletionAck = MessageType(rawValue: 0x0007)

    package static let inputCommand = MessageType(rawValue: 0x0400)
    package static let outputCommand = MessageType(rawValue: 0x0401)
    package static let getLazyStateCommand = MessageType(rawValue: 0x0402)
    package static let setStateCommand = MessageType(rawValue: 0x0403)
    package static let clearStateCommand = MessageType(rawValue: 0x0404)
    package static let clearAllStateCommand = MessageType(rawValue: 0x0405)
    package static let getLazyStateKeysCommand = MessageType(rawValue: 0x0406)
    package static let getEagerStateCommand = MessageType(rawValue: 0x0407)
    package static let getEagerStateKeysCommand = MessageType(rawValue: 0x0408)
    package static let getPromiseCommand = MessageType(rawValue: 0x0409)
    package static let peekPromiseCommand = MessageType(rawValue: 0x040A)
    package static let completePromiseCommand = MessageType(rawValue: 0x040B)
    package static let sleepCommand = MessageType(rawValue: 0x040C)
    package static let callCommand = MessageType(rawValue: 0x040D)
    package static let oneWayCallCommand = MessageType(rawValue: 0x040E)
    package static let sendSignalCommand = MessageType(rawValue: 0x0410)
    package static let runCommand = MessageType(rawValue: 0x0411)
    package static let attachInvocationCommand = MessageType(rawValue: 0x0412)
    package static let getInvocationOutputCommand = MessageType(rawValue: 0x0413)
    package static let completeAwakeableCommand = MessageType(rawValue: 0x0414)

    package static let getLazyStateCompletion = MessageType(rawValue: 0x8002)
    package static let getLazyStateKeysCompletion = MessageType(rawValue: 0x8006)
    package static let getPromiseCompletion = MessageType(rawValue: 0x8009)
    package static let peekPromiseCompletion = MessageType(rawValue: 0x800A)
    package static let completePromiseCompletion = MessageType(rawValue: 0x800B)
    package static let sleepCompletion = MessageType(rawValue: 0x800C)
    package static let callCompletion = MessageType(rawValue: 0x800D)
    package static let callInvocationIDCompletion = MessageType(rawValue: 0x800E)
    package static let runCompletion = MessageType(rawValue: 0x8011)
    package static let attachInvocationCompletion = MessageType(rawValue: 0x8012)
    package static let getInvocationOutputCompletion = MessageType(rawValue: 0x8013)
    package static let signalNotification = MessageType(rawValue: 0xFBFF)
}

extension MessageType {
    /// Whether the code lies in the control range, 0x0000 to 0x03FF.
    package var isControl: Bool { rawValue < 0x0400 }

    /// Whether it is one of the known commands.
    package var isCommand: Bool { (0x0400...0x0414).contains(rawValue) && rawValue != 0x040F }

    /// Whether it is one of the known notifications.
    package var isNotification: Bool {
        switch rawValue {
        case 0x8002, 0x8006, 0x8009...0x800E, 0x8011...0x8013, 0xFBFF: true
        default: false
        }
    }

    /// Whether a decoder takes it for a custom entry: any unknown code above the control range (section 1).
    package var isCustom: Bool { !isControl && !isCommand && !isNotification }

    /// Whether nothing can be made of a frame with this code: an unknown one in the control range.
    package var isUnknownControl: Bool { isControl && rawValue > MessageType.proposeRunCompletionAck.rawValue }

    /// The name of a journal entry as SQL shows it: `Command: Run`, `Notification: Sleep`.
    package var entryTypeName: String {
        if isCommand, let name = commandName { return "Command: " + name }
        if isNotification, let name = notificationName { return "Notification: " + name }
        return controlName ?? "Custom: " + hexadecimal
    }

    /// The message's name in error texts: `RunCommand`, `SleepNotification`, `SuspensionMessage`.
    package var wireName: String {
        if isCommand, let name = commandName { return name + "Command" }
        if isNotification, let name = notificationName { return name + "Notification" }
        return controlName.map { $0 + "Message" } ?? "unknown message"
    }

    /// The bare name, as in `Run`; the code of what is unknown.
    package var shortName: String {
        (isCommand ? commandName : isNotification ? notificationName : controlName) ?? hexadecimal
    }

    /// The code as `0x0401`.
    package var hexadecimal: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private var controlName: String? {
        switch self {
        case .start: "Start"
        case .suspension: "Suspension"
        case .error: "Error"
        case .end: "End"
        case .commandAck: "CommandAck"
        case .proposeRunCompletion: "ProposeRunCompletion"
        case .awaitingOn: "AwaitingOn"
        case .proposeRunCompletionAck: "ProposeRunCompletionAck"
        default: nil
        }
    }

    private var commandName: String? {
        switch self {
        case .inputCommand: "Input"
        case .outputCommand: "Output"
        case .getLazyStateCommand: "GetLazyState"
        case .setStateCommand: "SetState"
        case .clearStateCommand: "ClearState"
        case .clearAllStateCommand: "ClearAllState"
        case .getLazyStateKeysCommand: "GetLazyStateKeys"
        case .getEagerStateCommand: "GetEagerState"
        case .getEagerStateKeysCommand: "GetEagerStateKeys"
        case .getPromiseCommand: "GetPromise"
        case .peekPromiseCommand: "PeekPromise"
        case .completePromiseCommand: "CompletePromise"
        case .sleepCommand: "Sleep"
        case .callCommand: "Call"
        case .oneWayCallCommand: "OneWayCall"
        case .sendSignalCommand: "SendSignal"
        case .runCommand: "Run"
        case .attachInvocationCommand: "AttachInvocation"
        case .getInvocationOutputCommand: "GetInvocationOutput"
        case .completeAwakeableCommand: "CompleteAwakeable"
        default: nil
        }
    }

    private var notificationName: String? {
        switch self {
        case .getLazyStateCompletion: "GetLazyState"
        case .getLazyStateKeysCompletion: "GetLazyStateKeys"
        case .getPromiseCompletion: "GetPromise"
        case .peekPromiseCompletion: "PeekPromise"
        case .completePromiseCompletion: "CompletePromise"
        case .sleepCompletion: "Sleep"
        case .callCompletion: "Call"
        case .callInvocationIDCompletion: "CallInvocationId"
        case .runCompletion: "Run"
        case .attachInvocationCompletion: "AttachInvocation"
        case .getInvocationOutputCompletion: "GetInvocationOutput"
        case .signalNotification: "Signal"
        default: nil
        }
    }
}
