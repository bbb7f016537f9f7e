import DurableModel
import ServiceProtocol
import Testing

/// Bytes put together by hand from the field tables of the protocol, at least one for each message, so that the wire
/// is pinned without the recordings. Each is read, compared, and written back to the same bytes.
struct WireVectorTests {
    static let commands: [(UInt16, String, Command)] = [
        (
            0x0400, "0a060a016b120176 72040a027b7d",
            Command(.input(headers: [Header(key: "k", value: "v")], value: Array("{}".utf8)))
        ),
        (0x0401, "7200", Command(.output(.value([])))),
        (
            0x0401, "62016e 7a07 08a203 12026279",
            Command(.output(.failure(Failure(code: 418, message: "by"))), name: "n")
        ),
        (0x0402, "0a0201ff 5801", Command(.getLazyState(key: [1, 0xff], completionID: 1))),
        (0x0403, "0a016b 1a030a0176", Command(.setState(key: [0x6b], value: [0x76]))),
        (0x0404, "0a016b 62016e", Command(.clearState(key: [0x6b]), name: "n")),
        (0x0405, "", Command(.clearAllState)),
        (0x0406, "5802", Command(.getLazyStateKeys(completionID: 2))),
        (0x0407, "0a016b 6a00", Command(.getEagerState(key: [0x6b], result: .void))),
        (0x0407, "0a016b 72030a0176", Command(.getEagerState(key: [0x6b], result: .value([0x76])))),
        (0x0408, "7206 0a016b 0a016c", Command(.getEagerStateKeys(keys: [[0x6b], [0x6c]]))),
        (0x0409, "0a016b 5803", Command(.getPromise(key: "k", completionID: 3))),
        (0x040A, "0a016b 5804", Command(.peekPromise(key: "k", completionID: 4))),
        (
            0x040B, "0a016b 12030a0176 5805",
            Command(.completePromise(key: "k", completion: .value([0x76]), completionID: 5))
        ),
        (0x040C, "0880d0acf30e 58ac02", Command(.sleep(wakeUpTimeMilliseconds: 4_000_000_000, completionID: 300))),
        (
            0x040D, "0a0153 120168 1a0170 22060a016b120176 2a016b 320169 5006 5807",
            Command(
                .call(
                    CallCommand(
                        serviceName: "S",
                        handlerName: "h",
                        parameter: [0x70],
                        headers: [Header(key: "k", value: "v")],
                        key: "k",
                        idempotencyKey: "i",
                        invocationIDNotificationIndex: 6,
                        resultCompletionID: 7
                    )
                )
            )
        ),
        (
            0x040E, "0a0153 120168 1a0170 2001 2a060a016b120176 32016b 3a0169 500862016e",
            Command(
                .oneWayCall(
                    OneWayCallCommand(
                        serviceName: "S",
                        handlerName: "h",
                        parameter: [0x70],
                        invokeTimeMilliseconds: 1,
                        headers: [Header(key: "k", value: "v")],
                        key: "k",
                        idempotencyKey: "i",
                        invocationIDNotificationIndex: 8
                    )
                ),
                name: "n"
            )
        ),
        (0x0410, "0a0169 1001 2200", Command(.sendSignal(target: "i", id: .cancelSignal, result: .void))),
        (
            0x0410, "0a0169 1a02676f 2a030a0176",
            Command(.sendSignal(target: "i", id: .namedSignal("go"), result: .value([0x76])))
        ),
        (0x0411, "5801 62027330", Command(.run(completionID: 1), name: "s0")),
        (0x0412, "0a0169 5809", Command(.attachInvocation(target: .invocationID("i"), completionID: 9))),
        (
            0x0412, "1a0c 0a0153 12016b 1a0168 220169 5809",
            Command(
                .attachInvocation(
                    target: .idempotentRequest(
                        serviceName: "S",
                        serviceKey: "k",
                        handlerName: "h",
                        idempotencyKey: "i",
                        scope: nil
                    ),
                    completionID: 9
                )
            )
        ),
        (
            0x0413, "2206 0a0157 12016b 580a",
            Command(.getInvocationOutput(target: .workflow(name: "W", key: "k", scope: nil), completionID: 10))
        ),
        (
            0x0414, "0a0173 1a03120162",
            Command(.completeAwakeable(id: "s", result: .failure(Failure(code: 0, message: "b"))))
        ),
    ]

    static let notifications: [(UInt16, String, Notification)] = [
        (0x8002, "0801 2200", .init(type: .getLazyStateCompletion, id: .completion(1), result: .void)),
        (
            0x8006, "0801 8a0103 0a016b",
            .init(type: .getLazyStateKeysCompletion, id: .completion(1), result: .stateKeys([[0x6b]]))
        ),
        (0x8009, "0801 2a030a0176", .init(type: .getPromiseCompletion, id: .completion(1), result: .value([0x76]))),
        (0x800A, "0801 2200", .init(type: .peekPromiseCompletion, id: .completion(1), result: .void)),
        (0x800B, "0801 2200", .init(type: .completePromiseCompletion, id: .completion(1), result: .void)),
        (0x800C, "0801 2200", .init(type: .sleepCompletion, id: .completion(1), result: .void)),
        (
            0x800D, "0801 3212 089903 120163 1a0a0a036b65791203763232",
            .init(
                type: .callCompletion,
                id: .completion(1),
                result: .failure(
                    Failure(code: 409, message: "c", metadata: [FailureMetadata(key: "key", value: "v22")])
                )
            )
        ),
        (
            0x800E, "0802 820103696e76",
            .init(type: .callInvocationIDCompletion, id: .completion(2), result: .invocationID("inv"))
        ),
        (0x8011, "0801 2a030a0130", .init(type: .runCompletion, id: .completion(1), result: .value([0x30]))),
        (0x8012, "0801 2a00", .init(type: .attachInvocationCompletion, id: .completion(1), result: .value([]))),
        (0x8013, "0801 2200", .init(type: .getInvocationOutputCompletion, id: .completion(1), result: .void)),
        (0xFBFF, "1001 2200", .init(type: .signalNotification, id: .cancelSignal, result: .void)),
        (0xFBFF, "1a02676f 2a00", .init(type: .signalNotification, id: .namedSignal("go"), result: .value([]))),
    ]

    static let control: [(UInt16, Int, String, ServiceMessage)] = [
        (
            0x0001, 6, "0a020102 120111 1a02676f",
            .suspension(.flat([.completion(1), .completion(2), .signal(17), .namedSignal("go")]))
        ),
        (
            0x0001, 7, "220c 120101 2205 0a0102 2804 2801",
            .suspension(
                Awaiting(
                    combinator: .firstCompleted,
                    leaves: [.signal(1)],
                    children: [Awaiting(combinator: .allSucceededOrFirstFailed, leaves: [.completion(2)])]
                )
            )
        ),
        (
            0x0002, 7, "08f403 120162 1a0174 2001 2a016e 309108 4032 4801",
            .error(
                ErrorMessage(
                    code: 500,
                    message: "b",
                    stacktrace: "t",
                    relatedCommandIndex: 1,
                    relatedCommandName: "n",
                    relatedCommandType: 0x0411,
                    nextRetryDelayMilliseconds: 50,
                    behavior: .pause
                )
            )
        ),
        (0x0003, 5, "", .end),
        (0x0005, 5, "0801 720130", .proposeRunCompletion(completionID: 1, result: .value([0x30]), requestedAck: false)),
        (0x0005, 5, "0801 7200", .proposeRunCompletion(completionID: 1, result: .value([]), requestedAck: false)),
        (
            0x0005, 7, "0802 7a020801",
            .proposeRunCompletion(completionID: 2, result: .failure(Failure(code: 1, message: "")), requestedAck: true)
        ),
        (0x0006, 7, "0a050a01012801 1001", .awaitingOn(.flat([.completion(1)]), executingSideEffects: true)),
    ]

    private func frame(_ type: UInt16, _ hex: String, requestedAck: Bool = false) throws -> MessageFrame {
        let payload = try #require(octets(ofHex: hex.filter { $0 != " " }))
        return MessageFrame(type: type, requestedAck: requestedAck, payload: payload)
    }

    @Test func commandsAreReadAndWrittenBack() throws {
        for (type, hex, command) in Self.commands {
            let frame = try frame(type, hex)
            #expect(try Command.decode(frame) == command)
            #expect(command.frame() == frame)
            #expect(try ServerMessage.decode(frame) == .command(command))
            guard command.type != .inputCommand else { continue }
            #expect(try ServiceMessage.decode(frame, version: 5) == .command(command))
        }
        #expect(Set(Self.commands.map(\.0)).count == 20)
    }

    @Test func notificationsAreReadAndWrittenBack() throws {
        for (type, hex, notification) in Self.notifications {
            let frame = try frame(type, hex)
            #expect(try ServerMessage.decode(frame) == .notification(notification))
            #expect(notification.frame() == frame)
        }
        #expect(Set(Self.notifications.map(\.0)).count == 12)
    }

    @Test func controlMessagesOfAServiceAreReadAndWrittenBack() throws {
        for (type, version, hex, message) in Self.control {
            let asksAck = if case .proposeRunCompletion(_, _, true) = message { true } else { false }
            let frame = try frame(type, hex, requestedAck: asksAck)
            #expect(try ServiceMessage.decode(frame, version: version) == message)
            #expect(message.frame(version: version) == frame)
        }
    }

    @Test func controlMessagesOfTheServerAreReadAndWrittenBack() throws {
        let start = StartMessage(
            id: Array(repeating: 1, count: 2),
            debugID: "inv",
            knownEntries: 3,
            stateMap: [StateEntry(key: [0x6b], value: [0x76])],
            partialState: true,
            key: "k",
            retryCountSinceLastStoredEntry: 4,
            durationSinceLastStoredEntryMilliseconds: 5,
            randomSeed: .max,
            idempotencyKey: "i"
        )
        let common = "0a020101 1203696e76 1803 22060a016b120176 2801 32016b 3804 4005"
        let seed = "48ffffffffffffffffff01"
        #expect(try start.encode(version: 5) == frame(0x0000, common))
        #expect(try start.encode(version: 6) == frame(0x0000, common + seed))
        let newest = try frame(0x0000, common + seed + "620169")
        #expect(start.encode(version: 7) == newest)
        #expect(try ServerMessage.decode(newest) == .start(start))

        #expect(try ackFrame(completionID: 7) == frame(0x0007, "0807"))
        #expect(try ServerMessage.decode(frame(0x0007, "0807")) == .runAck(completionID: 7))
        #expect(try ServerMessage.decode(frame(0x0004, "0803")) == .commandAck(index: 3))
        #expect(try ServerMessage.commandAck(index: 3).frame(version: 5) == frame(0x0004, "0803"))
        #expect(try inputFrame(headers: [], value: [1]) == frame(0x0400, "72030a0101"))
        #expect(try Command(.output(.value([1]))).frame() == frame(0x0401, "72030a0101"))
    }

    @Test func fieldsComeInAnyOrderAndUnknownOnesAreSkipped() throws {
        let shuffled = try frame(0x0411, "62027330 f806 05 fa0603616263 fd0600000000 f9060000000000000000 5801")
        #expect(try Command.decode(shuffled) == Command(.run(completionID: 1), name: "s0"))
    }

    @Test func theLastOfARepeatedSingleFieldWins() throws {
        #expect(try Command.decode(frame(0x0411, "5801 5802")) == Command(.run(completionID: 2)))
        #expect(try Command.decode(frame(0x0401, "7a00 7200")) == Command(.output(.value([]))))
    }

    @Test func aFailureSurvivesARow() throws {
        let failure = Failure(code: 404, message: "né", metadata: [FailureMetadata(key: "a", value: "")])
        #expect(try Failure.decode(failure.encode()) == failure)
    }

    @Test func aCallIsCompletedWithItsCalleeFirst() throws {
        let call = CallCommand(
            serviceName: "S",
            handlerName: "h",
            invocationIDNotificationIndex: 1,
            resultCompletionID: 2
        )
        let ids = Command(.call(call)).completionIDs
        #expect(ids.map(\.0) == [1, 2])
        #expect(ids.map(\.1) == [.callInvocationIDCompletion, .callCompletion])
        for (_, _, command) in Self.commands {
            for (_, type) in command.completionIDs { #expect(type.isNotification) }
        }
    }
}
