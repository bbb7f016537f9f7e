/// A JSON Patch (RFC 6902).
struct JSONPatch {
    /// Why it does not fit.
    struct Failure: Error, Equatable {
        let reason: String
    }

    private struct Step {
        let op: String
        let path: String
        var from: String?
        var value: ExactJSON?

        init(op: String, path: String, value: ExactJSON? = nil) {
            self.op = op
            self.path = path
            self.value = value
        }

        /// One step of a patch as it was written; nil if it is none.
        init?(_ step: ExactJSON) {
            guard case .object(let members) = step, case .string(let op)? = members["op"],
                case .string(let path)? = members["path"]
            else { return nil }
            self.init(op: op, path: path, value: members["value"])
            switch members["from"] {
            case nil: break
            case .string(let text)?: from = text
            default: return nil
            }
        }
    }

    private let steps: [Step]

    /// Reads a patch; nil if it is none.
    init?(_ patch: ExactJSON) {
        guard case .array(let elements) = patch else { return nil }
        steps = elements.compactMap { Step($0) }
        guard steps.count == elements.count else { return nil }
    }

    /// The document with all steps done, or nothing of it.
    func applied(to document: ExactJSON) throws(Failure) -> ExactJSON {
        var document = document
        for step in steps {
            switch step.op {
            case "copy", "move": document = try Self.transfer(step, in: document)
            default: document = try Self.apply(step, try Self.path(step.path)[...], to: document)
            }
        }
        return document
    }

    /// Does a copy or a move: as its parts, which are operations too (RFC 6902, sections 4.4 and 4.5).
    private static func transfer(_ step: Step, in document: ExactJSON) throws(Failure) -> ExactJSON {
        guard let from = step.from else { throw Failure(reason: "\(step.op) to \"\(step.path)\" has no \"from\"") }
        let (source, target) = (try path(from), try path(step.path))
        guard step.op == "copy" || source == target || !target.starts(with: source) else {
            throw Failure(reason: "\"\(from)\" cannot be moved into itself")
        }
        let value = try value(at: source, from, in: document)
        var left = document
        if step.op == "move" { left = try apply(Step(op: "remove", path: from), source[...], to: document) }
        return try apply(Step(op: "add", path: step.path, value: value), target[...], to: left)
    }

    private static func value(
        at path: [String],
        _ pointer: String,
        in document: ExactJSON
    ) throws(Failure) -> ExactJSON {
        var value = document
        for name in path {
            switch value {
            case .object(let members):
                guard let member = members[name] else { throw Failure(reason: "there is no \"\(pointer)\"") }
                value = member
            case .array(let elements):
                guard let index = index(name), elements.indices.contains(index) else {
                    throw Failure(reason: "there is no \"\(pointer)\"")
                }
                value = elements[index]
            case .null, .bool, .number, .string: throw Failure(reason: "there is no \"\(pointer)\"")
            }
        }
        return value
    }

    private static func path(_ pointer: String) throws(Failure) -> [String] {
        guard let path = tokens(pointer) else { throw Failure(reason: "\"\(pointer)\" is no JSON pointer") }
        return path
    }

    /// A place in an array: digits, without a zero before others (RFC 6901, section 4).
    private static func index(_ name: String) -> Int? {
        guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), name == "0" || !name.hasPrefix("0") else {
            return nil
        }
        return Int(name)
    }

    /// The parts of a JSON pointer (RFC 6901).
    private static func tokens(_ pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            part.split(separator: "~1", omittingEmptySubsequences: false).map { piece in
                piece.split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
            }.joined(separator: "/")
        }
    }

    private static func apply(
        _ step: Step,
        _ path: ArraySlice<String>,
        to value: ExactJSON
    ) throws(Failure) -> ExactJSON {
        guard let name = path.first else { return try whole(step, value) }
        let isLast = path.count == 1
        switch value {
        case .object(var members):
            if isLast, step.op != "test" {
                members[name] = try member(step, members[name])
                return .object(members)
            }
            guard let inner = members[name] else { throw Failure(reason: "there is no \"\(step.path)\"") }
            members[name] = try apply(step, path.dropFirst(), to: inner)
            return .object(members)
        case .array(let elements):
            return .array(try apply(step, path, name, isLast, to: elements))
        case .null, .bool, .number, .string:
            throw Failure(reason: "there is no \"\(step.path)\"")
        }
    }

    /// What becomes of a member of an object; nil removes it.
    private static func member(_ step: Step, _ old: ExactJSON?) throws(Failure) -> ExactJSON? {
        switch step.op {
        case "add": return try given(step)
        case "replace" where old != nil: return try given(step)
        case "remove" where old != nil: return nil
        case "remove", "replace": throw Failure(reason: "there is no \"\(step.path)\"")
        default: throw unknown(step)
        }
    }

    private static func apply(
        _ step: Step,
        _ path: ArraySlice<String>,
        _ name: String,
        _ isLast: Bool,
        to elements: [ExactJSON]
    ) throws(Failure) -> [ExactJSON] {
        var elements = elements
        let isEnd = isLast && step.op == "add" && name == "-"
        guard let index = isEnd ? elements.count : index(name),
            index < elements.count || isLast && step.op == "add" && index == elements.count
        else { throw Failure(reason: "there is no \"\(step.path)\"") }
        switch (isLast, step.op) {
        case (true, "add"): elements.insert(try given(step), at: index)
        case (true, "remove"): elements.remove(at: index)
        default: elements[index] = try apply(step, path.dropFirst(), to: elements[index])
        }
        return elements
    }

    private static func whole(_ step: Step, _ value: ExactJSON) throws(Failure) -> ExactJSON {
        switch step.op {
        case "add", "replace": return try given(step)
        case "test":
            guard try given(step).isSame(as: value) else {
                throw Failure(reason: "\"\(step.path)\" is not what it was to be")
            }
            return value
        case "remove": throw Failure(reason: "the whole state is removed by clear")
        default: throw unknown(step)
        }
    }

    private static func given(_ step: Step) throws(Failure) -> ExactJSON {
        guard let value = step.value else { throw Failure(reason: "\(step.op) of \"\(step.path)\" has no value") }
        return value
    }

    private static func unknown(_ step: Step) -> Failure {
        Failure(reason: "there is no operation \"\(step.op)\"; there are add, remove, replace, move, copy and test")
    }
}
