/// The OpenAPI document of one service, made from the schemas of its handlers.
package enum ServiceOpenAPI: ControlOperation {
    package static let method = ControlMethod.servicesOpenAPI

    package typealias Parameters = DescribeService.Parameters

    package struct Result: Codable, Hashable, Sendable {
        /// The document.
        package var document: JSONValue

        /// This document.
        package init(document: JSONValue) { self.document = document }
    }
}
