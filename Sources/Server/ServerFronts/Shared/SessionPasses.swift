import AccessCore
import RoomCore

/// The tokens that sessions are given when they have come in: good for the session, and for what else the server offers over HTTP.
///
/// They are drawn at random and mean nothing to anyone but this server. The last two of a session are good, since an answer may be lost.
struct SessionPasses {
    private static let prefix = "sp_"

    private let bits: () -> UInt64
    private var owners: [String: SessionKey] = [:]
    private var passes: [SessionKey: [String]] = [:]

    init(bits: @escaping () -> UInt64) {
        self.bits = bits
    }

    mutating func issue(for session: SessionKey) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let word = bits()
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }
        let pass = Self.prefix + Base64URL.encode(bytes)
        owners[pass] = session
        passes[session, default: []].append(pass)
        if let spent = passes[session], spent.count > 2 {
            owners[spent[0]] = nil
            passes[session]?.removeFirst()
        }
        return pass
    }

    func owner(of pass: String) -> SessionKey? {
        pass.utf8.starts(with: Self.prefix.utf8) ? owners[pass] : nil
    }

    mutating func forget(_ session: SessionKey) {
        guard let known = passes.removeValue(forKey: session) else { return }
        for pass in known { owners[pass] = nil }
    }
}
