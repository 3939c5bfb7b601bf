public import Store

/// Where the embedded server of a run writes down what happens, and how calls went.
public struct RunStore: Sendable {
    /// Opens it; called anew where the scenario kills the server.
    public let open: @Sendable () throws(StoreError) -> any StoreBackend

    public init(open: @escaping @Sendable () throws(StoreError) -> any StoreBackend) {
        self.open = open
    }
}
