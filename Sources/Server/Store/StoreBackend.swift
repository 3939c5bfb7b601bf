/// Where rows are kept. Calls come from one thread at a time, and wait until it is done.
public protocol StoreBackend: AnyObject, Sendable {
    /// What people know it by, such as `sqlite:calls.db`; without secrets.
    var place: String { get }

    /// Makes the place what this version needs. Called once, before anything else.
    func prepare() throws(StoreError)

    /// All of a batch, or an error: what then is written of it may be written again.
    func write(_ batch: [StoreWrite]) throws(StoreError)

    func read(_ query: StoreQuery) throws(StoreError) -> [StoreRow]

    /// Takes out rows of a table that were over before a moment.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970.
    ///   - most: So many and no more, so that writing need not wait for long.
    /// - Returns: How many.
    func remove(from table: StoreTable, endedBefore milliseconds: Int64, most: Int) throws(StoreError) -> Int

    /// Another way into the same place, for a thread of its own that only reads: long reads then keep no write waiting.
    func reader() throws(StoreError) -> any StoreBackend

    /// A secret of the place, made with it, with which ids are veiled; 32 bytes in hexadecimal.
    ///
    /// - Parameter fresh: Taken where there is none yet.
    func key(orElse fresh: String) throws(StoreError) -> String

    /// Called once, after everything else.
    func close()
}
