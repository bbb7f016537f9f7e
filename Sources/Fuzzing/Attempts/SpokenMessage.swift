import DurableModel
import ServiceProtocol

/// Messages that a service might mean: of few names and numbers, so that they meet.
enum SpokenMessage {
    static func any(_ random: inout FuzzRandom) -> ServiceMessage {
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            .proposeRunCompletion(completionID: number(&random), result: result(&random), requestedAck: random.flag())
        case 1: .awaitingOn(awaiting(depth: 0, &random), executingSideEffects: random.flag())
        case 2: .suspension(awaiting(depth: 0, &random))
        case 3: random.one(of: .end, .error(error(&random)))
        case 4: .command(Command(.output(result(&random))))
        default: .command(Command(operation(&random)))
        }
    }

    private static func operation(_ random: inout FuzzRandom) -> Command.Operation {
        let id = number(&random)
        switch Int.random(in: 0..<17, using: &random) {
        case 0: return .getLazyState(key: bytes(&random), completionID: id)
        case 1: return .setState(key: bytes(&random), value: bytes(&random))
        case 2: return random.one(of: .clearState(key: bytes(&random)), .clearAllState)
        case 3: return .getLazyStateKeys(completionID: id)
        case 4: return .getEagerState(key: bytes(&random), result: random.one(of: .void, .value(bytes(&random))))
        case 5: return .getEagerStateKeys(keys: [bytes(&random)])
        case 6: return .getPromise(key: text(&random), completionID: id)
        case 7: return .peekPromise(key: text(&random), completionID: id)
        case 8: return .completePromise(key: text(&random), completion: result(&random), completionID: id)
        case 9: return .sleep(wakeUpTimeMilliseconds: random.one(of: 0, 1_790_000_000_500, .max), completionID: id)
        case 10: return .call(call(id, &random))
        case 11: return .oneWayCall(oneWayCall(id, &random))
        case 12: return .sendSignal(target: invocation(&random), id: signal(&random), result: result(&random))
        case 13: return .run(completionID: id)
        case 14: return .attachInvocation(target: reference(&random), completionID: id)
        case 15: return .getInvocationOutput(target: reference(&random), completionID: id)
        default: return .completeAwakeable(id: awakeable(&random), result: result(&random))
        }
    }

    private static func call(_ id: UInt32, _ random: inout FuzzRandom) -> CallCommand {
        let (service, handler, key) = target(&random)
        return CallCommand(
            serviceName: service,
            handlerName: handler,
            parameter: bytes(&random),
            key: key,
            idempotencyKey: random.one(of: nil, nil, "i"),
            invocationIDNotificationIndex: number(&random),
            resultCompletionID: id
        )
    }

    private static func oneWayCall(_ id: UInt32, _ random: inout FuzzRandom) -> OneWayCallCommand {
        let (service, handler, key) = target(&random)
        return OneWayCallCommand(
            serviceName: service,
            handlerName: handler,
            invokeTimeMilliseconds: random.one(of: 0, 1_790_000_000_300, .max),
            key: key,
            idempotencyKey: random.one(of: nil, nil, "i"),
            invocationIDNotificationIndex: id
        )
    }

    private static func target(_ random: inout FuzzRandom) -> (service: String, handler: String, key: String) {
        random.one(
            of: ("Greeter", "greet", ""),
            ("Counter", "add", "k"),
            ("Counter", "get", "k"),
            ("Counter", "add", "other"),
            ("Flow", "run", "k"),
            ("Flow", "tell", "k"),
            ("Nobody", "is", "there")
        )
    }

    private static func reference(_ random: inout FuzzRandom) -> InvocationTargetReference {
        random.one(
            of: .workflow(name: "Flow", key: "k", scope: nil),
            .invocationID(invocation(&random)),
            .idempotentRequest(
                serviceName: "Counter",
                serviceKey: "k",
                handlerName: "add",
                idempotencyKey: "i",
                scope: nil
            )
        )
    }

    private static func awaiting(depth: Int, _ random: inout FuzzRandom) -> Awaiting {
        let combinator = Combinator(rawValue: .random(in: 0...4, using: &random)) ?? .unknown
        let leaves = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            random.flag() ? NotificationID.completion(number(&random)) : signal(&random)
        }
        let children = depth < 3 && random.flag() ? [awaiting(depth: depth + 1, &random)] : []
        return Awaiting(combinator: combinator, leaves: leaves, children: children)
    }

    private static func error(_ random: inout FuzzRandom) -> ErrorMessage {
        ErrorMessage(
            code: random.one(of: 500, 409, 570, 571, .max),
            message: text(&random),
            relatedCommandIndex: random.one(of: nil, 0, 1, .max),
            nextRetryDelayMilliseconds: random.one(of: nil, 0, 100, .max),
            behavior: random.one(of: .retry, .pause, .fail)
        )
    }

    private static func result(_ random: inout FuzzRandom) -> CompletionResult {
        random.one(
            of: .value(bytes(&random)),
            .failure(Failure(code: random.one(of: 0, 409, 500), message: text(&random))),
            .value([])
        )
    }

    private static func signal(_ random: inout FuzzRandom) -> NotificationID {
        random.one(of: .signal(1), .signal(17), .signal(18), .namedSignal("s"))
    }

    private static func invocation(_ random: inout FuzzRandom) -> String {
        guard random.flag(), let id = AttemptWorld.firstIDs.randomElement(using: &random) else {
            return random.one(of: "inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY", "inv_1", "x")
        }
        return id.description
    }

    private static func awakeable(_ random: inout FuzzRandom) -> String {
        guard random.flag(), let id = AttemptWorld.firstIDs.randomElement(using: &random),
            let awakeable = AwakeableID(invocation: id, index: random.one(of: 17, 18, .max))
        else { return random.one(of: "sign_1NMyOAvDK2CcBjUH4Rmb7eGBp0DNNDnmsAAAAAQ", "") }
        return awakeable.description
    }

    private static func number(_ random: inout FuzzRandom) -> UInt32 { random.one(of: 1, 2, 3, 4, 5, 6, 7, 8, .max) }
    private static func text(_ random: inout FuzzRandom) -> String { random.one(of: "p", "q", "", "é") }
    private static func bytes(_ random: inout FuzzRandom) -> [UInt8] { random.one(of: [1], [2], [], [0xFF, 0, 0x22]) }
}
