import AdminAPI
import HTTP

extension FuzzTarget {
    /// Whole requests to the admin interface, up to where the registry and the engine are asked.
    static let admin = FuzzTarget(
        name: "admin",
        examples: Recordings.adminRequests
            + [
                ("GET", "/v3/deployments/dp_14VR3T2vcLCOEm7VdgS7Yt5", ""), ("GET", "/health", ""),
                ("GET", "/openapi", ""),
                ("DELETE", "/deployments/dp_14VR3T2vcLCOEm7VdgS7Yt5?force=true", ""),
                ("DELETE", "/invocations/inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY?mode=purge", ""),
                (
                    "PATCH",
                    "/invocations/inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY/restart-as-new?from=3&deployment=latest", ""
                ),
                (
                    "POST", "/deployments",
                    #"{"uri":"http://a:9080","force":true,"additional_headers":{"a":"b"},"use_http_11":true,"dry_run":false}"#
                ),
                (
                    "POST", "/services/Counter/state",
                    #"{"version":"a","object_key":"k","new_state":{"a":[1,255],"b":[]}}"#
                ),
                (
                    "PATCH", "/services/Counter",
                    #"{"public":false,"idempotency_retention":"1h","inactivity_timeout":"PT1M"}"#
                ),
                ("POST", "/internal/invocations_batch_operations/kill", #"{"invocation_ids":["inv_1"]}"#),
                ("POST", "/query", #"{"query":"SELECT 1"}"#),
            ].map { method, path, body in
                HTTPRequestBytes.joined(method, path, [("content-type", "application/json")], Array(body.utf8))
            },
        words: jsonWords
            + texts([
                "GET ", "PATCH ", "DELETE ", "POST ", "PUT ", "/v2", "/v4", "/deployments", "/services/",
                "/invocations/", "/state",
                "/handlers/", "/query", "?force=true", "&from=", "&deployment=", "?mode=", "\"new_state\":",
                "\"object_key\":",
                "\"uri\":", "\"additional_headers\":", "[256]", "dp_1", "inv_1", "%2F",
            ]),
        read: { bytes, _ in
            guard let (head, body) = HTTPRequestBytes.read(bytes) else { return nil }
            _ = AdminRequest.bodyBytesMax(of: head)
            do throws(AdminRefusal) {
                _ = try AdminRequest(head, body: body)
            } catch {
                let status = AdminResponses.refused(error).head.status
                guard (400..<600).contains(status) else { return "refused with \(status)" }
            }
            return nil
        }
    )
}
