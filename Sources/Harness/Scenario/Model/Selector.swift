import Measurement
import RTCCore

/// Whom an entry of the timeline hits: `callers`, `callers[3]`, `callers[0,2]`, `callers[25%]` or `all`.
public enum Selector: Sendable, Hashable {
    case all
    case group(String)
    /// Places in a group, from 0, ascending.
    case members(group: String, indices: [Int])
    /// A share of a group, in 0...1, chosen by the seed.
    case share(group: String, Double)

    /// The places of the chosen in a group, ascending.
    ///
    /// A share is chosen by rank: within one run `callers[25%]` is always the same quarter, and part of `callers[50%]`. At
    /// least one bot is chosen.
    public func indices(in group: String, count: Int, seed: UInt64) -> [Int] {
        switch self {
        case .all: return Array(0..<count)
        case .group(let name): return name == group ? Array(0..<count) : []
        case .members(let name, let indices): return name == group ? indices.filter { $0 < count } : []
        case .share(let name, let share):
            guard name == group, count > 0 else { return [] }
            let wanted = min(count, max(1, Int((Double(count) * share).rounded())))
            let ranked = (0..<count).map { (SplitMix64.derive(seed, "share of \(group)[\($0)]"), $0) }.sorted { $0 < $1 }
            return ranked.prefix(wanted).map(\.1).sorted()
        }
    }
}

extension Selector: CustomStringConvertible {
    public var description: String {
        switch self {
        case .all: "all"
        case .group(let name): name
        case .members(let name, let indices): "\(name)[\(indices.map(String.init).joined(separator: ","))]"
        case .share(let name, let share): "\(name)[\(Quantity(share, .ratio))]"
        }
    }
}
