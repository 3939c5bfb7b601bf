/// A column and what is written to it.
public struct StoreField: Hashable, Sendable {
    public let column: String
    public let value: StoreValue

    public init(_ column: String, _ value: StoreValue) {
        self.column = column
        self.value = value
    }
}
