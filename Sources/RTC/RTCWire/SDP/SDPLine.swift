internal import RTCCore

/// Where a parser stands, and the values that sessions and sections share.
struct SDPLine {
    /// Counted from 1.
    let number: Int
    let limits: SDPLimits

    func failure(_ reason: String) -> SDPParsingError {
        SDPParsingError(line: number, reason: reason)
    }

    /// A value of one word.
    func token(_ name: ByteText, _ value: ByteText?) throws(SDPParsingError) -> ByteText {
        guard var rest = value, let word = rest.takeField(), rest.takeField() == nil else {
            throw failure("a=\(name) needs one word")
        }
        return word
    }

    func number<Number: FixedWidthInteger>(_ name: ByteText, _ value: ByteText?) throws(SDPParsingError) -> Number {
        guard let number = value?.trimmed.decimal(Number.self) else {
            throw failure("a=\(name) needs a number up to \(Number.max)")
        }
        return number
    }

    func words(_ value: ByteText?) -> [String] {
        value?.fields.map(\.string) ?? []
    }

    func fingerprint(_ value: ByteText?) throws(SDPParsingError) -> SDPFingerprint {
        guard let fingerprint = value.flatMap({ SDPFingerprint($0) }) else {
            throw failure("a=fingerprint needs a hash function and bytes in hexadecimal")
        }
        return fingerprint
    }

    func setup(_ name: ByteText, _ value: ByteText?) throws(SDPParsingError) -> SDPSetup {
        guard let setup = SDPSetup(rawValue: try token(name, value).string) else {
            throw failure("a=setup is one of actpass, active, passive, holdconn")
        }
        return setup
    }

    func extmap(_ value: ByteText?) throws(SDPParsingError) -> SDPExtmap {
        guard let entry = value.flatMap({ SDPExtmap($0) }) else {
            throw failure("a=extmap needs an id, perhaps a direction, and a URI")
        }
        return entry
    }

    func payloadType(_ name: ByteText, _ text: ByteText) throws(SDPParsingError) -> UInt8 {
        guard let payloadType = text.decimal(UInt8.self), payloadType < 128 else {
            throw failure("a=\(name): '\(text)' is not a payload type")
        }
        return payloadType
    }
}
