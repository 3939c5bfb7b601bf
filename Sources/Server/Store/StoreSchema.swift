/// Counts the changes of the tables; a store goes forward through them and never back.
public enum StoreSchema {
    /// The version that this program writes.
    public static let version: Int64 = 3
}
