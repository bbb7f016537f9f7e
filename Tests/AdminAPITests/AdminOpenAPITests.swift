import ControlProtocol
import DurableModel
import FoundationEssentials
import HTTP
import Testing

@testable import AdminAPI

@Suite struct AdminOpenAPITests {
    private func members(_ value: JSONValue?) -> [String: JSONValue] {
        if case .object(let members)? = value { members } else { [:] }
    }

    private func operations(_ document: [String: JSONValue]) -> Set<String> {
        Set(members(document["paths"]).flatMap { path, methods in members(methods).keys.map { $0 + " " + path } })
    }

    @Test func everyOperationOfTheDescriptionIsOneOfThePathsServed() throws {
        let places = [
            "{deployment}": "dp_121dBAu8pPuTOKAzHNFEuWd", "{invocation_id}": "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz",
            "{service}": "S", "{handler}": "h", "{cluster_name}": "c", "{subscription}": "sub_15VqmTOnXH3Vv2pl5HOG7UB",
        ]
        for operation in AdminOperation.all {
            let path = places.reduce(operation.path) { $0.replacing($1.key, with: $1.value) }
            guard case .failure(let refusal) = Fixture.request(operation.method, path) else { continue }
            #expect(refusal != .notFound, "\(operation.id)")
            if case .methodNotAllowed = refusal { Issue.record("\(operation.id)") }
        }
    }

    @Test(.enabled(if: SchemaValidator.published != nil)) func everyPublishedOperationIsDescribed() throws {
        let published = try #require(SchemaValidator.published)
        guard case .object(let document) = published.root else {
            Issue.record("no object")
            return
        }
        let own = AdminResponses.openAPI("0.1.0").members
        #expect(operations(document).subtracting(operations(own)) == [])
    }

    @Test func namedSchemasAreThere() throws {
        let document = AdminResponses.openAPI("0.1.0").members
        #expect(document["openapi"] == .string("3.1.0"))
        let names = Set(members(members(document["components"])["schemas"]).keys)
        let text = String(decoding: AdminResponses.openAPI("0.1.0").body, as: UTF8.self)
        let prefix = "#/components/schemas/"
        for part in text.split(separator: prefix).dropFirst() {
            #expect(names.contains(String(part.prefix { $0 != "\"" })), "\(part.prefix(30))")
        }
        #expect(Set(AdminOperation.all.map(\.id)).count == AdminOperation.all.count)
    }
}
