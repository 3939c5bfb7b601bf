/// Ends the process where a promise is broken, which the fuzzer reports as a finding and keeps the input of.
@inlinable
public func promise(_ holds: @autoclosure () -> Bool, _ what: @autoclosure () -> String) {
    if !holds() { fatalError("a promise is broken: \(what())") }
}
