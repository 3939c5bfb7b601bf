/// The version of this program, as it says it of itself.
public enum ServerVersion {
    public static let current = "0.1.0"
}
