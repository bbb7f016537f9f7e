import ControlProtocol
import DurableModel
import HTTP
import Registry
import Testing

@testable import AdminAPI

@Suite struct ServiceOpenAPITests {
    private func document(_ service: String, _ catalog: Catalog? = nil) throws -> JSONValue {
        let catalog = try catalog ?? Fixture.registration().catalog
        let response = AdminResponses.openAPI(
            of: service,
            catalog: catalog,
            ingressEndpoint: "http://127.0.0.1:18080/"
        )
        #expect(response.head.status == 200)
        return try Fixture.value(response.body)
    }

    /// What is written for people is ours, and the revision depends on what was registered before.
    private func structure(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            let kept = members.filter { !["description", "externalDocs", "version"].contains($0.key) }
            return .object(kept.mapValues(structure))
        case .array(let values): return .array(values.map(structure))
        default: return value
        }
    }

    @Test(
        .enabled(if: Recording.areThere),
        arguments: [
            ("openapi of a service with JSON schemas", "Shop"), ("openapi of an object", "Cart"),
            ("openapi of a workflow", "Ship"),
        ]
    )
    func structureIsThatOfTheRecordings(name: String, service: String) throws {
        let recorded = try #require(Recording.named(name)?.response.body)
        #expect(structure(try document(service)) == structure(recorded))
    }

    @Test func whatIsPrivateIsNotShown() throws {
        guard case .object(let members) = try document("Shop"), case .object(let paths)? = members["paths"] else {
            Issue.record("no paths")
            return
        }
        #expect(paths["/restate/call/Shop/order"] != nil)
        #expect(!paths.keys.contains { $0.contains("hidden") })
    }

    @Test func unknownServiceIsNotFound() throws {
        let response = AdminResponses.openAPI(of: "Nope", catalog: Catalog(), ingressEndpoint: nil)
        #expect(response.head.status == 404)
    }

    /// Schemas with definitions refer to themselves from their root, which is another place in the document.
    @Test(arguments: [
        (
            ##"{"$ref":"#/$defs/A","$defs":{"A":{"type":"string"}}}"##,
            ##"{"$ref":"#/at/x/$defs/A","$defs":{"A":{"type":"string"}}}"##
        ),
        (##"{"items":{ "$ref" : "#" }}"##, ##"{"items":{ "$ref" : "#/at/x" }}"##),
        (##"{"enum":["$ref","#/a"]}"##, ##"{"enum":["$ref","#/a"]}"##),
        (##"{"$ref":"http://elsewhere/#/a"}"##, ##"{"$ref":"http://elsewhere/#/a"}"##),
        (##"{"$id":"http://h/","$ref":"#/a"}"##, ##"{"$id":"http://h/","$ref":"#/a"}"##),
        (##"{"title":"a \" $ref","x":1}"##, ##"{"title":"a \" $ref","x":1}"##),
        (##"{"properties":{"$ref":{"$ref":"#/b"}}}"##, ##"{"properties":{"$ref":{"$ref":"#/at/x/b"}}}"##),
        ("true", "true"),
    ])
    func referencesOfASchemaFollowIt(schema: String, relocated: String) {
        #expect(RelocatedSchema.text(schema, to: "/at/x") == relocated)
    }
}
