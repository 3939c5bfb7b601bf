extension String {
    /// Compares in a time that does not depend on where the first difference is.
    public func isEqualInConstantTime(to candidate: String) -> Bool {
        let expected = Array(utf8)
        let given = Array(candidate.utf8)
        var difference: UInt8 = expected.count == given.count ? 0 : 1
        for index in 0..<given.count where !expected.isEmpty {
            difference |= given[index] ^ expected[index % expected.count]
        }
        return difference == 0
    }
}
