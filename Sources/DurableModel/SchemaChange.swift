/// How a JSON schema became incompatible with the one before.
package enum SchemaChange: String, Sendable, CaseIterable {
    case propertyRemoved = "property removed"
    case requiredAdded = "required added"
    case requiredRemoved = "required removed"
    case typeChanged = "type changed"
    case enumNarrowed = "enum narrowed"
    case enumWidened = "enum widened"
}
