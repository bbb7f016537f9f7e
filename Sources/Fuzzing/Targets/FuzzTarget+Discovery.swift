import DurableModel
import Endpoints

extension FuzzTarget {
    /// The document that discovery gets from a service, and what its schemas are compared with.
    static let manifest = FuzzTarget(
        name: "manifest",
        examples: Recordings.manifests
            + texts([
                """
                {"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":7,"services":[{"name":"Greeter",\
                "ty":"SERVICE","handlers":[{"name":"greet","inactivityTimeout":1000,"input":{"required":true,\
                "contentType":"application/json","jsonSchema":{"type":"object","properties":{"a":{"$ref":"#/x"}}}}}]},\
                {"name":"Flow","ty":"WORKFLOW","metadata":{"a":"b"},"handlers":[{"name":"run","ty":"WORKFLOW"},\
                {"name":"get","ty":"SHARED","retryPolicyMaxAttempts":3,"retryPolicyOnMaxAttempts":"PAUSE"}]}]}
                """
            ]),
        words: jsonWords + texts(["\"ty\":\"VIRTUAL_OBJECT\"", "\"minProtocolVersion\":", "\"journalRetention\":-1"]),
        read: { bytes, _ in
            guard let manifest = try? Manifest.decode(bytes) else { return nil }
            if (try? Manifest.decode(bytes)) != manifest { return "the same document is read in two ways" }
            let handlers = manifest.services.flatMap(\.handlers)
            let schemas = handlers.flatMap { [$0.input.jsonSchema, $0.output.jsonSchema].compactMap(\.self) }
            for (old, new) in zip(schemas, schemas.dropFirst()) {
                _ = SchemaComparison.findings(from: old, to: new, isInput: true)
                if !SchemaComparison.findings(from: old, to: old, isInput: false).isEmpty {
                    return "a schema differs from itself: \(old)"
                }
            }
            return nil
        }
    )

    /// Addresses of deployments, as operators write them.
    static let addresses = FuzzTarget(
        name: "addresses",
        examples: texts([
            "http://a:9080", "https://example.com/a/b?c=d#e", "http://[::1]:9080/", "http://[fe80::1%25eth0]/",
            "unix:/run/greeter.sock", "unix:///run/a%20b.sock?x=y", "HTTP://EXAMPLE.com:80/%7e", "http://a.b.c./",
        ]),
        words: texts([
            "http://", "https://", "unix:", "[::", "]", "@", "%2F", "%", "/../", "/./", ":65535", ":0", "?", "#",
        ]),
        read: { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let address = try? DeploymentAddress(parsing: text) else { return nil }
            guard let again = try? DeploymentAddress(parsing: address.uri) else {
                return "\(text) is written as \(address.uri), which is no address"
            }
            return again == address ? nil : "\(text) is written as \(address.uri), which is another address"
        }
    )
}
