/// Sets options of the latest revision of a service. They last until its next revision.
package enum ConfigureService: ControlOperation {
    package static let method = ControlMethod.servicesConfigure

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case name, settings }

        /// The service's name.
        package var name: String
        /// What is to be set; what is absent stays as it is.
        package var settings: ServiceSettings

        /// These settings for this service.
        package init(name: String, settings: ServiceSettings) {
            self.name = name
            self.settings = settings
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package typealias Result = ServiceDetails
}
