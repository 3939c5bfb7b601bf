/// Which id stands for which header extension on one transport, as negotiated by `a=extmap` (RFC 8285 §6).
///
/// Two fixed tables, one each way; nothing on the heap.
public struct RTPExtensionMap: Sendable, Hashable {
    /// The id of each extension by its raw value; 0 for none.
    @usableFromInline var ids: SIMD16<UInt8>
    /// The raw value plus one of the extension with each id below 16; 0 for none.
    @usableFromInline var lowIDs: SIMD16<UInt8>

    @inlinable
    public init() {
        ids = .zero
        lowIDs = .zero
    }

    /// The id of an extension, 1…14 or 16…255, or `nil` where it was not negotiated.
    ///
    /// Setting an id takes it away from an extension that had it before; 0 and 15 are reserved and mean `nil`.
    @inlinable
    public subscript(_ element: RTPExtension) -> UInt8? {
        get {
            let id = ids[Int(element.rawValue)]
            return id == 0 ? nil : id
        }
        set {
            let old = ids[Int(element.rawValue)]
            if old != 0, old < 16 { lowIDs[Int(old)] = 0 }
            let id = newValue == 15 ? 0 : newValue ?? 0
            if id != 0, let holder = self.element(withID: id) { ids[Int(holder.rawValue)] = 0 }
            ids[Int(element.rawValue)] = id
            if id != 0, id < 16 { lowIDs[Int(id)] = element.rawValue + 1 }
        }
    }

    /// The extension with an id, or `nil`.
    @inlinable
    public func element(withID id: UInt8) -> RTPExtension? {
        if id < 16 {
            let value = lowIDs[Int(id)]
            return value == 0 ? nil : RTPExtension(rawValue: value - 1)
        }
        for raw in 0..<16 where ids[raw] == id {
            return RTPExtension(rawValue: UInt8(raw))
        }
        return nil
    }

    /// Whether nothing was negotiated.
    @inlinable
    public var isEmpty: Bool { ids == .zero }
}
